"""A word backwards: `Write "lamp" backwards.` -> l, a, m, p -> p, m, a, l -> "pmal"."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import CONSONANTS, NOUNS, VOWELS, quoted, spelled


def build(phrasing: str, **syllables: str) -> Problem:
    """The parameters are the parts of the word: one noun, or letters of a made-up word."""
    word = "".join(syllables.values())
    steps = [
        ("transform", f"The letters are {spelled(word)}"),
        ("transform", f"From last to first: {spelled(word[::-1])}"),
    ]
    return Problem(phrasing.format(word=word), steps, word[::-1])


def solve(prompt: str) -> str:
    """Put each letter of the quoted word in front of the letters before it."""
    backwards = ""
    for letter in quoted(prompt)[0]:
        backwards = letter + backwards
    return backwards


_MADE_UP = {"a": CONSONANTS, "b": VOWELS, "c": CONSONANTS, "d": VOWELS, "e": CONSONANTS}


def _is_made_up(word: str) -> bool:
    """Whether a level of made-up words could make this word, too."""
    return len(word) in (3, 5) and all(letter in part for letter, part in zip(word, _MADE_UP.values(), strict=False))


def _nouns(shortest: int, longest: int) -> tuple[str, ...]:
    return tuple(noun for noun in NOUNS if shortest <= len(noun) <= longest and not _is_made_up(noun))


FAMILY = Family(
    name="reverse_word",
    category="synthetic",
    phrasings=(
        'Write "{word}" backwards.',
        'What is "{word}" spelled backwards?',
        'Reverse the letters of "{word}".',
        'If you read "{word}" from right to left, what do you get?',
        'A mirror turns "{word}" around, letter by letter. What does it show?',
    ),
    levels=(
        Level("easy", {part: _MADE_UP[part] for part in "abc"}, steps=2),
        Level("easy", {"word": _nouns(3, 5)}, steps=2),
        Level("medium", {"word": _nouns(6, 6)}, steps=2),
        Level("hard", _MADE_UP, steps=2),
    ),
    build=build,
    solve=solve,
)
