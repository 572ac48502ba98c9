"""The swap of the inventory. A variant whose figure changed gets a new number, for those who pull what changed."""

from dataclasses import dataclass

from sqlalchemy import text

from services.catalog.domain.deletions import Deletions
from services.chassis.database import Tx

REPEATED = text("""
    select 'SKU ' || sku from (select sku from staged_stock union all select key from staged_gone) as told
    group by sku having count(*) > 1 order by 1 limit 5
""")
FIND_GONE = text("""
    create temp table gone_stock as select h.sku from stock h where case when :full
        then not exists (select 1 from staged_stock s where s.sku = h.sku)
        else h.sku in (select key from staged_gone) end
""")
COUNTS = text("select (select count(*) from gone_stock), (select count(*) from stock)")
# A figure of the same height is news as well where a sale waits to be in it: by its time, others see that it is. Of a
# feed in full only those figures are told that matter, or every one of a million would have to be pulled again.
FIND_CHANGED = text("""
    create temp table changed_stock as
    select s.sku, s.quantity from staged_stock s left join stock h on h.sku = s.sku
    where h.sku is null or h.quantity <> s.quantity
       or (h.as_of < cast(:as_of as timestamptz)
           and (not :full or exists (select 1 from sale_lines l where l.sku = s.sku)))
""")
DROP = text("delete from stock where sku in (select sku from gone_stock)")
TAKE = text("""
    insert into stock (sku, quantity, as_of) select sku, quantity, cast(:as_of as timestamptz) from changed_stock
    on conflict (sku) do update set quantity = excluded.quantity, as_of = excluded.as_of
""")
TELL = text("""
    update variants v set number = nextval('numbers')
    where not deleted and sku in (select sku from gone_stock union all select sku from changed_stock)
""")
HELD = text("select count(*) from stock")


@dataclass(frozen=True)
class InventorySwap:
    full: bool
    as_of: str

    def repeated(self, tx: Tx) -> list[str]:
        return list(tx.scalars(REPEATED))

    def deletions(self, tx: Tx) -> Deletions:
        tx.execute(FIND_GONE, {"full": self.full})
        return Deletions(*tx.execute(COUNTS).one())

    def apply(self, tx: Tx) -> bool:
        tx.execute(FIND_CHANGED, {"full": self.full, "as_of": self.as_of})
        changed = [tx.execute(DROP).rowcount, tx.execute(TAKE, {"as_of": self.as_of}).rowcount]
        tx.execute(TELL)
        return any(changed)

    def held(self, tx: Tx) -> int:
        return int(tx.scalar(HELD) or 0)

    def conflicts(self, _tx: Tx) -> list[str]:
        return []
