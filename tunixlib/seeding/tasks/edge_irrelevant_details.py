"""Word problems with numbers that do not matter: an age, a house number, a bus line."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import THINGS, TWO_DIGIT, add_steps, subtract_steps

_DETAILS = (
    "{name} is {x} years old.",
    "{name} lives at number {x}.",
    "{name} came on bus {x}.",
    "The room of {name} is {x} feet long.",
    "{name} read {x} pages last night.",
    "The shoes of {name} cost {x} dollars.",
)


def build(phrasing: str, sign: str, detail: str, x: int, name: str, things: str, a: int, b: int) -> Problem:
    """Set the useless number aside, then compute with the two that matter."""
    more = sign == "+"
    result = a + b if more else a - b
    steps = [("compute", f"{a} {sign} {b} = {result}")]
    if b > 9:
        steps = add_steps(a, b) if more else subtract_steps(a, b)
    change = f"buys {b} more" if more else f"gives away {b}"
    aside = [("given", f"{x} does not matter; {name} has {a} and {change}")]
    aside_text = detail.format(name=name, x=x)
    prompt = phrasing.format(detail=aside_text, name=name, things=things, a=a, change=change)
    return Problem(prompt, aside + steps, str(result))


def solve(prompt: str) -> str:
    """Read only the number before the things and the number that changes it."""
    held = re.search(rf"(\d+) (?:{'|'.join(THINGS)})", prompt)
    change = re.search(r"(buys|gives away) (\d+)", prompt)
    if held is None or change is None:
        raise ValueError(f"found {prompt!r}, expected a number of things and a change")
    return str(int(held[1]) + int(change[2]) * (1 if change[1] == "buys" else -1))


_WHO = {"detail": _DETAILS, "x": range(4, 50), "name": NAMES, "things": THINGS}

FAMILY = Family(
    name="edge_irrelevant_details",
    category="edge_case",
    phrasings=(
        "{detail} {name} has {a} {things} and {change}. How many {things} does {name} have now?",
        "{name} has {a} {things}. {detail} Today {name} {change}. How many {things} does that make?",
        "How many {things} does {name} end up with? {name} has {a} {things} and {change}. {detail}",
        "With {a} {things} in a bag, {name} {change}. {detail} What is the number of {things} now?",
    ),
    levels=(
        Level("easy", {"sign": ("+",), **_WHO, "a": range(11, 41), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("-",), **_WHO, "a": range(11, 60), "b": range(2, 10)}, steps=2),
        Level("hard", {"sign": ("-",), **_WHO, "a": range(100, 200), "b": TWO_DIGIT}, steps=3),
    ),
    build=build,
    solve=solve,
)
