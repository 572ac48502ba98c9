"""Tables of the schema `sessions`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.chassis.models import add_tables, moment

metadata = MetaData()
add_tables(metadata)

published = Table(
    "published",
    metadata,
    # states that this service owns: others pull what is newer than the number they know
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("value", JSONB, nullable=False),
    moment("changed_at"),
)

machine = Table(
    "machine",
    metadata,
    # one row: a store has one mode
    Column("id", SmallInteger, primary_key=True),
    Column("wish_on", Boolean, nullable=False),
    Column("wish_by", Text),
    Column("wish_reason", Text),
    # when somebody last watched the mode: a hole goes into the ledger
    moment("stepped_at"),
    CheckConstraint("id = 1", name="machine_one_row"),
)

offline_sessions = Table(
    "offline_sessions",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("trigger", Text, nullable=False),
    Column("started_by", Text),
    Column("reason", Text),
    moment("started_at"),
    Column("ended_by", Text),
    moment("ended_at", nullable=True),
    # who took it over: [{at, by, trigger}]
    Column("takeovers", JSONB, nullable=False, server_default=text("'[]'")),
    # the manager who agreed to sell from data that are too old; asked once a session
    Column("confirmed_by", Text),
    # open -> syncing (ended), syncing -> success | failed, failed -> syncing | success (cured)
    Column("status", Text, nullable=False),
    # of the open session as `orders` last said, of a closed one as sealed
    Column("orders", Integer, nullable=False, server_default="0"),
    Column("total_minor", BigInteger, nullable=False, server_default="0"),
    Column("currency", Text),
    Column("by_payment_mode", JSONB, nullable=False, server_default=text("'{}'")),
    moment("sealed_at", nullable=True),
    # the version of the seal that is stored: an older one that arrives later changes nothing
    Column("seal_version", BigInteger, nullable=False, server_default="0"),
    # rises with each session_changed, so that the higher one wins
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("ledger_head", Text, nullable=False),
    CheckConstraint("trigger in ('manual', 'automatic')", name="offline_sessions_trigger"),
    CheckConstraint("status in ('open', 'syncing', 'success', 'failed')", name="offline_sessions_status"),
    CheckConstraint("(status = 'open') = (ended_at is null)", name="offline_sessions_open_until_ended"),
    CheckConstraint("orders >= 0 and total_minor >= 0", name="offline_sessions_figures"),
    # a store has at most one open session
    Index("offline_sessions_one_open", text("(true)"), unique=True, postgresql_where=text("ended_at is null")),
    Index("offline_sessions_by_start", "started_at", "session_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    # where the delivery of an order stands, as `sync` last said; outcomes may come before their session's seal
    Column("order_id", Uuid, primary_key=True),
    Column("session_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("delivery_version", BigInteger, nullable=False),
    Index("deliveries_by_session", "session_id", "state"),
)

ledger = Table(
    "ledger",
    metadata,
    # consecutive, given out under a lock: a hole is a removal
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("store_id", Text, nullable=False),
    moment("at"),
    Column("kind", Text, nullable=False),
    Column("session_id", Uuid),
    Column("facts", JSONB, nullable=False),
    # who and why, and the salt of their digest
    Column("personal", JSONB),
    Column("salt", LargeBinary),
    Column("personal_digest", Text, nullable=False),
    # two entries behind the same one would be a fork
    Column("previous_hash", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
    Index("ledger_by_session", "session_id", "sequence"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("staff_code", Text, primary_key=True),
    # argon2id over the PIN mixed with a pepper that is not in the database
    Column("pin_hash", Text, nullable=False),
    moment("set_at"),
)

codes = Table(
    "codes",
    metadata,
    # one a person: a new code replaces the one before
    Column("staff_code", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    moment("expires_at"),
    Column("issued_by", Text),
)

tries = Table(
    "tries",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    # the machine's own time: seconds since the boot that is named, which no change of the clock moves
    Column("boot", Text, nullable=False),
    Column("seconds", Float(53), nullable=False),
    CheckConstraint("kind in ('device', 'person')", name="tries_kind"),
)

blocks = Table(
    "blocks",
    metadata,
    Column("staff_code", Text, primary_key=True),
    Column("blocked_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    moment("blocked_at"),
)

shifts = Table(
    "shifts",
    metadata,
    # the token's id
    Column("token_id", Uuid, primary_key=True),
    Column("staff_code", Text, nullable=False),
    Column("till_id", Text),
    # what the token says its bearer may do: whoever may less by now loses it
    Column("rights", JSONB, nullable=False, server_default=text("'[]'")),
    moment("signed_in_at"),
    moment("expires_at"),
    moment("ended_at", nullable=True),
    Index("shifts_live", "staff_code", "expires_at", postgresql_where=text("ended_at is null")),
)

revocations = Table(
    "revocations",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    # whole seconds since 1970: tokens issued before them are refused; null for a single token
    Column("before", BigInteger),
    # after this no token that it is about can be taken any more
    moment("until"),
    CheckConstraint("kind in ('token', 'staff', 'till')", name="revocations_kind"),
    CheckConstraint("(kind = 'token') = (before is null)", name="revocations_before"),
)

storage_grants = Table(
    "storage_grants",
    metadata,
    # 'edge', or a till's id
    Column("place", Text, primary_key=True),
    Column("folder", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    moment("granted_at"),
    # why it cannot be used at present; null where it can
    Column("problem", Text),
    Column("free_bytes", BigInteger),
    moment("checked_at"),
)
