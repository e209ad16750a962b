"""Sums that change nothing or leave nothing: times 1, plus 0, times 0, a - a, a / a."""

import re
from fractions import Fraction

from tunixlib.seeding.families import Family, Level, Problem

_RULES = {
    "{a} * 1": "Times 1 leaves a number as it is",
    "1 * {a}": "One times a number is the number",
    "{a} / 1": "Divided by 1, a number stays as it is",
    "{a} + 0": "Adding 0 changes nothing",
    "0 + {a}": "Starting from 0, the sum is the other number",
    "{a} - 0": "Taking away 0 changes nothing",
}
_COLLAPSES = {
    "{a} * 0": "Any number times 0 is 0",
    "0 * {a}": "0 times any number is 0",
    "0 / {a}": "0 shared into parts leaves 0 for each",
    "{a} - {a}": "A number minus itself is 0",
    "{a} / {a}": "A number divided by itself is 1",
}


def build(phrasing: str, ask: str, a: int) -> Problem:
    """Recall the rule, then apply it."""
    text = ask.format(a=a)
    answer = str(a) if ask in _RULES else "1" if ask == "{a} / {a}" else "0"
    steps = [("recall", (_RULES | _COLLAPSES)[ask]), ("compute", f"{text} = {answer}")]
    return Problem(phrasing.format(ask=text), steps, answer)


def solve(prompt: str) -> str:
    """Compute the two numbers exactly."""
    found = re.search(r"(\d+) ([-+*/]) (\d+)", prompt)
    if found is None:
        raise ValueError(f"found no sum in {prompt!r}, expected two numbers with a sign between them")
    a, b = Fraction(found[1]), int(found[3])
    return str({"+": a + b, "-": a - b, "*": a * b, "/": a / (b or 1)}[found[2]])


FAMILY = Family(
    name="edge_identity",
    category="edge_case",
    phrasings=(
        "Trick question: what is {ask}?",
        "No long work needed here: {ask} gives which number?",
        "Which number do you get from {ask}? Use a rule, not a calculator.",
        "Someone says {ask} is easy to see at once. What is it?",
    ),
    levels=(
        Level("easy", {"ask": tuple(_RULES), "a": range(2, 101)}, steps=2),
        Level("easy", {"ask": tuple(_COLLAPSES), "a": range(1, 101)}, steps=2),
        Level("hard", {"ask": (*_RULES, *_COLLAPSES), "a": range(101, 1000)}, steps=2),
    ),
    build=build,
    solve=solve,
)
