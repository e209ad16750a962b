"""One expression beside a relation sign: its value, its form and its units.

>>> from tunixlib.checking.lexer import segments
>>> side = Side(segments("3 * 4 cm = 12 cm")[0][:4])
>>> side.value(), side.bare, side.measures
(12, False, {'length': 'cm'})
"""

from collections.abc import Sequence

from tunixlib.checking.lexer import Number, Token
from tunixlib.checking.units import DIMENSIONS, UNITS, stem
from tunixlib.checking.values import evaluate


class Side:
    """The tokens of an expression, and what they say about form and units.

    ``bare``: one plain number, perhaps with a sign, a currency, a unit. ``measures``: dimension -> known unit symbol.
    ``letter``: a unit is one letter, which could be a variable. ``remainder``: the r of ``q remainder r``.
    """

    __slots__ = ("bare", "letter", "measures", "percent", "product", "remainder", "tokens")

    def __init__(self, tokens: Sequence[Token], remainder: int | None = None) -> None:
        self.tokens = tokens
        self.remainder = remainder
        self.percent = self.product = self.letter = False
        self.measures: dict[str, str] = {}
        numbers = others = 0
        for token in tokens:
            kind = token.kind
            if kind == "num":
                numbers += 1
            elif kind == "percent":
                self.percent = True
            elif kind == "op":
                others += token is not tokens[0]
                self.product = self.product or token.value == "*" or token.value == "/"
            elif kind == "word":
                self.letter = self.letter or token.end - token.start == 1
            else:
                others += 1
            unit = _known_unit(token)
            if unit:
                self.measures[DIMENSIONS[unit]] = unit
        self.bare = numbers == 1 and not others

    @property
    def wording(self) -> list[tuple[str, str | Number, int]]:
        """What is written, without units: 5 = 5 and 3 + 4 = 3 + 4 say nothing, 5 = 5.00 does."""
        return [(token.kind, token.value, token.places) for token in self.tokens if token.kind != "word"]

    @property
    def places(self) -> int:
        """Decimals shown by a bare number; two more for per cent."""
        return max(token.places for token in self.tokens) + 2 * self.percent

    @property
    def unit(self) -> str:
        """Unit of a bare number: a known symbol, or the singular of the first word after it."""
        words = [stem(str(token.value)) for token in self.tokens if token.kind == "word"]
        named = next((token.unit for token in self.tokens if token.unit), "")
        return named or (words[0] if words else "")

    @property
    def mixes_units(self) -> bool:
        """Are quantities in different units of one dimension added, like 2 m + 50 cm?"""
        seen: dict[str, str] = {}
        for i, token in enumerate(self.tokens):
            unit = _known_unit(token)
            left = i - (1 if token.unit else 2)
            around = [self.tokens[at].value for at in (left, i + 1) if 0 <= at < len(self.tokens)]
            additive = unit and not any(value in ("*", "/", "mod") for value in around)
            if additive and seen.setdefault(DIMENSIONS[unit], unit) != unit:
                return True
        return False

    def value(self) -> Number | None:
        """The exact value; None for a division by zero. Raises UndecidableError."""
        try:
            return evaluate(self.tokens)
        except ZeroDivisionError:
            return None


def _known_unit(token: Token) -> str:
    return token.unit or (UNITS.get(str(token.value), "") if token.kind == "word" else "")
