"""Small charts for a terminal."""

from collections.abc import Sequence

BARS = " ▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], *, width: int) -> str:
    """The values as a line of blocks, scaled from zero to their highest; each column shows the highest of its share."""
    if not values:
        return ""
    columns = min(width, len(values))
    shares = [values[i * len(values) // columns : (i + 1) * len(values) // columns] for i in range(columns)]
    top = max(values) or 1
    return "".join(BARS[_height(max(share), top)] for share in shares)


def _height(value: float, top: float) -> int:
    if value <= 0:
        return 0
    return max(1, min(len(BARS) - 1, round(value / top * (len(BARS) - 1))))


def duration(seconds: float) -> str:
    """Seconds as a person says them: 42 s, 3 min 5 s."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"  # noqa: PLR2004
