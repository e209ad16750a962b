"""A secret script in which each letter becomes its neighbour in the alphabet: cat -> dbu."""

import string

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import WORDS, quoted, spell


def _tasks(shortest: int, longest: int) -> tuple[tuple[str, str], ...]:
    """Words with a way to move them: none before a and none after z, so some are moved one way only."""
    words = tuple(word for word in WORDS if shortest <= len(word) <= longest)
    following = tuple((word, "next") for word in words if "z" not in word)
    return following + tuple((word, "previous") for word in words if "a" not in word)


def build(phrasing: str, task: tuple[str, str]) -> Problem:
    """Put beside each letter its neighbour, then write the new word."""
    word, way = task
    move = 1 if way == "next" else -1
    shifted = "".join(chr(ord(letter) + move) for letter in word)
    steps = [
        ("transform", f"The {way} letters of {spell(word)} are {spell(shifted)}"),
        ("transform", f"Written together: {shifted}"),
    ]
    return Problem(phrasing.format(word=word, way=way), steps, shifted)


def solve(prompt: str) -> str:
    """Translate with the turned alphabet."""
    letters = string.ascii_lowercase
    turned = letters[1:] + letters[0] if "next" in prompt else letters[-1] + letters[:-1]
    return quoted(prompt)[0].translate(str.maketrans(letters, turned))


FAMILY = Family(
    name="caesar_shift_by_one",
    category="synthetic",
    phrasings=(
        'In a secret code every letter becomes the {way} letter of the alphabet. Encode "{word}".',
        'Spies write each letter as the {way} one in the alphabet. How do they write "{word}"?',
        'Move all letters of "{word}" to the {way} letter of the alphabet. Which letters come out?',
        'Take "{word}" and put for each letter the {way} letter in the alphabet.',
    ),
    levels=(Level("easy", {"task": _tasks(3, 5)}, steps=2), Level("medium", {"task": _tasks(6, 6)}, steps=2)),
    build=build,
    solve=solve,
)
