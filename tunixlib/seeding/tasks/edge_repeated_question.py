"""The same question twice in one prompt, to be answered once."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import TWO_DIGIT, add_steps, multiply_steps, subtract_steps


def build(phrasing: str, sign: str, a: int, b: int) -> Problem:
    """See that both questions are one, then compute it once."""
    result = {"+": a + b, "-": a - b, "*": a * b}[sign]
    steps = [("compute", f"{a} {sign} {b} = {result}")]
    if b > 9 or (sign == "*" and a > 9):
        steps = {"+": add_steps, "-": subtract_steps, "*": multiply_steps}[sign](a, b)
    same = [("compare", f"Both questions ask for {a} {sign} {b}")]
    return Problem(phrasing.format(a=a, sign=sign, b=b), same + steps, str(result))


def solve(prompt: str) -> str:
    """Check that the two questions agree, and compute one of them."""
    one, other = re.findall(r"(\d+) ([-+*]) (\d+)", prompt)
    if one != other:
        raise ValueError(f"found two different questions in {prompt!r}, expected the same one twice")
    a, b = int(one[0]), int(one[2])
    return str({"+": a + b, "-": a - b, "*": a * b}[one[1]])


FAMILY = Family(
    name="edge_repeated_question",
    category="edge_case",
    phrasings=(
        "What is {a} {sign} {b}? What is {a} {sign} {b}?",
        "{a} {sign} {b}? I ask again: {a} {sign} {b}?",
        "Work out {a} {sign} {b}. Did you hear me? Work out {a} {sign} {b}.",
        "How much is {a} {sign} {b}? A friend also wants to know how much {a} {sign} {b} is.",
    ),
    levels=(
        Level("easy", {"sign": ("+",), "a": range(11, 41), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("-",), "a": range(11, 60), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("*",), "a": range(2, 10), "b": range(2, 10)}, steps=2),
        Level("hard", {"sign": ("-",), "a": range(100, 300), "b": TWO_DIGIT}, steps=3),
        Level("hard", {"sign": ("*",), "a": TWO_DIGIT, "b": range(3, 10)}, steps=4),
    ),
    build=build,
    solve=solve,
)
