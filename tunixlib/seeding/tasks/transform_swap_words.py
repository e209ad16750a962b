"""Exchanging two words of a short list: first and last of "rain candle lion" -> "lion candle rain"."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import quoted, word_axes

_PLACES = ("first", "second", "third", "fourth")
_OF_THREE = (("first", "second"), ("first", "third"), ("second", "third"))
_OF_FOUR = (*_OF_THREE, ("first", "fourth"), ("second", "fourth"), ("third", "fourth"))


def build(phrasing: str, pair: tuple[str, str], **words: str) -> Problem:
    """Find the two words, then exchange them."""
    row = list(words.values())
    one, other = (_PLACES.index(place) for place in pair)
    found = f"The {pair[0]} word is {row[one]}, the {pair[1]} is {row[other]}"
    text = " ".join(row)
    row[one], row[other] = row[other], row[one]
    result = " ".join(row)
    steps = [("given", found), ("transform", f"Exchanged: {result}")]
    return Problem(phrasing.format(text=text, one=pair[0], other=pair[1]), steps, result)


def solve(prompt: str) -> str:
    """Read the two ordinals outside the quotes and rebuild the list from the words at those places."""
    words = quoted(prompt)[0].split()
    one, other = re.findall("|".join(_PLACES), re.sub(r'"[^"]*"', "", prompt))
    target = {_PLACES.index(one): _PLACES.index(other), _PLACES.index(other): _PLACES.index(one)}
    return " ".join(words[target.get(i, i)] for i in range(len(words)))


def _axes(count: int, longest: int) -> dict[str, tuple[str, ...]]:
    """Axes of words of at most ``longest`` letters."""
    axes = word_axes(count)
    return {axis: tuple(word for word in words if len(word) <= longest) for axis, words in axes.items()}


FAMILY = Family(
    name="transform_swap_words",
    category="golden_style",
    phrasings=(
        'Swap the {one} and the {other} word of "{text}".',
        'In "{text}", exchange the {one} word with the {other}.',
        'What do you get from "{text}" when the {one} and {other} words trade places?',
        'Rewrite "{text}" with the {one} word and the {other} word switched.',
    ),
    levels=(
        Level("easy", {"pair": _OF_THREE, **_axes(3, 5)}, steps=2),
        Level("medium", {"pair": _OF_FOUR, **_axes(4, 6)}, steps=2),
    ),
    build=build,
    solve=solve,
)
