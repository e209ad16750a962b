"""Situations of the word problems (goods, places, people) and the writers of their steps.

    >>> compute("Cost of the mugs", 3, "*", 4)
    ('compute', 'Cost of the mugs: 3 * 4 = 12')
    >>> dollar_amounts("Pay $5 with a $12.50 voucher.")
    [Fraction(5, 1), Fraction(25, 2)]

A scene is a story and a question about it; ``STORY_PHRASINGS`` put the two into different sentences.
"""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import permutations
from typing import NamedTuple

from tunixlib.seeding.tasks.text import NAMES, decimal, money

Value = int | Fraction
Step = tuple[str, str]

# What a shape of story gives: its steps, its answer and the numbers that its prompt shows besides the parameters.
Worked = tuple[list[Step], int, dict[str, int]]

# All with a plural in -s; a price of 2 to 9 dollars is plausible.
GOODS = (
    "notebook", "mug", "candle", "muffin", "bagel", "marker", "keychain", "toy car", "plant pot",
    "tennis ball", "comic", "magazine", "poster", "puzzle", "cap", "burger", "salad", "smoothie", "frame",
    "bracelet", "towel", "plate", "kite", "card game",
)  # fmt: skip

# Things with a price of tens of dollars; all start with a consonant.
BIG_GOODS = (
    "jacket", "backpack", "lamp", "tent", "bicycle helmet", "watch strap", "guitar", "blanket", "chair", "keyboard",
    "suitcase", "camera", "sweater", "football", "skateboard", "table", "rug", "heater", "radio", "drill",
)  # fmt: skip

# Things that one counts, collects, shares.
THINGS = (
    "marble", "shell", "stamp", "card", "bead", "button", "coin", "pencil", "sticker", "apple", "orange", "cookie",
    "crayon", "block", "flower", "badge", "plum", "walnut", "postcard", "balloon",
)  # fmt: skip

SHOPS = (
    "Corner Shop",
    "Green Market",
    "Sun Store",
    "Mill Street Shop",
    "City Mart",
    "Lake Store",
    "Hill Market",
    "Fox Shop",
)

NAME_PAIRS = tuple(permutations(NAMES, 2))

STORY_PHRASINGS = (
    "{story} {question}",
    "{question} {story}",
    "Solve this problem: {story} {question}",
    "Here is a short story. {story} {question} Show the steps.",
    "Please help me with my homework. {story} {question}",
)


class Scene(NamedTuple):
    """A story and its question, with the same named gaps as the axes of its level."""

    story: str
    question: str

    def tell(self, phrasing: str, **values: object) -> str:
        """The prompt: both parts filled with the values, in the order of the phrasing."""
        return phrasing.format(story=self.story.format(**values), question=self.question.format(**values))


def _divide(a: Fraction, b: Fraction) -> Fraction:
    return a / b


_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": Fraction.__add__,
    "-": Fraction.__sub__,
    "*": Fraction.__mul__,
    "/": _divide,
}


def equation(a: Value, op: str, b: Value, show: Callable[[Value], str] = decimal) -> str:
    """One true equation: ``equation(3, "*", 4)`` -> ``"3 * 4 = 12"``; ``show=money`` writes cents as two places."""
    return f"{show(a)} {op} {show(b)} = {show(_OPERATIONS[op](Fraction(a), Fraction(b)))}"


def compute(label: str, a: Value, op: str, b: Value, show: Callable[[Value], str] = decimal) -> Step:
    """A labelled calculation as a step."""
    return "compute", f"{label}: {equation(a, op, b, show)}"


def check(a: Value, op: str, b: Value, so: str = "") -> Step:
    """An inverse calculation as a step of type ``verify``; ``so`` is what it confirms, when the answer follows."""
    return "verify", f"Check: {equation(a, op, b)}" + (f", so {so}" if so else "")


def dollars(value: Value) -> str:
    """``dollars(Fraction(25, 2))`` -> ``"$12.50"``, ``dollars(3)`` -> ``"$3"``."""
    return f"${money(value)}"


def dollar_amounts(text: str) -> list[Fraction]:
    """All amounts after a dollar sign, in order."""
    return [Fraction(found.replace(",", "")) for found in re.findall(r"\$(\d[\d,]*(?:\.\d+)?)", text)]


def percents(text: str) -> list[int]:
    """All whole percentages, written ``30%`` or ``30 percent``, in order."""
    return [int(found) for found in re.findall(r"(\d+) ?(?:%|percent)", text)]


def listing(parts: Sequence[object]) -> str:
    """``listing([3, 5, 9])`` -> ``"3, 5 and 9"``."""
    *head, last = [str(part) for part in parts]
    return f"{', '.join(head)} and {last}" if head else last
