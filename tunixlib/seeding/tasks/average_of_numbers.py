"""Averages of three to five numbers: add them up, divide by how many there are.

What is the average of these scores: 12, 15 and 18?  ->  15
"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import compute, listing
from tunixlib.seeding.tasks.text import integers

_WHATS = (
    "numbers", "test scores", "temperatures", "ages in years", "weights in kilograms", "heights in inches",
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


_GAPS = range(-9, 10)
_TWO = tuple((i, j) for i in _GAPS for j in _GAPS)
_THREE = tuple((i, j, k) for i in _GAPS[::2] for j in _GAPS[::2] for k in _GAPS)
_FOUR = tuple((i, j, k, m) for i in (-8, -5, 1, 4, 7) for j in (-6, -3, 2, 9) for k in (-7, 0, 5) for m in (-4, 3, 8))

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
        Level("easy", {"what": _WHATS, "mean": range(20, 71), "apart": _TWO}, steps=3),
        Level("medium", {"what": _WHATS, "mean": range(31, 71), "apart": _THREE}, steps=4),
        Level("hard", {"what": _WHATS, "mean": range(40, 81), "apart": _FOUR}, steps=5),
    ),
    build=build,
    solve=solve,
)
