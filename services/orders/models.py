"""Tables of orders, and what must always hold of them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.chassis.models import add_tables, moment

metadata = MetaData()
add_tables(metadata)

price_book = Table(
    "price_book",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("barcode", Text),
    Column("item", JSONB, nullable=False),
    Index("price_book_barcode", "barcode"),
)

stock = Table(
    "stock",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("synced", Integer, nullable=False),
    moment("as_of", nullable=True),
    # sold here and not yet in the synced figure
    Column("sold", Integer, nullable=False, server_default="0"),
)

payment_modes = Table(
    "payment_modes",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("offline", Boolean, nullable=False),
    Column("limit_minor", BigInteger),
)

staff = Table(
    "staff",
    metadata,
    Column("staff_code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)

mode = Table(
    "mode",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    # number of this row's last change, for those who pull mode-taken
    Column("number", BigInteger, nullable=False),
    # the owner's number of the mode
    Column("mode_number", BigInteger, nullable=False),
    Column("mode", Text, nullable=False),
    Column("trigger", Text),
    Column("session_id", Uuid),
    Column("shown", JSONB, nullable=False),
    CheckConstraint("id = 1", name="mode_one_row"),
    CheckConstraint("(mode = 'offline') = (session_id is not null)", name="mode_session_while_offline"),
)

store = Table(
    "store",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("identity", JSONB, nullable=False),
    moment("heard_at", now=True),
    CheckConstraint("id = 1", name="store_one_row"),
)

prefixes = Table(
    "prefixes",
    metadata,
    Column("prefix", Text, primary_key=True),
    Column("id", BigInteger, Identity()),
    # null: spare; a prefix is never given to a second till
    Column("till_id", Uuid),
    moment("taken_at", nullable=True),
    CheckConstraint("prefix ~ '^[A-Z0-9/-]{1,8}$'", name="prefixes_form"),
)

tills_number = Sequence("tills_number", metadata=metadata)

tills = Table(
    "tills",
    metadata,
    Column("till_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("prefix", Text, ForeignKey("prefixes.prefix"), nullable=False),
    moment("paired_at", now=True),
    Column("paired_by", Text, nullable=False),
    # the open series: it stands in the till's row, which every sale locks, so that nobody reads an old number
    Column("series_year", Integer),
    Column("series_next", Integer, nullable=False, server_default="1"),
    Column("series_head", Text, nullable=False),
    # a series' date never runs back
    Column("last_date", Date),
    # rises with each change of name or activity, for those who pull tills
    Column("number", BigInteger, nullable=False, server_default=text("nextval('tills_number')")),
    # what this till sold in the session that is open
    Column("session_id", Uuid),
    Column("session_orders", Integer, nullable=False, server_default="0"),
    Column("session_minor", BigInteger, nullable=False, server_default="0"),
    Index("tills_name", "name", unique=True, postgresql_where=text("active")),
    Index("tills_session", "session_id"),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    # rises with each order, for the list
    Column("id", BigInteger, Identity(), nullable=False, unique=True),
    Column("fingerprint", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("mode", Text, nullable=False),
    Column("session_id", Uuid),
    Column("till_id", Uuid, nullable=False),
    Column("seller", Text, nullable=False),
    moment("placed_at"),
    Column("business_date", Date, nullable=False),
    Column("invoice_number", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("kept", Text),
    Column("printed", Integer, nullable=False, server_default="0"),
    # waiting -> synced | pending -> waiting; waiting, pending -> void_asked -> void | (as before)
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("delivery_version", BigInteger, nullable=False, server_default="0"),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("oms_id", Text),
    moment("accepted_at", nullable=True),
    Column("reason", JSONB),
    CheckConstraint("state in ('waiting', 'synced', 'pending', 'void_asked', 'void')", name="orders_state"),
    CheckConstraint("total_minor >= 0", name="orders_total"),
    CheckConstraint("(mode = 'offline') = (session_id is not null)", name="orders_session_while_offline"),
    CheckConstraint("invoice_number ~ '^[A-Z0-9/-]{1,16}$'", name="orders_invoice_number_form"),
    # a number is printed once, whoever restores what
    UniqueConstraint("invoice_number", name="orders_invoice_number"),
    UniqueConstraint("series", "sequence", name="orders_series_sequence"),
    Index("orders_state_id", "state", "id"),
    Index("orders_session", "session_id", postgresql_where=text("session_id is not null")),
    Index("orders_business_date", "business_date", "id"),
    Index("orders_number", text("invoice_number text_pattern_ops")),
    Index("orders_customer_name", text("lower(document #>> '{customer,name}') text_pattern_ops")),
    Index("orders_customer_phone", text("(document #>> '{customer,phone}') text_pattern_ops")),
)

payments = Table(
    "payments",
    metadata,
    Column("order_id", Uuid, ForeignKey("orders.order_id"), primary_key=True),
    Column("n", SmallInteger, primary_key=True),
    Column("payment_mode", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("reference", Text),
    Column("status", Text, nullable=False),
    # null where a manager let a reference be used again
    Column("unique_reference", Text),
    CheckConstraint("amount_minor > 0", name="payments_amount"),
    # a reference pays once, for ever
    UniqueConstraint("payment_mode", "unique_reference", name="payments_reference_once"),
)

movements = Table(
    "movements",
    metadata,
    Column("order_id", Uuid, ForeignKey("orders.order_id"), primary_key=True),
    Column("sku", Text, primary_key=True),
    Column("quantity", Integer, nullable=False),
    moment("accepted_at", nullable=True),
    # whether it still counts against the synced figure
    Column("open", Boolean, nullable=False, server_default="true"),
    CheckConstraint("quantity > 0", name="movements_quantity"),
    Index("movements_open", "sku", postgresql_where=text("open")),
)

abandoned = Table(
    "abandoned",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    moment("at", now=True),
    Column("by", Text, nullable=False),
)

orphan_payments = Table(
    "orphan_payments",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("n", SmallInteger, primary_key=True),
    Column("payment_mode", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("till_id", Uuid),
    Column("seller", Text, nullable=False),
    moment("taken_at", now=True),
    # open -> sold (a sale under its id took it over) | refunded
    Column("state", Text, nullable=False, server_default="open"),
    Column("settled_by", Text),
    Column("note", Text),
    CheckConstraint("state in ('open', 'sold', 'refunded')", name="orphan_payments_state"),
    UniqueConstraint("order_id", "payment_mode", "reference", name="orphan_payments_reference"),
)

amendments = Table(
    "amendments",
    metadata,
    Column("wish_id", Uuid, primary_key=True),
    Column("order_id", Uuid, ForeignKey("orders.order_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("approved_by", Text),
    moment("asked_at", now=True),
    Column("details", JSONB, nullable=False),
    # asked -> done | too_late
    Column("state", Text, nullable=False, server_default="asked"),
    CheckConstraint("kind in ('void', 'correct')", name="amendments_kind"),
    CheckConstraint("state in ('asked', 'done', 'too_late')", name="amendments_state"),
    # one void at a time
    Index("amendments_void", "order_id", unique=True, postgresql_where=text("kind = 'void' and state <> 'too_late'")),
    Index("amendments_order", "order_id"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("approval_id", Uuid, primary_key=True),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    moment("at", now=True),
    Index("approvals_order", "order_id"),
)

held_carts = Table(
    "held_carts",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("cart", JSONB, nullable=False),
    Column("label", Text, nullable=False),
    Column("held_by", Text, nullable=False),
    moment("held_at", now=True),
)

online_quotes = Table(
    "online_quotes",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    # of the cart that head office reckoned; another cart needs another quote
    Column("fingerprint", Text, nullable=False),
    Column("answer", JSONB, nullable=False),
    moment("quoted_at", now=True),
)

captures = Table(
    "captures",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("n", SmallInteger, primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    # as head office told it
    Column("answer", JSONB, nullable=False),
    moment("heard_at", now=True),
)

customers = Table(
    "customers",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("phone", Text),
    Column("email", Text),
    Column("gstin", Text),
    Column("state_code", Text),
    moment("changed_at", now=True),
    Index("customers_phone", text("phone text_pattern_ops")),
    Index("customers_name", text("lower(name) text_pattern_ops")),
)
