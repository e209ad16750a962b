"""Leaving out the vowels a, e, i, o, u: "green planet" -> "grn plnt"."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import quoted, spell, word_axes


def build(phrasing: str, **words: str) -> Problem:
    """Name the vowels in the order in which they stand, then leave them out."""
    text = " ".join(words.values())
    vowels = [letter for letter in text if letter in "aeiou"]
    result = "".join(letter for letter in text if letter not in "aeiou")
    steps = [
        ("transform", f"Vowels in {spell(text)}: {', '.join(vowels)}"),
        ("transform", f"Without them: {result}"),
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
        Level("easy", word_axes(2), steps=2),
        Level("medium", word_axes(3), steps=2),
    ),
    build=build,
    solve=solve,
)
