"""Browse, search and scan the last-synced catalogue, in whatever mode the store is."""

import json

import pytest
from catalog_store import ean, figure, product
from jsonschema import Draft202012Validator, FormatChecker

from deploy.runner.environment import PROJECT
from services.chassis.ids import new_id

STATES = ["readiness", "price-book", "payment-modes", "staff"]
ALL = ["P3", "P2", "P1", "P4"]
SHIRT, JEANS = "Turtle Check Men Navy Blue Shirt", "Peter England Men Party Blue Jeans"


@pytest.fixture
def shop(store):
    store.sync_all(
        product(1, "S", "M", "XL", name=SHIRT, price=999_00),
        product(2, "32", "34", name=JEANS, category="Jeans", price=1499_00) | {"brand": "Peter England"},
        product(3, "FREE", name="Café Crème Scarf", category="Accessories", price=299_00),
        product(4, "M", name="हिन्दी कुर्ता", category="Kurtas", price=599_00),
    )
    return store


def ids(page):
    return [item["product_id"] for item in page["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["P3", "P2", "P1", "P4"]),
        ({"q": "blue"}, ["P2", "P1"]),
        ({"q": "BLU men"}, ["P2", "P1"]),
        ({"q": "shirt blue"}, ["P1"]),
        ({"q": "blue xl"}, ["P1"]),
        ({"q": "creme"}, ["P3"]),
        ({"q": "CAFÉ"}, ["P3"]),
        ({"q": "कुर्ता"}, ["P4"]),
        ({"q": "peter eng"}, ["P2"]),
        ({"q": "p1-x"}, ["P1"]),
        ({"q": "lue"}, []),
        ({"q": "%"}, ["P3", "P2", "P1", "P4"]),
        ({"q": "b_ue"}, []),
        ({"q": "'; drop table products; --"}, []),
        ({"category": "Jeans"}, ["P2"]),
        ({"category": "jeans"}, []),
        ({"size": "M"}, ["P1", "P4"]),
        ({"size": "M", "q": "blue", "category": "Shirts"}, ["P1"]),
        ({"size": "99"}, []),
    ],
)
def test_s12_search_by_words_category_and_size(shop, query, found):
    assert ids(shop.get("/api/catalog/products", **query)) == found


def test_s12_a_search_is_paged_without_a_gap_or_a_repeat(store):
    store.sync_all(*(product(n, name=f"Shirt {n % 3}") for n in range(1, 24)))
    seen, cursor = [], None
    while True:
        page = store.get("/api/catalog/products", q="shirt", limit=5, **({"cursor": cursor} if cursor else {}))
        seen += ids(page)
        if (cursor := page["cursor"]) is None:
            break
    assert len(seen) == len(set(seen)) == 23


def test_s12_a_product_shows_its_sizes_and_what_is_left_of_each(shop):
    shop.sync("inventory", figure("P1-S", 0), figure("P1-M", 7), figure("P1-XL", -2), full=False)
    told = shop.get("/api/catalog/products/P1")
    assert [(v["size"], v["left"], v["price_minor"]) for v in told["variants"]] == [
        ("S", 0, 999_00),
        ("M", 7, 999_00),
        ("XL", 0, 999_00),
    ]
    assert (told["left"], told["price_from_minor"], told["price_to_minor"]) == (7, 999_00, 999_00)
    assert shop.get("/api/catalog/products", q="turtle")["items"] == [told]


def test_s12_a_price_of_tomorrow_is_not_shown_today(shop):
    prices = [
        {"valid_from": "2026-01-01T00:00:00Z", "price_minor": 999_00},
        {"valid_from": "2026-04-16T00:00:00+05:30", "price_minor": 799_00},
    ]
    shop.sync("products", product(1, "S", "M", "XL", prices=prices), product(5, "M", prices=prices[1:]), full=False)
    assert shop.get("/api/catalog/lookup", code="P1-M")["price_minor"] == 999_00
    assert shop.get("/api/catalog/lookup", code="P5-M")["price_minor"] is None
    shop.later(hours=13)
    assert shop.get("/api/catalog/lookup", code="P1-M")["price_minor"] == 799_00


BARCODE = ean(890000000011)


@pytest.mark.parametrize(
    "code",
    ["P1-M", "p1-m", " P1-M\r\n", BARCODE, f"0{BARCODE}", f"]C1010{BARCODE}", f"\x1d010{BARCODE}17261231\x1d10LOT"],
)
def test_s12_a_barcode_or_sku_is_found_however_it_is_given(shop, code):
    found = shop.get("/api/catalog/lookup", code=code)
    assert (found["sku"], found["product_id"], found["size"]) == ("P1-M", "P1", "M")
    assert (found["tax_rate_bp"], found["hsn"], found["left"], found["barcode"]) == (500, "6205", 10, BARCODE)


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("NOTHING", 404, "code_unknown"),
        ("8901234567890", 404, "code_unknown"),
        ("8901234567891", 422, "code_misread"),
        ("\x1d", 404, "code_unknown"),
        ("%", 404, "code_unknown"),
        ("", 422, "invalid_input"),
        ("x" * 201, 422, "invalid_input"),
    ],
)
def test_s12_what_is_not_found_is_told_by_a_code(shop, code, status, told):
    assert shop.refused("/api/catalog/lookup", code=code) == (status, told)


def test_s12_categories_are_counted(shop):
    assert shop.get("/api/catalog/categories")["items"] == [
        {"category": "Accessories", "products": 1},
        {"category": "Jeans", "products": 1},
        {"category": "Kurtas", "products": 1},
        {"category": "Shirts", "products": 1},
    ]


@pytest.mark.parametrize(
    ("cursor", "found"),
    [
        ("", ["P3", "P2", "P1", "P4"]),
        ("x", ["P3", "P2", "P1", "P4"]),
        ("P2 peter", ["P2", "P1", "P4"]),
        ("P z", ["P4"]),
    ],
)
def test_s12_any_text_is_a_place_in_the_list(shop, cursor, found):
    assert ids(shop.get("/api/catalog/products", cursor=cursor)) == found


def test_s12_the_next_page_begins_after_a_product_that_has_gone_in_the_meantime(store):
    store.sync_all(*(product(n, name=f"Shirt {n}") for n in range(1, 10)))
    page = store.get("/api/catalog/products", limit=3)
    store.sync("products", gone=("P3",), full=False)
    assert ids(store.get("/api/catalog/products", limit=3, cursor=page["cursor"])) == ["P4", "P5", "P6"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": -1},
        {"limit": 10**9},
        {"limit": "ten"},
        {"q": "x" * 201},
        {"q": "\x00"},
        {"category": ""},
        {"size": "x" * 41},
        {"cursor": "x" * 501},
        {"colour": "blue"},
    ],
)
def test_s12_a_search_that_makes_no_sense_is_refused(shop, query):
    assert shop.refused("/api/catalog/products", **query) == (422, "invalid_input")


def test_b15_other_services_pull_only_what_changed_in_pages(shop):
    numbers, skus, since = [], [], 0
    while (page := shop.state("price-book", since=since, limit=3)) is not None:
        numbers += [item["number"] for item in page["value"]["items"]]
        skus += [item["sku"] for item in page["value"]["items"]]
        since = page["number"]
        assert page["value"]["more"] is (len(skus) < 7)
    assert numbers == sorted(set(numbers))
    assert len(skus) == len(set(skus)) == 7
    assert shop.get("/api/catalog/changes", since=since) == {"number": since, "items": [], "more": False}
    shop.sync("inventory", figure("P3-FREE", 4), full=False)
    [item] = shop.get("/api/catalog/changes", since=since)["items"]
    assert (item["sku"], item["stock"], item["stock_as_of"]) == ("P3-FREE", 4, "2026-04-15T06:30:00Z")


def test_s1_payment_modes_and_staff_are_states_with_a_number(shop):
    modes = shop.state("payment-modes")
    assert (modes["number"], [mode["code"] for mode in modes["value"]]) == (1, ["CASH", "WEB"])
    assert modes["value"][0] == {
        "code": "CASH",
        "name": "Cash at Store",
        "kind": "cash",
        "offline": True,
        "limit_minor": None,
    }
    assert shop.state("payment-modes", since=1) is None
    staff = shop.state("staff")
    assert staff["value"][0] == {
        "staff_code": "A1",
        "name": "Asha",
        "role": "associate",
        "permissions": ["offline_mode"],
        "active": True,
        "valid_until": None,
    }


@pytest.mark.parametrize("name", STATES)
def test_b15_states_are_what_their_contracts_say(shop, name):
    schema = json.loads((PROJECT / f"services/catalog/contracts/{name}.schema.json").read_text())
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(shop.state(name))


@pytest.mark.parametrize("name", STATES)
def test_b15_states_are_for_services_only(shop, name):
    assert shop.refused(f"/state/{name}", "manager") == (403, "forbidden")


def test_s12_a_product_that_is_not_there_is_named(shop):
    assert shop.refused("/api/catalog/products/P9") == (404, "product_unknown")
    assert shop.refused(f"/api/catalog/products/{new_id()}") == (404, "product_unknown")
    assert shop.refused("/api/catalog/products/a%20b") == (422, "invalid_input")
