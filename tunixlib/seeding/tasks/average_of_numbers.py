"""Averages of three to five numbers: add them up, divide by how many there are.

What is the average of these numbers: 6, 9 and 12?  ->  9
"""

from collections.abc import Sequence
from itertools import product

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import compute, listing
from tunixlib.seeding.tasks.text import integers

_WHATS = (
    "numbers", "quiz scores", "temperatures", "ages in years", "weights in kilograms", "heights in feet",
    "lengths in meters", "prices in dollars", "daily page counts", "points per game",
)  # fmt: skip


def build(phrasing: str, what: str, mean: int, apart: tuple[int, ...]) -> Problem:
    """The numbers lie ``apart`` from the mean in turn below and above it; the last one makes up the balance."""
    values = [mean + (gap if i % 2 else -gap) for i, gap in enumerate(apart)]
    values.append(mean * (len(apart) + 1) - sum(values))
    steps, total = [], values[0]
    for position, value in enumerate(values[1:], start=2):
        steps.append(
            compute("Sum of all" if position == len(values) else f"Sum of the first {position}", total, "+", value)
        )
        total += value
    steps.append(compute(f"Divide by {len(values)}", total, "/", len(values)))
    return Problem(phrasing.format(what=what, numbers=listing(values)), steps, str(mean))


def solve(prompt: str) -> str:
    """The mean of all numbers in the prompt."""
    found = integers(prompt)
    return str(sum(found) // len(found))


_APART = range(-4, 5)


def _near(count: int, gaps: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Gaps of ``count`` numbers, not all equal to their mean, whose last number is at most 5 from it."""
    found = []
    for apart in product(gaps, repeat=count - 1):
        last = sum(gap if i % 2 == 0 else -gap for i, gap in enumerate(apart))
        if any(apart) and abs(last) <= 5:
            found.append(apart)
    return tuple(found)


_FIVES = tuple(apart for apart in product(range(-10, 11, 5), repeat=2) if any(apart))
_WIDE = tuple(product(range(-9, 10, 2), range(-9, 10, 2), range(-9, 10)))

FAMILY = Family(
    name="average_of_numbers",
    category="reasoning",
    phrasings=(
        "What is the average of these {what}: {numbers}?",
        "The {what} are {numbers}. What is their mean?",
        "Find the average if the {what} are {numbers}.",
        "{numbers}: these are the {what}. Calculate the mean.",
        "Add up the {what}, {numbers}, and share the sum out evenly. What is the average?",
    ),
    levels=(
        Level("easy", {"what": _WHATS, "mean": range(6, 11), "apart": _near(3, _APART)}, steps=3),
        Level("easy", {"what": _WHATS, "mean": range(6, 11), "apart": _near(4, _APART[::2])}, steps=4),
        Level("medium", {"what": _WHATS, "mean": range(6, 11), "apart": _near(5, (-3, -1, 0, 2))}, steps=5),
        Level("medium", {"what": _WHATS, "mean": range(25, 50, 5), "apart": _FIVES}, steps=3),
        Level("hard", {"what": _WHATS, "mean": range(31, 71), "apart": _WIDE}, steps=4),
    ),
    build=build,
    solve=solve,
)
