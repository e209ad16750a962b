"""Counting the vowels of two words: "green planet" -> 4."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import WORDS, quoted

_VOWELS = "aeiou"
_SHORT = tuple(word for word in WORDS if len(word) <= 5)
_LONG = tuple(word for word in WORDS if len(word) == 6)


def build(phrasing: str, one: str, other: str) -> Problem:
    """List the vowels of each word, then add the counts."""
    found = [[letter for letter in word if letter in _VOWELS] for word in (one, other)]
    a, b = (len(vowels) for vowels in found)
    steps = [
        ("given", f"{a} in {one}: {', '.join(found[0])}"),
        ("given", f"{b} in {other}: {', '.join(found[1])}"),
        ("compute", f"{a} + {b} = {a + b}"),
    ]
    return Problem(phrasing.format(text=f"{one} {other}"), steps, str(a + b))


def solve(prompt: str) -> str:
    """Add the counts of the five vowels in the quoted text."""
    text = quoted(prompt)[0]
    return str(sum(text.count(vowel) for vowel in _VOWELS))


FAMILY = Family(
    name="vowel_count",
    category="synthetic",
    phrasings=(
        'How many vowels (a, e, i, o, u) are there in "{text}"?',
        'Count the vowels of "{text}"; y is not one.',
        'In "{text}", what is the number of letters that are a, e, i, o or u?',
        'Someone paints every a, e, i, o and u of "{text}" red. How many letters turn red?',
    ),
    levels=(
        Level("easy", {"one": _SHORT[::2], "other": _SHORT[1::2]}, steps=3),
        Level("medium", {"one": _LONG[::2], "other": _LONG[1::2]}, steps=3),
    ),
    build=build,
    solve=solve,
)
