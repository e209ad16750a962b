"""The longest expression that ends or begins the tokens beside a relation sign, unless its meaning is in doubt.

>>> from tunixlib.checking.lexer import segments
>>> [token.value for token in expression_before(segments("Total for Ann: 3 + 4 = 7")[0][:3], first=True).tokens]
[3, '+', 4]
"""

from collections.abc import Sequence

from tunixlib.checking.lexer import NUMBERS, POSTFIX, Token
from tunixlib.checking.sides import Side
from tunixlib.checking.units import UNITS, dimension, stem
from tunixlib.checking.words import DENIALS, FUNCTIONS, GLUE, LABELS, LEADS, SCALES

# Beyond this many tokens an expression is not read.
MAX_TOKENS = 300

# After a number: it is a time of day, and 9 AM + 5 hours = 2 PM.
_CLOCK = frozenset(("am", "pm", "o'clock", "o’clock"))


def expression_before(tokens: Sequence[Token], first: bool) -> Side | None:
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
        elif _multiplies(tokens, pairs, start):
            start = _operand_before(tokens, pairs, start - 1)
        else:
            break
    if start < 0 or len(tokens) - start > MAX_TOKENS:
        return None
    side = Side(tokens[start:])
    if start == 0:
        return side
    noted = tokens[start].kind == "open" and _operand_before(tokens, pairs, start - 1) >= 0
    return side if not noted and _stands_alone(tokens[:start], side, first, start - 1 in pairs) else None


def _multiplies(tokens: Sequence[Token], pairs: dict[int, int], at: int) -> bool:
    """Does a parenthesis touch the number before it as a factor? ``2(3 + 4)`` does, the notes in ``5(of 9)`` and
    ``$6(15%)`` do not.
    """
    if not (at in pairs and tokens[at].kind == "open" and tokens[at].start == tokens[at - 1].end):
        return False
    noted = tokens[at + 1].kind == "word" or tokens[pairs[at] - 1].kind == "percent"
    return not noted and tokens[at - 1].kind in ("num", "close")


def _stands_alone(before: Sequence[Token], side: Side, first: bool, matched: bool) -> bool:
    """Does what comes before an expression leave it whole? ``Day 2 = 5``, ``√ 16 = 4`` and ``x + 3 = 8`` do not."""
    last, word = before[-1], str(before[-1].value)
    if last.kind in ("open", "close") and not matched:
        return True
    if last.end == side.tokens[0].start or last.kind in ("rem", "junk"):
        return False
    if last.kind == "num" and _is_group(side.tokens[0]):
        return False
    if last.kind == "word":
        if word in FUNCTIONS or (first and word in ("and", "or") and any(token.kind in NUMBERS for token in before)):
            return False
        if side.tokens[0].kind == "mixed" or (word in LABELS and side.tokens[1:2] and side.tokens[1].value == "-"):
            return False
        if dimension(word) in side.measures:
            return False
    return not side.bare or word in LEADS or (not first and word in ("and", "or"))


def _is_sign(tokens: Sequence[Token], at: int) -> bool:
    """Is the + or - at this place a sign rather than an operator between two operands?"""
    if at == 0 or tokens[at - 1].kind in ("op", "open"):
        return True
    operand = tokens[at - 1].kind in NUMBERS | POSTFIX | {"close"}
    return not operand and tokens[at].end == tokens[at + 1].start and tokens[at - 1].end < tokens[at].start


def _operand_before(tokens: Sequence[Token], pairs: dict[int, int], last: int) -> int:
    """Start of the operand, with postfix signs and unit words, that ends at ``last``; -1 when there is none."""
    at = last
    while at >= 0 and last - at < 4 and tokens[at].kind == "word":
        at -= 1
    words = tokens[at + 1 : last + 1]
    if at < 0 or (words and not _names_a_unit(words, tokens[at].end)):
        return -1
    while at >= 0 and tokens[at].kind in POSTFIX:
        at -= 1
    if at >= 0 and tokens[at].kind in NUMBERS:
        return at
    return pairs.get(at, -1) if at >= 0 and tokens[at].kind == "close" else -1


def expression_after(tokens: Sequence[Token]) -> Side | None:
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
        elif not (at < size and _multiplies(tokens, pairs, at)):
            return None if _is_noted(tokens, pairs, words) else _ended(tokens, at)


def _is_noted(tokens: Sequence[Token], pairs: dict[int, int], at: int) -> bool:
    """Does a parenthesis after an operand leave its meaning open? ``2 (mod 5)``, ``2 (3 + 4)`` and ``5 (all) + 4`` do.

    A mere note at the end, as in ``7 (apples)``, does not.
    """
    if not (at in pairs and tokens[at].kind == "open"):
        return False
    end = pairs[at]
    inside = tokens[at + 1 : end]
    if inside and inside[0].value in ("mod", "base"):
        return True
    plain = any(token.kind == "op" for token in inside) and not any(token.kind == "word" for token in inside)
    return plain or (tokens[end + 1 : end + 2] != [] and tokens[end + 1].kind == "op")


def _ended(tokens: Sequence[Token], at: int) -> Side | None:
    """The expression ``tokens[:at]`` with its trailing unit, unless what follows changes its meaning."""
    rest = tokens[at:]
    if not rest or rest[0].kind == "close":
        return Side(tokens[:at])
    following, glued = rest[0], rest[0].start == tokens[at - 1].end
    if following.kind == "word":
        return _named(tokens, at, rest)
    if following.kind == "rem" and len(rest) > 1 and rest[1].kind == "num" and isinstance(rest[1].value, int):
        return Side(tokens[:at], rest[1].value)
    if following.kind == "op" and len(rest) == 1 and following.end - following.start > 2:
        return Side(tokens[:at])
    return None if glued or _is_group(following) or following.kind in ("op", "junk", "rem") else Side(tokens[:at])


def _named(tokens: Sequence[Token], at: int, rest: Sequence[Token]) -> Side | None:
    """An expression followed by words: its unit, prose, or something that makes it unreadable."""
    name = str(rest[0].value)
    if name in GLUE:
        return None if name == "is" and len(rest) > 1 and rest[1].value in DENIALS else Side(tokens[:at])
    words = next((i for i, token in enumerate(rest) if token.kind != "word"), len(rest))
    unit = rest[: min(words, 2 if name in ("square", "cubic") else 1)]
    if not _names_a_unit(unit, tokens[at - 1].end) or (words < len(rest) and rest[words].kind == "op"):
        return None
    measured = dimension(name)
    if measured and len(rest) > 2 and rest[1].kind == "num" and dimension(str(rest[2].value)) == measured:
        return None
    return Side(tokens[: at + 1])


def _operand_after(tokens: Sequence[Token], pairs: dict[int, int], at: int) -> int:
    """End of the operand, with its signs, that starts at ``at``; -1 when there is none."""
    size = len(tokens)
    while at < size and tokens[at].kind == "op" and tokens[at].value in ("+", "-"):
        at += 1
    if at < size and tokens[at].kind in NUMBERS:
        at += 1
    elif at < size and tokens[at].kind == "open" and at in pairs:
        at = pairs[at] + 1
    else:
        return -1
    while at < size and tokens[at].kind in POSTFIX:
        at += 1
    return at


def _names_a_unit(words: Sequence[Token], number_end: int) -> bool:
    """May these words after a number be skipped? Not when they could be variables, scales or prose."""
    for i, word in enumerate(words):
        name = str(word.value)
        if name in _CLOCK:
            return False
        known = name.lstrip("/").partition("/")[0] in UNITS
        glued = word.start == number_end and not name.startswith("/")
        number_end = -1
        if (glued or len(name.lstrip("/")) == 1) and not known:
            return False
        prefix = i + 1 < len(words) and name in ("per", "square", "cubic")
        if not prefix and (name in GLUE or name in FUNCTIONS or name in SCALES or stem(name) in SCALES):
            return False
    return True


def _is_group(token: Token) -> bool:
    """Three digits that may continue a number written with spaces, like 1 200."""
    return token.kind == "num" and token.end - token.start == 3


def _matches(tokens: Sequence[Token]) -> dict[int, int]:
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
