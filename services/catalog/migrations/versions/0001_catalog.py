"""The tables of catalog.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NEVER_SYNCED = """
insert into datasets (dataset) values ('products'), ('inventory'), ('payment-modes'), ('staff')
"""


def upgrade() -> None:
    op.execute("create sequence numbers")
    op.create_table(
        "datasets",
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("records", sa.Integer(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), server_default="idle", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_reason", sa.Text(), nullable=True),
        sa.Column("would_delete", sa.Integer(), nullable=True),
        sa.Column("agreed_deletions", sa.Integer(), nullable=True),
        sa.Column("agreed_by", sa.Text(), nullable=True),
        sa.Column("wanted", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("(state = 'failed') = (error_code is not null)", name="datasets_failed_says_why"),
        sa.CheckConstraint("dataset in ('products', 'inventory', 'payment-modes', 'staff')", name="datasets_dataset"),
        sa.CheckConstraint("state in ('idle', 'syncing', 'failed')", name="datasets_state"),
        sa.CheckConstraint("(version = 0) = (synced_at is null)", name="datasets_version_once_synced"),
        sa.PrimaryKeyConstraint("dataset"),
    )
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id"),
    )
    op.create_index("inbox_received", "inbox", ["received_at"], unique=False)
    op.create_table(
        "inbox_failures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("dead = (due_at is null)", name="inbox_failures_dead_or_due"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "inbox_failures_due", "inbox_failures", ["due_at"], unique=False, postgresql_where=sa.text("not dead")
    )
    op.create_index(
        "inbox_failures_once",
        "inbox_failures",
        ["consumer", "event_id"],
        unique=True,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempts >= 0", name="outbox_attempts"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "outbox_due", "outbox", ["due_at", "id"], unique=False, postgresql_where=sa.text("published_at is null")
    )
    op.create_index(
        "outbox_published",
        "outbox",
        ["published_at"],
        unique=False,
        postgresql_where=sa.text("published_at is not null"),
    )
    op.create_table(
        "payment_modes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind in ('cash', 'card', 'upi', 'online')", name="payment_modes_kind"),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "products",
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("sizes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("product_id"),
    )
    op.create_index("products_by_category", "products", ["category", "sort_key", "product_id"], unique=False)
    op.create_index("products_by_name", "products", ["sort_key", "product_id"], unique=False)
    op.create_index(
        "products_words",
        "products",
        ["words", "sizes"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "published",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sale_lines",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="sale_lines_quantity"),
        sa.PrimaryKeyConstraint("order_id", "sku"),
    )
    op.create_index("sale_lines_sku", "sale_lines", ["sku"], unique=False)
    op.create_table(
        "sales",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("void", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_index("sales_heard", "sales", ["heard_at"], unique=False)
    op.create_table(
        "staff",
        sa.Column("staff_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.JSONB(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role in ('associate', 'manager')", name="staff_role"),
        sa.PrimaryKeyConstraint("staff_code"),
    )
    op.create_table(
        "states",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "stock",
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sku"),
    )
    op.create_table(
        "variants",
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("barcode_key", sa.Text(), nullable=True),
        sa.Column("hsn", sa.Text(), nullable=True),
        sa.Column("exempt", sa.Boolean(), nullable=False),
        sa.Column("prices", postgresql.JSONB(), nullable=False),
        sa.Column("tax_rates", postgresql.JSONB(), nullable=False),
        sa.Column("deleted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("exempt or jsonb_array_length(tax_rates) > 0", name="variants_taxed_or_exempt"),
        sa.PrimaryKeyConstraint("sku"),
    )
    op.create_index(
        "variants_barcode", "variants", ["barcode_key"], unique=False, postgresql_where=sa.text("not deleted")
    )
    op.create_index("variants_number", "variants", ["number"], unique=True)
    op.create_index("variants_product", "variants", ["product_id"], unique=False)
    op.create_index(
        "variants_sku_typed",
        "variants",
        [sa.literal_column("upper(sku)")],
        unique=False,
        postgresql_where=sa.text("not deleted"),
    )
    op.execute(NEVER_SYNCED)
