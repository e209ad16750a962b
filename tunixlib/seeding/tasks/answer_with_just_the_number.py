"""One operation whose answer must be a bare number: `Answer with just the number: 34 + 57` -> 91."""

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


def build(phrasing: str, kind: str, x: int, y: int) -> Problem:
    """``x`` plus ``y``, their sum minus ``y``, ``x`` times ``y``, or ``x`` of the larger unit number ``y``."""
    ask, steps, answer = {"plus": _plus, "minus": _minus, "times": _times, "units": _units}[kind](x, y)
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
        Level("easy", {"kind": ("plus", "minus"), "x": range(12, 100), "y": uneven(11, 100)}, steps=2),
        Level("medium", {"kind": ("times",), "x": uneven(11, 100), "y": range(2, 10)}, steps=2),
        Level("medium", {"kind": ("units",), "x": range(2, 21), "y": range(len(_UNITS))}, steps=2),
        Level("hard", {"kind": ("plus", "minus"), "x": range(101, 500), "y": uneven(101, 500)}, steps=2),
    ),
    build=build,
    solve=solve,
)
