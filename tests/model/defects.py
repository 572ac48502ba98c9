"""`python -m tests.model.defects`: plants defects, one at a time; the model has to find each, or it proves nothing.

Each is a mistake that somebody could make. MODEL_EXAMPLES and MODEL_SEED are those of the model.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

import typer
from sqlalchemy import text

from deploy.runner.environment import PROJECT

PLANTED = "MODEL_DEFECT"
# more than the model plays in every run of the tests
ENOUGH = {"MODEL_EXAMPLES": "150"}


def _without(module: Any, statement: str, words: str) -> None:
    """Takes words out of a statement. They have to be there."""
    told = getattr(module, statement).text
    assert words in told, f"{statement} no longer says: {words}"
    setattr(module, statement, text(told.replace(words, "")))


def older_outcome() -> None:
    """`orders` believes the last word that comes, not the latest that was said."""
    from services.orders.store import orders

    _without(orders, "SETTLE", " and o.delivery_version < t.version")


def older_outcome_in_a_session() -> None:
    """So does `sessions`."""
    from services.sessions.store import offline_sessions

    def settle(tx: Any, outcomes: Any) -> None:
        rows = sorted(outcomes, key=lambda row: str(row["order_id"]))
        put = offline_sessions.insert(offline_sessions.deliveries)
        newer = {name: put.excluded[name] for name in ("session_id", "state", "delivery_version")}
        tx.execute(put.on_conflict_do_update(index_elements=["order_id"], set_=newer), rows)

    offline_sessions.settle = settle


def fence() -> None:
    """A sender whose hold is over writes what it heard."""
    from services.sync.store import deliveries

    _without(deliveries, "WRITE", " and d.fence = r.fence")


def lost_is_not_received() -> None:
    """No answer counts as not sent."""
    from services.sync.domain import delivery

    delivery._ask_again = lambda one, _edge, now, policy, **_: delivery._put_off(one, now, policy)


def failed_is_not_received() -> None:
    """A 500 counts as not stored."""
    from services.sync.domain import delivery

    plain = delivery._failed

    def certain(one: Any, *arguments: Any, **named: Any) -> Any:
        step = plain(one, *arguments, **named)
        return replace(step, delivery=replace(step.delivery, doubtful=one.doubtful))

    delivery._failed = certain


def void_under_way() -> None:
    """A sale is void while its request is under way."""
    from services.sync.domain import delivery, wishes

    wishes.UNDER_WAY = ()
    delivery.EDGES[delivery.Edge.WITHDRAWN] |= {(state, delivery.State.WITHDRAWN) for state in delivery.State}


def told_once_too_few() -> None:
    """What a broken-off sender had claimed stays claimed."""
    from services.sync.store import deliveries

    deliveries.LEFT_BEHIND = text(deliveries.LEFT_BEHIND.text.replace("where ", "where false and "))


def older_notice() -> None:
    """Head office is told what came last, not what was said last."""
    from services.sync.store import notices

    _without(notices, "PUT", "where n.version < excluded.version")


def sealed_early() -> None:
    """A session is done as soon as it is sealed."""
    from services.sessions.handlers import facts

    plain = facts.status
    facts.status = lambda *, ended, seal, deliveries: plain(
        ended=ended, seal=seal and replace(seal, orders=0), deliveries=deliveries
    )


def not_sealed() -> None:
    """A session that ended unheard is never sealed."""
    from services.orders.store import heard

    heard.without_orders = lambda *_: []


def given_up_is_forgotten() -> None:
    """A till that gave a sale up may have it stored later."""
    from services.orders.store import sales

    sales.entomb = lambda *_: None


DEFECTS: dict[str, Callable[[], None]] = {
    plant.__name__.replace("_", " "): plant
    for plant in (
        older_outcome,
        older_outcome_in_a_session,
        fence,
        lost_is_not_received,
        failed_is_not_received,
        void_under_way,
        told_once_too_few,
        older_notice,
        sealed_early,
        not_sealed,
        given_up_is_forgotten,
    )
}


def plant_what_is_asked_for() -> None:
    """Plants the defect that the environment names, if any."""
    if name := os.environ.get(PLANTED):
        DEFECTS[name]()


def main(only: Annotated[str, typer.Option(help="These defects alone, by commas.")] = "") -> None:
    """Each line says whether the model found a defect; ends with `N found, N not`."""
    chosen = [name for name in DEFECTS if not only or name in only.split(",")]
    found = [_found(name) for name in chosen]
    typer.echo(f"{sum(found)} found, {len(found) - sum(found)} not")
    sys.exit(not all(found))


def _found(name: str) -> bool:
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/model/test_model.py"]
    done = subprocess.run(
        words, cwd=PROJECT, env={**ENOUGH, **os.environ, PLANTED: name}, capture_output=True, text=True, check=False
    )
    wrong = [line for line in done.stdout.splitlines() if line.startswith("E  ")]
    found = done.returncode == 1 and bool(wrong)
    typer.echo(f"{name:<32} {'found' if found else 'not found'}  {wrong[0][4:120].strip() if wrong else ''}")
    return found


if __name__ == "__main__":
    typer.run(main)
