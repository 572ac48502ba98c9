"""Reasons in words, whatever head office sends."""

import pytest

from services.sync.domain.reasons import KNOWN, MAX_TEXT, Reason, refused


def test_s23_a_known_code_is_said_in_our_words() -> None:
    assert refused((Reason("unknown_sku", "ERR 4711"),)) == Reason("unknown_sku", KNOWN["unknown_sku"])


def test_s23_an_unknown_code_is_said_in_head_offices_words() -> None:
    assert refused((Reason("E-17", "Store closed."),)) == Reason("e_17", "Head office says: Store closed.")


def test_s23_several_reasons_are_all_said_once() -> None:
    reason = refused((Reason("unknown_sku", ""), Reason("unknown_sku", ""), Reason("odd", "Because.")))
    assert reason.code == "unknown_sku"
    assert reason.text == f"{KNOWN['unknown_sku']} Head office says: Because."


@pytest.mark.parametrize(
    ("given", "code", "text"),
    [
        ((), "refused", "without saying why"),
        ((Reason("", ""),), "refused", "(refused)"),
        ((Reason("💥", ""),), "refused", "(refused)"),
        ((Reason("x" * 1_000_000, "y" * 1_000_000),), "x" * 64, "y" * 100),
        ((Reason("x", "<script>alert(1)</script>"),), "x", "script alert(1) /script"),
        ((Reason("x", "a\x00b\x1b\u202ec\ud800d"),), "x", "a b c d"),
    ],
)
def test_d_bad_reasons_are_made_safe(given: tuple[Reason, ...], code: str, text: str) -> None:
    reason = refused(given)
    assert reason.code == code
    assert text in reason.text
    assert len(reason.text) <= MAX_TEXT
    assert not set(reason.text) & set("<>\x00\x1b\u202e")
