"""Squares: `What is 23 squared?` -> `23 * 20 = 460 and 23 * 3 = 69`, `460 + 69 = 529`."""

from fractions import Fraction

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import decimal, numbers
from tunixlib.seeding.tasks.words import split_number, uneven


def build(phrasing: str, n: int, tenths: bool) -> Problem:
    """The square of ``n``, or of ``n`` tenths."""
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
    """The exact square of the number in the prompt."""
    n = numbers(prompt.rstrip(".?"))[0]
    return decimal(n**2)


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
        Level("medium", {"n": uneven(11, 100), "tenths": (False,)}, steps=2),
        Level("hard", {"n": uneven(11, 100), "tenths": (True,)}, steps=2),
    ),
    build=build,
    solve=solve,
)
