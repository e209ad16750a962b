"""Two numbers of two digits multiplied by partial products.

Work out 34 * 27 with partial products.  ->  34 * 20 = 680, 30 * 7 = 210, 4 * 7 = 28, 210 + 28 = 238, 680 + 238 = 918
"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import compute
from tunixlib.seeding.tasks.text import integers


def build(phrasing: str, a: int, b: int) -> Problem:
    """``a`` times the tens of ``b`` and ``a`` times its ones; these in two parts when ``b`` is above 30."""
    tens, ones = b - b % 10, b % 10
    steps = [compute(f"Times {tens}", a, "*", tens)]
    if b > 30:
        parts = a - a % 10, a % 10
        steps += [
            compute(f"Tens of {a} times {ones}", parts[0], "*", ones),
            compute(f"Ones of {a} times {ones}", parts[1], "*", ones),
            compute("Together", parts[0] * ones, "+", parts[1] * ones),
        ]
    else:
        steps.append(compute(f"Times {ones}", a, "*", ones))
    steps.append(compute("Add both products", a * tens, "+", a * ones))
    return Problem(phrasing.format(a=a, b=b), steps, str(a * b))


def solve(prompt: str) -> str:
    """The product of the two numbers."""
    a, b = integers(prompt)
    return str(a * b)


_NOT_ROUND = tuple(n for n in range(11, 100) if n % 10)

FAMILY = Family(
    name="multiplication_two_digit",
    category="reasoning",
    phrasings=(
        "Work out {a} * {b} with partial products.",
        "Split {b} into tens and ones and multiply it by {a}.",
        "A hall has {a} rows with {b} seats in each row. How many seats are there?",
        "Calculate {a} times {b} step by step.",
        "How many nails are in {a} boxes if every box holds {b} nails?",
        "What is the product {a} * {b}? Show the partial products.",
    ),
    levels=(
        Level("easy", {"a": _NOT_ROUND, "b": tuple(n for n in _NOT_ROUND if n < 30)}, steps=3),
        Level("medium", {"a": _NOT_ROUND, "b": tuple(n for n in _NOT_ROUND if n > 30)}, steps=5),
    ),
    build=build,
    solve=solve,
)
