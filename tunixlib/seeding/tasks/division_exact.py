"""Division without remainder: `What is 138 / 6?` -> `120 / 6 = 20 and 138 - 120 = 18`, `18 / 6 = 3 and 20 + 3 = 23`."""

from itertools import product
from math import prod

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers
from tunixlib.seeding.tasks.words import split_number, uneven

_SPLIT = tuple((quotient, divisor) for quotient in uneven(11, 100) for divisor in range(2, 10))


def build(phrasing: str, pair: tuple[int, int]) -> Problem:
    """``pair`` is (quotient, divisor). A quotient up to 10 is in the table, a larger one is split at its tens."""
    quotient, divisor = pair
    total = quotient * divisor
    if quotient <= 10:
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
        Level("easy", {"pair": tuple(product(range(2, 11), repeat=2))}, steps=2),
        Level("medium", {"pair": tuple(pair for pair in _SPLIT if prod(pair) <= 150)}, steps=2),
        Level("hard", {"pair": tuple(pair for pair in _SPLIT if prod(pair) > 150)}, steps=2),
    ),
    build=build,
    solve=solve,
)
