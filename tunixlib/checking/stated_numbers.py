"""The numbers that a text states: in digits or words, as fractions, percentages, clock times, dates.

    >>> sorted(numbers_in("Two of 3/4, at 6:25"))
    [Fraction(3, 4), 2, 3, 4, 6, 18, 25]
    >>> sorted(parts_of(118))
    [1, 8, 10, 18, 100, 110, 118]

Signs are left out: 5 and -5 are the same number here.
"""

import re
import unicodedata
from collections import Counter
from fractions import Fraction
from itertools import pairwise

from tunixlib.checking.compatible import compatible
from tunixlib.checking.lexer import MAX_DIGITS, Number, simple

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_CARDINALS = {word: n for n, word in enumerate([*_UNITS.split(), "seventeen", "eighteen", "nineteen"])}
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_CARDINALS |= {word: 10 * n for n, word in enumerate(_TENS.split(), 2)}
_POWERS = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_MONTHS = "january february march april may june july august september october november december"
_NAMED: dict[str, tuple[int, ...]] = {word: (n,) for n, word in enumerate(_ORDINALS.split(), 1)}
_NAMED |= {word: (n, 28, 29, 30, 31) for n, word in enumerate(_MONTHS.split(), 1)}
_NAMED |= {"once": (1,), "twice": (2,), "double": (2,), "triple": (3,), "thrice": (3,), "half": (2,)}
_NAMED |= {
    "pair": (2,),
    "couple": (2,),
    "both": (2,),
    "dozen": (12,),
    "quarter": (4, 15, 25),
    "nickel": (5,),
    "dime": (10,),
    "score": (20,),
}
_NAMED |= {"triangle": (3, 180), "square": (4,), "rectangle": (4, 360), "cube": (6, 8, 12), "circle": (360,)}
_NAMED |= {"angle": (90, 180, 360), "turn": (90, 180, 360), "compass": (90, 180, 360), "degree": (90, 180, 360)}
_NAMED |= {"month": (28, 29, 30, 31), "year": (52, 366), "fahrenheit": (32, 5, 9), "celsius": (32, 5, 9)}

_FIGURE = re.compile(rf"[0-9]{{1,{MAX_DIGITS}}}(?:,[0-9]{{3}}){{0,9}}(?:\.[0-9]{{1,{MAX_DIGITS}}})?|\.[0-9]{{1,9}}")
_FRACTION = re.compile(r"(?:([0-9]{1,9}) )?([0-9]{1,20}) ?/ ?(0{0,9}[1-9][0-9]{0,19})")
_PER_CENT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(?:%|per ?cent)", re.IGNORECASE)
_CLOCK = re.compile(r"([0-9]{1,2}):[0-9]{2}")
_WORD = re.compile(r"[^\W\d_]{2,12}")
_ROMAN = re.compile(r"\b[MDCLXVI]{2,15}\b")
_ROMAN_LETTERS = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
_VULGAR = re.compile(r"(?<=[0-9])(?=[¼-¾⅐-⅞])")


def _plain(text: str) -> str:
    """Digits of any script and vulgar fractions in ASCII."""
    if text.isascii():
        return text
    text = compatible(_VULGAR.sub(" ", text)).replace("⁄", "/")
    return "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in text)


def numbers_in(text: str) -> set[Number]:
    """Every number that a text states or implies, without signs: linear in the length of the text.

    Beside ``values_in``, a percentage gives the share and what is left of the whole, a clock time the hour after noon,
    a month its place in the year and its days, a Roman numeral its value, a triangle its sides, and the like.
    """
    text = _plain(text)
    found = values_in(text)
    for percent in _PER_CENT.findall(text):
        share = Fraction(percent) / 100
        found |= {simple(share), simple(abs(1 - share)), simple(abs(100 - 100 * share))}
    for hour in _CLOCK.findall(text):
        found.add((int(hour) + 12) % 24)
    for numeral in _ROMAN.findall(text):
        found.add(_roman(numeral))
    if "°" in text:
        found |= {5, 9, 32}
    for word in _WORD.findall(text):
        name = word.lower()
        found.update(_NAMED.get(name) or _NAMED.get(name.removesuffix("s"), ()))
    return found


def _roman(numeral: str) -> int:
    letters = [_ROMAN_LETTERS[letter] for letter in numeral]
    return sum(-one if one < after else one for one, after in pairwise([*letters, 0]))


def values_in(text: str) -> set[Number]:
    """The numbers that a text states: in digits, as a fraction (its value and both parts), in words.

    ``twenty-five`` states 25 as well as 20 and 5.
    """
    text = _plain(text)
    found: set[Number] = set(figures_in(text))
    for whole, top, bottom in _FRACTION.findall(text):
        share = Fraction(int(top), int(bottom))
        found |= {simple(share), simple(share + int(whole or 0))}
    return found | _cardinals_in(text)


def figures_in(text: str) -> list[Number]:
    """The numbers written in digits, in order and as often as they stand there."""
    return [_figure(written) for written in _FIGURE.findall(_plain(text))]


def _figure(written: str) -> Number:
    whole, _, decimals = written.replace(",", "").partition(".")
    return simple(Fraction(int(whole + decimals), 10 ** len(decimals)))


def _cardinals_in(text: str) -> set[Number]:
    found: set[Number] = set()
    total = part = 0
    for word in (written.lower() for written in _WORD.findall(text)):
        name = word.removesuffix("s")
        if word in _CARDINALS:
            joined = 20 <= part % 100 < 100 and _CARDINALS[word] < 10 and part % 10 == 0
            part = part + _CARDINALS[word] if joined or (part and part % 100 == 0) else _CARDINALS[word]
            found |= {_CARDINALS[word], part, total + part}
        elif name in _POWERS:
            part = min(max(part, 1) * _POWERS[name], 10**15)
            if name != "hundred":
                total, part = min(total + part, 10**15), 0
            found |= {_POWERS[name], part, total + part}
        elif word != "and":
            total = part = 0
    return found


def magnitude(value: Number) -> Number:
    """A number without its sign."""
    return -value if value < 0 else value


def parts_of(value: Number) -> set[Number]:
    """A number with its digits, the worth of each, and what stands before and behind each, all without signs."""
    scale = 1
    while scale < 10**6 and Fraction(value * scale).denominator != 1:
        scale *= 10
    if (value * scale) % 1 or magnitude(value) >= 10**MAX_DIGITS:
        return {magnitude(value)}
    n = int(magnitude(value) * scale)
    found: set[Number] = {magnitude(value)}
    powers = [10**k for k in range(len(str(n)) + 1)]
    for low, high in pairwise(powers):
        digit = n // low % 10
        shown = (digit * scale, digit * low, n % high, n - n % low)
        found.update(simple(Fraction(part, scale)) for part in shown)
    return found


def runs_in(text: str) -> set[int]:
    """How many numbers the text lists, in all and of each, and how many letters or words it quotes or lists."""
    figures = Counter(figures_in(text))
    counts = {figures.total(), *figures.values()}
    for quoted in re.findall(r"[\"“']([^\"”']{1,200})[\"”']", text):
        counts |= {len(quoted), len(quoted.split()), *map(len, quoted.split())}
    for listed in re.findall(r"[^,;:.?!\n]{1,40}(?:, ?[^,;:.?!\n]{1,40}){1,40}", text):
        items = listed.count(",") + 1
        counts |= {items, items + bool(re.search(r" (?:and|or) [^,]*\Z", listed))}
    return counts
