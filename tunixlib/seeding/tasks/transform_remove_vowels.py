"""Leaving out the vowels a, e, i, o, u: "green" -> "grn"."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import WORDS, quoted, spell
from tunixlib.seeding.tasks.words import ADJECTIVES, NOUNS

# Short words with a vowel.
_ONE = tuple(sorted(word for word in {*WORDS, *NOUNS, *ADJECTIVES} if len(word) < 6 and set(word) & set("aeiou")))
_FIRST = tuple(word for word in ADJECTIVES if len(word) < 7)
_SECOND = tuple(word for word in WORDS if len(word) < 7 and word not in ADJECTIVES)


def build(phrasing: str, **words: str) -> Problem:
    """Name the vowels in the order in which they stand, then leave them out."""
    text = " ".join(words.values())
    vowels = [letter for letter in text if letter in "aeiou"]
    result = "".join(letter for letter in text if letter not in "aeiou")
    steps = [
        ("transform", f"Vowels in {spell(text)}: {', '.join(vowels)}"),
        ("transform", f"Without them: {spell(result)}, so {result}"),
    ]
    return Problem(phrasing.format(text=text), steps, result)


def solve(prompt: str) -> str:
    """Delete the vowels of the quoted text."""
    return re.sub("[aeiou]", "", quoted(prompt)[0])


FAMILY = Family(
    name="transform_remove_vowels",
    category="golden_style",
    phrasings=(
        'Remove the vowels a, e, i, o and u from "{text}".',
        'Write "{text}" without its vowels.',
        'What is left of "{text}" when every vowel is taken out?',
        '"{text}" - keep the consonants, drop the vowels.',
        'A printer skips all vowels. What does it print for "{text}"?',
    ),
    levels=(
        Level("easy", {"w1": _ONE}, steps=2),
        Level("medium", {"w1": _FIRST, "w2": _SECOND}, steps=2),
    ),
    build=build,
    solve=solve,
)
