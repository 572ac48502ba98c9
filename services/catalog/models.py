"""Tables of the schema `catalog`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    Sequence,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

from services.chassis.models import add_tables, moment

metadata = MetaData()
add_tables(metadata)

# numbers of what changed: swaps take turns, so that whoever has read up to a number has missed nothing below it
numbers = Sequence("numbers", metadata=metadata)

datasets = Table(
    "datasets",
    metadata,
    Column("dataset", Text, primary_key=True),
    # rises with each swap that changed something; 0 before the first
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("records", Integer, nullable=False, server_default="0"),
    Column("currency", Text),
    # where head office goes on the next time; null: in full
    Column("cursor", Text),
    # when head office drew it up, by its clock
    moment("as_of", nullable=True),
    # when it was last swapped in, by ours
    moment("synced_at", nullable=True),
    # idle -> syncing -> idle (taken) | failed; failed -> syncing
    Column("state", Text, nullable=False, server_default="idle"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer, nullable=False, server_default="0"),
    moment("tried_at", nullable=True),
    # tries in a row that failed
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error_code", Text),
    Column("error_reason", Text),
    # how many records the feed that was refused would have deleted
    Column("would_delete", Integer),
    # how many a person agreed may go, until the next feed is taken
    Column("agreed_deletions", Integer),
    Column("agreed_by", Text),
    # somebody asked for it to be synced at once
    Column("wanted", Boolean, nullable=False, server_default="false"),
    CheckConstraint("dataset in ('products', 'inventory', 'payment-modes', 'staff')", name="datasets_dataset"),
    CheckConstraint("state in ('idle', 'syncing', 'failed')", name="datasets_state"),
    CheckConstraint("(version = 0) = (synced_at is null)", name="datasets_version_once_synced"),
    CheckConstraint("(state = 'failed') = (error_code is not null)", name="datasets_failed_says_why"),
)

products = Table(
    "products",
    metadata,
    Column("product_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    # the name without case and accents
    Column("sort_key", Text(collation="C"), nullable=False),
    Column("category", Text, nullable=False),
    Column("brand", Text),
    Column("sizes", ARRAY(Text), nullable=False),
    Column("words", TSVECTOR, nullable=False),
    # without the pending list, whose unsorted entries every search would have to read
    Index("products_words", "words", "sizes", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    Index("products_by_name", "sort_key", "product_id"),
    Index("products_by_category", "category", "sort_key", "product_id"),
)

variants = Table(
    "variants",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("product_id", Text, nullable=False),
    Column("position", SmallInteger, nullable=False),
    # name and category stand here too: a page of what changed is read from one table
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("size", Text, nullable=False),
    # as printed, and as it is looked up
    Column("barcode", Text),
    Column("barcode_key", Text),
    Column("hsn", Text),
    Column("exempt", Boolean, nullable=False),
    # [{valid_from, price_minor}], the earliest first
    Column("prices", JSONB, nullable=False),
    # [{valid_from, rate_bp}], the earliest first
    Column("tax_rates", JSONB, nullable=False),
    # a tombstone stays, so that whoever pulls what changed hears of it
    Column("deleted", Boolean, nullable=False, server_default="false"),
    Column("number", BigInteger, nullable=False),
    CheckConstraint("exempt or jsonb_array_length(tax_rates) > 0", name="variants_taxed_or_exempt"),
    Index("variants_number", "number", unique=True),
    Index("variants_product", "product_id"),
    Index("variants_barcode", "barcode_key", postgresql_where=text("not deleted")),
    Index("variants_sku_typed", text("upper(sku)"), postgresql_where=text("not deleted")),
)

stock = Table(
    "stock",
    metadata,
    Column("sku", Text, primary_key=True),
    # as head office said; below none after a sale of what its figures lacked
    Column("quantity", Integer, nullable=False),
    moment("as_of"),
)

payment_modes = Table(
    "payment_modes",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("offline", Boolean, nullable=False),
    Column("limit_minor", BigInteger),
    CheckConstraint("kind in ('cash', 'card', 'upi', 'online')", name="payment_modes_kind"),
)

staff = Table(
    "staff",
    metadata,
    Column("staff_code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("permissions", JSONB, nullable=False),
    Column("active", Boolean, nullable=False),
    moment("valid_until", nullable=True),
    CheckConstraint("role in ('associate', 'manager')", name="staff_role"),
)

sales = Table(
    "sales",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    # what is heard of an order, in whatever order it is heard: void, or in head office's books since
    Column("void", Boolean, nullable=False, server_default="false"),
    moment("accepted_at", nullable=True),
    moment("heard_at", now=True),
    Index("sales_heard", "heard_at"),
)

sale_lines = Table(
    "sale_lines",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("sku", Text, primary_key=True),
    Column("quantity", Integer, nullable=False),
    CheckConstraint("quantity > 0", name="sale_lines_quantity"),
    Index("sale_lines_sku", "sku"),
)

published = Table(
    "published",
    metadata,
    # states that change with time as well: others pull what is newer than the number they know
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("value", JSONB, nullable=False),
    moment("changed_at"),
)
