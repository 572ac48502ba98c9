"""A server that was restored knows since when head office may know more than it does.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("switches", sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True))
