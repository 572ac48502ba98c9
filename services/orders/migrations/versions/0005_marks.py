"""What is done to an invoice after it was printed is chained as well; a store that was set back opens new series.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# marks are added, and payments stay as they were taken
FACTS = """
revoke update, delete, truncate on marks from orders;
revoke update (status) on payments from orders;
revoke update, delete, truncate on prefixes from orders;
grant update (till_id, taken_at, closed_at, closed_head) on prefixes to orders;
"""


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("wish_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("said_digest", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("previous_hash", name="marks_no_fork"),
        sa.UniqueConstraint("hash", name="marks_hash"),
        sa.CheckConstraint("kind in ('void_asked', 'correction_asked', 'void', 'restored')", name="marks_kind"),
    )
    op.alter_column("tills", "prefix", nullable=True)
    op.add_column("prefixes", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("prefixes", sa.Column("closed_head", sa.Text(), nullable=True))
    op.add_column("store", sa.Column("stopped", sa.Text(), nullable=True))
    op.create_check_constraint("store_stopped", "store", "stopped in ('superseded', 'set_back')")
    op.execute(FACTS)
