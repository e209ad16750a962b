"""Numbers in words and digits, both ways: `Write four hundred twenty-three in digits.` -> `400 + 23 = 423`."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import listed, split_number, uneven

_SMALL = listed("""
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
""")
_TENS = listed("zero ten twenty thirty forty fifty sixty seventy eighty ninety")


def in_words(n: int) -> str:
    """American English without "and", 1 to 999: ``423`` -> ``"four hundred twenty-three"``."""
    if n < 20:
        return _SMALL[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_SMALL[n % 10]}" if n % 10 else "")
    return f"{_SMALL[n // 100]} hundred" + (f" {in_words(n % 100)}" if n % 100 else "")


def build(phrasing: str, n: int, way: str) -> Problem:
    """Split at the leading part; write or read both parts; join."""
    lead, rest = split_number(n)
    words = in_words(n)
    if way == "in digits":
        steps = [
            ("recall", f"{in_words(lead)} is {lead} and {in_words(rest)} is {rest}"),
            ("compute", f"{lead} + {rest} = {n}"),
        ]
        return Problem(phrasing.format(n=words, way=way), steps, str(n))
    steps = [
        ("transform", f"{n} = {lead} + {rest}"),
        ("transform", f"{lead} is {in_words(lead)} and {rest} is {in_words(rest)}: {words}"),
    ]
    return Problem(phrasing.format(n=n, way=way), steps, words)


def solve(prompt: str) -> str:
    """Say the digits from left to right, or read the words, adding and multiplying as they come."""
    found = re.findall(r"\d+", prompt)
    return _say(found[0].rjust(4, "0")) if found else str(_read(prompt.lower().replace("in digits", "")))


def _say(digits: str) -> str:
    thousands, hundreds, tens, ones = map(int, digits)
    said = [f"{_SMALL[thousands]} thousand"] if thousands else []
    said += [f"{_SMALL[hundreds]} hundred"] if hundreds else []
    below = [_SMALL[10 + ones]] if tens == 1 else [_TENS[tens]] * (tens > 0) + [_SMALL[ones]] * (ones > 0)
    return " ".join([*said, "-".join(below)]).strip()


def _read(text: str) -> int:
    total = group = 0
    for word in re.findall(r"[a-z]+", text):
        if word in _SMALL:
            group += _SMALL.index(word)
        elif word in _TENS:
            group += 10 * _TENS.index(word)
        elif word == "hundred":
            group *= 100
        elif word == "thousand":
            total, group = group * 1000, 0
    return total + group


_WAYS = ("in digits", "in words")

FAMILY = Family(
    name="number_words",
    category="synthetic",
    phrasings=(
        "Write {n} {way}.",
        "How do you write {n} {way}?",
        "Please write the number {n} {way}.",
        "What does {n} look like {way}?",
        "A form asks for the amount {way}. The amount is {n}. What do you fill in?",
    ),
    levels=(
        Level("easy", {"n": uneven(21, 100), "way": _WAYS}, steps=2),
        Level("medium", {"n": uneven(101, 200), "way": _WAYS}, steps=2),
        Level("hard", {"n": uneven(201, 1000), "way": _WAYS}, steps=2),
    ),
    build=build,
    solve=solve,
)
