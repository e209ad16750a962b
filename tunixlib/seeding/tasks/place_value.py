"""Which digit stands in a place: `the tens digit of 827` -> `827 = 800 + 20 + 7`, `2 * 10 = 20`, so 2."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers

_PLACES = ("ones", "tens", "hundreds")


def build(phrasing: str, n: int, place: str) -> Problem:
    """Write the number as a sum of its parts, then read the digit from its part."""
    digits = str(n)
    parts = [int(digit) * 10 ** (len(digits) - 1 - i) for i, digit in enumerate(digits)]
    unit = 10 ** _PLACES.index(place)
    part = parts[-1 - _PLACES.index(place)]
    steps = [
        ("transform", f"{n} = {' + '.join(map(str, parts))}"),
        ("compute", f"The {place} part is {part // unit} * {unit} = {part}, so the digit is {part // unit}"),
    ]
    return Problem(phrasing.format(n=n, place=place), steps, str(part // unit))


def solve(prompt: str) -> str:
    """Divide the number down to the place and keep the last digit."""
    (n,) = integers(prompt)
    place = next(place for place in reversed(_PLACES) if place in prompt)
    for _ in range(_PLACES.index(place)):
        n //= 10
    return str(n % 10)


FAMILY = Family(
    name="place_value",
    category="synthetic",
    phrasings=(
        "Which digit is in the {place} place of {n}?",
        "What is the {place} digit of {n}?",
        "Look at the number {n}. Which digit stands in the {place} place?",
        "Name the digit in the {place} place of the number {n}.",
        "In {n}, how many {place} does the {place} digit show?",
    ),
    levels=(
        Level("easy", {"n": range(10, 100), "place": _PLACES[:2]}, steps=2),
        Level("medium", {"n": range(100, 1000), "place": _PLACES}, steps=2),
    ),
    build=build,
    solve=solve,
)
