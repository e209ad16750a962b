"""Sums of four to six numbers, added one after the other.

What is 12 + 30 + 45 + 8?  ->  95
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
        Level("easy", dict.fromkeys("abcd", _TWO_DIGITS), steps=3),
        Level("medium", dict.fromkeys("abcde", _TWO_DIGITS), steps=4),
        Level("hard", {"a": range(101, 500), **dict.fromkeys("bcdef", _TWO_DIGITS)}, steps=5),
    ),
    build=build,
    solve=solve,
)
