"""Division by zero has no value: 7 / 0 is undefined."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES


def build(phrasing: str, name: str, a: int, b: int = 0) -> Problem:
    """Ask which number times 0 gives the dividend, and find none."""
    ask = f"{a} / ({b} - {b})" if b else f"{a} / 0"
    first = [("compute", f"The divisor is {b} - {b} = 0")] if b else []
    steps = [
        *first,
        ("recall", f"{a} / 0 asks which number times 0 gives {a}"),
        ("compute", f"Any number times 0 is 0, such as {a} * 0 = 0"),
        ("conclude", f"0 < {a}, so no number fits and the division is undefined"),
    ]
    return Problem(phrasing.format(name=name, ask=ask), steps, "undefined")


def solve(prompt: str) -> str:
    """Divide, and say "undefined" where Python refuses to."""
    a, *divisor = (int(found) for found in re.findall(r"\d+", prompt))
    try:
        return str(a // (divisor[0] - sum(divisor[1:])))
    except ZeroDivisionError:
        return "undefined"


FAMILY = Family(
    name="edge_division_by_zero",
    category="edge_case",
    phrasings=(
        "{name} asks: what is {ask}?",
        "Find the value of {ask} for {name}, if there is one.",
        "The calculator of {name} shows an error for {ask}. What is the right word for this value?",
        "{name}, is {ask} a number? If not, say undefined.",
        "{name} writes {ask} = ?",
    ),
    levels=(
        Level("easy", {"name": NAMES, "a": range(1, 51)}, steps=3),
        Level("medium", {"name": NAMES, "a": range(2, 51), "b": range(2, 21)}, steps=4),
        Level("hard", {"name": NAMES, "a": range(51, 1000), "b": range(21, 100)}, steps=4),
    ),
    build=build,
    solve=solve,
)
