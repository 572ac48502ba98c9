"""T45: what people type about offline mode, staff and folders."""

from typing import Any

import pytest

from services.chassis.errors import CardNumberRefused
from services.sessions import schemas as of

CARD = "4111 1111 1111 1111 12/27"


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (of.Block, {"reason": CARD}),
        (of.Turn, {"on": True, "reason": CARD}),
        (of.GrantFolder, {"folder": f"/{CARD}"}),
        (of.GrantTill, {"granted": True, "folder": CARD}),
    ],
)
def test_t45_a_card_number_is_refused_in_what_people_type(kind: Any, typed: dict[str, Any]) -> None:
    with pytest.raises(CardNumberRefused):
        kind.model_validate(typed)
