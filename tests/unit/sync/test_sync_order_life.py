"""docs/order-life.md tells of every edge of a delivery, and of no other."""

import re
from pathlib import Path

from services.sync.domain.delivery import EDGES, Edge, State

PAGE = Path(__file__).parents[3] / "docs" / "order-life.md"
ROW = re.compile(r"^\| (\w+) \| ((?:\w+ → \w+(?:, )?)+) \|", re.MULTILINE)


def written() -> dict[str, set[tuple[State, State]]]:
    found = {}
    for name, pairs in ROW.findall(PAGE.read_text()):
        if name in set(Edge):
            found[name] = {tuple(State(s) for s in pair.split(" → ")) for pair in pairs.split(", ")}
    return found


def test_the_page_names_every_edge_as_it_is() -> None:
    assert written() == {edge.value: set(pairs) for edge, pairs in EDGES.items()}
