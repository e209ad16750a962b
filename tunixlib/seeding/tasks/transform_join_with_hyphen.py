"""Joining words with hyphens, underscores or dots: red, apple, tree -> red-apple-tree."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import word_axes

_MARKS = {"hyphens": "-", "underscores": "_", "dots": ".", "colons": ":"}


def build(phrasing: str, mark: str, **words: str) -> Problem:
    """Join the first two words, then add the others."""
    row, sign = list(words.values()), _MARKS[mark]
    joined = sign.join(row)
    rest = " and ".join(row[2:])
    steps = [
        ("transform", f"Join {row[0]} and {row[1]}: {sign.join(row[:2])}"),
        ("transform", f"Add {rest}: {joined}"),
    ]
    return Problem(phrasing.format(words=", ".join(row), mark=mark), steps, joined)


def solve(prompt: str) -> str:
    """Replace the commas of the list by the mark that is named."""
    found = re.search(r"[a-z]+(?:, [a-z]+)+", prompt)
    named = re.search("hyphen|underscore|dot|colon", prompt)
    if found is None or named is None:
        raise ValueError(f"found {prompt!r}, expected a list of words and the name of a mark")
    return found[0].replace(", ", {"h": "-", "u": "_", "d": ".", "c": ":"}[named[0][0]])


def _axes(count: int, longest: int) -> dict[str, tuple[str, ...]]:
    """Axes of words of at most ``longest`` letters."""
    axes = word_axes(count)
    return {axis: tuple(word for word in words if len(word) <= longest) for axis, words in axes.items()}


FAMILY = Family(
    name="transform_join_with_hyphen",
    category="golden_style",
    phrasings=(
        "Join the words {words} with {mark}.",
        "Write {words} as one text with {mark} between the words.",
        "Which file name do you get when {words} are connected by {mark}?",
        "Put {mark} instead of the commas and spaces: {words}",
        "I need {words} glued together with {mark}, please.",
    ),
    levels=(
        Level("easy", {"mark": tuple(_MARKS), **_axes(3, 5)}, steps=2),
        Level("medium", {"mark": tuple(_MARKS), **_axes(4, 6)}, steps=2),
    ),
    build=build,
    solve=solve,
)
