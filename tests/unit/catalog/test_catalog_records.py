"""Records of a feed: what is taken, and what each bad one is told by."""

from datetime import UTC, datetime

import pytest

from services.catalog.domain.inventory import left, stock
from services.catalog.domain.payment_modes import PaymentMode, payment_mode
from services.catalog.domain.products import Price, current, product
from services.catalog.domain.reading import BadRecord
from services.catalog.domain.staff import StaffMember, staff_member

APRIL = datetime(2026, 4, 1, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)

PRICES = [{"valid_from": "2026-04-01T00:00:00Z", "price_minor": 129900}]
TAX_RATES = [{"valid_from": "2017-07-01T00:00:00+05:30", "rate_bp": 1200}]
VARIANT = {
    "sku": "SH-1-M",
    "size": "M",
    "barcode": "8901234567890",
    "hsn": "6205",
    "prices": PRICES,
    "tax_rates": TAX_RATES,
}
PRODUCT = {"product_id": "SH-1", "name": " Check Shirt ", "category": "Shirts", "variants": [VARIANT]}
STOCK = {"sku": "SH-1-M", "quantity": 7}
CASH = {"code": "CASH", "name": "Cash at Store", "kind": "cash", "offline": True, "limit_minor": 20000000}
ASHA = {"staff_code": "A1", "name": "Asha", "role": "associate", "permissions": ["offline_mode"]}


def variant(**changes):
    return PRODUCT | {"variants": [VARIANT | changes]}


def without(record, *names):
    return {k: v for k, v in record.items() if k not in names}


def test_s1_a_product_is_read_with_its_variants_prices_and_tax():
    read = product(PRODUCT | {"colour": "a field of tomorrow", "brand": "  "})
    [only] = read.variants
    assert (read.product_id, read.name, read.category, read.brand) == ("SH-1", "Check Shirt", "Shirts", None)
    assert (only.sku, only.size, only.barcode, only.hsn, only.exempt) == (
        "SH-1-M",
        "M",
        "8901234567890",
        "6205",
        False,
    )
    assert only.prices == (Price(APRIL, 129900),)
    assert only.tax_rates[0].valid_from == datetime(2017, 6, 30, 18, 30, tzinfo=UTC)


def test_s1_what_may_be_absent_is_absent():
    read = product(variant(size=None, barcode="", hsn=None, exempt=True, tax_rates=None)).variants[0]
    assert (read.size, read.barcode, read.hsn, read.exempt, read.tax_rates) == ("", None, None, True, ())


def test_s1_prices_are_put_in_order_and_the_one_of_the_day_is_found():
    later = {"valid_from": "2026-05-01T00:00:00Z", "price_minor": 99900}
    prices = product(variant(prices=[later, *PRICES])).variants[0].prices
    assert prices == (Price(APRIL, 129900), Price(MAY, 99900))
    assert current(prices, MAY) == prices[1]
    assert current(prices, datetime(2026, 4, 30, 23, 59, 59, tzinfo=UTC)) == prices[0]
    assert current(prices, datetime(2026, 3, 31, tzinfo=UTC)) is None


def price(**changes):
    return variant(prices=[PRICES[0] | changes])


def rate(**changes):
    return variant(tax_rates=[TAX_RATES[0] | changes])


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (without(PRODUCT, "product_id"), "product_id_invalid"),
        (PRODUCT | {"product_id": "a b"}, "product_id_invalid"),
        (without(PRODUCT, "name"), "name_missing"),
        (PRODUCT | {"name": 7}, "name_invalid"),
        (PRODUCT | {"name": "a\x00b"}, "name_invalid"),
        (PRODUCT | {"name": "\ud800"}, "name_invalid"),
        (PRODUCT | {"name": "a\u202eb"}, "name_invalid"),
        (PRODUCT | {"name": "x" * 201}, "name_too_long"),
        (without(PRODUCT, "category"), "category_missing"),
        (without(PRODUCT, "variants"), "variants_missing"),
        (PRODUCT | {"variants": []}, "variants_missing"),
        (PRODUCT | {"variants": {"sku": "A"}}, "variants_missing"),
        (PRODUCT | {"variants": ["A"]}, "not_an_object"),
        (PRODUCT | {"variants": [VARIANT] * 501}, "variants_too_many"),
        (PRODUCT | {"variants": [VARIANT, VARIANT]}, "sku_twice"),
        (variant(sku=None), "sku_invalid"),
        (variant(sku="../etc"), "sku_invalid"),
        (variant(sku="x" * 65), "sku_invalid"),
        (variant(size="x" * 41), "size_too_long"),
        (variant(barcode="1" * 129), "barcode_too_long"),
        (variant(barcode=8901234567890), "barcode_invalid"),
        (variant(hsn="62O5"), "hsn_invalid"),
        (variant(hsn="620"), "hsn_invalid"),
        (variant(exempt="no"), "exempt_invalid"),
        (variant(prices=None), "prices_missing"),
        (variant(prices=PRICES * 2), "prices_overlap"),
        (variant(prices=PRICES * 65), "prices_too_many"),
        (variant(prices=[{"price_minor": 1}]), "valid_from_invalid"),
        (price(price_minor=None), "price_minor_not_whole"),
        (price(price_minor="129900"), "price_minor_not_whole"),
        (price(price_minor=1299.0), "price_minor_not_whole"),
        (price(price_minor=True), "price_minor_not_whole"),
        (price(price_minor=0), "price_minor_out_of_range"),
        (price(price_minor=-1), "price_minor_out_of_range"),
        (price(price_minor=10**13 + 1), "price_minor_out_of_range"),
        (price(valid_from="2026-02-30T00:00:00Z"), "valid_from_invalid"),
        (price(valid_from="2026-04-01T00:00:00"), "valid_from_invalid"),
        (price(valid_from="0001-01-01T00:00:00+05:30"), "valid_from_invalid"),
        (price(valid_from=20260401), "valid_from_invalid"),
        (variant(tax_rates=[]), "tax_rates_missing"),
        (variant(tax_rates=TAX_RATES * 2), "tax_rates_overlap"),
        (rate(rate_bp=10_001), "rate_bp_out_of_range"),
        (rate(rate_bp=12.5), "rate_bp_not_whole"),
    ],
)
def test_s1_a_bad_product_is_named(record, code):
    with pytest.raises(BadRecord) as refused:
        product(record)
    assert refused.value.code == code


@pytest.mark.parametrize("quantity", [-5, 0, 7, 10**7])
def test_s1_stock_is_a_whole_number_also_below_none(quantity):
    assert stock(STOCK | {"quantity": quantity}).quantity == quantity


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (without(STOCK, "sku"), "sku_invalid"),
        (without(STOCK, "quantity"), "quantity_not_whole"),
        (STOCK | {"quantity": "7"}, "quantity_not_whole"),
        (STOCK | {"quantity": 7.5}, "quantity_not_whole"),
        (STOCK | {"quantity": 10**7 + 1}, "quantity_out_of_range"),
    ],
)
def test_s1_bad_inventory_is_named(record, code):
    with pytest.raises(BadRecord) as refused:
        stock(record)
    assert refused.value.code == code


@pytest.mark.parametrize(("synced", "sold", "is_left"), [(7, 0, 7), (7, 3, 4), (7, 9, 0), (-5, 1, 0)])
def test_s13_what_is_left_is_never_less_than_none(synced, sold, is_left):
    assert left(synced, sold) == is_left


def test_s1_a_payment_mode_is_read():
    assert payment_mode(CASH) == PaymentMode("CASH", "Cash at Store", "cash", offline=True, limit_minor=20000000)
    assert payment_mode(CASH | {"limit_minor": None}).limit_minor is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": ""}, "code_invalid"),
        ({"name": " "}, "name_missing"),
        ({"kind": "barter"}, "kind_unknown"),
        ({"kind": None}, "kind_unknown"),
        ({"kind": "online"}, "offline_invalid"),
        ({"offline": 1}, "offline_invalid"),
        ({"limit_minor": -1}, "limit_minor_out_of_range"),
        ({"limit_minor": "1"}, "limit_minor_not_whole"),
    ],
)
def test_s1_a_bad_payment_mode_is_named(changes, code):
    with pytest.raises(BadRecord) as refused:
        payment_mode(CASH | changes)
    assert refused.value.code == code


def test_s1_a_staff_member_is_read_and_nothing_of_a_secret_is_kept():
    read = staff_member(ASHA | {"pin_hash": "$md5$x", "valid_until": "2026-05-01T00:00:00Z"})
    assert read == StaffMember("A1", "Asha", "associate", ("offline_mode",), active=True, valid_until=MAY)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"staff_code": None}, "staff_code_invalid"),
        ({"name": None}, "name_missing"),
        ({"role": "root"}, "role_unknown"),
        ({"role": ["manager"]}, "role_unknown"),
        ({"permissions": "offline_mode"}, "permissions_invalid"),
        ({"permissions": [1]}, "permissions_invalid"),
        ({"permissions": ["a b"]}, "permissions_invalid"),
        ({"permissions": ["p"] * 33}, "permissions_invalid"),
        ({"active": "yes"}, "active_invalid"),
        ({"valid_until": "tomorrow"}, "valid_until_invalid"),
    ],
)
def test_s1_a_bad_staff_member_is_named(changes, code):
    with pytest.raises(BadRecord) as refused:
        staff_member(ASHA | changes)
    assert refused.value.code == code


@pytest.mark.parametrize("record", [None, [], "x", 7])
def test_s1_a_record_is_an_object(record):
    from services.catalog.domain.reading import fields_of

    with pytest.raises(BadRecord) as refused:
        fields_of(record, "record")
    assert refused.value.code == "not_an_object"
