"""Joining or repeating strings: `repeat "tok" 3 times` -> "toktok" -> "toktoktok"."""

import re
from typing import Any

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import CONSONANTS, NOUNS, VOWELS, quoted, spelled

_SHORT = tuple(noun for noun in NOUNS if len(noun) <= 6)
_GLUES = {"without a space": "", "with a hyphen": "-", "with an underscore": "_"}


def build(phrasing: str, **parts: Any) -> Problem:
    """Either ``first``, ``second`` and ``glue``, or the letters ``a``, ``b``, ``c`` and ``times``."""
    task, steps, answer = _joined(**parts) if "glue" in parts else _repeated(**parts)
    return Problem(phrasing.format(task=task), steps, answer)


def _joined(first: str, second: str, glue: str) -> tuple[str, list[tuple[str, str]], str]:
    sign = _GLUES[glue]
    letters = f"{spelled(first)}, {sign}, {spelled(second)}" if sign else f"{spelled(first)}, {spelled(second)}"
    answer = first + sign + second
    steps = [("transform", f"All characters in a row: {letters}"), ("transform", f"Written together: {answer}")]
    return f'join "{first}" and "{second}" {glue}', steps, answer


def _repeated(a: str, b: str, c: str, times: int) -> tuple[str, list[tuple[str, str]], str]:
    text = a + b + c
    begin = 2 if times > 2 else 1
    more = "1 more copy" if times - begin == 1 else f"{times - begin} more copies"
    steps = [
        ("transform", f"{begin} {'copies' if begin > 1 else 'copy'}: {text * begin}"),
        ("transform", f"{more}: {text * times}"),
    ]
    return f'write "{text}" {times} times in a row without spaces', steps, text * times


def solve(prompt: str) -> str:
    """Concatenate the quoted parts as the words of the prompt say."""
    parts = quoted(prompt)
    times = re.search(r"(\d) times", prompt)
    if times:
        return "".join(parts[0] for _ in range(int(times[1])))
    return next(sign for glue, sign in _GLUES.items() if glue in prompt).join(parts)


FAMILY = Family(
    name="string_concat_or_repeat",
    category="synthetic",
    phrasings=(
        "What do you get when you {task}?",
        "Please {task} and give the result.",
        "Your task is to {task}. What is the result?",
        "If I {task}, which string comes out?",
        "A program should {task}. What does it print?",
    ),
    levels=(
        Level("easy", {"a": CONSONANTS, "b": VOWELS, "c": CONSONANTS, "times": range(2, 6)}, steps=2),
        Level("medium", {"first": _SHORT[::2], "second": _SHORT[1::2], "glue": tuple(_GLUES)}, steps=2),
    ),
    build=build,
    solve=solve,
)
