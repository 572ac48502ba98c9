"""A swap may take minutes; a server that is silent while a feed is read is away."""

import psycopg.waiting
import pytest
from catalog_store import Store
from sqlalchemy import text

from services.catalog.store.staging import staging
from services.chassis import green
from services.chassis.database import patience
from services.chassis.errors import DatabaseUnavailable


@pytest.fixture(autouse=True)
def _as_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psycopg.waiting, "wait", green.wait)


def test_f59_a_swap_takes_as_long_as_it_needs(store: Store) -> None:
    with staging(store.app.db, "products") as stage, patience(0.1), stage.swap() as tx:
        assert tx.scalar(text("select count(*) from (select pg_sleep(0.5)) as slow")) == 1


def test_f24_a_server_that_is_silent_while_a_feed_is_kept_is_away(store: Store) -> None:
    with pytest.raises(DatabaseUnavailable), staging(store.app.db, "products") as stage, patience(0.1):
        stage._connection.execute(text("select pg_sleep(0.5)"))
