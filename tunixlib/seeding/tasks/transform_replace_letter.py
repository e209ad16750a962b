"""Replacing every occurrence of a letter: banana with o for a -> bonono."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import WORDS, quoted, spell

_SPOTS = tuple((word, letter) for word in WORDS if len(word) < 7 for letter in sorted(set(word)))
_SHORT = tuple(spot for spot in _SPOTS if len(spot[0]) < 6)
_COLORS = ("black", "blue", "brown", "gold", "green", "grey", "pink", "red", "white")


def build(phrasing: str, spot: tuple[str, str], offset: int, first: str = "") -> Problem:
    """Spell the text, put the new letter wherever the old one stands, close the gaps."""
    word, old = spot
    new = chr((ord(old) - ord("a") + offset) % 26 + ord("a"))
    text = f"{first} {word}" if first else word
    result = "".join(new if letter == old else letter for letter in text)
    times = text.count(old)
    steps = [
        ("transform", f"Spelled: {spell(text)}, with {old} {times} time{'s' if times > 1 else ''}"),
        ("transform", f"With {new} there: {spell(result)}, so {result}"),
    ]
    return Problem(phrasing.format(old=old, new=new, text=text), steps, result)


def solve(prompt: str) -> str:
    """Replace the first letter that stands alone by the second, in the longest quoted text."""
    text = max(quoted(prompt), key=len)
    old, new = re.findall(r"(?<![A-Za-z])[a-z](?![A-Za-z])", prompt)
    return text.replace(old, new)


FAMILY = Family(
    name="transform_replace_letter",
    category="golden_style",
    phrasings=(
        'Replace every "{old}" with "{new}" in "{text}".',
        'In the text "{text}", change each {old} to {new}.',
        'What does "{text}" become when the letter {old} turns into {new} everywhere?',
        'Take "{text}". Wherever you see {old}, write {new} instead.',
        'My keyboard types {old} as {new}. Which text appears when I type "{text}"?',
    ),
    levels=(
        Level("easy", {"spot": _SHORT, "offset": range(1, 26)}, steps=2),
        Level("medium", {"spot": _SPOTS, "offset": range(1, 26), "first": _COLORS}, steps=2),
    ),
    build=build,
    solve=solve,
)
