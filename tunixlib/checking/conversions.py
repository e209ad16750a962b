"""Quantities in units of one kind, in one common unit: ``2 m + 50 cm`` and ``250 cm`` are the same length.

    >>> from tunixlib.checking.lexer import segments
    >>> from tunixlib.checking.sides import Side
    >>> tokens = segments("2 m + 50 cm = 250 cm")[0]
    >>> same_quantity(Side(tokens[:5]), Side(tokens[6:]))
    (2500, 2500)

Only exact factors within one system: ``1 ft = 12 in`` and ``1 m = 100 cm`` are decided, ``1 in ≈ 2.5 cm`` is not, nor
are tons (there are three), cents of two currencies and months in days.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tunixlib.checking.lexer import Number, Token
from tunixlib.checking.sides import Side
from tunixlib.checking.units import UNITS
from tunixlib.checking.values import UndecidableError, evaluate

# Unit symbol -> how many of the smallest unit of its system it is (NIST Handbook 44, Appendix C).
SYSTEMS: tuple[dict[str, int], ...] = (
    {"mm": 1, "cm": 10, "m": 1000, "km": 1_000_000},
    {"in": 1, "ft": 12, "yd": 36, "mi": 63_360},
    {"s": 1, "min": 60, "h": 3600, "day": 86_400, "week": 604_800},
    {"month": 1, "year": 12},
    {"mg": 1, "g": 1000, "kg": 1_000_000},
    {"oz": 1, "lb": 16},
    {"ml": 1, "cl": 10, "l": 1000},
    {"cup": 1, "pint": 2, "quart": 4, "gal": 16},
    {"cent": 1, "dollar": 100},
    {"cent": 1, "euro": 100},
)
# Where such words stand near, 2 cm = 5 km may be the scale of a drawing: no conversion is called false. A plan to pay
# for, a model of a car and a scale to weigh on are no drawings.
_DRAWING = re.compile(
    r"""
      \bscale[ ]?(?:of\b|is\b|:|model|drawing|map|plan) | \bto[ ]scale\b
    | \b(?:on|in)[ ](?:the|a|an|this|that|his|her|our|their)[ ](?:[a-z]{1,15}[ ])?(?:map|drawing|blueprint)\b
    | \b(?:map|drawing|model|blueprint|plan)\b[^.\n]{0,60}\bscale\b
    | \bmap[ ](?:shows?|with|has)\b | \b(?:floor|house|garden|room)[ ]plan\b
    | \b(?:mm|cm|in|inch(?:es)?|centimet(?:er|re)s?|millimet(?:er|re)s?)[ ](?:[a-z]{1,15}[ ]){0,3}
      (?:represents?|stands?[ ]for)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


@lru_cache(maxsize=8)  # asked once for every claim of a text: searched each time, long texts would take minutes
def tells_of_a_drawing(text: str) -> bool:
    """Does a step or prompt speak of a map or drawing with a scale?"""
    return bool(_DRAWING.search(text))


def same_quantity(left: Side, right: Side) -> tuple[Number, Number] | None:
    """Both sides in the smallest unit of their system; None unless every term of both carries one unit of it."""
    one, other = _terms(left.tokens), _terms(right.tokens)
    if one is None or other is None:
        return None
    used = {unit for _, _, unit in (*one, *other)}
    factors = next((system for system in SYSTEMS if used <= system.keys()), None)
    try:
        return (_total(one, factors), _total(other, factors)) if factors else None
    except (UndecidableError, ZeroDivisionError):
        return None


def _total(terms: list[tuple[int, Sequence[Token], str]], factors: dict[str, int]) -> Number:
    return sum(sign * evaluate(term) * factors[unit] for sign, term, unit in terms)


def _terms(tokens: Sequence[Token]) -> list[tuple[int, Sequence[Token], str]] | None:
    """Sign, tokens and unit of each term of a sum; None when a term has no unit, two, or one that is divided by."""
    found = []
    for sign, term in _split(tokens):
        units = [(i, _unit(token)) for i, token in enumerate(term) if token.unit or token.kind == "word"]
        plain = all(token.kind in ("num", "mixed", "word") or token.value in ("*", "/") for token in term)
        if len(units) != 1 or not units[0][1] or not plain:
            return None
        place = units[0][0] - (0 if term[units[0][0]].unit else 1)
        if place and term[place - 1].value == "/":
            return None
        found.append((sign, term, units[0][1]))
    return found or None


def _split(tokens: Sequence[Token]) -> Iterator[tuple[int, Sequence[Token]]]:
    sign, start = 1, 0
    for at, token in enumerate(tokens):
        if token.kind == "op" and token.value in ("+", "-"):
            if at:
                yield sign, tokens[start:at]
            sign, start = (1 if token.value == "+" else -1), at + 1
    yield sign, tokens[start:]


def _unit(token: Token) -> str:
    return token.unit or UNITS.get(str(token.value), "")
