"""An approval holds up to an amount: what a cart grows to afterwards is approved anew.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # what was approved before holds for no sale that is still to come
    op.add_column("approvals", sa.Column("up_to", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.alter_column("approvals", "up_to", server_default=None)
