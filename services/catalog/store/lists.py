"""The short lists that others keep a copy of, whole."""

from typing import Any

from sqlalchemy import Column, select

from services.catalog.domain.datasets import Dataset
from services.catalog.models import datasets, payment_modes, staff
from services.catalog.store.datasets import Published
from services.chassis.database import Tx

MODES = (
    payment_modes.c.code,
    payment_modes.c.name,
    payment_modes.c.kind,
    payment_modes.c.offline,
    payment_modes.c.limit_minor,
)
PEOPLE = (
    staff.c.staff_code,
    staff.c.name,
    staff.c.role,
    staff.c.permissions,
    staff.c.active,
    staff.c.valid_until,
)


def modes(tx: Tx) -> Published:
    """Payment modes, by code."""
    return _list(tx, "payment-modes", MODES)


def people(tx: Tx) -> Published:
    """Staff, by code."""
    return _list(tx, "staff", PEOPLE)


def _list(tx: Tx, dataset: Dataset, columns: tuple[Column[Any], ...]) -> Published:
    number = tx.execute(select(datasets.c.version).where(datasets.c.dataset == dataset)).scalar_one()
    return Published(number, [row._asdict() for row in tx.execute(select(*columns).order_by(columns[0]))])
