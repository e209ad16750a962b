r"""Is the arithmetic that a reasoning step states true? Decided exactly, with fractions, or honestly left unchecked.

    >>> check_step("Add the ones: 37 + 8 = 45").verdict, check_step("37 + 8 = 46").verdict, check_step("x = 5").verdict
    ('true', 'false', 'unchecked')

A claim is two neighbours of a relation sign. Each side is the longest run of words and symbols next to the sign that
reads as one expression, so labels do not disturb it. A step is false when a claim in it is false, else true when a
claim is true, else unchecked. A claim is called false only when no usual reading of it holds.

=========  ==========================================================================================================
true       ``Total = 3 + 4 = 7``  ``25% of 80 = 20``  ``$3 * 4 = $12``  ``2 1/2 + 1/2 = 3``  ``1,200 / 4 = 300``
           ``2/3 ≈ 0.67`` (rounded to the decimals shown; an integer also to the tens shown: ``48 ≈ 50``)
           ``17 / 5 = 3 remainder 2``  ``17 mod 5 = 2``  ``3 < 5 <= 9``  ``1/2 ÷ 1/4 = 2``  ``60 km/h * 2 h = 120 km``
false      ``3 + 4 = 8``  ``5 = 6``  ``2/3 = 0.67``  ``17 / 5 = 2 remainder 7``  ``7 / 0 = 3``  ``0.6 > 0.75``
unchecked  no relation sign; ``5 = 5`` (says nothing); variables ``2x + 3 = 11``; clock times, ratios and dates;
           units of one kind that differ: ``1 hour = 60 minutes``, ``2 m + 50 cm = 250 cm``; scale words
           ``3 million``, ``4 tens``; ``20 / 80 * 100 = 25%`` (holds only with % as a unit); ``2/3 = 0.67 (rounded)``;
           division by zero on its own; powers, numbers and expressions beyond the caps
=========  ==========================================================================================================
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Literal, NamedTuple

from tunixlib.checking.answers import DIMENSIONS, UNITS

Verdict = Literal["true", "false", "unchecked"]
Number = int | Fraction

# Beyond these caps nothing is decided: relation signs in a step, digits of a literal, tokens of an expression, the
# exponent of a power, bits of any result.
MAX_SIGNS, MAX_DIGITS, MAX_TOKENS, MAX_EXPONENT, MAX_BITS = 1000, 40, 300, 64, 512

_SIGN = re.compile(r"[=<>≤≥≠≈≃≅]|\bequals\b|\bis (?:about|approximately|roughly|around) [-$€£¥₹]?[0-9.]")
_TOKEN = re.compile(
    r"""
      (?P<arrow>[-=]{1,3}>(?!=)|<[-=]{1,2}>|[→⇒⟹↦])
    | (?P<about>(?:=|\bequals\b|\bis\b)[ ]?(?:about|approximately|roughly|around)\b(?=[ ][-$€£¥₹]?[0-9.])
        |[≈≃≅][ ]?(?:about\b)?|~=|=~)
    | (?P<rel><=|>=|!=|={1,3}|[<>≤≥≠]|\bequals\b)
    | (?P<skip>\*\*(?![ ]?[-0-9(.])|(?<![0-9)%²³])(?<![0-9)%²³][ ])\*\*)
    | (?P<opaque>[0-9]++(?::[0-9]++)+|[0-9]++\.[0-9]++,[0-9]++
        |[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}(?![0-9]))
    | (?P<mixed>(?<![0-9.,/^])[0-9]{1,9}[ ][0-9]{1,9}/[0-9]{1,9}(?![0-9./]))
    | (?P<frac>(?:(?<=[/÷][ ])|(?<=÷)|(?<=by[ ]))[0-9]{1,20}/0{0,9}[1-9][0-9]{0,19}
        (?![0-9.,]*[0-9]|[ ]?(?:\^|\*\*|[²³])|/))
    | (?P<num>[$€£¥₹]?(?:[0-9]++(?:,[0-9]++)*(?:\.[0-9]++)?|\.[0-9]++))
    | (?P<rem>(?:[,(][ ]?)?(?:with[ ]|and[ ])?(?:an?[ ]|the[ ])?\bremainder\b(?:[ ](?:is|of))?|[rR](?=[ ]?[0-9]))
    | (?P<op>\*\*|[-+−–×·⋅*∙÷/^]|[xX](?=[ ]{0,3}[$€£¥₹]?[0-9(.])|\\(?:times|cdot|div)\b
        |\b(?:plus|minus|times|(?:divided|multiplied)[ ]by|mod|modulo)\b|(?<=[0-9)][ ])%(?=[ ]?[0-9(]))
    | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<percent>%|\bpercent\b) | (?P<power>[²³])
    | (?P<word>/?[^\W\d]\w*(?:['’][^\W\d]\w*)?(?:/[^\W\d]\w*)*|°\w?|¢)
    | (?P<latex>\\[()\[\]])
    | (?P<junk>\.\.+|…|[√∛∑∏∫±!|&~@\#\\])
    | (?P<sep>\n(?![ \t]*[-+*/×÷−=<>≤≥≠≈])|[^\s\w])
    """,
    re.VERBOSE,
)
_BULLET = re.compile(r"(?m)^[ \t]*[-*•][ \t](?=[^\n]*[=<>≤≥≠≈])")
_ROUNDING = re.compile(r"round|approx|nearest|estimat|truncat", re.IGNORECASE)
_LEFT_OVER = re.compile(r"remainder|left|whole|floor", re.IGNORECASE)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_OPERATORS = {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "**": "^", "x": "*", "X": "*"}
_OPERATORS |= {"plus": "+", "minus": "-", "times": "*", "divided by": "/", "multiplied by": "*", "modulo": "mod"}
_OPERATORS |= {"\\times": "*", "\\cdot": "*", "\\div": "/", "%": "mod"}
_RELATIONS = {"≤": "<=", "≥": ">=", "≠": "!=", "==": "=", "===": "=", "equals": "="}
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "mod": 2, "neg": 3, "^": 4}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words after a number that change its value, or make it part of something else than plain arithmetic.
_SCALES = _words(
    "hundred thousand million billion trillion k dozen pair half third quarter fourth fifth sixth eighth tenth "
    "hundredth thousandth ten squared cubed factorial of choose out undefined"
)
# Words that end a quantity instead of naming its unit.
_GLUE = _words("a an and or so then the is are was be than that which because since but total if when for with by")
# Words after which a bare number on the left of a relation sign still stands for itself.
_LEADS = _words(
    "so then thus hence therefore because since that is but now indeed check "
    "as compare verify note also finally next first again get have gives find know clearly"
)
# Words before an expression that apply to it, so that the expression is not what the relation is about.
_FUNCTIONS = _words(
    "of root sqrt cbrt log ln sin cos tan abs max min gcd lcm average mean median half double twice triple square cube "
    "than per between from negative if whether not suppose assume does unless"
)
# Words after "is" that take a statement back: "3 + 4 = 8 is wrong".
_DENIALS = _words("wrong false incorrect not impossible untrue")
_LABELS = _words("step part case question problem example line stage number item exercise day week round")
# Ratios of everyday units: 4 * 50 cm = 2 m is not called false, because 200 / 2 may be a conversion.
_CONVERSIONS = frozenset({7, 10, 12, 16, 24, 36, 60, 100, 365, 1000, 1440, 1760, 3600, 5280, 10_000, 86_400})

_SEPARATORS = frozenset(("sep", "arrow", "latex"))
_NUMBERS = frozenset(("num", "frac", "mixed"))
_POSTFIX = frozenset(("percent", "power"))


@dataclass(frozen=True)
class Claim:
    """One relation between two expressions, as it is written, and whether it holds."""

    text: str
    verdict: Verdict


@dataclass(frozen=True)
class CheckedStep:
    """A step's text with its verdict and the claims found in it."""

    text: str
    verdict: Verdict
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class StepTruth:
    """The checked steps of one trace or completion. Rates are None where there is nothing to divide by."""

    steps: tuple[CheckedStep, ...]

    def _count(self, verdict: Verdict) -> int:
        return sum(step.verdict == verdict for step in self.steps)

    @property
    def true(self) -> int:
        """Number of true steps."""
        return self._count("true")

    @property
    def false(self) -> int:
        """Number of false steps."""
        return self._count("false")

    @property
    def unchecked(self) -> int:
        """Number of steps that state no arithmetic that could be decided."""
        return self._count("unchecked")

    @property
    def rate(self) -> float | None:
        """True steps among the decided ones, 0 to 1."""
        decided = self.true + self.false
        return self.true / decided if decided else None

    @property
    def coverage(self) -> float | None:
        """Decided steps among all, 0 to 1."""
        return (self.true + self.false) / len(self.steps) if self.steps else None

    @property
    def first_false(self) -> int | None:
        """0-based index of the first false step."""
        return next((i for i, step in enumerate(self.steps) if step.verdict == "false"), None)


def check_steps(contents: Iterable[str]) -> StepTruth:
    """Check the contents of several steps, in order."""
    return StepTruth(tuple(check_step(content) for content in contents))


def check_step(text: str) -> CheckedStep:
    """Find and decide every claim of one step. Never raises; linear in the length of the text."""
    first = _SIGN.search(text)
    if not first or sum(map(text.count, "=<>≤≥≠≈≃≅")) > MAX_SIGNS:
        return CheckedStep(text, "unchecked", ())
    claims = [claim for segment in _segments(text, first.start()) for claim in _claims(text, segment)]
    verdicts = [claim.verdict for claim in claims]
    verdict: Verdict = "false" if "false" in verdicts else "true" if "true" in verdicts else "unchecked"
    return CheckedStep(text, verdict, tuple(claims))


class _Token(NamedTuple):
    kind: str
    value: str | Number
    start: int
    end: int
    unit: str = ""
    places: int = 0


class _UndecidableError(Exception):
    """An expression that cannot be read or is beyond a cap."""


def _segments(text: str, first_sign: int) -> list[list[_Token]]:
    """The tokens between separators, of those stretches that hold a relation sign."""
    if _BULLET.search(text):
        text = _BULLET.sub(lambda found: "\n".rjust(len(found[0])), text)
    segments: list[list[_Token]] = []
    current: list[_Token] = []
    related = False
    for found in _TOKEN.finditer(text, text.rfind(": ", 0, first_sign) + 1):
        kind = found.lastgroup or ""
        if kind in _SEPARATORS:
            if related and found[0] != "?":
                segments.append(current)
            current, related = [], False
        elif kind != "skip":
            related = related or kind == "rel" or kind == "about"
            current.append(_token(kind, found, current))
    return [*segments, current] if related else segments


def _token(kind: str, found: re.Match[str], before: list[_Token]) -> _Token:
    raw, (start, end) = found[0], found.span()
    if kind == "num":
        return _literal(raw, start, end)
    if kind == "op":
        return _Token("op", _OPERATORS.get(raw, raw), start, end)
    if kind == "word":
        if raw == "of" and before and (before[-1].kind == "percent" or [t.value for t in before[-2:-1]] == ["/"]):
            return _Token("op", "*", start, end)
        return _Token("word", raw if len(raw) == 1 and raw != "L" else raw.lower(), start, end)
    if kind in ("mixed", "frac"):
        return _fraction(kind, raw, start, end)
    if kind in ("rel", "about"):
        return _Token("rel", "≈" if kind == "about" else _RELATIONS.get(raw, raw), start, end)
    return _Token(kind, (2 if raw == "²" else 3) if kind == "power" else raw, start, end)


def _fraction(kind: str, raw: str, start: int, end: int) -> _Token:
    whole, _, fraction = raw.rpartition(" ")
    top, _, bottom = fraction.partition("/")
    if kind == "mixed" and not 0 < int(top) < int(bottom):
        return _Token("opaque", raw, start, end)
    return _Token(kind, _simple(Fraction(int(top), int(bottom)) + int(whole or 0)), start, end)


def _literal(raw: str, start: int, end: int) -> _Token:
    if raw.isdigit() and len(raw) <= MAX_DIGITS:
        return _Token("num", int(raw), start, end)
    unit = UNITS[raw[0]] if raw[0] in "$€£¥₹" else ""
    whole, _, decimals = raw[bool(unit) :].partition(".")
    digits = whole.replace(",", "")
    if len(digits) + len(decimals) > MAX_DIGITS or ("," in whole and not _THOUSANDS.fullmatch(whole)):
        return _Token("opaque", raw, start, end)
    value = _simple(Fraction(int(digits + decimals), 10 ** len(decimals))) if decimals else int(digits)
    return _Token("num", value, start, end, unit, len(decimals))


def _simple(value: Number) -> Number:
    return value.numerator if value.denominator == 1 else value


class _Side:
    """One expression beside a relation sign: its tokens, and what they say about form and units.

    ``bare``: one plain number, perhaps with a sign, a currency, a unit. ``measures``: dimension -> known unit symbol.
    ``letter``: a unit is one letter, which could be a variable.
    """

    __slots__ = ("bare", "letter", "measures", "percent", "product", "remainder", "tokens")

    def __init__(self, tokens: Sequence[_Token], remainder: int | None = None) -> None:
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
        words = [_stem(str(token.value)) for token in self.tokens if token.kind == "word"]
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

    def value(self, percent: Number = Fraction(1, 100)) -> Number:
        """The exact value. Raises _UndecidableError, or ZeroDivisionError."""
        return _evaluate(self.tokens, percent)


def _known_unit(token: _Token) -> str:
    return token.unit or (UNITS.get(str(token.value), "") if token.kind == "word" else "")


def _stem(word: str) -> str:
    return UNITS.get(word) or (word[:-1] if len(word) > 3 and word.endswith("s") else word)


def _claims(text: str, tokens: list[_Token]) -> Iterable[Claim]:
    """The claims of one segment: each relation sign with the expressions that touch it."""
    signs = [i for i, token in enumerate(tokens) if token.kind == "rel"]
    bounds = [-1, *signs, len(tokens)]
    parts = [tokens[a + 1 : b] for a, b in pairwise(bounds)]
    for number, at in enumerate(signs):
        left, right = _suffix(parts[number], first=number == 0), _prefix(parts[number + 1])
        if left and right:
            verdict = _decide(left, str(tokens[at].value), right)
            if verdict == "false" and right.remainder is None and _loosely(text, left, right):
                verdict = "unchecked"
            yield Claim(text[left.tokens[0].start : right.tokens[-1].end], verdict)
        else:
            first, last = (parts[number] or [tokens[at]])[0], (parts[number + 1] or [tokens[at]])[-1]
            yield Claim(text[first.start : last.end], "unchecked")


def _matches(tokens: Sequence[_Token]) -> dict[int, int]:
    """Positions of matching parentheses, both ways."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for i, token in enumerate(tokens):
        if token.kind == "open":
            opened.append(i)
        elif token.kind == "close" and opened:
            pairs[i] = opened.pop()
            pairs[pairs[i]] = i
    return pairs


def _names_a_unit(words: Sequence[_Token], number_end: int) -> bool:
    """May these words after a number be skipped? Not when they could be variables, scales or prose."""
    for i, word in enumerate(words):
        name = str(word.value)
        known = name.lstrip("/").partition("/")[0] in UNITS
        glued = word.start == number_end and not name.startswith("/")
        number_end = -1
        if (glued or len(name.lstrip("/")) == 1) and not known:
            return False
        prefix = i + 1 < len(words) and name in ("per", "square", "cubic")
        if not prefix and (name in _GLUE or name in _FUNCTIONS or name in _SCALES or _stem(name) in _SCALES):
            return False
    return True


def _operand_before(tokens: Sequence[_Token], pairs: dict[int, int], last: int) -> int:
    """Start of the operand, with postfix signs and unit words, that ends at ``last``; -1 when there is none."""
    at = last
    while at >= 0 and last - at < 4 and tokens[at].kind == "word":
        at -= 1
    words = tokens[at + 1 : last + 1]
    if at < 0 or (words and not _names_a_unit(words, tokens[at].end)):
        return -1
    while at >= 0 and tokens[at].kind in _POSTFIX:
        at -= 1
    if at >= 0 and tokens[at].kind in _NUMBERS:
        return at
    return pairs.get(at, -1) if at >= 0 and tokens[at].kind == "close" else -1


def _suffix(tokens: Sequence[_Token], first: bool) -> _Side | None:
    """The longest expression that ends a part, or None when there is none or it belongs to something unreadable."""
    pairs = _matches(tokens)
    start = _operand_before(tokens, pairs, len(tokens) - 1)
    while start > 0:
        before = tokens[start - 1]
        if before.kind == "op":
            if before.value in ("+", "-") and _is_sign(tokens, start - 1):
                start -= 1
                continue
            start = _operand_before(tokens, pairs, start - 2)
        elif tokens[start].kind == "open" and before.end == tokens[start].start and before.kind in ("num", "close"):
            start = _operand_before(tokens, pairs, start - 1)
        else:
            break
    if start < 0 or len(tokens) - start > MAX_TOKENS:
        return None
    side = _Side(tokens[start:])
    return side if start == 0 or _stands_alone(tokens[:start], side, first, start - 1 in pairs) else None


def _is_sign(tokens: Sequence[_Token], at: int) -> bool:
    """Is the + or - at this place a sign rather than an operator between two operands?"""
    if at == 0 or tokens[at - 1].kind in ("op", "open"):
        return True
    operand = tokens[at - 1].kind in _NUMBERS | _POSTFIX | {"close"}
    return not operand and tokens[at].end == tokens[at + 1].start and tokens[at - 1].end < tokens[at].start


def _stands_alone(before: Sequence[_Token], side: _Side, first: bool, matched: bool) -> bool:
    """Does what comes before an expression leave it whole? ``Day 2 = 5``, ``√ 16 = 4`` and ``x + 3 = 8`` do not."""
    last, word = before[-1], str(before[-1].value)
    if last.kind in ("open", "close") and not matched:
        return True
    if last.end == side.tokens[0].start or last.kind in ("rem", "junk"):
        return False
    if last.kind == "num" and _is_group(side.tokens[0]):
        return False
    if last.kind == "word":
        if word in _FUNCTIONS or (first and word in ("and", "or") and any(token.kind in _NUMBERS for token in before)):
            return False
        if side.tokens[0].kind == "mixed" or (word in _LABELS and side.tokens[1:2] and side.tokens[1].value == "-"):
            return False
        if UNITS.get(word) in DIMENSIONS and DIMENSIONS[UNITS[word]] in side.measures:
            return False
    return not side.bare or word in _LEADS or (not first and word in ("and", "or"))


def _is_group(token: _Token) -> bool:
    """Three digits that may continue a number written with spaces, like 1 200."""
    return token.kind == "num" and token.end - token.start == 3


def _operand_after(tokens: Sequence[_Token], pairs: dict[int, int], at: int) -> int:
    """End of the operand, with its signs, that starts at ``at``; -1 when there is none."""
    size = len(tokens)
    while at < size and tokens[at].kind == "op" and tokens[at].value in ("+", "-"):
        at += 1
    if at < size and tokens[at].kind in _NUMBERS:
        at += 1
    elif at < size and tokens[at].kind == "open" and at in pairs:
        at = pairs[at] + 1
    else:
        return -1
    while at < size and tokens[at].kind in _POSTFIX:
        at += 1
    return at


def _prefix(tokens: Sequence[_Token]) -> _Side | None:
    """The longest expression that begins a part, with a remainder if one follows; None when unreadable."""
    pairs = _matches(tokens)
    at, size = 0, len(tokens)
    while True:
        at = _operand_after(tokens, pairs, at)
        if not 0 < at <= MAX_TOKENS:
            return None
        words = at
        while words < size and words - at < 4 and tokens[words].kind == "word":
            words += 1
        operator = words + 1 < size and tokens[words].kind == "op"
        if operator and _names_a_unit(tokens[at:words], tokens[at - 1].end):
            at = words + 1
        elif not (at in pairs and tokens[at].kind == "open" and tokens[at].start == tokens[at - 1].end):
            return _ended(tokens, at)


def _ended(tokens: Sequence[_Token], at: int) -> _Side | None:
    """The expression ``tokens[:at]`` with its trailing unit, unless what follows changes its meaning."""
    rest = tokens[at:]
    if not rest or rest[0].kind == "close":
        return _Side(tokens[:at])
    following, glued = rest[0], rest[0].start == tokens[at - 1].end
    if following.kind == "word":
        return _named(tokens, at, rest)
    if following.kind == "rem" and len(rest) > 1 and rest[1].kind == "num" and isinstance(rest[1].value, int):
        return _Side(tokens[:at], rest[1].value)
    if following.kind == "op" and len(rest) == 1 and following.end - following.start > 2:
        return _Side(tokens[:at])
    return None if glued or _is_group(following) or following.kind in ("op", "junk", "rem") else _Side(tokens[:at])


def _named(tokens: Sequence[_Token], at: int, rest: Sequence[_Token]) -> _Side | None:
    """An expression followed by words: its unit, prose, or something that makes it unreadable."""
    name = str(rest[0].value)
    if name in _GLUE:
        return None if name == "is" and len(rest) > 1 and rest[1].value in _DENIALS else _Side(tokens[:at])
    words = next((i for i, token in enumerate(rest) if token.kind != "word"), len(rest))
    unit = rest[: min(words, 2 if name in ("square", "cubic") else 1)]
    if not _names_a_unit(unit, tokens[at - 1].end) or (words < len(rest) and rest[words].kind == "op"):
        return None
    dimension = DIMENSIONS.get(UNITS.get(name, ""))
    if dimension and len(rest) > 2 and rest[1].kind == "num":
        further = DIMENSIONS.get(UNITS.get(str(rest[2].value), ""))
        return None if further == dimension else _Side(tokens[: at + 1])
    return _Side(tokens[: at + 1])


def _evaluate(tokens: Sequence[_Token], percent: Number) -> Number:
    """Exact value by two stacks (no recursion). Raises _UndecidableError, or ZeroDivisionError."""
    values: list[Number] = []
    pending: list[str] = []
    expecting = True
    for kind, value, *_ in tokens:
        if kind in _NUMBERS:
            if not expecting or isinstance(value, str):
                raise _UndecidableError
            values.append(value)
            expecting = False
        elif kind == "op":
            operator = str(value)
            if expecting:
                if operator not in "+-":
                    raise _UndecidableError
                if operator == "-":
                    pending.append("neg")
            else:
                _reduce(values, pending, _RANK[operator] + (operator == "^"))
                pending.append(operator)
                expecting = True
        elif kind == "open":
            if not expecting:
                if pending and pending[-1] in ("/", "^", "mod"):
                    raise _UndecidableError
                _reduce(values, pending, _RANK["*"])
                pending.append("*")
            pending.append("(")
            expecting = True
        elif kind == "word":
            continue
        else:
            if expecting:
                raise _UndecidableError
            _after_operand(kind, value, values, pending, percent)
    if expecting:
        raise _UndecidableError
    _reduce(values, pending, 0)
    if len(values) != 1 or pending:
        raise _UndecidableError
    return values[0]


def _after_operand(kind: str, value: str | Number, values: list[Number], pending: list[str], percent: Number) -> None:
    """A closing parenthesis, a per cent sign or a superscript, which act on the operand just read."""
    if kind == "close":
        _reduce(values, pending, 0)
        if not pending:
            raise _UndecidableError
        pending.pop()
    elif kind == "percent":
        values[-1] = _simple(values[-1] * percent)
    elif kind == "power" and not isinstance(value, str):
        values[-1] = _apply("^", values[-1], value)
    else:
        raise _UndecidableError


def _reduce(values: list[Number], pending: list[str], rank: int) -> None:
    """Apply the pending operators that bind at least as tightly as ``rank``, back to an opening parenthesis."""
    while pending and pending[-1] != "(" and _RANK[pending[-1]] >= rank:
        operator = pending.pop()
        right = values.pop()
        values.append(-right if operator == "neg" else _apply(operator, values.pop(), right))


def _apply(operator: str, left: Number, right: Number) -> Number:
    if operator == "+":
        result: Number = left + right
    elif operator == "-":
        result = left - right
    elif operator == "*":
        result = left * right
    elif operator == "/":
        result = Fraction(left, right)
    elif operator == "mod":
        result = left % right
    else:
        result = _power(left, right)
    result = _simple(result)
    if result.numerator.bit_length() + result.denominator.bit_length() > MAX_BITS:
        raise _UndecidableError
    return result


def _power(base: Number, exponent: Number) -> Number:
    if not isinstance(exponent, int) or abs(exponent) > MAX_EXPONENT:
        raise _UndecidableError
    if (base.numerator.bit_length() + base.denominator.bit_length()) * abs(exponent) > 2 * MAX_BITS:
        raise _UndecidableError
    result: Number = Fraction(base) ** exponent
    return result


def _decide(left: _Side, relation: str, right: _Side) -> Verdict:
    """Does the relation hold between the two expressions?"""
    if right.remainder is not None:
        return _with_remainder(left, right)
    try:
        a, b = left.value(), right.value()
    except _UndecidableError:
        return "unchecked"
    except ZeroDivisionError:
        return _undefined(left, relation, right)
    if a == b and relation in "=≈" and left.wording == right.wording:
        return "unchecked"
    conversion = _conversion(left, right, relation)
    if conversion == "unreadable":
        return "unchecked"
    holds = _holds(a, relation, b, left, right)
    if holds:
        return "true"
    converts = conversion == "possible" and a and b and not {Fraction(a, b), Fraction(b, a)}.isdisjoint(_CONVERSIONS)
    if holds is None or conversion == "doubtful" or converts or _holds_loosely_with_percent(left, relation, right):
        return "unchecked"
    return "false"


def _conversion(left: _Side, right: _Side, relation: str) -> Literal["none", "possible", "doubtful", "unreadable"]:
    """May units change what the numbers say?

    "unreadable": never decide; "doubtful": may be called true, not false; "possible": false only when the ratio of the
    sides is no everyday conversion factor.
    """
    if (left.measures and left.mixes_units) or (right.measures and right.mixes_units):
        return "unreadable"
    differ = any(right.measures.get(kind, unit) != unit for kind, unit in left.measures.items())
    equality = relation in ("=", "≈", "!=")
    if left.bare and right.bare:
        return "unreadable" if (_renames(left.unit, right.unit) if equality else differ) else "none"
    if left.bare and left.measures and left.measures != right.measures:
        return "doubtful"
    if (left.letter and not right.measures) or (right.letter and not left.measures and (left.bare or not right.bare)):
        return "doubtful"
    if not differ:
        return "none"
    return ("possible" if equality else "doubtful") if left.product else "unreadable"


def _renames(unit: str, other: str) -> bool:
    """Do two bare quantities say how units relate, like 1 hour = 60 minutes?"""
    return unit != other and (bool(unit and other) or unit in DIMENSIONS or other in DIMENSIONS)


def _holds(a: Number, relation: str, b: Number, left: _Side, right: _Side) -> bool | None:
    """Does a relation hold between two values? None when that depends on how coarse a rounding is meant."""
    if relation == "≈":
        return _rounds_to(a, b, right) if right.bare or not left.bare else _rounds_to(b, a, left)
    return {"=": a == b, "!=": a != b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[relation]


def _rounds_to(exact: Number, shown: Number, side: _Side) -> bool | None:
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


def _holds_loosely_with_percent(left: _Side, relation: str, right: _Side) -> bool:
    """Does a loose use of % hold: a mere name, ``20 / 80 * 100 = 25%``, or a change, ``$50 - 20% = $40``?"""
    if not (left.percent or right.percent):
        return False
    try:
        if _holds(left.value(1), relation, right.value(1), left, right):
            return True
        change, by = left.tokens[-3:-2], left.tokens[-2:]
        if not change or change[0].value not in ("+", "-") or [token.kind for token in by] != ["num", "percent"]:
            return False
        base = _evaluate(left.tokens[:-3], Fraction(1, 100))
        part = _evaluate([change[0], *by], Fraction(1, 100))
        return _holds(base + base * part, relation, right.value(), left, right) is True
    except (_UndecidableError, ZeroDivisionError):
        return False


def _loosely(text: str, left: _Side, right: _Side) -> bool:
    """Where the text nearby speaks of rounding or of what is left: is the right side the left one, rounded or cut?"""
    nearby = text[max(0, left.tokens[0].start - 80) : right.tokens[-1].end + 80]
    try:
        a, b = left.value(), right.value()
    except (_UndecidableError, ZeroDivisionError):
        return False
    if not right.bare:
        return False
    if b == floor(a) and _LEFT_OVER.search(nearby):
        return True
    return bool(_ROUNDING.search(nearby)) and (b in (floor(a), ceil(a)) or _rounds_to(a, b, right) is not False)


def _undefined(left: _Side, relation: str, right: _Side) -> Verdict:
    """A division by zero: equal to a number is false, anything else is left open."""
    defined = 0
    for side in (left, right):
        try:
            side.value()
            defined += 1
        except ZeroDivisionError:
            continue
        except _UndecidableError:
            return "unchecked"
    return "false" if defined == 1 and relation in "=≈" else "unchecked"


def _with_remainder(left: _Side, right: _Side) -> Verdict:
    """``a / b = q remainder r`` with whole numbers means a == b * q + r and 0 <= r < b."""
    tokens = [token for token in left.tokens if token.kind != "word"]
    if [token.kind for token in tokens] != ["num", "op", "num"] or tokens[1].value != "/" or right.remainder is None:
        return "unchecked"
    try:
        a, b, quotient = tokens[0].value, tokens[2].value, right.value()
    except (_UndecidableError, ZeroDivisionError):
        return "unchecked"
    if isinstance(a, str) or isinstance(b, str):
        return "unchecked"
    return "true" if a == b * quotient + right.remainder and 0 <= right.remainder < b else "false"
