"""Small word problems that ask for nothing but the number."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import THINGS, TWO_DIGIT, add_steps, counts, subtract_steps

_DEEDS = {"+": "picks up {b} more", "-": "hands out {b} of them"}


def build(phrasing: str, sign: str, name: str, things: str, a: int, b: int) -> Problem:
    """Restate, then compute; the answer carries no unit and no words."""
    more = sign == "+"
    result = a + b if more else a - b
    steps = [("compute", f"{a} {sign} {b} = {result}")]
    if b > 9:
        steps = add_steps(a, b) if more else subtract_steps(a, b)
    deed = _DEEDS[sign].format(b=b)
    read = [("given", f"{name} has {a} and {deed}")]
    return Problem(phrasing.format(name=name, things=things, a=a, deed=deed), read + steps, str(result))


def solve(prompt: str) -> str:
    """Add or subtract the two numbers, as the deed says."""
    a, b = counts(prompt)
    return str(a - b if "hands out" in prompt else a + b)


_WHO = {"name": NAMES, "things": THINGS}

FAMILY = Family(
    name="edge_just_the_number",
    category="edge_case",
    phrasings=(
        "Answer with only the number, no words. {name} has {a} {things} and {deed}. How many does {name} have?",
        "{name} has {a} {things} and {deed}. How many {things} are there now? Just the number, please.",
        "Give a bare number, no unit and no sentence: {name} has {a} {things}, then {deed}. What is the count?",
        "{name} starts with {a} {things} and {deed}. Reply in digits only: how many {things} is that?",
    ),
    levels=(
        Level("easy", {"sign": ("+",), **_WHO, "a": range(11, 41), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("-",), **_WHO, "a": range(11, 60), "b": range(2, 10)}, steps=2),
        Level("hard", {"sign": ("-",), **_WHO, "a": range(100, 200), "b": TWO_DIGIT}, steps=3),
    ),
    build=build,
    solve=solve,
)
