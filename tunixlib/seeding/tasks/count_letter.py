"""How often a letter occurs: `the letter "e" in "cheese"` -> c, h, e, e, s, e -> places 3, 4, 6 -> 3."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import ADJECTIVES, NOUNS, quoted, spelled

_LETTERS = "aeilnort"


def _pairs(nouns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Every letter of each noun, and one that it does not have."""
    missing = {noun: next(letter for letter in _LETTERS if letter not in noun) for noun in nouns}
    return tuple((letter, noun) for noun in nouns for letter in [*sorted(set(noun)), missing[noun]])


def build(phrasing: str, pair: tuple[str, str], adjective: str) -> Problem:
    """``pair`` is (letter, noun). Spell one word, or two where ``adjective`` is not empty, then count."""
    letter, noun = pair
    text = f"{adjective} {noun}".strip()
    count = text.count(letter)
    if adjective:
        one, two = adjective.count(letter), noun.count(letter)
        last = f"{adjective} has {one} and {noun} has {two}: {one} + {two} = {count}"
    else:
        places = [str(place) for place, found in enumerate(noun, start=1) if found == letter]
        last = _at(letter, places, count)
    steps = [("transform", f"Spelled out: {spelled(text)}"), ("compute", last)]
    return Problem(phrasing.format(letter=letter, text=text), steps, str(count))


def _at(letter: str, places: list[str], count: int) -> str:
    if count == 0:
        return f"None of them is {letter}: 0"
    if count == 1:
        return f"{letter} stands at place {places[0]} only: 1"
    return f"{letter} stands at places {', '.join(places)}: {' + '.join(['1'] * count)} = {count}"


def solve(prompt: str) -> str:
    """Compare every character of the longer quoted text with the quoted letter."""
    letter, text = sorted(quoted(prompt), key=len)
    return str(sum(character == letter for character in text))


_SHORT = tuple(noun for noun in NOUNS if len(noun) <= 5)
_LONG = tuple(noun for noun in NOUNS if len(noun) > 5)
_ADJECTIVES = tuple(adjective for adjective in ADJECTIVES if len(adjective) <= 5)

FAMILY = Family(
    name="count_letter",
    category="synthetic",
    phrasings=(
        'How many times does the letter "{letter}" occur in "{text}"?',
        'Count the letter "{letter}" in "{text}".',
        'How often do you see "{letter}" in "{text}"?',
        'Look at "{text}". How many letters "{letter}" does it have?',
        'In "{text}", how many times is the letter "{letter}" used?',
    ),
    levels=(
        Level("easy", {"pair": _pairs(_SHORT), "adjective": ("",)}, steps=2),
        Level("medium", {"pair": _pairs(_SHORT), "adjective": _ADJECTIVES}, steps=2),
        Level("hard", {"pair": _pairs(_LONG), "adjective": ("",)}, steps=2),
    ),
    build=build,
    solve=solve,
)
