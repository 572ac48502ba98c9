"""The tables of sessions.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# an entry may lose who and why, which the law can ask for, and nothing else, ever
GUARD = """
create function guard_ledger() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.personal is null and new.salt is null
        and row(new.sequence, new.store_id, new.at, new.kind, new.session_id, new.facts, new.personal_digest,
                new.previous_hash, new.hash)
            is not distinct from
            row(old.sequence, old.store_id, old.at, old.kind, old.session_id, old.facts, old.personal_digest,
                old.previous_hash, old.hash)
    then
        return new;
    end if;
    raise exception 'the ledger is never changed' using errcode = 'integrity_constraint_violation';
end $$
"""
GUARDED = """
create trigger guard_ledger before update or delete on ledger for each row execute function guard_ledger()
"""
NEVER_EMPTIED = """
create trigger guard_ledger_whole before truncate on ledger for each statement execute function guard_ledger()
"""
# other doors take a state that was never heard for a silent service
NOTHING_REVOKED = """
insert into published (name, number, value, changed_at)
values ('revocations', 1, '{"tokens": [], "staff": [], "tills": []}', now())
"""


def upgrade() -> None:
    op.create_table(
        "blocks",
        sa.Column("staff_code", sa.Text(), nullable=False),
        sa.Column("blocked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("staff_code"),
    )
    op.create_table(
        "codes",
        sa.Column("staff_code", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("staff_code"),
    )
    op.create_table(
        "credentials",
        sa.Column("staff_code", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("staff_code"),
    )
    op.create_table(
        "deliveries",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("delivery_version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_index("deliveries_by_session", "deliveries", ["session_id", "state"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id"),
    )
    op.create_index("inbox_received", "inbox", ["received_at"], unique=False)
    op.create_table(
        "inbox_failures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("dead = (due_at is null)", name="inbox_failures_dead_or_due"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "inbox_failures_due", "inbox_failures", ["due_at"], unique=False, postgresql_where=sa.text("not dead")
    )
    op.create_index(
        "inbox_failures_once",
        "inbox_failures",
        ["consumer", "event_id"],
        unique=True,
        postgresql_where=sa.text("event_id is not null"),
    )
    op.create_table(
        "ledger",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("personal", postgresql.JSONB(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("personal_digest", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("hash"),
        sa.UniqueConstraint("previous_hash"),
    )
    op.create_index("ledger_by_session", "ledger", ["session_id", "sequence"], unique=False)
    op.create_table(
        "machine",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("wish_on", sa.Boolean(), nullable=False),
        sa.Column("wish_by", sa.Text(), nullable=True),
        sa.Column("wish_reason", sa.Text(), nullable=True),
        sa.Column("stepped_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="machine_one_row"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "offline_sessions",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("takeovers", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("orders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("by_payment_mode", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seal_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ledger_head", sa.Text(), nullable=False),
        sa.CheckConstraint("(status = 'open') = (ended_at is null)", name="offline_sessions_open_until_ended"),
        sa.CheckConstraint("status in ('open', 'syncing', 'success', 'failed')", name="offline_sessions_status"),
        sa.CheckConstraint("trigger in ('manual', 'automatic')", name="offline_sessions_trigger"),
        sa.CheckConstraint("orders >= 0 and total_minor >= 0", name="offline_sessions_figures"),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("offline_sessions_by_start", "offline_sessions", ["started_at", "session_id"], unique=False)
    op.create_index(
        "offline_sessions_one_open",
        "offline_sessions",
        [sa.literal_column("(true)")],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempts >= 0", name="outbox_attempts"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "outbox_due", "outbox", ["due_at", "id"], unique=False, postgresql_where=sa.text("published_at is null")
    )
    op.create_index(
        "outbox_published",
        "outbox",
        ["published_at"],
        unique=False,
        postgresql_where=sa.text("published_at is not null"),
    )
    op.create_table(
        "published",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "revocations",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'token') = (before is null)", name="revocations_before"),
        sa.CheckConstraint("kind in ('token', 'staff', 'till')", name="revocations_kind"),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
    op.create_table(
        "shifts",
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("staff_code", sa.Text(), nullable=False),
        sa.Column("till_id", sa.Text(), nullable=True),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_id"),
    )
    op.create_index(
        "shifts_live",
        "shifts",
        ["staff_code", "expires_at"],
        unique=False,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "states",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "storage_grants",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("free_bytes", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_table(
        "tries",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(precision=53), nullable=False),
        sa.CheckConstraint("kind in ('device', 'person')", name="tries_kind"),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
    op.execute(GUARD)
    op.execute(GUARDED)
    op.execute(NEVER_EMPTIED)
    op.execute(NOTHING_REVOKED)
