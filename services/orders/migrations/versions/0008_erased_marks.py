"""That a customer's words were erased, for whom and by whom, is a mark in the chain.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = "kind in ('void_asked', 'correction_asked', 'void', 'restored', 'erased')"
# only the service has the salt that a mark needs: what was erased until now is held to what it says today
UNTIL_NOW = "update erasures set before_marks = erased || waiting"
# nobody but the owner says that an erasure is older than its mark
RIGHTS = """
revoke insert on erasures from orders;
grant insert (erasure_id, customer_id, asked_at, asked_by, reason, erased, waiting) on erasures to orders;
"""


def upgrade() -> None:
    op.drop_constraint("marks_kind", "marks")
    op.create_check_constraint("marks_kind", "marks", KINDS)
    op.add_column("erasures", sa.Column("before_marks", postgresql.ARRAY(sa.Uuid()), nullable=True))
    op.execute(UNTIL_NOW)
    op.alter_column("erasures", "asked_at", server_default=None)
    op.execute(RIGHTS)
