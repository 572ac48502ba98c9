"""What is sealed is read by nobody without the key, put beside nothing else, and found by its words alone."""

import pytest

from services.chassis.sealing import CannotOpen, Seals, new_key

TOLD = {"name": "Ravi Kumar", "phone": "98450 12345"}
OLD, NEW = new_key("1"), new_key("2")


def test_b18_a_sealed_value_opens_to_what_it_was_and_shows_nothing_of_it():
    seals = Seals(NEW)
    sealed = seals.seal(TOLD, "order 1")
    assert seals.open(sealed, "order 1") == TOLD
    assert "Ravi" not in sealed
    assert seals.seal(TOLD, "order 1") != sealed


@pytest.mark.parametrize(("what", "instead"), [("2:", "3:"), (":", ""), ("2:", "2:AAAA"), ("2:", "")])
def test_b18_what_was_changed_does_not_open(what: str, instead: str):
    seals = Seals(NEW)
    sealed = seals.seal(TOLD, "order 1")
    with pytest.raises(CannotOpen):
        seals.open(sealed.replace(what, instead, 1), "order 1")


def test_b18_what_was_put_beside_something_else_or_sealed_elsewhere_does_not_open():
    sealed = Seals(NEW).seal(TOLD, "order 1")
    with pytest.raises(CannotOpen):
        Seals(NEW).open(sealed, "order 2")
    for keys in (OLD, new_key("2")):
        with pytest.raises(CannotOpen):
            Seals(keys).open(sealed, "order 1")


def test_b18_a_new_key_seals_while_the_old_one_still_opens():
    before, after = Seals(OLD), Seals(f"{NEW} {OLD}")
    assert after.open(before.seal(TOLD, "x"), "x") == TOLD
    assert after.seal(TOLD, "x").startswith("2:")
    assert set(before.tokens(["ravi"])) < set(after.sought(["ravi"]))


def test_b18_tokens_tell_words_apart_and_say_nothing_without_the_key():
    seals = Seals(NEW)
    assert seals.tokens(["a", "b", "a"]) == sorted(seals.sought(["a", "b"]))
    assert not set(seals.tokens(["a"])) & set(Seals(new_key("2")).tokens(["a"]))


@pytest.mark.parametrize(
    "keys", ["", " ", "1", "1:", "1:AAAA", f"{OLD} {OLD}", "1:" + "A" * 43 + "=", f"{OLD};{NEW}"], ids=range(8)
)
def test_b18_what_is_no_key_is_refused_and_not_quoted(keys):
    with pytest.raises(ValueError, match="is no list of keys") as refused:
        Seals(keys)
    assert OLD[2:] not in str(refused.value)
