"""Money without an order is found by its reference: a sale under another id may be paid with it.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words, still_open = ["payment_mode", "reference"], sa.text("state = 'open'")
    op.create_index("orphan_payments_open", "orphan_payments", words, postgresql_where=still_open)
