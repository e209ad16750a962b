"""The remainder of a division: `What is the remainder of 52 / 7?` -> `7 * 7 = 49`, `52 - 49 = 3`."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers

_Division = tuple[int, int, int]


def build(phrasing: str, division: _Division) -> Problem:
    """``division`` is (divisor, quotient, remainder); the dividend is made from them."""
    divisor, quotient, rest = division
    whole = divisor * quotient
    steps = [
        ("compute", f"The largest multiple of {divisor} up to {whole + rest}: {divisor} * {quotient} = {whole}"),
        ("compute", f"What is left: {whole + rest} - {whole} = {rest}"),
    ]
    return Problem(phrasing.format(a=whole + rest, d=divisor), steps, str(rest))


def solve(prompt: str) -> str:
    """Larger number modulo the smaller one."""
    small, large = sorted(integers(prompt))
    return str(large % small)


def _divisions(quotients: range, smallest: int, largest: int) -> tuple[_Division, ...]:
    """All divisions by 2 to 10 with one of the quotients and a dividend within the bounds."""
    found = ((d, q, rest) for d in range(2, 11) for q in quotients for rest in range(d))
    return tuple((d, q, rest) for d, q, rest in found if smallest <= d * q + rest <= largest)


FAMILY = Family(
    name="remainder_of_division",
    category="synthetic",
    phrasings=(
        "What is the remainder when {a} is divided by {d}?",
        "Divide {a} by {d}. What remainder is left?",
        "Find the remainder of {a} / {d}.",
        "What is {a} mod {d}?",
        "{a} eggs are packed into boxes of {d}. How many eggs are left over?",
        "A coach makes teams of {d} from {a} players. How many players are without a full team?",
    ),
    levels=(
        Level("easy", {"division": _divisions(range(2, 11), 5, 50)}, steps=2),
        Level("medium", {"division": _divisions(range(2, 11), 51, 109)}, steps=2),
        Level("hard", {"division": _divisions(range(11, 40), 22, 399)}, steps=2),
    ),
    build=build,
    solve=solve,
)
