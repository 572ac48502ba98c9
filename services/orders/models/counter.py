"""Tills and what they work with until a sale is made."""

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
    Sequence,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.chassis.models import moment
from services.orders.models.base import metadata

prefixes = Table(
    "prefixes",
    metadata,
    Column("prefix", Text, primary_key=True),
    Column("id", BigInteger, Identity()),
    # null: spare; a prefix is never given to a second till
    Column("till_id", Uuid),
    moment("taken_at", nullable=True),
    # the server was set back: who knows what was numbered with it since? Where its chain stood then
    moment("closed_at", nullable=True),
    Column("closed_head", Text),
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
    # null where this server was restored, until head office gives a new one
    Column("prefix", Text, ForeignKey("prefixes.prefix")),
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

approvals = Table(
    "approvals",
    metadata,
    Column("approval_id", Uuid, primary_key=True),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    # pieces, or minor units: what grows beyond it has to be approved again
    Column("up_to", BigInteger, nullable=False),
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
    # the cart and its label, sealed: both may name a customer
    Column("cart", Text, nullable=False),
    Column("held_by", Text, nullable=False),
    moment("held_at", now=True),
    # the till that recalled it, or who did without one, and may ask again; null: anybody may
    Column("taken_by", Text),
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

customer_reads = Table(
    "customer_reads",
    metadata,
    # who was shown what customers told; never changed
    Column("id", BigInteger, Identity(), primary_key=True),
    moment("at", now=True),
    Column("staff_code", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("till_id", Uuid),
    # by which route
    Column("why", Text, nullable=False),
    # the order or the customer that was asked for
    Column("subject", Uuid),
    Column("customers", ARRAY(Uuid), nullable=False),
    Index("customer_reads_at", "at"),
)

erasures = Table(
    "erasures",
    metadata,
    Column("erasure_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    # the time of its mark, too
    moment("asked_at"),
    Column("asked_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # orders whose customer is erased, and those that head office has to be told of first
    Column("erased", ARRAY(Uuid), nullable=False),
    Column("waiting", ARRAY(Uuid), nullable=False),
    # both, of an erasure that is older than marks of erasures and so has none
    Column("before_marks", ARRAY(Uuid)),
    Index("erasures_undone", "asked_at", postgresql_where=text("waiting <> '{}'")),
    Index("erasures_erased", "erased", postgresql_using="gin"),
)

# so that no word on one who comes back is older than the word that they are gone
gone_customers = Table(
    "gone_customers",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
    # name, phone, email, gstin, state_code, sealed
    Column("personal", Text, nullable=False),
    Column("found_by", ARRAY(BigInteger), nullable=False),
    moment("changed_at", now=True),
    Index("customers_found_by", "found_by", postgresql_using="gin"),
)
