"""One operation whose answer must be a bare number: `Answer with just the number: 34 + 57` -> 91."""

from itertools import product

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers
from tunixlib.seeding.tasks.words import split_number, uneven

_UNITS = (
    ("days", "weeks", "1 week = 7 days", 7),
    ("hours", "days", "1 day = 24 hours", 24),
    ("minutes", "hours", "1 hour = 60 minutes", 60),
    ("months", "years", "1 year = 12 months", 12),
    ("cents", "dollars", "1 dollar = 100 cents", 100),
    ("centimeters", "meters", "1 meter = 100 centimeters", 100),
    ("grams", "kilograms", "1 kilogram = 1000 grams", 1000),
    ("eggs", "dozen", "1 dozen = 12 eggs", 12),
)


_SMALL = tuple((x, y) for x in range(10, 40) for y in uneven(11, 40) if x // 10 + y // 10 <= 4 and x % 10 + y % 10 < 10)
_CARRIED = tuple((x, y) for x in range(11, 100) for y in uneven(11, 50) if x % 10 + y % 10 >= 10)
_PRODUCTS = tuple((x, y) for x in uneven(11, 76) for y in range(2, 10) if x * y <= 150)

# A number of larger units and a row of the table: a small product or one that ends in zero.
_CONVERSIONS = tuple(
    (x, row) for row, (*_, size) in enumerate(_UNITS) for x in range(2, 11) if x * size <= 150 or size % 10 == 0
)


def build(phrasing: str, kind: str, pair: tuple[int, int]) -> Problem:
    """Of ``pair``: ``x`` plus ``y``, their sum minus ``y``, ``x`` times ``y``, or ``x`` of the larger unit ``y``."""
    ask, steps, answer = {"plus": _plus, "minus": _minus, "times": _times, "units": _units}[kind](*pair)
    return Problem(phrasing.format(ask=ask), steps, str(answer))


def _plus(x: int, y: int) -> tuple[str, list[tuple[str, str]], int]:
    lead, rest = split_number(y)
    steps = [("compute", f"{x} + {lead} = {x + lead}"), ("compute", f"{x + lead} + {rest} = {x + y}")]
    return f"{x} + {y}", steps, x + y


def _minus(x: int, y: int) -> tuple[str, list[tuple[str, str]], int]:
    total, (lead, rest) = x + y, split_number(y)
    steps = [("compute", f"{total} - {lead} = {total - lead}"), ("compute", f"{total - lead} - {rest} = {x}")]
    return f"{total} - {y}", steps, x


def _times(x: int, y: int) -> tuple[str, list[tuple[str, str]], int]:
    if x <= 10:
        steps = [("recall", f"{x} * {y} = {x * y}"), ("verify", f"The other way round: {x * y} / {y} = {x}")]
        return f"{x} * {y}", steps, x * y
    lead, rest = split_number(x)
    parts = f"{lead} * {y} = {lead * y} and {rest} * {y} = {rest * y}"
    return f"{x} * {y}", [("compute", parts), ("compute", f"{lead * y} + {rest * y} = {x * y}")], x * y


def _units(x: int, y: int) -> tuple[str, list[tuple[str, str]], int]:
    small, large, fact, size = _UNITS[y]
    steps = [("recall", fact), ("compute", f"{x} * {size} = {x * size}")]
    return f"the number of {small} in {x} {large}", steps, x * size


def solve(prompt: str) -> str:
    """Find the operation by its sign, or the units by their names."""
    found = integers(prompt)
    for small, large, _, size in _UNITS:
        if f"of {small} in {found[0]} {large}" in prompt:
            return str(size * found[0])
    a, b = found
    return str(a + b if "+" in prompt else a - b if " - " in prompt else a * b)


FAMILY = Family(
    name="answer_with_just_the_number",
    category="synthetic",
    phrasings=(
        "What is {ask}? Answer with just the number.",
        "Answer with just the number: {ask}",
        "Just the number, please: what is {ask}?",
        "Work out {ask}. Your answer must be only a number.",
        "I need {ask}. Give me the number and nothing else.",
        "Calculate {ask} and reply with the number alone, no words.",
    ),
    levels=(
        Level("easy", {"kind": ("plus", "minus"), "pair": _SMALL}, steps=2),
        Level("easy", {"kind": ("times",), "pair": tuple(product(range(2, 11), repeat=2))}, steps=2),
        Level("medium", {"kind": ("plus", "minus"), "pair": _CARRIED}, steps=2),
        Level("medium", {"kind": ("units",), "pair": _CONVERSIONS}, steps=2),
        Level("medium", {"kind": ("times",), "pair": _PRODUCTS}, steps=2),
        Level(
            "hard", {"kind": ("plus", "minus"), "pair": tuple(product(range(101, 700, 13), uneven(11, 100)))}, steps=2
        ),
    ),
    build=build,
    solve=solve,
)
