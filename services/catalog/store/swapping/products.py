"""The swap of products and their variants."""

from dataclasses import dataclass

from sqlalchemy import text

from services.catalog.domain.deletions import Deletions
from services.catalog.store.rows import COLUMNS
from services.chassis.database import Tx

VARIANT = COLUMNS["variants"]
PRODUCT = COLUMNS["products"]


def _of(alias: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{alias}.{column}" for column in columns)


def _replaced(columns: tuple[str, ...]) -> str:
    return ", ".join(f"{column} = excluded.{column}" for column in columns)


REPEATED = text("""
    select 'product ' || product_id as twice from (
        select product_id from staged_products union all select key from staged_gone
    ) as told group by product_id having count(*) > 1
    union all
    select 'SKU ' || sku from staged_variants group by sku having count(*) > 1
    order by 1 limit 5
""")
FIND_GONE = text("""
    create temp table gone_variants as
    select v.sku from variants v
    where not v.deleted and not exists (select 1 from staged_variants s where s.sku = v.sku)
      and (:full or v.product_id in (select product_id from staged_products union all select key from staged_gone))
""")
COUNTS = text("select (select count(*) from gone_variants), (select count(*) from variants where not deleted)")
BURY = text("""
    update variants set deleted = true, number = nextval('numbers') where sku in (select sku from gone_variants)
""")
TAKE_VARIANTS = text(f"""
    insert into variants as v ({", ".join(VARIANT)}, deleted, number)
    select {_of("s", VARIANT)}, false, nextval('numbers') from staged_variants s
    where not exists (
        select 1 from variants h
        where h.sku = s.sku and not h.deleted and ({_of("h", VARIANT)}) is not distinct from ({_of("s", VARIANT)})
    )
    on conflict (sku) do update set {_replaced(VARIANT[1:])}, deleted = false, number = excluded.number
""")  # noqa: S608  names of our own columns
DROP_PRODUCTS = text("""
    delete from products p where case when :full
        then not exists (select 1 from staged_products s where s.product_id = p.product_id)
        else p.product_id in (select key from staged_gone) end
""")
TAKE_PRODUCTS = text(f"""
    insert into products as p ({", ".join(PRODUCT)}) select {_of("s", PRODUCT)} from staged_products s
    where not exists (
        select 1 from products h
        where h.product_id = s.product_id and ({_of("h", PRODUCT)}) is not distinct from ({_of("s", PRODUCT)})
    )
    on conflict (product_id) do update set {_replaced(PRODUCT[1:])}
""")  # noqa: S608  names of our own columns
HELD = text("select count(*) from variants where not deleted")
SHARED_BARCODES = text("""
    select 'barcode ' || min(barcode) from variants
    where not deleted and barcode_key in (select barcode_key from staged_variants)
    group by barcode_key having count(*) > 1 order by 1 limit 5
""")


@dataclass(frozen=True)
class ProductsSwap:
    full: bool

    def repeated(self, tx: Tx) -> list[str]:
        return list(tx.scalars(REPEATED))

    def deletions(self, tx: Tx) -> Deletions:
        tx.execute(FIND_GONE, {"full": self.full})
        return Deletions(*tx.execute(COUNTS).one())

    def apply(self, tx: Tx) -> bool:
        changed = [
            tx.execute(BURY).rowcount,
            tx.execute(DROP_PRODUCTS, {"full": self.full}).rowcount,
            tx.execute(TAKE_PRODUCTS).rowcount,
            tx.execute(TAKE_VARIANTS).rowcount,
        ]
        return any(changed)

    def held(self, tx: Tx) -> int:
        return int(tx.scalar(HELD) or 0)

    def conflicts(self, tx: Tx) -> list[str]:
        return list(tx.scalars(SHARED_BARCODES))
