"""The invoice on paper, 80 mm wide."""

import json
import unicodedata
from pathlib import Path
from typing import Any

from fpdf import FPDF

from services.orders.domain.money import rupees

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
BOLD = FONT.with_name("DejaVuSans-Bold.ttf")
# what is written in India, and DejaVu does not have
SCRIPTS = ("Bengali", "Devanagari", "Gujarati", "Gurmukhi", "Kannada", "Malayalam", "Oriya", "Tamil", "Telugu")
SCRIPT = "/usr/share/fonts/truetype/noto/NotoSans{script}-{weight}.ttf"
# the first letter of those that stand otherwise beside others than alone
JOINED = "\u0590"
WIDTH_MM, MARGIN_MM, LINE_MM = 80, 4, 4.2
FIXED_MM, PER_LINE_MM, PER_PAYMENT_MM = 110, 14, 9


def render(invoice: dict[str, Any]) -> bytes:
    """An invoice (see handlers.invoicing) as PDF: a page as long as it needs, a second one where names are long."""
    order, store = invoice["order"], invoice["store"]
    paper = _paper(invoice)
    for label in invoice["labels"]:
        paper.set_font("dejavu", "B", 12)
        paper.cell(0, 7, label.upper(), border=1, align="C", new_x="LMARGIN", new_y="NEXT")
    _centre(paper, store["name"], bold=True)
    _centre(paper, store["address"])
    _centre(paper, f"GSTIN {store['gstin']}")
    _text(paper, f"Tax invoice {order['invoice']['number']}")
    _text(paper, f"{order['business_date']} · {order['till_name']} · {order['seller']['name']}")
    if order["customer"]:
        _text(paper, order["customer"]["name"])
        if order["customer"].get("gstin"):
            _text(paper, f"GSTIN {order['customer']['gstin']}")
    if order["delivery"]:
        _text(paper, f"Delivery to {order['delivery']['address']} · {order['delivery']['phone']}")
    _text(paper, f"Place of supply: {order['place_of_supply']}")
    for line in order["lines"]:
        _line(paper, line)
    _sums(paper, order["totals"])
    for payment, paid_by in zip(order["payments"], invoice["paid_by"], strict=True):
        _pair(paper, " ".join(filter(None, (paid_by, payment["reference"]))), payment["amount_minor"])
        if payment["change_minor"]:
            _pair(paper, "Change", payment["change_minor"])
    if order["note"]:
        _text(paper, order["note"])
    _text(paper, order["invoice"]["hash"], size=6)
    return bytes(paper.output())


def _paper(invoice: dict[str, Any]) -> FPDF:
    order = invoice["order"]
    height = FIXED_MM + PER_LINE_MM * len(order["lines"]) + PER_PAYMENT_MM * len(order["payments"])
    paper = FPDF(unit="mm", format=(WIDTH_MM, height))
    paper.set_margin(MARGIN_MM)
    paper.set_auto_page_break(auto=True, margin=MARGIN_MM)
    paper.add_font("dejavu", "", str(FONT))
    paper.add_font("dejavu", "B", str(BOLD))
    _add_scripts(paper, json.dumps(invoice, ensure_ascii=False, default=str))
    paper.set_title(order["invoice"]["number"])
    paper.add_page()
    return paper


def _add_scripts(paper: FPDF, text: str) -> None:
    """Each font takes a tenth of a second to read: only those of letters that are there."""
    letters = {letter for letter in text if letter >= JOINED}
    named = {unicodedata.name(letter, "").split(" ")[0].title() for letter in letters}
    found = [script for script in SCRIPTS if script in named]
    for script in found:
        paper.add_font(script, "", SCRIPT.format(script=script, weight="Regular"))
        paper.add_font(script, "B", SCRIPT.format(script=script, weight="Bold"))
    paper.set_fallback_fonts(found)
    paper.set_text_shaping(bool(letters))


def _line(paper: FPDF, line: dict[str, Any]) -> None:
    _text(paper, " · ".join(filter(None, (line["name"], line["size"]))))
    _text(paper, f"{line['sku']} · HSN {line['hsn']} · GST {line['tax_rate_bp'] / 100:g} %", size=7)
    _pair(paper, f"{line['quantity']} × {rupees(line['unit_price_minor'])}", line["amount_minor"])
    if line["discount_minor"]:
        _pair(paper, "Discount", -line["discount_minor"])


def _sums(paper: FPDF, totals: dict[str, int]) -> None:
    if totals["round_off_minor"]:
        _pair(paper, "Round-off", totals["round_off_minor"])
    _pair(paper, "Total", totals["total_minor"], bold=True)
    _pair(paper, "Taxable value", totals["taxable_minor"])
    for name in ("cgst", "sgst", "igst"):
        if totals[f"{name}_minor"]:
            _pair(paper, name.upper(), totals[f"{name}_minor"])


def _pair(paper: FPDF, label: str, minor: int, *, bold: bool = False) -> None:
    paper.set_font("dejavu", "B" if bold else "", 11 if bold else 9)
    paper.cell(44, LINE_MM + 1, label[:30])
    paper.cell(0, LINE_MM + 1, rupees(minor), align="R", new_x="LMARGIN", new_y="NEXT")


def _centre(paper: FPDF, text: str, *, bold: bool = False) -> None:
    paper.set_font("dejavu", "B" if bold else "", 11 if bold else 9)
    paper.multi_cell(0, LINE_MM, text, align="C", new_x="LMARGIN", new_y="NEXT")


def _text(paper: FPDF, text: str, *, size: int = 9) -> None:
    paper.set_font("dejavu", "", size)
    paper.multi_cell(0, LINE_MM, text, new_x="LMARGIN", new_y="NEXT")
