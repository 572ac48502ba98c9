"""The swap of a plain list: payment modes, staff."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Table,
    TableClause,
    Tuple,
    column,
    delete,
    exists,
    func,
    select,
    table,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from services.catalog.domain.deletions import Deletions
from services.catalog.store.rows import COLUMNS
from services.chassis.database import Tx

GONE = table("staged_gone", column("key"))


@dataclass(frozen=True)
class PlainSwap:
    held_table: Table
    full: bool

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The key first."""
        return COLUMNS[self.held_table.name]

    @cached_property
    def staged(self) -> TableClause:
        return table(f"staged_{self.held_table.name}", *(column(name) for name in self.columns))

    def repeated(self, tx: Tx) -> list[str]:
        told = union_all(select(self._key(self.staged).label("key")), select(GONE.c.key)).subquery()
        twice = select(told.c.key).group_by(told.c.key).having(func.count() > 1)
        return list(tx.scalars(twice.order_by(told.c.key).limit(5)))

    def deletions(self, tx: Tx) -> Deletions:
        counts = select(func.count().filter(self._gone()), func.count()).select_from(self.held_table)
        return Deletions(*tx.execute(counts).one())

    def apply(self, tx: Tx) -> bool:
        dropped = tx.execute(delete(self.held_table).where(self._gone()))
        held = self.held_table.alias("held")
        same = exists().where(self._row(held).is_not_distinct_from(self._row(self.staged)))
        news = select(self.staged).where(~same)
        taken = insert(self.held_table).from_select(list(self.columns), news)
        replaced = {name: taken.excluded[name] for name in self.columns[1:]}
        upsert = taken.on_conflict_do_update(index_elements=[self.columns[0]], set_=replaced)
        done = tx.execute(upsert.returning(self.held_table.c[self.columns[0]])).all()
        return bool(dropped.rowcount or done)

    def held(self, tx: Tx) -> int:
        return tx.execute(select(func.count()).select_from(self.held_table)).scalar_one()

    def conflicts(self, _tx: Tx) -> list[str]:
        return []

    def _gone(self) -> ColumnElement[bool]:
        key = self._key(self.held_table)
        if self.full:
            return ~exists().where(self._key(self.staged) == key)
        return key.in_(select(GONE.c.key))

    def _key(self, of: FromClause) -> ColumnElement[str]:
        found: ColumnElement[str] = of.c[self.columns[0]]
        return found

    def _row(self, of: FromClause) -> Tuple:
        return tuple_(*(of.c[name] for name in self.columns))
