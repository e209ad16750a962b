"""Multiplication in two parts: `What is 23 * 7?` -> `20 * 7 = 140 and 3 * 7 = 21`, `140 + 21 = 161`."""

from math import prod

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers
from tunixlib.seeding.tasks.words import split_number, uneven

# Three digits of which one is zero, so that both partial products are one-digit facts.
_THREE_DIGITS = tuple(n for n in range(101, 1000) if str(n).count("0") == 1)


def build(phrasing: str, a: int, b: int) -> Problem:
    """Split the first factor and add the two partial products."""
    x, y = split_number(a)
    parts = f"{x} * {b} = {x * b} and {y} * {b} = {y * b}"
    steps = [("compute", parts), ("compute", f"{x * b} + {y * b} = {a * b}")]
    return Problem(phrasing.format(a=a, b=b), steps, str(a * b))


def solve(prompt: str) -> str:
    """Multiply whatever whole numbers the prompt holds."""
    return str(prod(integers(prompt)))


FAMILY = Family(
    name="multiplication",
    category="synthetic",
    phrasings=(
        "What is {a} * {b}?",
        "What is {a} times {b}?",
        "Multiply {a} by {b}.",
        "Find the product of {a} and {b}.",
        "How much is {a} x {b}?",
        "{a} * {b} = ?",
        "Each box holds {a} pens. How many pens are in {b} boxes?",
        "There are {b} rows with {a} seats each. How many seats are there?",
    ),
    levels=(
        Level("easy", {"a": uneven(11, 100), "b": range(2, 10)}, steps=2),
        Level("medium", {"a": _THREE_DIGITS, "b": range(2, 10)}, steps=2),
    ),
    build=build,
    solve=solve,
)
