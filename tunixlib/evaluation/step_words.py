"""The content words and numbers of a text, for the measure of topic drift.

>>> found = content_tokens("Cost of the 3 pens: 3 * 4 = 12")
>>> sorted(found.stated), sorted(found.all)
(['3', '4', 'pen'], ['12', '3', '4', 'pen'])

A token is a number, or a word of four letters or more that is no word of calculating and no function word. Plural s is
dropped, number words up to twenty are numbers. A number right after a relation sign is a result and not stated.
"""

import re
from typing import NamedTuple

_TOKEN = re.compile(r"(?P<sign>[=≈])|(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)|(?P<word>[^\W\d_]+)")


def _words(text: str) -> list[str]:
    return text.split()


_COUNTED = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_NUMBER_WORDS = {word: str(value) for value, word in enumerate(_COUNTED)}
# Words that say how something is reckoned or told, whatever the question is about.
COMMON = frozenset(
    _words(
        "about above added after again also altogether amount answer because before below between bottom "
        "check compare correct cost count difference divide divided does each equal every find first "
        "following from give given gives half have hence here into largest last left less letter makes many "
        "means minus more most much multiplied multiply need next number only order original other over pair "
        "part plus price product quotient ratio remain remainder remaining result right round same second "
        "share since smallest step subtract than that their them then there therefore these they third this "
        "those thus times together total twice under until value verify what when where which whole will with "
        "would"
    )
)
SHORTEST = 4  # letters


class Tokens(NamedTuple):
    """Tokens that a text states by itself, and all of them, its results included."""

    stated: frozenset[str]
    all: frozenset[str]


def content_tokens(text: str) -> Tokens:
    """The content tokens of a text, in one spelling: lower case, no plural s, ``1,200`` as ``1200``."""
    stated: set[str] = set()
    results: set[str] = set()
    after_sign = False
    for found in _TOKEN.finditer(text.casefold()):
        if found["sign"]:
            after_sign = True
            continue
        token = found["number"].replace(",", "") if found["number"] else _word(found["word"])
        if token:
            (results if after_sign and token[0].isdigit() else stated).add(token)
        after_sign = False
    return Tokens(frozenset(stated), frozenset(stated | results))


def _word(word: str) -> str:
    """The token of a word, "" for one that carries no content."""
    if word in _NUMBER_WORDS:
        return _NUMBER_WORDS[word]
    if len(word) < SHORTEST or word in COMMON:
        return ""
    single = word[:-1] if word.endswith("s") and not word.endswith("ss") else word
    return "" if single in COMMON else single
