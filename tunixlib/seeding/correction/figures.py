"""Numbers as they are written, and the slips that people make in writing them.

>>> figure = Figure.read("4.60")
>>> figure.value, str(figure), [str(slip) for slip in slips(Figure.read("48"), "demo")]
(Fraction(23, 5), '4.60', ['46', '84', '38', '47', '50', '49', '58'])
"""

from fractions import Fraction
from operator import add, mul, sub, truediv
from typing import Any, NamedTuple

from tunixlib.seeding.permutation import Permutation

OPERATIONS: dict[str, Any] = {"+": add, "-": sub, "*": mul, "/": truediv}


class Figure(NamedTuple):
    """A number without sign as it is written: its digits as a whole number, and how many of them are decimals."""

    digits: int
    places: int = 0

    @classmethod
    def read(cls, text: str) -> "Figure":
        """``"4.60"`` -> ``Figure(460, 2)``. Raises ValueError for anything but digits with at most one point."""
        whole, _, decimals = text.partition(".")
        return cls(int(whole + decimals), len(decimals))

    @property
    def value(self) -> Fraction:
        """The exact value."""
        return Fraction(self.digits, 10**self.places)

    def __str__(self) -> str:
        text = str(self.digits).rjust(self.places + 1, "0")
        return f"{text[: -self.places]}.{text[-self.places :]}" if self.places else text

    def like(self, value: Fraction) -> "Figure | None":
        """Another value written as this one is; None when it would look different: a sign, more decimals, a last 0."""
        scaled = value * 10**self.places
        if scaled.denominator != 1 or scaled <= 0:
            return None
        found = Figure(int(scaled), self.places)
        return None if self.places and found.digits % 10 == 0 and self.digits % 10 else found


def computed(a: Figure, op: str, b: Figure) -> Fraction | None:
    """The exact value of ``a op b``; None for a division by zero."""
    return None if op == "/" and not b.digits else OPERATIONS[op](a.value, b.value)


def slips(figure: Figure, key: str) -> list[Figure]:
    """Wrong writings of a number, in the order of a key: a neighbour, a carry more or less, two digits swapped.

    Every one has as many digits, decimals and final zeros as the number itself, so none stands out by its look.
    """
    text = str(figure.digits)
    body = text.rstrip("0") or "0"
    unit = 10 ** (len(text) - len(body))
    near = {int(body) + by for by in ((-10, -2, -1, 1, 2, 10) if unit == 1 else (-1, 1))}
    near |= {int(body[:i] + body[i + 1] + body[i] + body[i + 2 :]) for i in range(len(body) - 1)}
    fitting = sorted(n for n in near - {int(body)} if n > 0 and n % 10 and len(str(n)) == len(body))
    if not fitting:
        return []
    order = Permutation(len(fitting), f"slips/{key}")
    return [Figure(fitting[order(i)] * unit, figure.places) for i in range(len(fitting))]
