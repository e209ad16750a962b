"""Addition of two whole numbers: `What is 57 + 68?` -> `57 + 60 = 117`, `117 + 8 = 125`."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers
from tunixlib.seeding.tasks.words import split_number, uneven


def build(phrasing: str, a: int, b: int) -> Problem:
    """Split the second number into its leading part and the rest, and add one after the other."""
    lead, rest = split_number(b)
    place = "tens" if b < 100 else "hundreds"
    steps = [
        ("compute", f"Add the {place} of {b}: {a} + {lead} = {a + lead}"),
        ("compute", f"Add the remaining {rest}: {a + lead} + {rest} = {a + b}"),
    ]
    return Problem(phrasing.format(a=a, b=b), steps, str(a + b))


def solve(prompt: str) -> str:
    """Add whatever whole numbers the prompt holds."""
    return str(sum(integers(prompt)))


FAMILY = Family(
    name="addition",
    category="synthetic",
    phrasings=(
        "What is {a} + {b}?",
        "Add {a} and {b}.",
        "Find the sum of {a} and {b}.",
        "Compute {a} plus {b}.",
        "{a} + {b} = ?",
        "How much do {a} and {b} make together?",
        "One basket holds {a} apples and another holds {b}. How many apples is that?",
    ),
    levels=(
        Level("easy", {"a": range(11, 136), "b": uneven(11, 100)}, steps=2),
        Level("medium", {"a": range(136, 1000), "b": uneven(11, 100)}, steps=2),
        Level("hard", {"a": range(101, 1000), "b": uneven(101, 1000)}, steps=2),
    ),
    build=build,
    solve=solve,
)
