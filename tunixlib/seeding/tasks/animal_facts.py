"""Legs and classes of animals: `How many legs do 3 spiders and 2 dogs have?` -> `3 * 8 = 24`, `2 * 4 = 8`, 32."""

import re
from collections.abc import Callable
from typing import Any

from tunixlib.seeding.families import Difficulty, Family, Level, Problem
from tunixlib.seeding.tasks.words import listed, with_article

# Kinds of animals by their number of legs; those of _FIRST stand first in a question about two kinds.
_FIRST = {
    "dog": 4, "hen": 2, "ant": 6, "spider": 8, "horse": 4, "duck": 2, "beetle": 6, "goat": 4, "eagle": 2, "wasp": 6,
    "lion": 4, "scorpion": 8, "camel": 4, "owl": 2,
}  # fmt: skip
_SECOND = {
    "cat": 4, "parrot": 2, "bee": 6, "cow": 4, "swan": 2, "moth": 6, "tiger": 4, "pigeon": 2, "cricket": 6, "zebra": 4,
    "robin": 2, "rabbit": 4, "frog": 4, "grasshopper": 6, "elephant": 4, "donkey": 4,
}  # fmt: skip
_LEGS = _FIRST | _SECOND

# A class, what makes an animal belong to it, a class it is taken for, and animals of the class.
_CLASSES = {
    "mammal": ("feeds its young with milk", "fish", listed(
        "dog cat horse cow whale dolphin bat seal elephant mouse bear rabbit kangaroo")),
    "bird": ("has feathers", "mammal", listed("penguin ostrich eagle owl parrot hen duck swan crow")),
    "fish": ("breathes with gills and has fins", "mammal", listed("shark salmon trout tuna cod seahorse")),
    "reptile": ("has lungs and dry, scaly skin", "amphibian", listed("snake lizard crocodile turtle alligator")),
    "amphibian": ("has moist skin and gills when young", "reptile", listed("frog toad salamander")),
    "insect": ("has six legs", "arachnid", listed(
        "ant bee beetle butterfly wasp moth mosquito grasshopper cricket ladybug")),
    "arachnid": ("has eight legs and no antennae", "insect", listed("spider scorpion tick")),
}  # fmt: skip
_CLASS_OF = {animal: name for name, (_, _, animals) in _CLASSES.items() for animal in animals}
_NAMES = tuple(_CLASSES)

_LEGS_ASKED = (
    "How many legs do {what} have in total?",
    "Count all the legs of {what}.",
    "A picture book shows {what}. How many legs is that in all?",
    "I saw {what} today. How many legs did I see?",
    "Find the number of legs that {what} have together.",
)
_IS_ASKED = (
    "Is {animal} {first}?",
    "Tell me whether {animal} is {first}, yes or no.",
    "Right or wrong: {animal} is {first}? Answer yes or no.",
    "My friend says that {animal} is {first}. Is that correct?",
    "In biology, does {animal} count as {first}?",
)
_WHICH_ASKED = (
    "Is {animal} {first} or {second}?",
    "Decide whether {animal} is {first} or {second}.",
    "Which is right: {animal} is {first}, or {animal} is {second}?",
    "My friend is unsure if {animal} is {first} or {second}. Which is it?",
    "In biology, does {animal} count as {first} or {second}?",
)
_STYLES = tuple(map(str, range(len(_LEGS_ASKED))))


def build(phrasing: str, kind: str, **parts: Any) -> Problem:
    """``phrasing`` is a number that picks the sentence for ``kind``: one_kind, two_kinds, is or which."""
    makers: dict[str, Callable[..., Problem]] = {
        "one_kind": _one_kind,
        "two_kinds": _two_kinds,
        "is": _is,
        "which": _which,
    }
    return makers[kind](int(phrasing), **parts)


def _one_kind(style: int, n: int, animal: str) -> Problem:
    legs = _LEGS[animal]
    steps = [
        ("recall", f"{_an(animal)} has {legs} legs."),
        ("compute", f"{n} {animal}s: {n} * {legs} = {n * legs}"),
        ("verify", f"Check: {n * legs} / {legs} = {n}"),
    ]
    return Problem(_LEGS_ASKED[style].format(what=f"{n} {animal}s"), steps, str(n * legs))


def _two_kinds(style: int, n: int, first: str, m: int, second: str) -> Problem:
    x, y = _LEGS[first], _LEGS[second]
    steps = [
        ("recall", f"{_an(first)} has {x} legs and {with_article(second)} has {y} legs."),
        ("compute", f"Legs of the {first}s: {n} * {x} = {n * x}"),
        ("compute", f"Legs of the {second}s: {m} * {y} = {m * y}"),
        ("compute", f"Together: {n * x} + {m * y} = {n * x + m * y}"),
    ]
    prompt = _LEGS_ASKED[style].format(what=f"{n} {first}s and {m} {second}s")
    return Problem(prompt, steps, str(n * x + m * y))


def _is(style: int, animal: str, true: bool) -> Problem:
    own = _CLASS_OF[animal]
    asked = own if true else _CLASSES[own][1]
    steps = [
        *_recall(animal),
        (
            "conclude",
            f"So {with_article(animal)} is {_a(own)}: yes"
            if true
            else f"So {with_article(animal)} is not {_a(asked)}: no",
        ),
    ]
    prompt = _IS_ASKED[style].format(animal=with_article(animal), first=_a(asked))
    return Problem(prompt, steps, "yes" if true else "no")


def _which(style: int, animal: str, other: int, swapped: bool) -> Problem:
    own = _CLASS_OF[animal]
    wrong = _NAMES[(_NAMES.index(own) + other) % len(_NAMES)]
    first, second = (wrong, own) if swapped else (own, wrong)
    steps = [*_recall(animal), ("conclude", f"So {with_article(animal)} is {_a(own)}, not {_a(wrong)}.")]
    prompt = _WHICH_ASKED[style].format(animal=with_article(animal), first=_a(first), second=_a(second))
    return Problem(prompt, steps, own)


def _recall(animal: str) -> list[tuple[str, str]]:
    own = _CLASS_OF[animal]
    mark = _CLASSES[own][0]
    return [("recall", f"{_an(animal)} {mark}."), ("recall", f"An animal that {mark} is {_a(own)}.")]


def _an(noun: str) -> str:
    return with_article(noun).capitalize()


def _a(name: str) -> str:
    return with_article(name)


def solve(prompt: str) -> str:
    """Add up legs where the prompt counts animals, else look up the class of its animal."""
    counted = re.findall(r"(\d+) ([a-z]+)s\b", prompt)
    if counted:
        return str(sum(int(n) * _LEGS[animal] for n, animal in counted))
    words = re.findall(r"[a-z]+", prompt)
    own = next(_CLASS_OF[word] for word in words if word in _CLASS_OF)
    asked = {word for word in words if word in _CLASSES}
    if len(asked) == 2:
        return own
    return "yes" if own in asked else "no"


def _two_kinds_level(difficulty: Difficulty, n: range, m: range) -> Level:
    axes = {"kind": ("two_kinds",), "n": n, "first": tuple(_FIRST), "m": m, "second": tuple(_SECOND)}
    return Level(difficulty, axes, steps=4)


FAMILY = Family(
    name="animal_facts",
    category="reasoning",
    phrasings=_STYLES,
    levels=(
        Level("easy", {"kind": ("is",), "animal": tuple(_CLASS_OF), "true": (False, True)}, steps=3),
        Level(
            "easy",
            {"kind": ("which",), "animal": tuple(_CLASS_OF), "other": range(1, 7), "swapped": (False, True)},
            steps=3,
        ),
        Level("easy", {"kind": ("one_kind",), "n": range(2, 7), "animal": tuple(_LEGS)}, steps=3),
        _two_kinds_level("easy", range(2, 4), range(2, 5)),
        Level("medium", {"kind": ("one_kind",), "n": range(7, 13), "animal": tuple(_LEGS)}, steps=3),
        _two_kinds_level("medium", range(4, 10), range(2, 10)),
        _two_kinds_level("hard", range(11, 21), range(2, 13)),
    ),
    build=build,
    solve=solve,
)
