"""Sums between stray signs: "so,,, what is 17+25 ??!"."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import TWO_DIGIT, add_steps, multiply_steps, subtract_steps


def build(phrasing: str, sign: str, a: int, b: int) -> Problem:
    """Read the sum out of the signs around it, then compute it."""
    if sign == "+":
        steps, result = add_steps(a, b), a + b
    elif sign == "-":
        steps, result = subtract_steps(a, b), a - b
    else:
        steps, result = multiply_steps(a, b), a * b
    read = [("given", f"Without the extra signs it asks for {a} {sign} {b}")]
    return Problem(phrasing.format(a=a, sign=sign, b=b), read + steps, str(result))


def solve(prompt: str) -> str:
    """Compute the only two numbers with a sign between them."""
    found = re.search(r"(\d+)\W*?([-+*])\W*?(\d+)", prompt)
    if found is None:
        raise ValueError(f"found no sum in {prompt!r}, expected two numbers with a sign between them")
    a, b = int(found[1]), int(found[3])
    return str({"+": a + b, "-": a - b, "*": a * b}[found[2]])


FAMILY = Family(
    name="edge_odd_punctuation",
    category="edge_case",
    phrasings=(
        "so,,, what is {a}{sign}{b} ??!",
        "hello!!! {a} {sign} {b} ...?... thanks",
        "   >>> please :: {a}{sign}{b} <<<",
        "Hmm... (({a} {sign} {b})) -- equals what,,,?",
        "quick;; {a}{sign}{b} ;; what comes out ???",
        "Well well: '{a}' {sign} '{b}' !?!?",
    ),
    levels=(
        Level("easy", {"sign": ("+",), "a": range(11, 400), "b": TWO_DIGIT}, steps=3),
        Level("medium", {"sign": ("-",), "a": range(100, 400), "b": TWO_DIGIT}, steps=3),
        Level("hard", {"sign": ("*",), "a": TWO_DIGIT, "b": range(3, 10)}, steps=4),
    ),
    build=build,
    solve=solve,
)
