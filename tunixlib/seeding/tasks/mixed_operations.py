"""Order of operations: parentheses, then products and quotients, then sums and differences.

What is 3 * (4 + 5) - 6?  ->  4 + 5 = 9, 3 * 9 = 27, 27 - 6 = 21
"""

import re
from fractions import Fraction

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import Step, compute
from tunixlib.seeding.tasks.text import decimal

_TOKEN = re.compile(r"\d+|[()+*/-]")
_LABELS = {"+": "Add", "-": "Subtract", "*": "Multiply", "/": "Divide"}

_THREE = (
    "{a} * ({b} + {c}) - {d}",
    "{d} + {a} * ({b} + {c})",
    "({b} + {c}) * {a} + {d}",
    "{a} * {b} + {c} * {d}",
    "{a} * {b} + {c} - {d}",
)
_FOUR = (
    "{a} * ({b} + {c}) - {d} * {e}", "({a} + {b}) * {c} + {d} * {e}", "{a} * {b} + {c} * {d} - {e}",
    "{de} / {d} + {a} * {b} - {c}", "{a} * ({b} + {c}) - {de} / {d}",
)  # fmt: skip
_FIVE = (
    "({a} + {b}) * {c} - {d} * {e} + {f}", "{de} / {d} + {a} * ({b} + {c}) - {f}",
    "{a} * ({b} + {c}) + {d} * ({e} + {f})", "({a} + {b}) * {c} + {de} / {d} - {f}",
)  # fmt: skip


def build(phrasing: str, form: str, **numbers: int) -> Problem:
    """Reduce the expression one operation at a time, in the order of the rules. ``de`` is a multiple of ``d``."""
    if "e" in numbers:
        numbers["de"] = numbers["d"] * numbers["e"]
    expression = form.format(**numbers)
    tokens, steps = _TOKEN.findall(expression), []
    while len(tokens) > 1:
        at, in_parentheses = _next_operation(tokens)
        steps.append(_step(tokens[at - 1 : at + 2], in_parentheses))
        result = steps[-1][1].rpartition("= ")[2]
        edge = 2 if in_parentheses else 1
        tokens[at - edge : at + edge + 1] = [result]
    crossed = expression.replace("*", "×").replace("/", "÷")
    return Problem(phrasing.format(expression=expression, crossed=crossed), steps, tokens[0])


def _next_operation(tokens: list[str]) -> tuple[int, bool]:
    """Where the operator to work out next stands, and whether it is in parentheses (which hold one operation)."""
    if "(" in tokens:
        return tokens.index("(") + 2, True
    first = [i for i, token in enumerate(tokens) if token in "*/"] or [
        i for i, token in enumerate(tokens) if token in "+-"
    ]
    return first[0], False


def _step(operation: list[str], in_parentheses: bool) -> Step:
    a, op, b = operation
    return compute("Parentheses first" if in_parentheses else _LABELS[op], int(a), op, int(b))


def solve(prompt: str) -> str:
    """Read the expression by recursive descent."""
    return decimal(_sum(_TOKEN.findall(prompt.replace("×", "*").replace("÷", "/"))))


def _sum(tokens: list[str]) -> Fraction:
    total = _product(tokens)
    while tokens and tokens[0] in "+-":
        sign = 1 if tokens.pop(0) == "+" else -1
        total += sign * _product(tokens)
    return total


def _product(tokens: list[str]) -> Fraction:
    value = _atom(tokens)
    while tokens and tokens[0] in "*/":
        value = value * _atom(tokens) if tokens.pop(0) == "*" else value / _atom(tokens)
    return value


def _atom(tokens: list[str]) -> Fraction:
    token = tokens.pop(0)
    if token != "(":
        return Fraction(token)
    value = _sum(tokens)
    tokens.pop(0)
    return value


_LARGE = range(6, 10)
_FEW = (2, 3)

FAMILY = Family(
    name="mixed_operations",
    category="reasoning",
    phrasings=(
        "What is {expression}?",
        "Calculate {crossed}.",
        "Use the order of operations: {expression}",
        "Evaluate {expression}.",
        "A calculator shows {crossed} = ? Which number comes out?",
    ),
    levels=(
        Level(
            "easy", {"form": _THREE, "a": range(2, 6), "b": range(2, 6), "c": range(2, 6), "d": range(1, 8)}, steps=3
        ),
        Level(
            "easy",
            {"form": _FOUR, "a": range(3, 6), "b": range(3, 6), "c": range(3, 6), "d": _FEW, "e": range(2, 6)},
            steps=4,
        ),
        Level("medium", {"form": _THREE, "a": _LARGE, "b": range(2, 9), "c": range(2, 9), "d": range(2, 9)}, steps=3),
        Level(
            "medium",
            {"form": _FOUR, "a": range(6, 9), "b": range(6, 9), "c": range(6, 9), "d": (2, 3, 4), "e": (2, 3, 4)},
            steps=4,
        ),
        Level(
            "medium",
            {
                "form": _FIVE,
                "a": range(3, 6),
                "b": range(2, 6),
                "c": range(2, 6),
                "d": _FEW,
                "e": _FEW,
                "f": range(2, 7),
            },
            steps=5,
        ),
        Level(
            "hard",
            {"form": _FIVE, "a": _LARGE, "b": _LARGE, "c": _LARGE, "d": (2, 3, 4), "e": (2, 3, 4), "f": range(2, 10)},
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
