"""What a page offers at Pay."""

from services.orders.handlers import showing


def offered(counter):
    return {mode.code: (mode.name, mode.unavailable) for mode in showing.payment_modes(counter.app).items}


def test_s16_online_payment_modes_are_shown_as_unavailable_while_offline(counter):
    online = offered(counter)
    assert {why for _, why in online.values()} == {None}
    counter.go_offline()
    kinds = {mode.code: mode.kind for mode in showing.payment_modes(counter.app).items}
    for code, (_, why) in offered(counter).items():
        assert why == ("Not available in Offline Mode" if kinds[code] == "online" else None)
    assert "online" in kinds.values()
