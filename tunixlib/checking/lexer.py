"""A step's text as tokens, cut at separators into segments that hold a relation sign.

>>> [(token.kind, token.value) for token in segments("Cost: 3 cm × 4 = 12 cm. Done.")[0]]
[('num', 3), ('word', 'cm'), ('op', '*'), ('num', 4), ('rel', '='), ('num', 12), ('word', 'cm')]
"""

import re
from fractions import Fraction
from typing import NamedTuple

from tunixlib.checking.units import UNITS

Number = int | Fraction

# Beyond these caps nothing is decided: relation signs in a step, digits of a literal.
MAX_SIGNS, MAX_DIGITS = 1000, 40

# Kinds of token: those that are a number by themselves, and those that act on the operand before them.
NUMBERS = frozenset(("num", "frac", "mixed"))
POSTFIX = frozenset(("percent", "power"))
_SEPARATORS = frozenset(("sep", "arrow", "latex"))

_SIGN = re.compile(r"[=<>≤≥≠≈≃≅]|\bequals\b|\bis (?:about|approximately|roughly|around) [-$€£¥₹]?[0-9.]")
_TOKEN = re.compile(
    r"""
      (?P<arrow>[-=]{1,3}>(?!=)|<[-=]{1,2}>|[→⇒⟹↦])
    | (?P<about>(?:=|\bequals\b|\bis\b)[ ]?(?:about|approximately|roughly|around)\b(?=[ ][-$€£¥₹]?[0-9.])
        |[≈≃≅][ ]?(?:about\b)?|~=|=~)
    | (?P<rel><=|>=|!=|={1,3}|[<>≤≥≠]|\bequals\b)
    | (?P<skip>\*\*(?![ ]?[-0-9(.])|(?<![0-9)%²³])(?<![0-9)%²³][ ])\*\*)
    | (?P<opaque>[0-9]++(?::[0-9]++)+|[0-9]++[ ]:[ ]?[0-9]++|[0-9]++:[ ][0-9]++(?=[ ]?(?:=[ ]?[0-9]++[ ]?:|$))
        |[0-9]++\.[0-9]++,[0-9]++
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
    | (?P<junk>\.\.+|…|[√∛∑∏∫±!|&~@\#\\□▢☐◻⬜]|(?<![\w)\]?!])\?(?=[ ]?[-+*/×÷−0-9])
        |[^\s\w\x00-\x7f‘’“”–—•](?=[ ]?[-+*/×÷−][ ]))
    | (?P<sep>\n(?![ \t]*[-+*/×÷−=<>≤≥≠≈])|[^\s\w])
    """,
    re.VERBOSE,
)
_BULLET = re.compile(r"(?m)^[ \t]*[-*•][ \t](?=[^\n]*[=<>≤≥≠≈])")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_OPERATORS = {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "**": "^", "x": "*", "X": "*"}
_OPERATORS |= {"plus": "+", "minus": "-", "times": "*", "divided by": "/", "multiplied by": "*", "modulo": "mod"}
_OPERATORS |= {"\\times": "*", "\\cdot": "*", "\\div": "/", "%": "mod"}
_RELATIONS = {"≤": "<=", "≥": ">=", "≠": "!=", "==": "=", "===": "=", "equals": "="}


class Token(NamedTuple):
    """A piece of text ``[start:end]``: its kind (a group of the token pattern) and its value in one spelling.

    Numbers and powers are worth a number; ``unit`` is what a currency sign stands for (``dollar``),
    ``places`` the decimals shown.
    """

    kind: str
    value: str | Number
    start: int
    end: int
    unit: str = ""
    places: int = 0


def simple(value: Number) -> Number:
    """A whole fraction as an int."""
    return value.numerator if value.denominator == 1 else value


def segments(text: str) -> list[list[Token]]:
    """The tokens between separators, of those stretches that hold a relation sign; none beyond ``MAX_SIGNS``."""
    first = _SIGN.search(text)
    if not first or sum(map(text.count, "=<>≤≥≠≈≃≅")) > MAX_SIGNS:
        return []
    if _BULLET.search(text):
        text = _BULLET.sub(lambda found: "\n".rjust(len(found[0])), text)
    finished: list[list[Token]] = []
    current: list[Token] = []
    related = False
    for found in _TOKEN.finditer(text, _label_end(text, first.start())):
        kind = found.lastgroup or ""
        if kind in _SEPARATORS:
            if related and found[0] != "?":
                finished.append(current)
            current, related = [], False
        elif kind != "skip":
            related = related or kind == "rel" or kind == "about"
            current.append(_token(kind, found, current))
    return [*finished, current] if related else finished


def _label_end(text: str, sign: int) -> int:
    """Where the last label before the first relation sign ends; 0 when its colon may be that of a ratio."""
    colon = text.rfind(": ", 0, sign)
    return 0 if text[max(0, colon - 2) : max(0, colon)].rstrip()[-1:].isdigit() else colon + 1


def _token(kind: str, found: re.Match[str], before: list[Token]) -> Token:
    raw, (start, end) = found[0], found.span()
    if kind == "num":
        return _literal(raw, start, end)
    if kind == "op":
        return Token("op", _OPERATORS.get(raw, raw), start, end)
    if kind == "word":
        if raw == "of" and before and (before[-1].kind == "percent" or [t.value for t in before[-2:-1]] == ["/"]):
            return Token("op", "*", start, end)
        return Token("word", raw if len(raw) == 1 and raw != "L" else raw.lower(), start, end)
    if kind in ("mixed", "frac"):
        return _fraction(kind, raw, start, end)
    if kind in ("rel", "about"):
        return Token("rel", "≈" if kind == "about" else _RELATIONS.get(raw, raw), start, end)
    return Token(kind, (2 if raw == "²" else 3) if kind == "power" else raw, start, end)


def _fraction(kind: str, raw: str, start: int, end: int) -> Token:
    whole, _, fraction = raw.rpartition(" ")
    top, _, bottom = fraction.partition("/")
    if kind == "mixed" and not 0 < int(top) < int(bottom):
        return Token("opaque", raw, start, end)
    return Token(kind, simple(Fraction(int(top), int(bottom)) + int(whole or 0)), start, end)


def _literal(raw: str, start: int, end: int) -> Token:
    if raw.isdigit() and len(raw) <= MAX_DIGITS:
        return Token("num", int(raw), start, end)
    unit = UNITS[raw[0]] if raw[0] in "$€£¥₹" else ""
    whole, _, decimals = raw[bool(unit) :].partition(".")
    digits = whole.replace(",", "")
    if len(digits) + len(decimals) > MAX_DIGITS or ("," in whole and not _THOUSANDS.fullmatch(whole)):
        return Token("opaque", raw, start, end)
    value = simple(Fraction(int(digits + decimals), 10 ** len(decimals))) if decimals else int(digits)
    return Token("num", value, start, end, unit, len(decimals))
