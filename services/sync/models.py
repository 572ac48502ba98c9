"""Tables of the schema `sync`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
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

deliveries = Table(
    "deliveries",
    metadata,
    # one an order, whatever arrives how often; a wish may be here before its order
    Column("order_id", Uuid, primary_key=True),
    Column("session_id", Uuid),
    Column("mode", Text, nullable=False),
    moment("placed_at", nullable=True),
    Column("business_date", Date),
    Column("invoice_number", Text, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", Text),
    # [{n, payment_mode, amount_minor, status, reference}]; the amount is what stayed in the till
    Column("payments", JSONB, nullable=False, server_default=text("'[]'")),
    Column("oversold", JSONB, nullable=False, server_default=text("'[]'")),
    # waiting -> sending -> synced | waiting | unknown | pending; docs/order-life.md has every edge
    Column("state", Text, nullable=False),
    # rises with each word on the order that is told to others, so that the higher one wins
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("revision", Integer, nullable=False, server_default="1"),
    # answers that judged this revision; a pause adds nothing
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("asks", Integer, nullable=False, server_default="0"),
    # head office may have it, for some request's answer was never heard
    Column("doubtful", Boolean, nullable=False, server_default="false"),
    # somebody wishes to void it: until that is decided it is asked about and never sent
    Column("void_asked", Boolean, nullable=False, server_default="false"),
    # a person sends it though Auto-Sync is off
    Column("released", Boolean, nullable=False, server_default="false"),
    # a writer whose number is older than this one's has been replaced, and changes nothing
    Column("fence", BigInteger, nullable=False, server_default="0"),
    Column("claimed_by", Uuid),
    moment("due_at", nullable=True),
    # when a request last ended that may have brought it there
    moment("posted_at", nullable=True),
    Column("reason_code", Text),
    Column("reason_text", Text),
    Column("oms_id", Text),
    moment("accepted_at", nullable=True),
    moment("taken_at", now=True),
    moment("changed_at", now=True),
    CheckConstraint(
        "state in ('waiting', 'sending', 'unknown', 'synced', 'pending', 'withdrawn')", name="deliveries_state"
    ),
    CheckConstraint("mode in ('online', 'offline')", name="deliveries_mode"),
    CheckConstraint("total_minor >= 0 and attempts >= 0 and asks >= 0 and revision >= 1", name="deliveries_figures"),
    CheckConstraint("(state = 'synced') = (oms_id is not null)", name="deliveries_synced_has_id"),
    CheckConstraint("(state = 'pending') = (reason_code is not null)", name="deliveries_pending_has_reason"),
    CheckConstraint("state <> 'sending' or claimed_by is not null", name="deliveries_sending_is_claimed"),
    CheckConstraint("state not in ('waiting', 'unknown') or due_at is not null", name="deliveries_due"),
    Index(
        "deliveries_due",
        "due_at",
        postgresql_where=text("state in ('waiting', 'unknown') and claimed_by is null"),
    ),
    Index("deliveries_claimed", "claimed_by", postgresql_where=text("claimed_by is not null")),
    Index("deliveries_open", "placed_at", postgresql_where=text("state in ('waiting', 'sending', 'unknown')")),
    Index("deliveries_pending", "changed_at", postgresql_where=text("state = 'pending'")),
    Index("deliveries_by_session", "session_id"),
    Index("deliveries_by_day", "business_date"),
    Index("deliveries_by_time", "placed_at", "order_id"),
)

documents = Table(
    "documents",
    metadata,
    # beside its delivery, so that a step of a delivery does not copy it
    Column("order_id", Uuid, primary_key=True),
    Column("document", JSONB, nullable=False),
    # what its customer told, sealed; null once it was erased
    Column("personal", Text),
    # with its own `personal`
    Column("correction", JSONB),
)

history = Table(
    "history",
    metadata,
    # every try of an order, and what people did to it; never changed
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("order_id", Uuid, nullable=False),
    moment("at", now=True),
    Column("edge", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("fence", BigInteger, nullable=False),
    # 'post' or 'ask' to head office, 'person', 'wish', 'recovery'
    Column("how", Text, nullable=False),
    Column("by", Text),
    Column("code", Text),
    Column("duration_ms", Integer),
    Index("history_by_order", "order_id", "id"),
    Index("history_by_time", "at"),
)

wishes = Table(
    "wishes",
    metadata,
    Column("wish_id", Uuid, primary_key=True),
    Column("order_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("body", JSONB, nullable=False),
    # undecided -> withdrawn | corrected | too_late, and never back
    Column("verdict", Text, nullable=False),
    moment("asked_at", now=True),
    moment("decided_at", nullable=True),
    CheckConstraint("kind in ('void', 'correct')", name="wishes_kind"),
    CheckConstraint("verdict in ('undecided', 'withdrawn', 'corrected', 'too_late')", name="wishes_verdict"),
    CheckConstraint("(verdict = 'undecided') = (decided_at is null)", name="wishes_decided"),
    Index("wishes_undecided", "order_id", postgresql_where=text("verdict = 'undecided'")),
)

notices = Table(
    "notices",
    metadata,
    # what else head office is told: one a customer, a session or a cancellation; the higher version replaces the lower
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    # waiting -> sent | refused; a higher version makes it waiting again
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    Column("claimed_by", Uuid),
    moment("due_at", now=True),
    Column("reason_code", Text),
    moment("changed_at", now=True),
    CheckConstraint("kind in ('customer', 'session', 'cancellation')", name="notices_kind"),
    CheckConstraint("state in ('waiting', 'sent', 'refused')", name="notices_state"),
    Index("notices_due", "due_at", postgresql_where=text("state = 'waiting'")),
)

switches = Table(
    "switches",
    metadata,
    # one row: a store has one Auto-Sync switch
    Column("id", SmallInteger, primary_key=True),
    Column("auto_sync", Boolean, nullable=False),
    # orders placed up to here were released by hand
    moment("released_before", nullable=True),
    # the data are a backup's: head office may have any order that is older, for somebody may have sent it since
    moment("restored_at", nullable=True),
    moment("changed_at", now=True),
    Column("changed_by", Text),
    CheckConstraint("id = 1", name="switches_one_row"),
)

audit = Table(
    "audit",
    metadata,
    # who did what at the switches and the recovery desk; never changed
    Column("id", BigInteger, Identity(), primary_key=True),
    moment("at", now=True),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("details", JSONB, nullable=False),
)

drainer = Table(
    "drainer",
    metadata,
    # one row: one process of the store sends at a time; it renews its hold, which falls to another when it is gone
    Column("id", SmallInteger, primary_key=True),
    Column("holder", Uuid),
    moment("until", nullable=True),
    # nothing could be sent for a while: the next order that goes is worth a word to the people
    Column("toast_due", Boolean, nullable=False, server_default="false"),
    Column("in_flight", Integer, nullable=False, server_default="0"),
    Column("limit", Integer, nullable=False, server_default="0"),
    Column("latency_ms", Integer),
    moment("paused_until", nullable=True),
    Column("pause_reason", Text),
    # messages that wait in the queue, as the broker last said
    Column("queued", Integer),
    moment("queued_at", nullable=True),
    CheckConstraint("id = 1", name="drainer_one_row"),
)

lines = Table(
    "lines",
    metadata,
    Column("name", Text, primary_key=True),
    # null: nothing can be said yet
    Column("up", Boolean),
    moment("changed_at", nullable=True),
    Column("good", Boolean),
    Column("streak", Integer, nullable=False, server_default="0"),
    moment("counted_at", nullable=True),
    Column("breaks", JSONB, nullable=False, server_default=text("'[]'")),
    CheckConstraint("name in ('internet', 'head_office')", name="lines_name"),
)

published = Table(
    "published",
    metadata,
    # states that this service owns: others pull what is newer than the number they know
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("value", JSONB, nullable=False),
    moment("changed_at", now=True),
)

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("reconciliation_id", Uuid, primary_key=True),
    Column("session_id", Uuid),
    Column("business_date", Date),
    # queued -> running -> done | failed; running falls back to queued when its process ends
    Column("status", Text, nullable=False),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("compared", Integer, nullable=False, server_default="0"),
    Column("found", Integer, nullable=False, server_default="0"),
    Column("differences", JSONB, nullable=False, server_default=text("'[]'")),
    Column("claimed_payments", JSONB, nullable=False, server_default=text("'[]'")),
    Column("oversold", JSONB, nullable=False, server_default=text("'[]'")),
    Column("error", Text),
    Column("requested_by", Text, nullable=False),
    moment("requested_at", now=True),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
    CheckConstraint("(session_id is null) <> (business_date is null)", name="reconciliations_of_one_thing"),
    CheckConstraint("status in ('queued', 'running', 'done', 'failed')", name="reconciliations_status"),
    Index("reconciliations_by_time", "requested_at"),
    Index("reconciliations_to_do", "requested_at", postgresql_where=text("status in ('queued', 'running')")),
)
