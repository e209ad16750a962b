"""Multiplication in two parts: `What is 23 * 7?` -> `20 * 7 = 140 and 3 * 7 = 21`, `140 + 21 = 161`."""

from itertools import product
from math import prod

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers
from tunixlib.seeding.tasks.words import split_number, uneven

_SPLIT = tuple((a, b) for a in uneven(11, 100) for b in range(2, 10))


def build(phrasing: str, pair: tuple[int, int]) -> Problem:
    """Look it up in the table, or split a larger first factor and add the two partial products."""
    a, b = pair
    if a <= 10:
        steps = [
            ("recall", f"From the table of {b}: {a} * {b} = {a * b}"),
            ("verify", f"The other way round: {a * b} / {b} = {a}"),
        ]
        return Problem(phrasing.format(a=a, b=b), steps, str(a * b))
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
        Level("easy", {"pair": tuple(product(range(2, 11), repeat=2))}, steps=2),
        Level("medium", {"pair": tuple(pair for pair in _SPLIT if prod(pair) <= 150)}, steps=2),
        Level("hard", {"pair": tuple(pair for pair in _SPLIT if prod(pair) > 150)}, steps=2),
    ),
    build=build,
    solve=solve,
)
