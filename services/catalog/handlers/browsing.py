"""Browsing, searching and scanning the last-synced catalogue."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.catalog import schemas as of
from services.catalog.app import App
from services.catalog.domain import barcodes
from services.catalog.domain.inventory import left
from services.catalog.domain.products import current
from services.catalog.domain.words import sought
from services.catalog.errors import CodeMisread, CodeUnknown, ProductUnknown
from services.catalog.store import browsing, rows


def search(app: App, asked: of.Search) -> of.SearchPage:
    """A page of products by name."""
    with app.db.snapshot() as tx:
        found = browsing.search(
            tx,
            sought(asked.q),
            category=asked.category,
            size=asked.size,
            after=_after(asked.cursor),
            limit=asked.limit + 1,
        )
        page = found[: asked.limit]
        variants = browsing.variants_of(tx, [row.product_id for row in page])
    now = app.clock.now()
    items = [_product(row, variants.get(row.product_id, []), now) for row in page]
    return of.SearchPage(items=items, cursor=_cursor(page[-1]) if len(found) > len(page) else None)


def product(app: App, product_id: str) -> of.Product:
    """A product with its sizes and what is left of each. Raises ProductUnknown."""
    with app.db.snapshot() as tx:
        row = browsing.product(tx, product_id)
        if row is None:
            raise ProductUnknown(product_id=product_id)
        variants = browsing.variants_of(tx, [product_id])
    return _product(row, variants.get(product_id, []), app.clock.now())


def lookup(app: App, given: str) -> of.Found:
    """What a scanned or typed barcode or SKU stands for. Raises CodeUnknown or CodeMisread."""
    with app.db.snapshot() as tx:
        row = browsing.lookup(tx, _typed(given), barcodes.normalise(given))
    if row is None:
        raise CodeMisread(given=_typed(given)) if barcodes.is_misread(given) else CodeUnknown(given=_typed(given))
    return _found(row, app.clock.now())


def categories(app: App) -> of.Categories:
    """All categories, by name."""
    with app.db.transaction() as tx:
        return of.Categories(items=[of.CategoryCount(**row._asdict()) for row in browsing.categories(tx)])


def changes(app: App, since: int, limit: int) -> of.ChangesPage:
    """A page of what changed after a number."""
    with app.db.transaction() as tx:
        found = browsing.changes(tx, since, limit + 1)
    items = [of.Item.model_validate(row, from_attributes=True) for row in found[:limit]]
    return of.ChangesPage(number=items[-1].number if items else since, items=items, more=len(found) > limit)


def _product(row: Row[Any], variants: list[Row[Any]], now: datetime) -> of.Product:
    shown = [_variant(variant, now) for variant in variants]
    priced = [v.price_minor for v in shown if v.price_minor is not None]
    return of.Product(
        product_id=row.product_id,
        name=row.name,
        category=row.category,
        brand=row.brand,
        price_from_minor=min(priced, default=None),
        price_to_minor=max(priced, default=None),
        left=sum(v.left for v in shown),
        variants=shown,
    )


def _variant(row: Row[Any], now: datetime) -> of.Variant:
    price = current(rows.prices(row.prices), now)
    return of.Variant(
        sku=row.sku,
        size=row.size,
        barcode=row.barcode,
        price_minor=price.price_minor if price else None,
        left=left(row.synced, row.sold),
    )


def _found(row: Row[Any], now: datetime) -> of.Found:
    rate = current(rows.tax_rates(row.tax_rates), now)
    shown = _variant(row, now).model_dump()
    named = {name: getattr(row, name) for name in ("product_id", "name", "category", "hsn", "exempt")}
    return of.Found(**shown, **named, tax_rate_bp=rate.rate_bp if rate else None)


def _typed(given: str) -> str:
    """A SKU as it can be compared: without what only a scanner adds."""
    return "".join(c for c in given if c.isprintable()).strip()


def _cursor(row: Row[Any]) -> str:
    """The place of a product in the order of the list; any text is such a place."""
    return f"{row.product_id} {row.sort_key}"


def _after(cursor: str | None) -> tuple[str, str] | None:
    """Sort key and id of the last product seen."""
    if cursor is None:
        return None
    product_id, _, sort_key = cursor.partition(" ")
    return sort_key, product_id
