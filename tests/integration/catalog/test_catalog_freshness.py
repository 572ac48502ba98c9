"""How old each data set is, told before anybody sells from it; and what is missing, by name."""

from catalog_store import PEOPLE, Store

from services.catalog.handlers import syncing
from services.catalog.settings import Ages
from services.head_office.port import FeedFailed


def levels(store: Store) -> dict[str, str]:
    """As other services hear it."""
    return {name: told["freshness"] for name, told in store.state("readiness")["value"]["datasets"].items()}


def test_s2_readiness_names_what_is_missing_until_all_four_have_synced(store):
    store.later(seconds=0)
    told = store.state("readiness")
    assert told["value"]["missing"] == ["products", "inventory", "payment-modes", "staff"]
    assert set(levels(store).values()) == {"never"}
    store.sync("staff", *PEOPLE)
    assert store.state("readiness")["value"]["missing"] == ["products", "inventory", "payment-modes"]
    store.sync_all()
    value = store.state("readiness")["value"]
    assert (value["missing"], value["currency"]) == ([], "INR")
    assert value["datasets"]["products"] == {
        "synced_at": "2026-04-15T06:30:00+00:00",
        "as_of": "2026-04-15T06:30:00+00:00",
        "count": 3,
        "version": 1,
        "freshness": "fresh",
        "stale_at": "2026-04-15T10:30:00+00:00",
        "too_old_at": "2026-04-16T06:30:00+00:00",
    }


def test_s2_what_is_lost_later_is_not_missing(synced):
    synced.feeds.next["staff"] = FeedFailed("unreachable", "Head office cannot be reached.")
    syncing.sync(synced.app, "staff")
    assert synced.state("readiness")["value"]["missing"] == []
    assert synced.status("staff")["count"] == 2


def test_b1_each_data_set_grows_old_by_itself_and_readiness_gets_a_new_number(synced):
    number = synced.state("readiness")["number"]
    synced.later(hours=4)
    assert synced.state("readiness", since=number) is None
    synced.sync("staff", *PEOPLE, as_of=synced.clock.now())
    number = synced.state("readiness")["number"]
    synced.later(seconds=1)
    assert synced.state("readiness", since=number) is not None
    assert levels(synced) == {"products": "stale", "inventory": "stale", "payment-modes": "stale", "staff": "fresh"}
    synced.later(hours=20)
    assert levels(synced) == {
        "products": "too_old",
        "inventory": "too_old",
        "payment-modes": "too_old",
        "staff": "stale",
    }
    told = synced.status("products")
    assert (told["freshness"], told["age_seconds"]) == ("too_old", 24 * 3600 + 1)


def test_b1_a_fresh_feed_of_old_data_is_old(synced):
    synced.clock.advance(3 * 3600)
    synced.sync("staff", *PEOPLE, as_of=synced.app.started_at)
    synced.later(hours=1, seconds=1)
    assert levels(synced)["staff"] == "stale"


def test_b1_the_policy_is_a_setting_for_each_data_set(synced):
    synced.configured(freshness={"inventory": Ages(fresh=60, too_old=600)})
    synced.later(seconds=61)
    assert levels(synced)["inventory"] == "stale"
    synced.later(minutes=10)
    assert (levels(synced)["inventory"], levels(synced)["products"]) == ("too_old", "fresh")
