"""Rounding: `Round 347 to the nearest ten.` -> `340 + 5 = 345`, `347 > 345, so it rounds up to 350`."""

from fractions import Fraction
from math import floor

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import decimal, numbers

_UNITS = {"whole number": 1, "ten": 10, "hundred": 100}
_TENTHS = range(10, 100, 10)
_BETWEEN = tuple(n for n in range(1, 100) if n % 10)


def build(phrasing: str, place: str, base: int, hundredths: int) -> Problem:
    """``base`` whole units and a part of a unit in hundredths, never zero."""
    unit = _UNITS[place]
    n, low, half = base * unit + Fraction(unit * hundredths, 100), base * unit, Fraction(unit, 2)
    shown, middle, high = decimal(n), decimal(low + half), low + unit
    if n == low + half:
        verdict, answer = f"{shown} is exactly halfway, and halves round up to {high}", high
    elif n > low + half:
        verdict, answer = f"{shown} > {middle}, so it rounds up to {high}", high
    else:
        verdict, answer = f"{shown} < {middle}, so it rounds down to {low}", low
    steps = [
        ("compute", f"Halfway between {low} and {high}: {low} + {decimal(half)} = {middle}"),
        ("compare", verdict),
    ]
    return Problem(phrasing.format(n=shown, place=place), steps, str(answer))


def solve(prompt: str) -> str:
    """Add half a unit and drop everything below the unit."""
    unit = next(size for place, size in _UNITS.items() if f"nearest {place}" in prompt.lower())
    (n,) = numbers(prompt.rstrip(".?"))
    return str(floor(n / unit + Fraction(1, 2)) * unit)


FAMILY = Family(
    name="rounding",
    category="synthetic",
    phrasings=(
        "Round {n} to the nearest {place}.",
        "What is {n} rounded to the nearest {place}?",
        "To the nearest {place}, what is {n}?",
        "A display shows {n}. Give this to the nearest {place}.",
        "Please write {n} to the nearest {place}.",
    ),
    levels=(
        Level("easy", {"place": ("ten",), "base": range(10), "hundredths": _TENTHS}, steps=2),
        Level("easy", {"place": ("whole number",), "base": range(1, 21), "hundredths": _TENTHS}, steps=2),
        Level("medium", {"place": ("ten",), "base": range(10, 20), "hundredths": _TENTHS}, steps=2),
        Level("hard", {"place": ("hundred",), "base": range(1, 10), "hundredths": range(1, 100)}, steps=2),
        Level("hard", {"place": ("whole number",), "base": range(1, 21), "hundredths": _BETWEEN}, steps=2),
    ),
    build=build,
    solve=solve,
)
