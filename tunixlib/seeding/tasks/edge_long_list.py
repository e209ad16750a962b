"""Long lists: many equal numbers to add, many things to count."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import WORDS

_SHORT = tuple(word for word in WORDS if len(word) < 6)
_SIX = tuple(word for word in WORDS if len(word) == 6)


def _sum(d: int, n: int, end: int) -> tuple[str, str, list[tuple[str, str]], str]:
    steps = [
        ("given", f"The number {d} stands there {n} times, then {end}"),
        ("compute", f"{n} * {d} = {n * d}"),
        ("compute", f"{n * d} + {end} = {n * d + end}"),
    ]
    return "Add up these numbers", " + ".join([str(d)] * n + [str(end)]), steps, str(n * d + end)


def _count(pool: tuple[str, ...], start: int, stride: int, n: int) -> tuple[str, str, list[tuple[str, str]], str]:
    words = [pool[(start + stride * i) % len(pool)] for i in range(n)]
    steps = [
        ("given", f"Five words: {', '.join(words[:5])}"),
        ("given", f"{n - 5} more words: {', '.join(words[5:])}"),
        ("compute", f"5 + {n - 5} = {n}"),
    ]
    return "Count the words of this list", ", ".join(words), steps, str(n)


def build(
    phrasing: str, n: int, d: int = 0, end: int = 0, pool: tuple[str, ...] = (), start: int = 0, stride: int = 0
) -> Problem:
    """Add ``n`` equal numbers and an ending one, or count ``n`` words in two groups."""
    task, row, steps, answer = _count(pool, start, stride, n) if pool else _sum(d, n, end)
    return Problem(phrasing.format(task=task, row=row), steps, answer)


def solve(prompt: str) -> str:
    """Add the numbers one by one, or count the commas of the list."""
    if "+" in prompt:
        return str(sum(int(found) for found in re.findall(r"\d+", prompt)))
    return str(prompt.split(": ")[1].count(",") + 1)


FAMILY = Family(
    name="edge_long_list",
    category="edge_case",
    phrasings=(
        "{task}: {row}",
        "{task}, however long it takes: {row}.",
        "{task} and give only the result: {row}",
        "Do not lose your place! {task}: {row}",
    ),
    levels=(
        Level("easy", {"d": range(2, 6), "n": range(4, 7), "end": range(6, 21)}, steps=3),
        Level(
            "easy", {"pool": (_SHORT,), "start": range(len(_SHORT)), "stride": range(1, 8), "n": range(7, 10)}, steps=3
        ),
        Level(
            "medium", {"pool": (_SIX,), "start": range(len(_SIX)), "stride": range(1, 8), "n": range(8, 12)}, steps=3
        ),
        Level("hard", {"d": range(6, 10), "n": range(6, 15), "end": range(15, 100)}, steps=3),
    ),
    build=build,
    solve=solve,
)
