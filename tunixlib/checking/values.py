"""The exact value of an expression, from whole numbers and fractions, or no value at all.

    >>> from tunixlib.checking.lexer import segments
    >>> evaluate(segments("1 / (2 + 3) = 20%")[0][:-3])
    Fraction(1, 5)

Precedence is that of Python. ``2(3 + 4)`` multiplies; ``6 / 2(1 + 2)``, which people read in two ways, has no value.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from operator import add, mod, mul, sub

from tunixlib.checking.lexer import NUMBERS, Number, Token, simple

# Beyond these caps nothing is decided: the exponent of a power, bits of any result.
MAX_EXPONENT, MAX_BITS = 64, 512

PER_CENT = Fraction(1, 100)
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "mod": 2, "neg": 3, "^": 4}


class UndecidableError(Exception):
    """An expression that cannot be read or is beyond a cap."""


def evaluate(tokens: Iterable[Token], percent: Number = PER_CENT) -> Number:
    """Exact value by two stacks (no recursion); words are units and are skipped.

    ``percent`` is what a per cent sign multiplies by. Raises UndecidableError, or ZeroDivisionError.
    """
    stacks = _Stacks(percent)
    expecting = True
    for token in tokens:
        if token.kind != "word":
            expecting = stacks.operand(token) if expecting else stacks.after_operand(token)
    if expecting:
        raise UndecidableError
    stacks.reduce(0)
    if stacks.pending:
        raise UndecidableError
    return stacks.values[0]


class _Stacks:
    """Values read and operators that wait for their right side. Both readers say whether an operand must follow."""

    __slots__ = ("pending", "percent", "values")

    def __init__(self, percent: Number) -> None:
        self.percent = percent
        self.values: list[Number] = []
        self.pending: list[str] = []

    def operand(self, token: Token) -> bool:
        """Read a number, or a sign or an opening parenthesis before one."""
        if token.kind in NUMBERS and not isinstance(token.value, str):
            self.values.append(token.value)
            return False
        if token.kind == "open":
            self.pending.append("(")
        elif token.kind != "op" or token.value not in ("+", "-"):
            raise UndecidableError
        elif token.value == "-":
            self.pending.append("neg")
        return True

    def after_operand(self, token: Token) -> bool:
        """Read what may follow an operand: an operator, a parenthesis, a per cent sign or a superscript."""
        kind, value = token.kind, token.value
        if kind == "op":
            operator = str(value)
            self.reduce(_RANK[operator] + (operator == "^"))
            self.pending.append(operator)
        elif kind == "open":
            if self.pending and self.pending[-1] in ("/", "^", "mod"):
                raise UndecidableError
            self.reduce(_RANK["*"])
            self.pending.extend(("*", "("))
        elif kind == "close":
            self._close()
        elif kind == "percent":
            self.values[-1] = simple(self.values[-1] * self.percent)
        elif kind == "power" and not isinstance(value, str):
            self.values[-1] = _apply("^", self.values[-1], value)
        else:
            raise UndecidableError
        return kind in ("op", "open")

    def _close(self) -> None:
        self.reduce(0)
        if not self.pending:
            raise UndecidableError
        self.pending.pop()

    def reduce(self, rank: int) -> None:
        """Apply the pending operators that bind at least as tightly as ``rank``, back to an opening parenthesis."""
        values, pending = self.values, self.pending
        while pending and pending[-1] != "(" and _RANK[pending[-1]] >= rank:
            operator, right = pending.pop(), values.pop()
            values.append(-right if operator == "neg" else _apply(operator, values.pop(), right))


def _apply(operator: str, left: Number, right: Number) -> Number:
    result = simple(_OPERATIONS[operator](left, right))
    if result.numerator.bit_length() + result.denominator.bit_length() > MAX_BITS:
        raise UndecidableError
    return result


def _power(base: Number, exponent: Number) -> Number:
    if not isinstance(exponent, int) or abs(exponent) > MAX_EXPONENT:
        raise UndecidableError
    if (base.numerator.bit_length() + base.denominator.bit_length()) * abs(exponent) > 2 * MAX_BITS:
        raise UndecidableError
    return Fraction(base) ** exponent


_OPERATIONS: dict[str, Callable[[Number, Number], Number]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": Fraction,
    "mod": mod,
    "^": _power,
}
