"""Subtraction with a positive result: `What is 63 - 28?` -> `63 - 20 = 43`, `43 - 8 = 35`."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers
from tunixlib.seeding.tasks.words import split_number, uneven


def build(phrasing: str, b: int, left: int) -> Problem:
    """Take away the leading part of ``b``, then its rest; ``left`` is the difference."""
    a = b + left
    lead, rest = split_number(b)
    place = "tens" if b < 100 else "hundreds"
    steps = [
        ("compute", f"Take away the {place} of {b}: {a} - {lead} = {a - lead}"),
        ("compute", f"Take away the remaining {rest}: {a - lead} - {rest} = {left}"),
    ]
    return Problem(phrasing.format(a=a, b=b), steps, str(left))


def solve(prompt: str) -> str:
    """The larger whole number of the prompt minus the smaller one."""
    found = integers(prompt)
    return str(max(found) - min(found))


FAMILY = Family(
    name="subtraction",
    category="synthetic",
    phrasings=(
        "What is {a} - {b}?",
        "Subtract {b} from {a}.",
        "Take {b} away from {a}. What is left?",
        "How much is {a} minus {b}?",
        "Find the difference between {a} and {b}.",
        "{a} - {b} = ?",
        "By how much is {a} larger than {b}?",
        "A shop had {a} pens and sold {b} of them. How many pens remain?",
    ),
    levels=(
        Level("easy", {"b": uneven(11, 100), "left": range(2, 131)}, steps=2),
        Level("medium", {"b": uneven(11, 100), "left": range(131, 900)}, steps=2),
        Level("hard", {"b": uneven(101, 500), "left": range(12, 500)}, steps=2),
    ),
    build=build,
    solve=solve,
)
