"""A held cart that was recalled stays, as its taker's: the answer may get lost.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("held_carts", sa.Column("taken_by", sa.Text(), nullable=True))
