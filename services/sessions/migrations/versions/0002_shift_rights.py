"""A shift knows what its token lets its bearer do.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shifts", sa.Column("rights", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))
