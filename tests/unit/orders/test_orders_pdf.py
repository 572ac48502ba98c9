"""The PDF of an invoice has every letter that people in India write (S17)."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from services.orders.pdf import render

WRITTEN = {
    "Bengali": "বাংলা স্টোর",
    "Devanagari": "क्षत्रिय हिन्दी",
    "Gujarati": "ગુજરાતી",
    "Gurmukhi": "ਪੰਜਾਬੀ",
    "Kannada": "ಕನ್ನಡ",
    "Malayalam": "മലയാളം",
    "Oriya": "ଓଡ଼ିଆ",
    "Tamil": "தமிழ் நாடு",
    "Telugu": "తెలుగు",
    "Urdu": "اردو دکان",
    "Latin": "Zoë Müller ₹",
}


def letters_of(pdf: bytes) -> set[str]:
    """What is drawn from a font that has it: what no font has is left out."""
    return {letter for page in PdfReader(BytesIO(pdf)).pages for letter in page.extract_text() if not letter.isspace()}


def invoice(**told: Any) -> dict[str, Any]:
    """An invoice over nothing, with what was told."""
    totals = dict.fromkeys(("round_off", "total", "taxable", "cgst", "sgst", "igst"), 0)
    order = {
        "invoice": {"number": "26-T1-1", "hash": "00ff"},
        "business_date": "2026-04-15",
        "till_name": "Till 1",
        "seller": {"name": "Asha"},
        "customer": None,
        "delivery": None,
        "place_of_supply": "29",
        "lines": [],
        "totals": {f"{name}_minor": minor for name, minor in totals.items()},
        "payments": [],
        "note": "",
    }
    store = {"name": "Store", "address": "1 Church Street", "gstin": "29AABCA1234F1Z5"}
    return {"order": order | told, "store": store, "labels": [], "paid_by": []}


@pytest.mark.parametrize("script", WRITTEN)
def test_s17_a_name_is_printed_in_its_own_letters(script: str) -> None:
    written = WRITTEN[script]
    name, note = {"name": f"Ravi {written}"}, {"note": f"Ring {written}"}
    assert letters_of(render(invoice(customer=name))) >= set(written.replace(" ", ""))
    assert letters_of(render(invoice(**note))) >= set(written.replace(" ", ""))


def test_s17_letters_that_need_no_other_font_bring_none() -> None:
    """A document whose words are Latin is not made bigger by the others' fonts."""
    [page] = PdfReader(BytesIO(render(invoice(note="Ring twice")))).pages
    assert len(page["/Resources"]["/Font"]) == 2
    [page] = PdfReader(BytesIO(render(invoice(note=WRITTEN["Tamil"])))).pages
    assert len(page["/Resources"]["/Font"]) == 3
