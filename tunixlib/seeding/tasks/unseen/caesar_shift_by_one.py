"""A secret script in which each letter becomes its neighbour in the alphabet: cat -> dbu."""

import string

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import WORDS, quoted, spell

# The alphabet has no letter before a and none after z, so words with these letters are moved the other way only.
_SHORT = tuple(word for word in WORDS if len(word) <= 6)
_TASKS = tuple((word, "next") for word in _SHORT if "z" not in word)
_TASKS += tuple((word, "previous") for word in _SHORT if "a" not in word)


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
    levels=(Level("easy", {"task": _TASKS}, steps=2),),
    build=build,
    solve=solve,
)
