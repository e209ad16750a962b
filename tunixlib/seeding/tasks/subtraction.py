"""Subtraction with a positive result: `What is 63 - 28?` -> `63 - 20 = 43`, `43 - 8 = 35`."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers

_TENS = tuple(range(10, 100, 10))
_ONES = tuple((one, other) for one in range(1, 10) for other in range(1, 10))


def build(phrasing: str, tens: tuple[int, int], ones: tuple[int, int]) -> Problem:
    """Tens and ones of the second number and of the difference; take away the tens, then the ones."""
    lead, rest = tens[0], ones[0]
    b, left = lead + rest, tens[1] + ones[1]
    a = b + left
    steps = [
        ("compute", f"Take away the tens of {b}: {a} - {lead} = {a - lead}"),
        ("compute", f"Take away the ones, {rest}: {a - lead} - {rest} = {left}"),
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
        Level(
            "easy",
            {
                "tens": tuple((x, y) for x in _TENS for y in (0, *_TENS) if x + y <= 40),
                "ones": tuple((x, y) for x, y in _ONES if x + y < 10),
            },
            steps=2,
        ),
        Level(
            "medium",
            {
                "tens": tuple((x, y) for x in _TENS for y in (0, *_TENS) if x + y <= 130),
                "ones": tuple((x, y) for x, y in _ONES if x + y >= 10),
            },
            steps=2,
        ),
        Level("hard", {"tens": tuple((x, y) for x in _TENS for y in range(130, 900, 10)), "ones": _ONES}, steps=2),
    ),
    build=build,
    solve=solve,
)
