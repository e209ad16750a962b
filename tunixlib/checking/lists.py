"""Tests of claims about joined words and about order; the wordings are in the table of ``checking.strings``.

>>> said = Said()
>>> text = "2, 5, 3 is from smallest to largest"
>>> [test(found, said) for pattern, test in LIST_RULES for found in pattern.finditer(text)]
[False]
"""

import re
from fractions import Fraction
from itertools import pairwise

from tunixlib.checking.spelling import CLAUSE, END, LETTER, WORD, Rule, Said, Test, rules

_NUMBER = r"[-−]?[0-9]{1,15}(?:\.[0-9]{1,9})?"
_NUMBERS = rf"{_NUMBER}(?:, {_NUMBER}){{1,30}}(?:,? and {_NUMBER})?"
_SMALL, _LARGE = "(?:smallest|least|lowest|small)", "(?:largest|greatest|biggest|highest|large)"
_UPWARD = rf"(?:from {_SMALL} to {_LARGE}|in (?:ascending|increasing) order)"
_DOWNWARD = rf"(?:from {_LARGE} to {_SMALL}|in (?:descending|decreasing) order)"
# Before a number that stands for itself: not "3 and 4 is below 5", not "10 - 3 is below 5". After it: no unit.
_ALONE = r"(?:\A|(?<=[^\W\d], )|[;:.=] |\b(?:so|since|because|but|Since|So) )"
_DONE = r"(?=\s*(?:[.;!\n]|,\s+[^\W\d]|\Z))"
_GREATER = ("more", "greater", "larger", "bigger", "above")


def _joined(match: re.Match[str], said: Said) -> bool | None:
    """None when only the case differs, as it may be asked for."""
    one, other, result = match.groups()
    between = result[len(one) : len(result) - len(other)]
    size = len(result) >= len(one) + len(other) and len(between) < 2 and not between.isalnum()
    if not size or not _alike(one + between + other, result):
        return False
    return one + between + other == result or None


def _added(match: re.Match[str], said: Said) -> bool | None:
    if not re.fullmatch(rf"{LETTER}+(?:([-_]){LETTER}+)(?:\1{LETTER}+)*", said.written):
        return None
    sign = "-" if "-" in said.written else "_"
    wanted = sign.join([said.written, *re.split(" and |, ", match[1])])
    return match[2] == wanted or (None if _alike(match[2], wanted) else False)


def _alike(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _copies(match: re.Match[str], said: Said) -> bool | None:
    asked = said.quoted and " " not in said.quoted and "times" in said.prompt
    return match[2] == said.quoted * int(match[1]) if asked else None


def _ordered(upward: bool) -> Test:
    def holds(match: re.Match[str], said: Said) -> bool:
        values = [Fraction(number.replace("−", "-")) for number in re.findall(_NUMBER, match[1])]
        return all((a <= b) if upward else (a >= b) for a, b in pairwise(values))

    return holds


def _alphabetical(match: re.Match[str], said: Said) -> bool | None:
    words = match[1].casefold().split(", ")
    return words == sorted(words) if match[1].isascii() else None


def _comes(match: re.Match[str], said: Said) -> bool | None:
    one, other = match[1].casefold(), match[3].casefold()
    return None if one == other or not (one + other).isascii() else (one < other) == (match[2] == "before")


def _compared(match: re.Match[str], said: Said) -> bool:
    one, other = (Fraction(match[n].replace("−", "-")) for n in (1, 3))
    return one > other if match[2].split()[0] in _GREATER else one < other


LIST_RULES: tuple[Rule, ...] = rules(
    (rf"\AJoin {WORD} and {WORD}: (\S{{1,120}})\Z", _joined),
    (rf"\AAdd ({LETTER}{{1,40}}(?:(?:, | and ){LETTER}{{1,40}}){{0,5}}): ({LETTER}\S{{1,160}})\Z", _added),
    (r"\A([0-9]{1,2}) cop(?:y|ies): (\S{1,200})\Z", _copies),
    (rf"{CLAUSE}({_NUMBERS}) (?:is|are) (?:sorted |ordered )?{_UPWARD}{END}", _ordered(True)),
    (rf"{CLAUSE}({_NUMBERS}) (?:is|are) (?:sorted |ordered )?{_DOWNWARD}{END}", _ordered(False)),
    (rf"(?i:{_UPWARD}): ({_NUMBERS}){END}", _ordered(True)),
    (rf"(?i:{_DOWNWARD}): ({_NUMBERS}){END}", _ordered(False)),
    (rf"\b[Ii]n alphabetical order: ({LETTER}{{1,40}}(?:, {LETTER}{{1,40}}){{1,30}}){END}", _alphabetical),
    (rf"{CLAUSE}{WORD} comes (before|after) {WORD} in (?:the alphabet|alphabetical order)\b", _comes),
    (
        rf"{_ALONE}({_NUMBER}) is ((?:less|more|greater|larger|smaller|bigger) than|below|above) "
        rf"({_NUMBER}){_DONE}",
        _compared,
    ),
)
