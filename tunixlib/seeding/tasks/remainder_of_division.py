"""The remainder of a division: `What is the remainder of 52 / 7?` -> `7 * 7 = 49`, `52 - 49 = 3`."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers

_DIVISIONS = tuple((divisor, rest) for divisor in range(3, 13) for rest in range(divisor))


def build(phrasing: str, division: tuple[int, int], quotient: int) -> Problem:
    """``division`` is (divisor, remainder); the dividend is made from them."""
    divisor, rest = division
    whole = divisor * quotient
    steps = [
        ("compute", f"The largest multiple of {divisor} that fits: {divisor} * {quotient} = {whole}"),
        ("compute", f"What is left: {whole + rest} - {whole} = {rest}"),
    ]
    return Problem(phrasing.format(a=whole + rest, d=divisor), steps, str(rest))


def solve(prompt: str) -> str:
    """Larger number modulo the smaller one."""
    small, large = sorted(integers(prompt))
    return str(large % small)


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
        Level("easy", {"division": _DIVISIONS, "quotient": range(2, 13)}, steps=2),
        Level("hard", {"division": _DIVISIONS, "quotient": range(13, 60)}, steps=2),
    ),
    build=build,
    solve=solve,
)
