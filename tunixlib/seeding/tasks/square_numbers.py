"""Squares: `What is 23 squared?` -> `23 * 20 = 460 and 23 * 3 = 69`, `460 + 69 = 529`."""

import re
from fractions import Fraction

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import decimal, numbers
from tunixlib.seeding.tasks.words import split_number, uneven


def build(phrasing: str, n: int, tenths: bool = False, more: int = 0) -> Problem:
    """The square of ``n`` or of ``n`` tenths by parts; with ``more`` a square of the table and a number to add."""
    if more:
        steps = [("recall", f"The square: {n} * {n} = {n * n}"), ("compute", f"{n * n} + {more} = {n * n + more}")]
        return Problem(f"{phrasing.format(n=n)} Add {more} to the result.", steps, str(n * n + more))
    scale = Fraction(1, 10) if tenths else Fraction(1)
    side, (x, y) = n * scale, (part * scale for part in split_number(n))
    steps = [
        ("compute", f"{_product(side, x)} and {_product(side, y)}"),
        ("compute", f"{decimal(side * x)} + {decimal(side * y)} = {decimal(side * side)}"),
    ]
    return Problem(phrasing.format(n=decimal(side)), steps, decimal(side * side))


def _product(a: Fraction, b: Fraction) -> str:
    return f"{decimal(a)} * {decimal(b)} = {decimal(a * b)}"


def solve(prompt: str) -> str:
    """The exact square of the number in the prompt, plus what it says to add."""
    n = numbers(prompt.rstrip(".?"))[0]
    return decimal(n**2 + sum(int(more) for more in re.findall(r"Add (\d+)", prompt)))


FAMILY = Family(
    name="square_numbers",
    category="synthetic",
    phrasings=(
        "What is {n} squared?",
        "Find the square of {n}.",
        "Compute {n} * {n}.",
        "Multiply {n} by itself.",
        "A square has sides of {n} cm. How many square centimeters is its area?",
        "Which number is {n} to the power of two?",
    ),
    levels=(
        Level("easy", {"n": range(2, 8), "more": range(1, 13)}, steps=2),
        Level("medium", {"n": range(8, 12), "more": range(11, 30)}, steps=2),
        Level("hard", {"n": uneven(11, 50), "tenths": (False, True)}, steps=2),
    ),
    build=build,
    solve=solve,
)
