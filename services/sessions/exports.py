"""The list of offline sessions as a file for auditors, written row by row: its size does not matter."""

import csv
import io
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter
from eventlet import sleep, tpool

from services.sessions.domain.cells import Cell, in_major_units, safe
from services.sessions.domain.offline_sessions import LABELS
from services.sessions.store.offline_sessions import Session

HEADER = (
    "Session ID",
    "Status",
    "State",
    "Start",
    "End",
    "Triggered",
    "Triggered by",
    "Taken over by",
    "Ended by",
    "Reason",
    "Orders",
    "Total",
    "Currency",
    "Ledger head",
)
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_CHUNK = 200
BYTES_A_CHUNK = 64 * 1024
ROWS_A_SHEET = 1_048_576
# text is never taken for a formula, a link or a number
AS_TYPED = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def as_csv(sessions: Iterable[Session], zone: ZoneInfo) -> Iterator[bytes]:
    """The file in chunks; it begins with a byte order mark, by which spreadsheets know UTF-8."""
    yield b"\xef\xbb\xbf"
    rows = itertools.chain([HEADER], _rows(sessions, zone))
    while chunk := list(itertools.islice(rows, ROWS_A_CHUNK)):
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_MINIMAL).writerows(chunk)
        yield text.getvalue().encode()
        sleep(0)


def as_xlsx(sessions: Iterable[Session], zone: ZoneInfo) -> Iterator[bytes]:
    """The file in chunks, from a temporary file: a zip archive ends with its table of contents."""
    with tempfile.TemporaryFile() as file:
        workbook = xlsxwriter.Workbook(file, AS_TYPED)
        try:
            _fill(workbook, _rows(sessions, zone))
        finally:
            # an export that breaks off leaves no files of the workbook behind
            tpool.execute(workbook.close)
        file.seek(0)
        yield from _read(file)


def _fill(workbook: Any, rows: Iterable[tuple[Cell, ...]]) -> None:
    """A sheet holds so many rows; what is more goes to the next one, under the same header."""
    sheet, line = _sheet(workbook), 1
    for row in rows:
        if line == ROWS_A_SHEET:
            sheet, line = _sheet(workbook), 1
        _write(sheet, line, row)
        line += 1
        if line % ROWS_A_CHUNK == 0:
            sleep(0)


def _sheet(workbook: Any) -> Any:
    sheet = workbook.add_worksheet()
    _write(sheet, 0, HEADER)
    return sheet


def _write(sheet: Any, line: int, row: tuple[Cell, ...]) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, int | Decimal):
            sheet.write_number(line, column, cell)
        elif cell:
            sheet.write_string(line, column, cell)


def _rows(sessions: Iterable[Session], zone: ZoneInfo) -> Iterator[tuple[Cell, ...]]:
    for session in sessions:
        yield tuple(safe(cell) for cell in _cells(session, zone))


def _cells(session: Session, zone: ZoneInfo) -> tuple[Cell, ...]:
    return (
        str(session.session_id),
        LABELS[session.status],
        session.status,
        _local(session.started_at, zone),
        _local(session.ended_at, zone),
        session.trigger,
        session.started_by,
        ", ".join(takeover["by"] or "system" for takeover in session.takeovers),
        session.ended_by,
        session.reason,
        session.orders,
        in_major_units(session.total_minor),
        session.currency,
        session.ledger_head,
    )


def _local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(BYTES_A_CHUNK):
        yield chunk
