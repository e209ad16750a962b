"""Doubling and halving in two parts: `What is half of 74?` -> `70 / 2 = 35 and 4 / 2 = 2`, `35 + 2 = 37`."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers
from tunixlib.seeding.tasks.words import split_number

_ASKS = ("double", "twice", "half of", "one half of")


def build(phrasing: str, ask: str, n: int) -> Problem:
    """Double or halve the leading part and the rest, then add."""
    x, y = split_number(n)
    if "half" in ask:
        parts, left, right = f"{x} / 2 = {x // 2} and {y} / 2 = {y // 2}", x // 2, y // 2
    else:
        parts, left, right = f"2 * {x} = {2 * x} and 2 * {y} = {2 * y}", 2 * x, 2 * y
    steps = [("compute", parts), ("compute", f"{left} + {right} = {left + right}")]
    return Problem(phrasing.format(ask=ask, n=n), steps, str(left + right))


def solve(prompt: str) -> str:
    """Shift the one number of the prompt by a bit, to the right for a half."""
    (n,) = integers(prompt)
    return str(n >> 1 if "half" in prompt else n << 1)


FAMILY = Family(
    name="halves_and_doubles",
    category="synthetic",
    phrasings=(
        "What is {ask} {n}?",
        "Find {ask} {n}.",
        "How much is {ask} {n}?",
        "Take the number {n}. What is {ask} that number?",
        "Work out {ask} {n} for me.",
        "Mia counted {n} birds. Ali counted {ask} that number. How many did Ali count?",
    ),
    levels=(
        Level("easy", {"ask": _ASKS, "n": tuple(n for n in range(12, 100, 2) if n % 10)}, steps=2),
        Level("medium", {"ask": _ASKS, "n": tuple(n for n in range(102, 1000, 2) if n % 100)}, steps=2),
        Level("hard", {"ask": _ASKS, "n": tuple(n for n in range(1002, 10000, 2) if n % 1000)}, steps=2),
    ),
    build=build,
    solve=solve,
)
