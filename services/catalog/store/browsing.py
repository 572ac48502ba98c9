"""Reading the snapshot: each reader sees one whole snapshot, the old or the new."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, cast, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY

from services.catalog.domain.words import prefix_query
from services.catalog.models import datasets, products, sale_lines, sales, stock, variants
from services.chassis.database import Tx

INVENTORY_AS_OF = select(datasets.c.as_of).where(datasets.c.dataset == "inventory").scalar_subquery()
# a sale counts until head office drew up figures after it had taken the order in
SOLD = (
    select(func.coalesce(func.sum(sale_lines.c.quantity), 0))
    .join(sales, sales.c.order_id == sale_lines.c.order_id)
    .where(sale_lines.c.sku == variants.c.sku, ~sales.c.void)
    .where(or_(sales.c.accepted_at.is_(None), INVENTORY_AS_OF.is_(None), sales.c.accepted_at >= INVENTORY_AS_OF))
    .scalar_subquery()
)
SYNCED = func.coalesce(stock.c.quantity, 0)
VARIANTS = (
    select(variants, SYNCED.label("synced"), SOLD.label("sold"))
    .join(stock, stock.c.sku == variants.c.sku, isouter=True)
    .where(~variants.c.deleted)
)
CHANGES = (
    select(variants, SYNCED.label("stock"), stock.c.as_of.label("stock_as_of"))
    .join(stock, stock.c.sku == variants.c.sku, isouter=True)
    .where(variants.c.number > bindparam("since"))
    .order_by(variants.c.number)
    .limit(bindparam("limit"))
)
CATEGORIES = select(products.c.category, func.count().label("products")).group_by(products.c.category)


def search(
    tx: Tx,
    sought: Sequence[str],
    *,
    category: str | None,
    size: str | None,
    after: tuple[str, str] | None,
    limit: int,
) -> list[Row[Any]]:
    """Products by name that have a word beginning with each sought one; `after` is sort key and id of the last seen."""
    conditions: list[ColumnElement[bool]] = []
    if sought:
        conditions.append(products.c.words.op("@@")(cast(prefix_query(sought), TSQUERY)))
    if category is not None:
        conditions.append(products.c.category == category)
    if size is not None:
        conditions.append(products.c.sizes.contains([size]))
    if after is not None:
        conditions.append(tuple_(products.c.sort_key, products.c.product_id) > tuple_(*after))
    found = select(products).where(and_(True, *conditions))
    return list(tx.execute(found.order_by(products.c.sort_key, products.c.product_id).limit(limit)))


def product(tx: Tx, product_id: str) -> Row[Any] | None:
    return tx.execute(select(products).where(products.c.product_id == product_id)).first()


def variants_of(tx: Tx, product_ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """The variants of some products, in the order in which head office lists them, each with what was sold."""
    found: dict[str, list[Row[Any]]] = {}
    asked = VARIANTS.where(variants.c.product_id.in_(list(product_ids)))
    for row in tx.execute(asked.order_by(variants.c.product_id, variants.c.position)):
        found.setdefault(row.product_id, []).append(row)
    return found


def lookup(tx: Tx, given: str, barcode: str) -> Row[Any] | None:
    """The variant with this SKU, as typed or in another case, or else with this barcode."""
    typed = func.upper(variants.c.sku) == given.upper()
    asked = VARIANTS.where(or_(variants.c.sku == given, typed, variants.c.barcode_key == barcode))
    return tx.execute(asked.order_by((variants.c.sku == given).desc(), typed.desc()).limit(1)).first()


def categories(tx: Tx) -> list[Row[Any]]:
    """Category and number of products, by name."""
    return list(tx.execute(CATEGORIES.order_by(products.c.category)))


def changes(tx: Tx, since: int, limit: int) -> list[Row[Any]]:
    """Variants, tombstones among them, with a number above `since`, by number."""
    return list(tx.execute(CHANGES, {"since": since, "limit": limit}))
