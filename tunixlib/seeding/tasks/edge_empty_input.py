"""Tasks on nothing: Reverse the text "". -> empty; letters in "" -> 0."""

import string

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES

_KINDS = ("caption", "chat message", "file", "label", "note", "poem", "reply", "title", "wish")
_COUNTS = (
    *(f"Count how often the letter {letter} occurs in it." for letter in string.ascii_lowercase),
    "Count its letters.",
    "Count its words.",
    "Count its vowels.",
    "Count its digits.",
)
_CHANGES = (
    *(f"Write it {n} times in a row." for n in range(2, 10)),
    *(f"Leave out every letter {letter}." for letter in string.ascii_lowercase),
    "Reverse it.",
    "Write it in capital letters.",
    "Sort its letters.",
    "Remove its vowels.",
)


def build(phrasing: str, task: str, name: str, kind: str) -> Problem:
    """Say what the text holds, then do the task on nothing."""
    counting = task in _COUNTS
    answer = "0" if counting else "empty"
    steps = [
        ("given", "Between the quotes there are 0 characters"),
        ("conclude", "So there is nothing to count: 0" if counting else "So the result has 0 characters: it is empty"),
    ]
    return Problem(phrasing.format(task=task, name=name, kind=kind), steps, answer)


def solve(prompt: str) -> str:
    """The length of the quoted text answers every count; every change leaves an empty text empty."""
    text = prompt.split('"')[1]
    if "Count" in prompt:
        return str(len(text))
    return text or "empty"


FAMILY = Family(
    name="edge_empty_input",
    category="edge_case",
    phrasings=(
        '{name} left the {kind} as "". {task}',
        'The {kind} from {name} reads "". {task}',
        '{task} The text is what {name} typed as a {kind}: ""',
        'Input of {name}, a {kind}: "". {task} If nothing is left, say empty.',
    ),
    levels=(
        Level("easy", {"task": _COUNTS, "name": NAMES, "kind": _KINDS}, steps=2),
        Level("medium", {"task": _CHANGES, "name": NAMES, "kind": _KINDS}, steps=2),
    ),
    build=build,
    solve=solve,
)
