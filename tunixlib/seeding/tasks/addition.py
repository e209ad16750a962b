"""Addition of two whole numbers: `What is 57 + 68?` -> `57 + 60 = 117`, `117 + 8 = 125`."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers

_TENS = tuple(range(10, 100, 10))
_ONES = tuple((one, other) for one in range(10) for other in range(1, 10))


def build(phrasing: str, tens: tuple[int, int], ones: tuple[int, int]) -> Problem:
    """Both numbers come as tens and ones; add the tens of the second number, then its ones."""
    a, b = tens[0] + ones[0], tens[1] + ones[1]
    lead, rest = tens[1], ones[1]
    steps = [
        ("compute", f"Add the tens of {b}: {a} + {lead} = {a + lead}"),
        ("compute", f"Add the ones, {rest}: {a + lead} + {rest} = {a + b}"),
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
        Level(
            "easy",
            {
                "tens": tuple((x, y) for x in _TENS for y in _TENS if x + y <= 40),
                "ones": tuple((x, y) for x, y in _ONES if x + y < 10),
            },
            steps=2,
        ),
        Level(
            "medium",
            {
                "tens": tuple((x, y) for x in _TENS for y in _TENS if x + y <= 130),
                "ones": tuple((x, y) for x, y in _ONES if x + y >= 10),
            },
            steps=2,
        ),
        Level("hard", {"tens": tuple((x, y) for x in range(130, 900, 10) for y in _TENS), "ones": _ONES}, steps=2),
    ),
    build=build,
    solve=solve,
)
