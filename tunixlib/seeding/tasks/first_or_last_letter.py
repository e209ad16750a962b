"""One letter of a word by its position: `the last letter of "planet"` -> p, l, a, n, e, t -> t."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import ADJECTIVES, NOUNS, quoted, spelled, unquoted

_POSITIONS = {"first": 0, "second": 1, "third": 2, "second to last": -2, "last": -1}
_ADJECTIVES = tuple(adjective for adjective in ADJECTIVES if len(adjective) <= 5)


def _nouns(shortest: int, longest: int) -> tuple[str, ...]:
    return tuple(noun for noun in NOUNS if shortest <= len(noun) <= longest)


def build(phrasing: str, position: str, adjective: str, noun: str) -> Problem:
    """Spell the word that holds the position, then read the letter."""
    at = _POSITIONS[position]
    text = f"{adjective} {noun}".strip()
    word = text.split(" ")[0 if at >= 0 else -1]
    opening = f"The {'first' if at >= 0 else 'last'} word is {word}" if adjective else f"The letters of {word}"
    steps = [
        ("transform", f"{opening}: {spelled(word)}"),
        ("transform", f"The {position} of these is {word[at]}"),
    ]
    return Problem(phrasing.format(position=position, text=text), steps, word[at])


def solve(prompt: str) -> str:
    """Index the quoted text by the position that the rest of the prompt names."""
    asked = unquoted(prompt)
    if "second to last" in asked:
        return quoted(prompt)[0][-2]
    return next(quoted(prompt)[0][at] for name, at in _POSITIONS.items() if f"{name} letter" in asked)


FAMILY = Family(
    name="first_or_last_letter",
    category="synthetic",
    phrasings=(
        'What is the {position} letter of "{text}"?',
        'Name the {position} letter of "{text}".',
        'Which letter is the {position} letter in "{text}"?',
        'Look at "{text}" and give its {position} letter.',
        'Someone typed "{text}". Which {position} letter did they type?',
    ),
    levels=(
        Level("easy", {"position": tuple(_POSITIONS), "adjective": ("",), "noun": _nouns(3, 5)}, steps=2),
        Level("medium", {"position": tuple(_POSITIONS), "adjective": _ADJECTIVES, "noun": _nouns(3, 6)}, steps=2),
        Level("hard", {"position": tuple(_POSITIONS), "adjective": ADJECTIVES, "noun": _nouns(7, 9)}, steps=2),
    ),
    build=build,
    solve=solve,
)
