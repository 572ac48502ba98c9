"""Why an order waits for a person, in words that a person at a counter understands."""

import re
from dataclasses import dataclass

MAX_TEXT = 300
MAX_CODE = 64

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff<>]+")


@dataclass(frozen=True)
class Reason:
    """A stable code and a sentence."""

    code: str
    text: str


OUT_OF_ATTEMPTS = Reason(
    "out_of_attempts",
    "Head office failed on this order again and again, while it answered otherwise. Try again later, or call support.",
)
DOES_NOT_MATCH = Reason(
    "answer_does_not_match",
    "Head office's answer was about another order, amount or invoice number. Compare the order before trying again.",
)
KEY_REUSED = Reason(
    "key_reused", "Head office holds something else under this order's key. Compare the order, then call support."
)
OUTCOME_UNKNOWN = Reason(
    "outcome_unknown",
    "Head office did not say whether it has this order, though it was asked again and again. Try again later.",
)
NOT_TOLD = Reason("refused", "Head office refused this order without saying why. Call support.")

KEY_MISSING = Reason(
    "key_missing", "The key that this order's customer is sealed under is missing here. Put it back, then try again."
)

KNOWN = {
    "unknown_sku": "Head office does not know an article of this order. Enter head office's SKU for the line.",
    "unknown_product": "Head office does not know an article of this order. Enter head office's SKU for the line.",
    "unknown_staff": "Head office does not know the sales employee. Choose another one.",
    "unknown_sales_employee": "Head office does not know the sales employee. Choose another one.",
    "unknown_payment_mode": "Head office does not know a payment mode of this order. Choose the right one.",
    "payment_reference": "Head office does not accept a payment's reference. Correct the reference.",
    "invalid_reference": "Head office does not accept a payment's reference. Correct the reference.",
    "invalid_contact": "Head office does not accept the customer's phone number or e-mail address. Correct it.",
    "invalid_customer": "Head office does not accept the customer's details. Correct the contact.",
    "amount_differs": "Head office reckons another amount for this order. Call support.",
    "invoice_number": "Head office does not accept the invoice number. Call support.",
    "cancelled": "Head office has this order as cancelled.",
    KEY_MISSING.code: KEY_MISSING.text,
}


def refused(given: tuple[Reason, ...]) -> Reason:
    """One reason for all that head office gave: its first code, and a sentence each."""
    if not given:
        return NOT_TOLD
    return Reason(_code(given[0].code), _shorten(" ".join(dict.fromkeys(_sentence(r) for r in given))))


def _sentence(reason: Reason) -> str:
    code, own = _code(reason.code), _clean(reason.text)
    if code in KNOWN:
        return KNOWN[code]
    return f"Head office says: {own}" if own else f"Head office refused this order ({code})."


def _code(code: str) -> str:
    return re.sub(r"[^a-z0-9_.]+", "_", code.lower())[:MAX_CODE].strip("_") or NOT_TOLD.code


def _clean(text: str) -> str:
    return _shorten(_UNSAFE.sub(" ", text[: 2 * MAX_TEXT]).strip())


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
