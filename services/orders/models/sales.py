"""Sales and what becomes of them; what was printed is never changed."""

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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.chassis.models import moment
from services.orders.models.base import metadata

orders = Table(
    "orders",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    # rises with each order, for the list
    Column("id", BigInteger, Identity(), nullable=False, unique=True),
    Column("fingerprint", Text, nullable=False),
    # all but what the customer told
    Column("document", JSONB, nullable=False),
    # that, sealed; null once it was erased
    Column("personal", Text),
    # tokens of how the customer's name and phone number begin
    Column("found_by", ARRAY(BigInteger)),
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
    Index("orders_found_by", "found_by", postgresql_using="gin", postgresql_where=text("found_by is not null")),
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

marks = Table(
    "marks",
    metadata,
    # consecutive, given out under a lock: a hole is a removal
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    moment("at"),
    Column("kind", Text, nullable=False),
    Column("order_id", Uuid),
    Column("wish_id", Uuid),
    Column("facts", JSONB, nullable=False),
    Column("said_digest", Text, nullable=False),
    # two marks behind the same one would be a fork
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    CheckConstraint("kind in ('void_asked', 'correction_asked', 'void', 'restored', 'erased')", name="marks_kind"),
    UniqueConstraint("previous_hash", name="marks_no_fork"),
    UniqueConstraint("hash", name="marks_hash"),
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
    # open -> sold (a sale was paid with it) | refunded
    Column("state", Text, nullable=False, server_default="open"),
    Column("settled_by", Text),
    Column("note", Text),
    CheckConstraint("state in ('open', 'sold', 'refunded')", name="orphan_payments_state"),
    UniqueConstraint("order_id", "payment_mode", "reference", name="orphan_payments_reference"),
    # each sale looks whether it is paid with one of them
    Index("orphan_payments_open", "payment_mode", "reference", postgresql_where=text("state = 'open'")),
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
    # the contact and the note of a correction, sealed; null where there are none, or they were erased
    Column("personal", Text),
    # asked -> done | too_late
    Column("state", Text, nullable=False, server_default="asked"),
    CheckConstraint("kind in ('void', 'correct')", name="amendments_kind"),
    CheckConstraint("state in ('asked', 'done', 'too_late')", name="amendments_state"),
    # one void at a time
    Index("amendments_void", "order_id", unique=True, postgresql_where=text("kind = 'void' and state <> 'too_late'")),
    Index("amendments_order", "order_id"),
)
