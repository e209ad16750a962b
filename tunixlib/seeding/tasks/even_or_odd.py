"""Even or odd by the last digit: `Is 347 even or odd?` -> the last digit is 7, `2 * 3 + 1 = 7`, so odd."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers


def build(phrasing: str, a: int, b: int) -> Problem:
    """One number, or a sum of two where ``b`` is not zero."""
    last = (a + b) % 10
    first = (
        ("compute", f"{a} + {b} = {a + b}, which ends in {last}")
        if b
        else ("given", f"The last digit of {a} decides: it is {last}")
    )
    half, rest = divmod(last, 2)
    shown = f"2 * {half} + 1 = {last}" if rest else f"2 * {half} = {last}"
    answer = "odd" if rest else "even"
    steps = [first, ("compute", f"{shown}, so the number is {answer}")]
    return Problem(phrasing.format(n=f"{a} + {b}" if b else a), steps, answer)


def solve(prompt: str) -> str:
    """The parity of the sum of the numbers in the prompt, from its last bit."""
    return ("even", "odd")[sum(integers(prompt)) & 1]


FAMILY = Family(
    name="even_or_odd",
    category="synthetic",
    phrasings=(
        "Is {n} even or odd?",
        "Is {n} an even or an odd number?",
        "Say whether {n} is even or odd.",
        "Look at {n}. Is it odd or even?",
        "Odd or even: what is {n}?",
    ),
    levels=(
        Level("easy", {"a": range(10, 100), "b": (0,)}, steps=2),
        Level("easy", {"a": range(10, 50), "b": range(2, 10)}, steps=2),
        Level("medium", {"a": range(11, 70), "b": range(11, 60)}, steps=2),
        Level("hard", {"a": range(100, 1000), "b": (0,)}, steps=2),
    ),
    build=build,
    solve=solve,
)
