"""Percentages of a number, from tenths, halves of tenths and hundredths.

What is 30% of 40?  ->  12
"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import GOODS, THINGS, Step, check, compute, percents
from tunixlib.seeding.tasks.text import decimal, integers

# Units of the base, so that the same calculation occurs about many things, or about none.
_AMOUNTS = ("", *(f" {thing}s" for thing in (*THINGS, *GOODS, "dollar", "point", "gram", "meter", "mile", "page")))


def build(phrasing: str, part: tuple[int, int], unit: str) -> Problem:
    """``part`` is percent and base: tenths, then half a tenth or hundredths, then the parts together."""
    percent, base = part
    tens, ones = divmod(percent, 10)
    steps = [compute(f"10% of {base}", base, "/", 10), compute(f"{tens}0% of {base}", tens, "*", base // 10)]
    value = tens * base // 10
    if ones == 5:
        steps += [compute(f"5% of {base}", base // 10, "/", 2), compute("Together", value, "+", base // 20)]
        value += base // 20
    elif ones:
        steps += _single_percents(ones, base)
        steps.append(compute("Together", value, "+", ones * base // 100))
        value += ones * base // 100
    else:
        steps.append(check(value, "/", tens, f"{percent}% is {decimal(value)}"))
    return Problem(phrasing.format(percent=percent, amount=f"{base}{unit}"), steps, decimal(value))


def _single_percents(ones: int, base: int) -> list[Step]:
    return [compute(f"1% of {base}", base, "/", 100), compute(f"{ones}% of {base}", ones, "*", base // 100)]


def solve(prompt: str) -> str:
    """The percentage is marked; the other number is the base."""
    percent = percents(prompt)[0]
    found = integers(prompt)
    found.remove(percent)
    return decimal(percent * found[0] // 100)


def _parts(percents: range, bases: range, values: range) -> tuple[tuple[int, int], ...]:
    """Percents and bases whose result is one of ``values``."""
    return tuple((p, base) for p in percents for base in bases if p * base // 100 in values)


_TENTHS, _HALF_TENTHS = range(20, 100, 10), range(25, 100, 10)
_HUNDREDTHS = tuple(
    (10 * tens + ones, base) for tens in range(2, 8) for ones in (1, 2, 3, 4, 6) for base in range(100, 1100, 100)
)

FAMILY = Family(
    name="percent_of_number",
    category="reasoning",
    phrasings=(
        "What is {percent}% of {amount}?",
        "Find {percent} percent of {amount}.",
        "How much is {percent}% of {amount}?",
        "Start with {amount} and take {percent} percent of that. What do you get?",
        "The whole is {amount}. How much is {percent} percent of it?",
        "Calculate {percent}% of {amount}.",
    ),
    levels=(
        Level("easy", {"part": _parts(_TENTHS, range(10, 60, 10), range(2, 51)), "unit": _AMOUNTS}, steps=3),
        Level("easy", {"part": _parts(_HALF_TENTHS, range(20, 120, 20), range(2, 51)), "unit": _AMOUNTS}, steps=4),
        Level("medium", {"part": _parts(_TENTHS, range(60, 210, 10), range(12, 151)), "unit": _AMOUNTS}, steps=3),
        Level("medium", {"part": _parts(_HALF_TENTHS, range(60, 220, 20), range(51, 151)), "unit": _AMOUNTS}, steps=4),
        Level("hard", {"part": _HUNDREDTHS, "unit": _AMOUNTS}, steps=5),
    ),
    build=build,
    solve=solve,
)
