from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sync_store import Store

# as the migration leaves them: tables with rows of their own, and all others empty
EMPTY = """
truncate deliveries, documents, history, wishes, notices, audit, reconciliations, outbox, inbox, inbox_failures, states;
update switches set auto_sync = true, released_before = null, restored_at = null,
    changed_at = now(), changed_by = null;
update drainer set holder = null, until = null, toast_due = false, in_flight = 0, "limit" = 0, latency_ms = null,
    paused_until = null, pause_reason = null, queued = null, queued_at = null;
update lines set up = null, changed_at = null, good = null, streak = 0, counted_at = null, breaks = '[]';
update published set number = 0, value = '{}';
"""


@pytest.fixture(scope="session")
def sync_database(service_database: Any) -> str:
    """A database for all tests here: a clone for each takes ten times as long as emptying one."""
    url: str = service_database("sync")
    return url


@pytest.fixture
def store(service_database: Any, sync_database: str) -> Iterator[Store]:
    """A store whose head office is in memory, and answers."""
    with psycopg.connect(service_database.owner_url(sync_database), autocommit=True) as owner:
        owner.execute("set search_path to sync")
        owner.execute(EMPTY)
    opened = Store(sync_database)
    yield opened
    opened.app.db.dispose()
