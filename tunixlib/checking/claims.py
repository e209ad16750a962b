"""What a segment claims: each relation sign with the expressions that touch it, decided exactly or left unchecked.

    >>> from tunixlib.checking.lexer import segments
    >>> claims_of("3 + 4 = 7 = 8", segments("3 + 4 = 7 = 8")[0])
    [Claim(text='3 + 4 = 7', verdict='true'), Claim(text='7 = 8', verdict='false')]

The rules are in the table of ``checking.steps``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Literal

from tunixlib.checking.conversions import same_quantity, tells_of_a_drawing
from tunixlib.checking.expressions import expression_after, expression_before
from tunixlib.checking.lexer import Number, Token
from tunixlib.checking.sides import Side
from tunixlib.checking.units import DIMENSIONS
from tunixlib.checking.values import UndecidableError, evaluate

Verdict = Literal["true", "false", "unchecked"]

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, "<": lt, ">": gt, "<=": le, ">=": ge}
# "The other way round", a round trip, a round of drinks and the nearest shop speak of no rounding.
_ROUNDING = re.compile(
    r"(?<!way )(?<!turns )\bround(?:ed\b|ing\b|s?[ ](?:to|up|down|off|it|this|the[ ](?:result|answer|number|value))\b)"
    r"|\b(?:we|must|can|then|to)[ ]round\b(?![ ](?:trip|table|[0-9]))"
    r"|\bto the nearest\b|\bnearest (?:whole|integer|ten|hundred|thousand|cent|dollar)|approx|estimat|truncat",
    re.IGNORECASE,
)
# Nor do the whole class, the left lane and the first floor speak of what is left over.
_LEFT_OVER = re.compile(
    r"\bremainder|\bleft(?:[ -]?overs?)?\b(?![ ](?:lane|side|hand|half))|\bfloor(?:[(]|[ ](?:of|division)\b)"
    r"|\bwhole[ ](?:number|part|children|people|men|women|[a-z]{1,15}(?<![su])s)\b|[0-9][ ]whole\b|\btake the floor\b",
    re.IGNORECASE,
)
_DENIED = r"(?:\b(?:wrong|false|incorrect|untrue)|(?:\bnot|n['’]t)[ ](?:true|right|correct|so|the[ ]case))\b"
_DENIED_BEFORE = re.compile(
    _DENIED + r"(?::|[ ](?:that|to[ ](?:say|write|claim|think|conclude))(?:[ ][a-z]{1,15}){0,3})[ ]$", re.IGNORECASE
)
_DENIED_AFTER = re.compile(
    r"\s?[,;(–—-]?\s?(?:(?:but|though|yet|however),?[ ])?(?:(?:that|this|it|which)(?:['’]s|[ ]is|[ ]was)[ ]?)?"
    + _DENIED,
    re.IGNORECASE,
)
# Ratios of everyday units: 4 * 50 cm = 2 m is not called false, because 200 / 2 may be a conversion.
_CONVERSIONS = frozenset({7, 10, 12, 16, 24, 36, 60, 100, 365, 1000, 1440, 1760, 3600, 5280, 10_000, 86_400})


@dataclass(frozen=True)
class Claim:
    """One relation between two expressions, as it is written, and whether it holds.

    ``left`` and ``right`` are the expressions, where they could be read; ``converts`` says that the verdict rests on
    factors between units. Claims about text have none of these.
    """

    text: str
    verdict: Verdict
    left: Side | None = field(default=None, compare=False, repr=False)
    right: Side | None = field(default=None, compare=False, repr=False)
    relation: str = field(default="", compare=False, repr=False)
    converts: bool = field(default=False, compare=False, repr=False)


def claims_of(text: str, tokens: Sequence[Token]) -> list[Claim]:
    """The claims of one segment of ``text``, in order: one for each relation sign."""
    signs = [i for i, token in enumerate(tokens) if token.kind == "rel"]
    parts = [tokens[a + 1 : b] for a, b in pairwise([-1, *signs, len(tokens)])]
    claims = [_claim(text, parts[i], tokens[at], parts[i + 1], first=i == 0) for i, at in enumerate(signs)]
    return [replace(claim, verdict="unchecked") for claim in claims] if _is_denied(text, claims, tokens) else claims


def _is_denied(text: str, claims: Sequence[Claim], tokens: Sequence[Token]) -> bool:
    """Is a segment taken back at once: ``It is false that 3 + 4 = 8``, ``3 + 4 = 8, but that is wrong``?"""
    start = claims[0].left.tokens[0].start if claims and claims[0].left else tokens[0].start
    right = claims[-1].right if claims else None
    ends = (tokens[-1].end, right.tokens[-1].end if right else tokens[-1].end)
    before = _DENIED_BEFORE.search(text[max(0, start - 80) : start])
    return bool(before or any(_DENIED_AFTER.match(text[end : end + 80]) for end in ends))


def _claim(text: str, before: Sequence[Token], sign: Token, after: Sequence[Token], first: bool) -> Claim:
    left, right = expression_before(before, first), expression_after(after)
    relation = str(sign.value)
    if left and right:
        verdict = _decide(text, left, relation, right)
        converted = _decide_converted(text, left, relation, right) if _may_convert(verdict, left, right) else None
        written = text[left.tokens[0].start : right.tokens[-1].end]
        return Claim(written, converted or verdict, left, right, relation, converted is not None)
    start, end = (before or [sign])[0].start, (after or [sign])[-1].end
    return Claim(text[start:end], "unchecked", left, right, relation)


def _may_convert(verdict: Verdict, left: Side, right: Side) -> bool:
    """Is an undecided claim between quantities of one kind in units that differ?"""
    if verdict != "unchecked" or left.measures.keys() != right.measures.keys() or len(left.measures) != 1:
        return False
    return left.measures != right.measures or left.mixes_units or right.mixes_units


def _decide_converted(text: str, left: Side, relation: str, right: Side) -> Verdict | None:
    """The verdict with both sides in one unit; None where that is in doubt, as on the scale of a map.

    A product may mean its factors, as in ``3 hours * 60 = 190 minutes``: such a claim is never false by conversion.
    """
    pair = same_quantity(left, right)
    if pair is None or right.remainder is not None:
        return None
    holds = pair[0] == pair[1] if relation == "≈" else _COMPARISONS[relation](*pair)
    doubtful = relation == "≈" or left.product or right.product or tells_of_a_drawing(text) or _tells_of_rounding(text)
    return "true" if holds else None if doubtful else "false"


@lru_cache(maxsize=8)
def _tells_of_rounding(text: str) -> bool:
    return bool(_ROUNDING.search(text))


def _decide(text: str, left: Side, relation: str, right: Side) -> Verdict:
    """Does the relation hold between the two expressions?"""
    try:
        if right.remainder is not None:
            return _with_remainder(left, right.value(), right.remainder)
        a, b = left.value(), right.value()
    except UndecidableError:
        return "unchecked"
    if a is None or b is None:
        return "false" if (a is None) != (b is None) and relation in ("=", "≈") else "unchecked"
    if a == b and relation in ("=", "≈") and left.wording == right.wording:
        return "unchecked"
    conversion = _conversion(left, right, relation)
    if conversion == "unreadable":
        return "unchecked"
    holds = _holds(a, relation, b, left, right)
    if holds:
        return "true"
    if holds is None or conversion == "doubtful" or (conversion == "possible" and _is_conversion(a, b)):
        return "unchecked"
    if relation == "=" and _is_congruent(a, b, right):
        return "unchecked"
    loosely = _holds_loosely_with_percent(left, relation, right, b)
    loosely = loosely or (relation in ("=", "≈") and _is_rounded_or_cut(text, left, right, a, b))
    return "unchecked" if loosely else "false"


def _is_congruent(a: Number, b: Number, right: Side) -> bool:
    """Is ``17 = 2 mod 5`` meant, where both sides leave the same remainder?"""
    modulus = right.tokens[-1].value
    is_mod = len(right.tokens) == 3 and right.tokens[1].value == "mod"
    return is_mod and not isinstance(modulus, str) and (a - b) % modulus == 0


def _with_remainder(left: Side, quotient: Number | None, remainder: int) -> Verdict:
    """``a / b = q remainder r`` with whole numbers means a == b * q + r and 0 <= r < b."""
    tokens = [token for token in left.tokens if token.kind != "word"]
    if quotient is None or [token.kind for token in tokens] != ["num", "op", "num"] or tokens[1].value != "/":
        return "unchecked"
    a, b = evaluate(tokens[:1]), evaluate(tokens[2:])
    return "true" if a == b * quotient + remainder and 0 <= remainder < b else "false"


def _holds(a: Number, relation: str, b: Number, left: Side, right: Side) -> bool | None:
    """Does a relation hold between two values? None when that depends on how coarse a rounding is meant."""
    if relation == "≈":
        return _rounds_to(a, b, right) if right.bare or not left.bare else _rounds_to(b, a, left)
    return _COMPARISONS[relation](a, b)


def _rounds_to(exact: Number, shown: Number, side: Side) -> bool | None:
    """Is ``exact`` rounded to the decimals that ``side`` shows, ties either way, equal to ``shown``?"""
    if exact == shown:
        return True
    if not side.bare:
        return None
    gap = abs(Fraction(exact - shown)) * 2
    if gap * 10**side.places <= 1:
        return True
    unit = 10
    while isinstance(shown, int) and shown and not side.places and shown % unit == 0:
        if gap <= unit:
            return True if isinstance(exact, int) else None
        unit *= 10
    return False


def _holds_loosely_with_percent(left: Side, relation: str, right: Side, b: Number) -> bool:
    """Does a loose use of % hold: a mere name, ``20 / 80 * 100 = 25%``, or a change, ``$50 - 20% = $40``?"""
    if not (left.percent or right.percent):
        return False
    try:
        if _holds(evaluate(left.tokens, 1), relation, evaluate(right.tokens, 1), left, right):
            return True
        change, by = left.tokens[-3:-2], left.tokens[-2:]
        if not change or change[0].value not in ("+", "-") or [token.kind for token in by] != ["num", "percent"]:
            return False
        base, part = evaluate(left.tokens[:-3]), evaluate([*change, *by])
        return _holds(base + base * part, relation, b, left, right) is True
    except (UndecidableError, ZeroDivisionError):
        return False


def _is_rounded_or_cut(text: str, left: Side, right: Side, a: Number, b: Number) -> bool:
    """Where the text nearby speaks of rounding or of what is left: is ``b`` the value ``a``, rounded or cut?"""
    if not right.bare:
        return False
    nearby = text[max(0, left.tokens[0].start - 80) : right.tokens[-1].end + 80]
    if b == floor(a) and _LEFT_OVER.search(nearby):
        return True
    return bool(_ROUNDING.search(nearby)) and (b in (floor(a), ceil(a)) or _rounds_to(a, b, right) is not False)


def _conversion(left: Side, right: Side, relation: str) -> Literal["none", "possible", "doubtful", "unreadable"]:
    """May units change what the numbers say?

    "unreadable": never decide; "doubtful": may be called true, not false; "possible": false only when the ratio of the
    sides is no everyday conversion factor.
    """
    if (left.measures and left.mixes_units) or (right.measures and right.mixes_units):
        return "unreadable"
    differ = any(right.measures.get(kind, unit) != unit for kind, unit in left.measures.items())
    equality = relation in ("=", "≈", "!=")
    if left.bare and right.bare:
        if _renames(left.unit, right.unit) if equality else differ:
            return "unreadable"
        # 1 box = 12 may be what it holds
        return "doubtful" if bool(left.unit) != bool(right.unit) else "none"
    if left.bare and left.measures and left.measures != right.measures:
        return "doubtful"
    if (left.letter and not right.measures) or (right.letter and not left.measures and (left.bare or not right.bare)):
        return "doubtful"
    if not differ:
        return "none"
    return ("possible" if equality else "doubtful") if left.product else "unreadable"


def _is_conversion(a: Number, b: Number) -> bool:
    """Is the ratio of two values, either way, that of two everyday units?"""
    return bool(a and b) and not _CONVERSIONS.isdisjoint((Fraction(a, b), Fraction(b, a)))


def _renames(unit: str, other: str) -> bool:
    """Do two bare quantities say how units relate, like 1 hour = 60 minutes?"""
    return unit != other and (bool(unit and other) or unit in DIMENSIONS or other in DIMENSIONS)
