"""Addition of two or three whole numbers, with carries."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers


def build(phrasing: str, a: int, b: int) -> Problem:
    """Split the second number into tens and ones, add the tens, then the ones."""
    tens, ones = b - b % 10, b % 10
    steps = [("compute", f"Add the tens of {b}: {a} + {tens} = {a + tens}"), ("compute", f"Add the ones: {a + tens} + {ones} = {a + b}")]
    return Problem(phrasing.format(a=a, b=b), steps, str(a + b))


def solve(prompt: str) -> str:
    """Add whatever whole numbers the prompt holds."""
    return str(sum(integers(prompt)))


FAMILY = Family(
    name="addition",
    category="synthetic",
    phrasings=("What is {a} + {b}?", "Add {a} and {b}.", "Find the sum of {a} and {b}.", "Compute {a} plus {b}.", "{a} + {b} = ?"),
    levels=(
        Level("easy", {"a": range(11, 100), "b": range(11, 100)}, steps=2),
        Level("medium", {"a": range(100, 1000), "b": range(11, 100)}, steps=2),
    ),
    build=build,
    solve=solve,
)
