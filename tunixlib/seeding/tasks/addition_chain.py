"""Sums of four to six numbers, added one after the other.

What is 12 + 5 + 3 + 8?  ->  28
"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import compute, listing
from tunixlib.seeding.tasks.text import integers


def build(phrasing: str, **numbers: int) -> Problem:
    """A running sum; each step names the number that is added."""
    values = list(numbers.values())
    steps, total = [], values[0]
    for value in values[1:]:
        steps.append(compute(f"Add {value}", total, "+", value))
        total += value
    prompt = phrasing.format(plus=" + ".join(map(str, values)), numbers=listing(values), count=len(values))
    return Problem(prompt, steps, str(total))


def solve(prompt: str) -> str:
    """The sum of all numbers in the prompt."""
    return str(sum(integers(prompt)))


_TWO_DIGITS = range(11, 100)
_ONE_DIGIT = range(2, 10)

FAMILY = Family(
    name="addition_chain",
    category="reasoning",
    phrasings=(
        "What is {plus}?",
        "Add these numbers: {numbers}.",
        "Find the sum of {numbers}.",
        "A reader finishes {numbers} pages on different days. How many pages is that altogether?",
        "{plus} = ?",
        "The boxes weigh {numbers} kilograms. What is their total weight in kilograms?",
    ),
    levels=(
        Level("easy", {"a": range(11, 27), **dict.fromkeys("bcd", range(2, 9))}, steps=3),
        Level("easy", {"a": range(10, 23), **dict.fromkeys("bcde", range(2, 8))}, steps=4),
        Level("medium", {"a": range(10, 21), **dict.fromkeys("bcdef", range(2, 7))}, steps=5),
        Level("medium", {"a": range(21, 61), "b": (10, 20, 30), "c": _ONE_DIGIT, "d": range(11, 40)}, steps=3),
        Level(
            "medium",
            {"a": range(21, 61), "b": (10, 20, 30), "c": _ONE_DIGIT, "d": range(11, 40), "e": _ONE_DIGIT},
            steps=4,
        ),
        Level("hard", dict.fromkeys("abcde", _TWO_DIGITS), steps=4),
    ),
    build=build,
    solve=solve,
)
