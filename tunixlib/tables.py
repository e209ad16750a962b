"""Tables as Markdown text, for notebooks, reports and cards; and as plain columns, for a terminal.

>>> print(markdown_table(("stage", "traces"), [("A", 145), ("B", 64)]))
| stage | traces |
| :--- | ---: |
| A | 145 |
| B | 64 |
"""

from collections.abc import Iterable, Sequence
from typing import Any


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table; the first column is aligned left, the others right. Bars and line ends in cells are escaped."""
    rule = [":---"] + ["---:"] * (len(header) - 1)
    lines = [list(header), rule, *([_cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def text_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Columns for a terminal, each as wide as its widest cell and two spaces apart.

    >>> print(text_table(("run", "state"), [("my-cpu-s1", "sealed")]))
    run        state
    my-cpu-s1  sealed
    """
    lines = [list(header), *([str(value).replace("\n", " ") for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def percent(share: dict[str, Any], interval: bool = False) -> str:
    """A proportion ``{"k", "n", "rate", "low", "high"}`` for people: ``52.0 % [44.0, 59.9]``, or a dash when n is 0."""
    if "rate" not in share:
        return "–"
    text = f"{100 * share['rate']:.1f} %"
    return f"{text} [{100 * share['low']:.1f}, {100 * share['high']:.1f}]" if interval else text
