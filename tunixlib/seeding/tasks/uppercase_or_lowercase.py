"""Changing the case of letters: `Write "lamp" in uppercase letters.` -> L, A, M, P -> "LAMP"."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import ADJECTIVES, NOUNS, quoted, spelled


def build(phrasing: str, case: str, adjective: str, noun: str) -> Problem:
    """The prompt shows the text in the other case."""
    small = f"{adjective} {noun}".strip()
    shown, answer = (small, small.upper()) if case == "uppercase" else (small.upper(), small)
    steps = [
        ("transform", f"The letters are {spelled(shown)}"),
        ("transform", f"In {case} they are {answer if ' ' in answer else spelled(answer)}"),
    ]
    return Problem(phrasing.format(case=case, text=shown), steps, answer)


def solve(prompt: str) -> str:
    """Swap the case of the quoted text."""
    return quoted(prompt)[0].swapcase()


_CASES = ("uppercase", "lowercase")
_ADJECTIVES = tuple(adjective for adjective in ADJECTIVES if len(adjective) <= 5)


def _nouns(shortest: int, longest: int) -> tuple[str, ...]:
    return tuple(noun for noun in NOUNS if shortest <= len(noun) <= longest)


FAMILY = Family(
    name="uppercase_or_lowercase",
    category="synthetic",
    phrasings=(
        'Write "{text}" in {case} letters.',
        'Change "{text}" to {case}.',
        'How does "{text}" look in {case} letters?',
        'A sign must be in {case}. Its text is "{text}". What should it say?',
        'Turn every letter of "{text}" into {case}.',
    ),
    levels=(
        Level("easy", {"case": _CASES, "adjective": ("",), "noun": _nouns(3, 5)}, steps=2),
        Level("medium", {"case": _CASES, "adjective": _ADJECTIVES, "noun": _nouns(3, 6)}, steps=2),
        Level("hard", {"case": _CASES, "adjective": ADJECTIVES, "noun": _nouns(7, 9)}, steps=2),
    ),
    build=build,
    solve=solve,
)
