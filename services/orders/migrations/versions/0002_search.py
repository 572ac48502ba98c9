"""Orders and customers are found by how their numbers and names begin.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # whole, not partial: only of such the planner knows how often a name begins so
    op.create_index("orders_number", "orders", [sa.text("invoice_number text_pattern_ops")])
    name, phone = "lower(document #>> '{customer,name}')", "(document #>> '{customer,phone}')"
    op.create_index("orders_customer_name", "orders", [sa.text(f"{name} text_pattern_ops")])
    op.create_index("orders_customer_phone", "orders", [sa.text(f"{phone} text_pattern_ops")])
    op.drop_index("customers_phone", "customers")
    op.create_index("customers_phone", "customers", [sa.text("phone text_pattern_ops")])
