"""The table that a person reads, and the one that stands in the documents."""

from collections.abc import Iterable, Mapping
from statistics import median

from tests.faults.checker import CHECKS
from tests.faults.rounds import Row

HEADS = (
    "fault", "what", "rounds", "attempts", "acknowledged", "lost", "doubled", "unexpected", "recovered", "not run",
    "longest wait (within)", "back after, median / worst (within)", "red",
)  # fmt: skip


def cells(row: Row) -> list[str]:
    took = f"{median(row.seconds):.1f} / {max(row.seconds):.1f} s" if row.seconds else "–"
    counts = (
        row.rounds, row.attempts, row.acked, row.lost, row.doubled, row.unexpected, row.recovered, row.not_run,
    )  # fmt: skip
    return [
        row.drill.row,
        row.drill.title,
        *(str(count) for count in counts),
        f"{row.longest_s:.1f} s ({row.drill.most_wait:.0f} s)",
        f"{took} ({row.drill.within:.0f} s)",
        " ".join(name for name in CHECKS if name in row.wrong) or "–",
    ]


def markdown(rows: Iterable[Row], not_made: Mapping[str, str], made: str) -> str:
    """The table as Markdown, how it was `made`, and what is not in it, with why."""
    lines = [f"| {' | '.join(HEADS)} |", f"|{'---|' * len(HEADS)}"]
    lines += [f"| {' | '.join(cells(row))} |" for row in rows]
    return "\n".join([*lines, "", made, "", *(f"- {row} not run: {why}" for row, why in not_made.items())])


def line(row: Row) -> str:
    """One row for a terminal, with what is wrong under it."""
    shown = cells(row)
    text = (
        f"{shown[0]:<6} {shown[1]:<62.62} rounds {row.rounds:>2}  attempts {row.attempts:>5}  "
        f"acknowledged {row.acked:>5}  lost {row.lost}  doubled {row.doubled}  "
        f"unexpected {row.unexpected}  recovered {row.recovered}  not run {row.not_run}  "
        f"wait {shown[-3]}  back {shown[-2]}"
    )
    wrong = [f"         {name}: {detail}" for name, found in row.wrong.items() for detail in found[:4]]
    return "\n".join([text, *wrong, *([f"         {row.why}"] if row.why else [])])
