"""What customers told the store is sealed, under keys that stand outside the database; who looked at it is noted.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# what was told with an order can be sealed anew or erased; looks are noted for good, until they are old
RIGHTS = """
grant update (personal, found_by) on orders to orders;
grant update (personal) on amendments to orders;
revoke update, truncate on customer_reads from orders;
revoke update, delete, truncate on erasures from orders;
grant update (erased, waiting) on erasures to orders;
"""


def upgrade() -> None:
    tokens = postgresql.ARRAY(sa.BigInteger())
    op.add_column("orders", sa.Column("personal", sa.Text(), nullable=True))
    op.add_column("orders", sa.Column("found_by", tokens, nullable=True))
    op.drop_index("orders_customer_name", "orders")
    op.drop_index("orders_customer_phone", "orders")
    found = sa.text("found_by is not null")
    op.create_index("orders_found_by", "orders", ["found_by"], postgresql_using="gin", postgresql_where=found)
    op.add_column("amendments", sa.Column("personal", sa.Text(), nullable=True))
    op.execute("delete from customers")
    for column in ("name", "phone", "email", "gstin", "state_code"):
        op.drop_column("customers", column)
    op.add_column("customers", sa.Column("personal", sa.Text(), nullable=False))
    op.add_column("customers", sa.Column("found_by", tokens, nullable=False))
    op.create_index("customers_found_by", "customers", ["found_by"], postgresql_using="gin")
    op.execute("delete from held_carts")
    op.drop_column("held_carts", "label")
    op.drop_column("held_carts", "cart")
    op.add_column("held_carts", sa.Column("cart", sa.Text(), nullable=False))
    op.create_table(
        "customer_reads",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("staff_code", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("till_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("customers", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("customer_reads_at", "customer_reads", ["at"])
    op.create_table(
        "erasures",
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("erased", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("waiting", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.PrimaryKeyConstraint("erasure_id"),
    )
    undone = sa.text("waiting <> '{}'")
    op.create_index("erasures_undone", "erasures", ["asked_at"], postgresql_where=undone)
    op.create_index("erasures_erased", "erasures", ["erased"], postgresql_using="gin")
    op.execute(RIGHTS)
