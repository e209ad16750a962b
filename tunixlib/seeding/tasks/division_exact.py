"""Division without remainder: `What is 138 / 6?` -> `120 / 6 = 20 and 138 - 120 = 18`, `18 / 6 = 3 and 20 + 3 = 23`."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers
from tunixlib.seeding.tasks.words import split_number, uneven

_HUNDREDS = tuple(100 * hundreds + rest for hundreds in range(1, 10) for rest in range(2, 13))


def build(phrasing: str, quotient: int, divisor: int) -> Problem:
    """Up to 12 by the multiplication table, above by splitting off the leading part of the quotient."""
    total = quotient * divisor
    if quotient <= 12:
        steps = [
            ("recall", f"From the table of {divisor}: {divisor} * {quotient} = {total}"),
            ("compute", f"The other way round: {total} / {divisor} = {quotient}"),
        ]
    else:
        lead, rest = split_number(quotient)
        part, left = lead * divisor, rest * divisor
        steps = [
            ("compute", f"{part} / {divisor} = {lead} and {total} - {part} = {left}"),
            ("compute", f"{left} / {divisor} = {rest} and {lead} + {rest} = {quotient}"),
        ]
    return Problem(phrasing.format(a=total, b=divisor), steps, str(quotient))


def solve(prompt: str) -> str:
    """The larger number of the prompt divided by the smaller one, by repeated subtraction."""
    small, large = sorted(integers(prompt))
    count = 0
    while large >= small:
        large, count = large - small, count + 1
    return str(count)


FAMILY = Family(
    name="division_exact",
    category="synthetic",
    phrasings=(
        "What is {a} / {b}?",
        "Divide {a} by {b}.",
        "How many times does {b} go into {a}?",
        "What is {a} divided by {b}?",
        "{a} / {b} = ?",
        "{a} stickers are shared equally among {b} children. How many does each child get?",
        "A rope of {a} m is cut into {b} equal pieces. How many meters long is each piece?",
    ),
    levels=(
        Level("easy", {"quotient": range(3, 13), "divisor": range(2, 13)}, steps=2),
        Level("medium", {"quotient": uneven(13, 100), "divisor": range(2, 10)}, steps=2),
        Level("hard", {"quotient": _HUNDREDS, "divisor": range(2, 10)}, steps=2),
    ),
    build=build,
    solve=solve,
)
