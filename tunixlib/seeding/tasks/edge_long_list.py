"""Long lists: many equal numbers to add, many things to count."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import WORDS

_SUM_ENDS = range(15, 100)


def _sum(d: int, n: int, end: int) -> tuple[str, str, list[tuple[str, str]], str]:
    steps = [
        ("given", f"The number {d} stands there {n} times, then {end}"),
        ("compute", f"{n} * {d} = {n * d}"),
        ("compute", f"{n * d} + {end} = {n * d + end}"),
    ]
    return "Add up these numbers", " + ".join([str(d)] * n + [str(end)]), steps, str(n * d + end)


def _count(start: int, stride: int, n: int) -> tuple[str, str, list[tuple[str, str]], str]:
    words = [WORDS[(start + stride * i) % len(WORDS)] for i in range(n)]
    steps = [
        ("given", f"Five words: {', '.join(words[:5])}"),
        ("given", f"{n - 5} more words: {', '.join(words[5:])}"),
        ("compute", f"5 + {n - 5} = {n}"),
    ]
    return "Count the words of this list", ", ".join(words), steps, str(n)


def build(phrasing: str, n: int, d: int = 0, end: int = 0, start: int = 0, stride: int = 0) -> Problem:
    """Add ``n`` equal numbers and an ending one, or count ``n`` words in two groups."""
    task, row, steps, answer = _count(start, stride, n) if stride else _sum(d, n, end)
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
        Level("easy", {"d": range(2, 10), "n": range(6, 15), "end": _SUM_ENDS}, steps=3),
        Level("medium", {"start": range(len(WORDS)), "stride": range(1, 8), "n": range(7, 12)}, steps=3),
    ),
    build=build,
    solve=solve,
)
