from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sessions_store import Store, build_app

# as the migrations leave them: nothing is revoked, and nothing else has been said either
EMPTY = """
alter table ledger disable trigger all;
truncate machine, offline_sessions, deliveries, ledger, credentials, codes, tries, blocks, shifts, revocations,
    storage_grants, outbox, inbox, inbox_failures, states;
alter table ledger enable trigger all;
delete from published where name <> 'revocations';
update published set number = 1, value = '{"tokens": [], "staff": [], "tills": []}';
"""


@pytest.fixture(scope="session")
def sessions_database(service_database: Any) -> str:
    """A database for all tests here: a clone for each takes ten times as long as emptying one."""
    url: str = service_database("sessions")
    return url


@pytest.fixture
def store(service_database: Any, sessions_database: str, tmp_path: Path) -> Iterator[Store]:
    """A store that is open for business."""
    with psycopg.connect(service_database.owner_url(sessions_database), autocommit=True) as owner:
        owner.execute("set search_path to sessions")
        owner.execute(EMPTY)
    opened = Store(build_app(tmp_path, sessions_database))
    folder = tmp_path / "offline"
    folder.mkdir()
    opened.open_for_business(folder)
    yield opened
    opened.app.db.dispose()
