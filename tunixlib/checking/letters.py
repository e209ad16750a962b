"""Tests of claims about the letters of words; the wordings are in the table of ``checking.strings``.

>>> said = Said()
>>> [test(found, said) for pattern, test in LETTER_RULES for found in pattern.finditer("lamp in uppercase is LAMp")]
[False]
"""

import re
from functools import lru_cache

from tunixlib.checking.spelling import CLAUSE, END, GROUPS, LETTER, SPELLED, WORD, Rule, Said, rules, words_of

_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "second to last": -2, "last": -1}
_PLACE = "(" + "|".join(sorted(_PLACES, key=len, reverse=True)) + ")"
_TIMES = {"once": 1, "twice": 2, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_COUNT = r"([0-9]{1,3}|once|twice|one|two|three|four|five)"
# Words that stand for another text: "the word starts with b" says nothing of w.
_GENERIC = frozenset(
    ("word", "words", "letter", "letters", "text", "name", "it", "they", "this", "that", "which", "answer", "string")
)
# Prompts that ask for some of the letters: there, "the letters are" need not spell the whole quoted text.
_SOME = re.compile(
    r"vowel|consonant|which letters|different|distinct|common|missing|order|sort|without|remov|drop", re.I
)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _specific(word: str) -> bool:
    return len(word) > 1 and word.casefold() not in _GENERIC


def _count(text: str) -> int:
    return _TIMES[text] if text in _TIMES else int(text)


def _spelled(match: re.Match[str], said: Said) -> bool | None:
    return _same("".join(words_of(match[2])), match[1]) if _specific(match[1]) else None


def _spelled_prompt(match: re.Match[str], said: Said) -> bool | None:
    if not re.fullmatch(rf"{LETTER}+(?: {LETTER}+)*", said.quoted):
        return None
    return _same(" ".join(words_of(match[1])), said.quoted) or (None if _asks_for_some(said.prompt) else False)


@lru_cache(maxsize=8)
def _asks_for_some(prompt: str) -> bool:
    return bool(_SOME.search(prompt))


def _reversed(match: re.Match[str], said: Said) -> bool | None:
    one, other = "".join(words_of(match[1])), "".join(words_of(match[2]))
    return _same(one[::-1], other) if _specific(one) else None


def _reversed_before(match: re.Match[str], said: Said) -> bool | None:
    """Of the letters spelled before or of the quoted word; the same letters again may be only written together."""
    given, subjects = words_of(match[1]), [words for words in (said.letters, said.quoted.split()) if words]
    if len(given) != 1 or given == said.letters or any(len(words) != 1 for words in subjects) or not subjects:
        return None
    return any(_same(words[0][::-1], given[0]) for words in subjects)


def _place(match: re.Match[str], said: Said) -> bool | None:
    return _at(match[2], match[1], match[3]) if _specific(match[2]) else None


def _place_of_these(match: re.Match[str], said: Said) -> bool | None:
    return _at(said.letters[0], match[1], match[2]) if len(said.letters) == 1 else None


def _at(word: str, place: str, letter: str) -> bool | None:
    at = _PLACES[place]
    return _same(word[at], letter) if -len(word) <= at < len(word) else None


def _edge(match: re.Match[str], said: Said) -> bool | None:
    word, given = match[1].casefold(), match[3].casefold()
    if not _specific(word):
        return None
    return word.endswith(given) if match[2] == "ends" else word.startswith(given)


def _length(match: re.Match[str], said: Said) -> bool | None:
    return len(match[1]) == _count(match[2]) if _specific(match[1]) else None


def _occurs(match: re.Match[str], said: Said) -> bool | None:
    return match[3].casefold().count(match[1].casefold()) == _count(match[2]) if _specific(match[3]) else None


def _stands(match: re.Match[str], said: Said) -> bool | None:
    if len(said.letters) != 1:
        return None
    places = [place for place, letter in enumerate(said.letters[0], 1) if _same(letter, match[1])]
    return [int(place) for place in match[2].split(", ")] == places


def _none_of_them(match: re.Match[str], said: Said) -> bool | None:
    return match[1].casefold() not in said.letters[0].casefold() if len(said.letters) == 1 else None


def _case(match: re.Match[str], said: Said) -> bool | None:
    wanted = match[1].upper() if match[2] == "upper" else match[1].lower()
    return match[3] == wanted if _specific(match[1]) else None


def _case_of_prompt(match: re.Match[str], said: Said) -> bool | None:
    if not said.quoted:
        return None
    wanted = said.quoted.upper() if match[1] == "upper" else said.quoted.lower()
    return wanted in (match[2], " ".join(words_of(match[2])))


LETTER_RULES: tuple[Rule, ...] = rules(
    (rf"\b[Tt]he letters (?:of|in the word|of the word) {WORD}(?: are|:) ({GROUPS}){END}", _spelled),
    (rf"\bword is {WORD}: ({SPELLED}){END}", _spelled),
    (rf"{CLAUSE}{WORD} is spelled ({SPELLED}){END}", _spelled),
    (rf"\A(?:Spelled(?: out)?:|The letters are) ({GROUPS}){END}", _spelled_prompt),
    (rf"{CLAUSE}{WORD} (?:reversed|(?:spelled )?backwards|in reverse) (?:is|gives) {WORD}{END}", _reversed),
    (rf"\b(?:[Tt]he reverse of|[Rr]eversing) {WORD} (?:is|gives) {WORD}{END}", _reversed),
    (rf"\bBackwards, ({SPELLED}) is ({SPELLED}){END}", _reversed),
    (
        rf"\A(?:From (?:the )?last to (?:the )?first|Reversed|Backwards): ({GROUPS}|{LETTER}{{2,40}}){END}",
        _reversed_before,
    ),
    (rf"\b[Tt]he {_PLACE} letter (?:of|in) (?:the word )?{WORD} is [\"'“‘]?({LETTER}){END}", _place),
    (rf"\b[Tt]he {_PLACE} of these is ({LETTER}){END}", _place_of_these),
    (rf"{CLAUSE}{WORD} (starts|begins|ends) with [\"'“‘]?({LETTER}{{1,3}})[\"'”’]?(?=[.,;]|\Z| and\b| so\b)", _edge),
    (rf"(?:\bword |[\"“])({LETTER}{{2,40}})[\"”]? has {_COUNT} letters?{END}", _length),
    (rf"(?<![\w'’])[\"'“‘]?({LETTER})[\"'”’]? (?:appears|occurs) {_COUNT}(?: times?)? in {WORD}{END}", _occurs),
    (rf"\b({LETTER}) stands at places? ([0-9]{{1,3}}(?:, [0-9]{{1,3}}){{0,40}})(?: only)?:", _stands),
    (rf"\bNone of them is ({LETTER}):", _none_of_them),
    (rf"{CLAUSE}{WORD} in (upper|lower)case is {WORD}{END}", _case),
    (rf"\AIn (upper|lower)case they are ([^:;,.]{{1,80}}|{GROUPS}){END}", _case_of_prompt),
)
