"""Tables that the chassis keeps in each service's schema."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB


def moment(name: str, *, nullable: bool = False, now: bool = False) -> Column:  # type: ignore[type-arg]
    """A column that holds a point in time, UTC."""
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=default)


def add_tables(metadata: MetaData) -> None:
    """Adds outbox, inbox, inbox_failures and states to a service's tables."""
    for table in (_outbox, _inbox, _inbox_failures, _states):
        table(metadata)


def _outbox(metadata: MetaData) -> None:
    Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("event_id", Uuid, nullable=False),
        # null: a copy for whoever listens on the topic exchange, and for nobody in particular
        Column("queue", Text),
        Column("type", Text, nullable=False),
        Column("body", Text, nullable=False),
        moment("created_at", now=True),
        moment("due_at", now=True),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("error", Text),
        # set when the broker confirmed; the row goes when the consumer's inbox has it
        moment("published_at", nullable=True),
        Index("outbox_due", "due_at", "id", postgresql_where=text("published_at is null")),
        Index("outbox_published", "published_at", postgresql_where=text("published_at is not null")),
        CheckConstraint("attempts >= 0", name="outbox_attempts"),
    )


def _inbox(metadata: MetaData) -> None:
    Table(
        "inbox",
        metadata,
        # one effect an event and a consumer, whatever is delivered how often
        Column("consumer", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        moment("received_at", now=True),
        Index("inbox_received", "received_at"),
    )


def _inbox_failures(metadata: MetaData) -> None:
    Table(
        "inbox_failures",
        metadata,
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("consumer", Text, nullable=False),
        # null: the message could not be read, so nobody knows its id
        Column("event_id", Uuid),
        Column("body", LargeBinary, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("error", Text, nullable=False),
        # null: it named none, or it failed before senders were noted
        Column("sender", Text),
        moment("failed_at", now=True),
        # null: a dead letter, which waits for a person
        moment("due_at", nullable=True),
        Column("dead", Boolean, nullable=False, server_default="false"),
        CheckConstraint("dead = (due_at is null)", name="inbox_failures_dead_or_due"),
        Index("inbox_failures_due", "due_at", postgresql_where=text("not dead")),
        Index(
            "inbox_failures_once", "consumer", "event_id", unique=True, postgresql_where=text("event_id is not null")
        ),
    )


def _states(metadata: MetaData) -> None:
    Table(
        "states",
        metadata,
        Column("name", Text, primary_key=True),
        # the owner's number; a lower one never replaces a higher one
        Column("number", BigInteger, nullable=False),
        Column("value", JSONB),
        moment("heard_at", now=True),
    )
