"""What is kept of a message has its sender beside it, so that it can be checked again before it is taken in.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox_failures", sa.Column("sender", sa.Text(), nullable=True))
