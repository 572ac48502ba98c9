"""What a customer told stands beside an order, sealed, so that it can be erased.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("documents", sa.Column("personal", sa.Text(), nullable=True))
