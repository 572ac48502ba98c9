"""What others own, as it was last heard."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.chassis.models import moment
from services.orders.models.base import metadata

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
    # why this server must not sell at all, as far as head office knows; null where it may
    Column("stopped", Text),
    CheckConstraint("id = 1", name="store_one_row"),
    CheckConstraint("stopped in ('superseded', 'set_back')", name="store_stopped"),
)
