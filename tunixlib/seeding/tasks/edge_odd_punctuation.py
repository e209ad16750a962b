"""Sums between stray signs: "so,,, what is 17+25 ??!"."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import TWO_DIGIT, add_steps, multiply_steps, subtract_steps


def build(phrasing: str, name: str, sign: str, a: int, b: int) -> Problem:
    """Read the sum out of the signs around it, then compute it."""
    result = {"+": a + b, "-": a - b, "*": a * b}[sign]
    steps = [("compute", f"{a} {sign} {b} = {result}")]
    if b > 9 or (sign == "*" and a > 9):
        steps = {"+": add_steps, "-": subtract_steps, "*": multiply_steps}[sign](a, b)
    read = [("given", f"Without the extra signs it asks for {a} {sign} {b}")]
    return Problem(phrasing.format(name=name, a=a, sign=sign, b=b), read + steps, str(result))


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
        "so,,, {name}, what is {a}{sign}{b} ??!",
        "hello {name}!!! {a} {sign} {b} ...?... thanks",
        "   >>> {name} asks :: {a}{sign}{b} <<<",
        "Hmm {name}... (({a} {sign} {b})) -- equals what,,,?",
        "quick {name};; {a}{sign}{b} ;; what comes out ???",
        "Well, {name}: '{a}' {sign} '{b}' !?!?",
    ),
    levels=(
        Level("easy", {"sign": ("+",), "name": NAMES, "a": range(11, 41), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("-",), "name": NAMES, "a": range(11, 60), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("*",), "name": NAMES, "a": range(2, 10), "b": range(2, 10)}, steps=2),
        Level("hard", {"sign": ("-",), "name": NAMES, "a": range(100, 300), "b": TWO_DIGIT}, steps=3),
        Level("hard", {"sign": ("*",), "name": NAMES, "a": TWO_DIGIT, "b": range(3, 10)}, steps=4),
    ),
    build=build,
    solve=solve,
)
