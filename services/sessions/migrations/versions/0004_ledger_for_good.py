"""An entry of the ledger is never changed, by nobody: who and why are no longer taken out of it.

Revision ID: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

GUARD = """
create or replace function guard_ledger() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is never changed' using errcode = 'integrity_constraint_violation';
end $$
"""
ADDED_TO_ONLY = "revoke update, delete, truncate on ledger from sessions"


def upgrade() -> None:
    op.execute(GUARD)
    op.execute(ADDED_TO_ONLY)
