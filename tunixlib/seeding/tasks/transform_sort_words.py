"""Putting words in alphabetical order: "pear, apple, fig" -> "apple, fig, pear"."""

import re
from itertools import permutations

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import WORDS, word_axes


def _same_first_letter() -> tuple[tuple[str, ...], ...]:
    """All ordered triples of words that agree in the first letter and differ in the second."""
    alike = [tuple(word for word in WORDS if word[0] == first) for first in sorted({word[0] for word in WORDS})]
    return tuple(three for words in alike for three in permutations(words, 3) if len({word[1] for word in three}) == 3)


def build(phrasing: str, triple: tuple[str, ...] = (), **words: str) -> Problem:
    """Order the letters that decide, then the words."""
    given = triple or tuple(words.values())
    place = 1 if triple else 0
    letters = [word[place] for word in given]
    start = f"All start with {given[0][0]}; second" if triple else "First"
    order = sorted(given, key=lambda word: word[place])
    steps = [
        ("compare", f"{start} letters: {', '.join(letters)}; in order: {', '.join(sorted(letters))}"),
        ("transform", f"Words in that order: {', '.join(order)}"),
    ]
    return Problem(phrasing.format(words=", ".join(given)), steps, ", ".join(order))


def solve(prompt: str) -> str:
    """Sort the comma-separated words of the prompt as whole strings."""
    found = re.search(r"[a-z]+(?:, [a-z]+)+", prompt)
    if found is None:
        raise ValueError(f"found no list of words in {prompt!r}, expected words separated by commas")
    return ", ".join(sorted(found[0].split(", ")))


def _axes(count: int, longest: int) -> dict[str, tuple[str, ...]]:
    """Axes of words of at most ``longest`` letters."""
    axes = word_axes(count, own_letters=True)
    return {axis: tuple(word for word in words if len(word) <= longest) for axis, words in axes.items()}


FAMILY = Family(
    name="transform_sort_words",
    category="golden_style",
    phrasings=(
        "Sort these words alphabetically: {words}.",
        "Put the words {words} in alphabetical order.",
        "Here are some words: {words}. Write them in the order of a dictionary.",
        "In which order would a dictionary list these words? {words}",
        "I have the words {words}. Arrange them from A to Z.",
    ),
    levels=(
        Level("easy", _axes(3, 5), steps=2),
        Level("medium", _axes(4, 6), steps=2),
        Level("hard", {"triple": _same_first_letter()}, steps=2),
    ),
    build=build,
    solve=solve,
)
