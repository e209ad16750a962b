"""Joining or repeating strings: `repeat "tok" 3 times` -> "toktok" -> "toktoktok"."""

import re
from typing import Any

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import CONSONANTS, NOUNS, VOWELS, quoted

_SHORT = tuple(noun for noun in NOUNS if len(noun) <= 5)
_LONG = tuple(noun for noun in NOUNS if 6 <= len(noun) <= 7)
_GLUES = {"without a space": "", "with a hyphen": "-", "with an underscore": "_"}


def build(phrasing: str, **parts: Any) -> Problem:
    """Either ``first``, ``second`` and ``glue``, or the letters ``a``, ``b``, ``c`` and ``times``."""
    task, steps, answer = _joined(**parts) if "glue" in parts else _repeated(**parts)
    return Problem(phrasing.format(task=task), steps, answer)


def _joined(first: str, second: str, glue: str) -> tuple[str, list[tuple[str, str]], str]:
    sign = _GLUES[glue]
    answer = first + sign + second
    begin = f"{first} and {glue.removeprefix('with ')}: {first}{sign}" if sign else first
    steps = [("transform", f"Start with {begin}"), ("transform", f"Then comes {second}: {answer}")]
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
        Level("easy", {"a": CONSONANTS, "b": VOWELS, "c": CONSONANTS, "times": (2, 3)}, steps=2),
        Level("easy", {"first": _SHORT[::2], "second": _SHORT[1::2], "glue": tuple(_GLUES)}, steps=2),
        Level("medium", {"first": _LONG[::2], "second": _LONG[1::2], "glue": tuple(_GLUES)}, steps=2),
        Level("hard", {"a": CONSONANTS, "b": VOWELS, "c": CONSONANTS, "times": (4, 5)}, steps=2),
    ),
    build=build,
    solve=solve,
)
