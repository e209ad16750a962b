"""Writing each word of a phrase with a capital: "the old house" -> "The Old House"."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import WORDS, quoted

_STARTS = ("a", "her", "his", "my", "one", "our", "that", "the", "their", "this", "your")
_QUALITIES = (
    "bright", "broken", "clever", "dark", "fancy", "famous", "gentle", "hidden", "little", "lonely", "lost", "lucky",
    "new", "quiet", "secret", "silent", "simple", "small", "strange", "tall", "tiny", "wild", "wise", "young",
)  # fmt: skip

_SHORT = {"quality": tuple(word for word in _QUALITIES if len(word) < 6), "noun": tuple(w for w in WORDS if len(w) < 6)}
_LONGER = tuple(word for word in WORDS if len(word) == 6)


def build(phrasing: str, start: str, quality: str, noun: str, second: str = "") -> Problem:
    """Turn the first letters into capitals, then write the words."""
    phrase = f"{start} {quality} {noun}" + (f" and the {second}" if second else "")
    words = phrase.split(" ")
    before, after = ", ".join(word[0] for word in words), ", ".join(word[0].upper() for word in words)
    result = " ".join(word[0].upper() + word[1:] for word in words)
    steps = [
        ("transform", f"First letters {before} become {after}"),
        ("transform", f"With these capitals: {result}"),
    ]
    return Problem(phrasing.format(phrase=phrase), steps, result)


def solve(prompt: str) -> str:
    """The quoted phrase in Python's title case."""
    return quoted(prompt)[0].title()


FAMILY = Family(
    name="transform_title_case",
    category="golden_style",
    phrasings=(
        'Capitalize the first letter of each word in "{phrase}".',
        'Write "{phrase}" so that every word starts with a capital letter.',
        'How does "{phrase}" look when each word begins with a capital?',
        'A book is called "{phrase}". Print the title with a capital on every word.',
        'Change "{phrase}" to title case, small words included.',
    ),
    levels=(
        Level("easy", {"start": _STARTS, **_SHORT}, steps=2),
        Level("medium", {"start": _STARTS, **_SHORT, "second": _LONGER}, steps=2),
    ),
    build=build,
    solve=solve,
)
