"""The table that a person reads, and the one that stands in the documents."""

from collections.abc import Iterable
from statistics import median

from tests.faults.rounds import Row

HEADS = (
    "fault", "what", "rounds", "attempts", "acknowledged", "lost", "doubled", "unexpected", "recovered", "not run",
    "longest Pay", "back after, median / worst (within)", "red",
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
        f"{row.longest_s:.1f} s",
        f"{took} ({row.drill.within:.0f} s)",
        " ".join(sorted(row.wrong, key=lambda name: int(name[1:]))) or "–",
    ]


def markdown(rows: Iterable[Row], seed: int) -> str:
    """The table as Markdown."""
    lines = [f"| {' | '.join(HEADS)} |", f"|{'---|' * len(HEADS)}"]
    lines += [f"| {' | '.join(cells(row))} |" for row in rows]
    return "\n".join([*lines, "", f"seed {seed}"])


def line(row: Row) -> str:
    """One row for a terminal, with what is wrong under it."""
    shown = cells(row)
    text = (
        f"{shown[0]:<6} {shown[1]:<62.62} {row.acked:>6} acknowledged  lost {row.lost}  doubled {row.doubled}  "
        f"unexpected {row.unexpected}  recovered {row.recovered}  not run {row.not_run}  "
        f"pay {shown[-3]}  back {shown[-2]}"
    )
    wrong = [f"         {name}: {detail}" for name, found in row.wrong.items() for detail in found[:4]]
    return "\n".join([text, *wrong, *([f"         {row.why}"] if row.why else [])])
