"""Percentages of a number, from tenths, halves of tenths and hundredths.

What is 30% of 80?  ->  24
"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import THINGS, Step, check, compute, percents
from tunixlib.seeding.tasks.text import decimal, integers

# Units of the base, so that the same calculation occurs about many things; one level has none.
_AMOUNTS = tuple(f" {thing}s" for thing in THINGS) + tuple(
    f" {unit}" for unit in ("dollars", "points", "grams", "meters")
)


def build(phrasing: str, percent: int, base: int, unit: str = "") -> Problem:
    """Tenths, then 5% as half a tenth or single percents as hundredths, then the parts together."""
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
        Level("easy", {"percent": tuple(range(20, 100, 10)), "base": range(20, 1510, 10)}, steps=3),
        Level("easy", {"percent": tuple(range(20, 100, 10)), "base": range(20, 510, 10), "unit": _AMOUNTS}, steps=3),
        Level("medium", {"percent": tuple(range(25, 100, 10)), "base": range(20, 1020, 20), "unit": _AMOUNTS}, steps=4),
        Level(
            "hard",
            {
                "percent": tuple(10 * tens + ones for tens in range(2, 8) for ones in (1, 2, 3, 4, 6)),
                "base": range(100, 1600, 100),
                "unit": _AMOUNTS,
            },
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
