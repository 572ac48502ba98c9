"""The stand-in's shop and its dials."""

import gzip

import pytest
from stdnum import ean
from stdnum.in_ import gstin

from deploy.head_office import demo_data, goods
from deploy.head_office.baskets import MOST_LINES, MOST_PIECES, baskets
from deploy.head_office.dials import Dials, UnknownDial

PRODUCTS = """id,gender,master_category,sub_category,article_type,colour,season,year,usage,name
15970,Men,Apparel,Topwear,Shirts,Navy Blue,Fall,2011,Casual,Turtle Check Shirt
39386,Men,Footwear,Shoes,Casual Shoes,Blue,Summer,2012,Casual,
21379,Men,Apparel,Bottomwear,Track Pants,Black,Fall,2011,Casual,Manchester United Men Solid Black Track Pants
59263,Women,Accessories,Watches,Watches,Silver,Winter,2016,Casual,Titan Women Silver Watch
"""
RECEIPTS = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,Lantern,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
1,B,Heart,1,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
C2,A,Lantern,-1,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
3,A,Lantern,2,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
"""


def test_s1_the_same_seed_gives_the_same_shop():
    assert demo_data.generate(200) == demo_data.generate(200)
    assert demo_data.generate(200) != demo_data.generate(200, seed=2)


def test_s1_the_shop_has_its_variants_each_with_codes_of_its_own():
    shop = demo_data.generate(2_000)
    variants = [v for p in shop.products for v in p["variants"]]
    assert len({v["sku"] for v in variants}) == len({v["barcode"] for v in variants}) == len(variants) >= 2_000
    assert {row["sku"] for row in shop.inventory} == {v["sku"] for v in variants}
    assert all(ean.is_valid(v["barcode"]) for v in variants)
    assert {v["hsn"] for v in variants if v["exempt"]} == {"7018"}, "glass bangles bear no GST"


@pytest.mark.parametrize(
    ("hsn", "rupees", "before", "since"),
    [
        ("6205", 1_000, 500, 500),
        ("6205", 1_001, 1200, 500),
        ("6205", 2_500, 1200, 500),
        ("6205", 2_501, 1200, 1800),
        ("6403", 1_000, 1200, 500),
        ("6403", 1_001, 1800, 500),
        ("6403", 2_501, 1800, 1800),
        ("5007", 9_000, 500, 500),
        ("4202", 500, 1800, 1800),
    ],
)
def test_b6_rates_changed_at_midnight_of_22_september_2025(hsn, rupees, before, since):
    assert goods.tax_rates(hsn, rupees * 100) == [
        {"valid_from": "2017-07-01T00:00:00+05:30", "rate_bp": before},
        {"valid_from": "2025-09-22T00:00:00+05:30", "rate_bp": since},
    ]


def test_s16_four_payment_modes_of_which_one_needs_the_line():
    modes = {m["name"]: (m["kind"], m["offline"]) for m in demo_data.payment_modes()}
    assert modes == {
        "Cash at Store": ("cash", True),
        "Card Swipe at Store": ("card", True),
        "UPI at Store": ("upi", True),
        "Payment Link": ("online", False),
    }


def test_b18_twenty_people_of_whom_three_manage():
    people = demo_data.staff()
    assert len(people) == len({p["staff_code"] for p in people}) == 20
    assert sum(p["role"] == "manager" for p in people) == 3
    assert any(p["role"] == "associate" and "offline_mode" in p["permissions"] for p in people)


def test_b19_the_store_has_a_gstin_of_its_state():
    assert gstin.is_valid(demo_data.STORE["gstin"])
    assert demo_data.STORE["gstin"][:2] == demo_data.STORE["state_code"]


@pytest.mark.parametrize("name", ["products.csv", "products.csv.gz"])
def test_s1_a_csv_of_real_products_makes_a_shop(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(gzip.compress(PRODUCTS.encode()) if name.endswith("gz") else PRODUCTS.encode())
    shop = demo_data.from_csv(file)
    assert [(p["product_id"], p["name"], p["category"], [v["size"] for v in p["variants"]]) for p in shop.products] == [
        ("P15970", "Turtle Check Shirt", "Topwear", ["S", "M", "L"]),
        ("P39386", "Casual Shoes", "Shoes", ["7", "8", "9"]),
        ("P21379", "Manchester United Men Solid Black Track Pants", "Bottomwear", ["30", "32", "34"]),
        ("P59263", "Titan Women Silver Watch", "Watches", ["Free"]),
    ]
    variants = [v for p in shop.products for v in p["variants"]]
    assert [row["sku"] for row in shop.inventory] == [v["sku"] for v in variants]
    assert {v["sku"] for v in variants} >= {"F15970-S", "F59263"}
    assert len({v["barcode"] for v in variants}) == len(variants)
    assert all(ean.is_valid(v["barcode"]) for v in variants)


def test_s1_a_product_costs_the_same_in_any_part_of_a_csv(tmp_path):
    head, *rows = PRODUCTS.splitlines(keepends=True)
    prices = []
    for n, lines in enumerate((rows, rows[1:])):
        file = tmp_path / f"{n}.csv"
        file.write_text(head + "".join(lines))
        prices.append({p["product_id"]: p["variants"][0]["prices"] for p in demo_data.from_csv(file).products})
    assert prices[0] | prices[1] == prices[0]


def test_receipts_become_baskets_over_the_skus_there_are(tmp_path):
    file = tmp_path / "receipts.csv.gz"
    file.write_bytes(gzip.compress(RECEIPTS.encode()))
    assert baskets(file, ["X", "Y"]) == [[("X", MOST_PIECES), ("Y", 1)], [("X", 2)]]
    assert all(len(basket) <= MOST_LINES for basket in baskets(file, ["X"]))


def test_a_dial_strikes_its_path_so_often_and_no_more():
    dials = Dials()
    dials.put([{"kind": "down", "path": "/v1/orders", "count": 2}])
    paths = ("/v1/feeds/staff", "/v1/orders", "/v1/orders/1", "/v1/orders")
    assert [bool(dials.strike("down", path)) for path in paths] == [False, True, True, False]


def test_a_dial_may_strike_every_third_request():
    dials = Dials()
    dials.put([{"kind": "status", "value": 500, "every": 3}])
    assert [bool(dials.strike("status", "/")) for _ in range(6)] == [False, False, True, False, False, True]


def test_a_refusal_strikes_the_orders_that_are_named():
    dials = Dials()
    dials.put([{"kind": "refuse", "value": {"ids": ["a"], "code": "closed", "text": "Closed.", "line_no": 2}}])
    assert [dials.refusal(i) for i in "ab"] == [{"code": "closed", "text": "Closed.", "line_no": 2}, None]


def test_a_refusal_may_strike_the_next_few_orders_or_every_third():
    dials = Dials()
    dials.put([{"kind": "refuse", "count": 2}])
    assert [bool(dials.refusal(order_id)) for order_id in "abc"] == [True, True, False]
    dials.put([{"kind": "refuse", "every": 3}])
    assert [bool(dials.refusal(order_id)) for order_id in "abc"] == [False, False, True]


def test_a_dial_says_how_often_it_has_struck():
    dials = Dials()
    dials.put([{"kind": "down", "path": "/v1/orders", "every": 2}, {"kind": "refuse"}])
    for path in ("/v1/orders", "/health", "/v1/orders", "/v1/orders"):
        dials.strike("down", path)
    dials.refusal("a")
    assert [dial["struck"] for dial in dials.shown()] == [1, 1]
    dials.put([{"kind": "down"}])
    assert [dial["struck"] for dial in dials.shown()] == [0]


@pytest.mark.parametrize("row", [{"kind": "nonsense"}, {"kind": "down", "colour": "red"}, {}])
def test_a_dial_that_does_not_exist_is_refused(row):
    dials = Dials()
    with pytest.raises(UnknownDial):
        dials.put([{"kind": "down"}, row])
    assert dials.shown() == []
