"""Sums in the digits of other scripts: "१७ + २८" -> 45."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import TWO_DIGIT, add_steps, subtract_steps

_DIGITS = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９")


def build(phrasing: str, sign: str, digits: str, a: int, b: int) -> Problem:
    """Write the numbers in ordinary digits, then compute."""
    more = sign == "+"
    result = a + b if more else a - b
    steps = [("compute", f"{a} {sign} {b} = {result}")]
    if b > 9:
        steps = add_steps(a, b) if more else subtract_steps(a, b)
    one, other = ("".join(digits[int(digit)] for digit in str(n)) for n in (a, b))
    read = [("convert", f"In ordinary digits {one} is {a} and {other} is {b}")]
    ask = f"{one} {sign} {other}"
    return Problem(phrasing.format(ask=ask), read + steps, str(result))


def solve(prompt: str) -> str:
    """Python reads the decimal digits of every script."""
    a, b = (int(found) for found in re.findall(r"\d+", prompt))
    return str(a + b if "+" in prompt else a - b)


FAMILY = Family(
    name="edge_other_digits",
    category="edge_case",
    phrasings=(
        "What is {ask}? Answer in ordinary digits.",
        "These digits come from another script: {ask}. What is the result?",
        "A sign in a foreign market says {ask}. Work it out.",
        "{ask} - please translate the digits and compute.",
    ),
    levels=(
        Level("easy", {"sign": ("+",), "digits": _DIGITS, "a": range(11, 41), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("-",), "digits": _DIGITS, "a": range(11, 60), "b": range(2, 10)}, steps=2),
        Level("hard", {"sign": ("-",), "digits": _DIGITS, "a": range(100, 300), "b": TWO_DIGIT}, steps=3),
    ),
    build=build,
    solve=solve,
)
