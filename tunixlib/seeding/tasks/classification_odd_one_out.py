"""Which word does not belong: `oak, trout, pine` -> two name trees, trout names a fish -> trout."""

import re

from tunixlib.seeding.families import Difficulty, Family, Level, Problem
from tunixlib.seeding.tasks.words import GROUPS, and_list, sentence, with_article

Groups = dict[str, tuple[str, tuple[str, ...]]]

# The groups with at least four words of up to five letters, and these words.
_ALL_SHORT = {
    name: (plural, tuple(word for word in members if len(word) <= 5)) for name, (plural, members) in GROUPS.items()
}
_SHORT: Groups = {name: row for name, row in _ALL_SHORT.items() if len(row[1]) >= 4}

# Some words of these pairs belong to both groups: a cherry is a tree too.
_MIXED = ({"tree", "fruit"}, {"flower", "color"})


def build(
    phrasing: str, words: str, pair: tuple[str, str], start: int, picks: tuple[int, ...], outsider: int, place: int
) -> Problem:
    """Two to four members of the first group of ``pair`` and, at ``place``, one member of the second.

    ``words`` says from which words: ``short`` or ``all``. Three members are named one by one, in the order of the list.
    """
    groups = _SHORT if words == "short" else GROUPS
    plural, members = groups[pair[0]]
    stranger = groups[pair[1]][1][outsider]
    inside = [members[(start + pick) % len(members)] for pick in picks]
    listed = [*inside[:place], stranger, *inside[place:]]
    if len(inside) == 3:
        steps = [_names(word, pair[1] if word == stranger else pair[0]) for word in listed]
    else:
        steps = [("recall", f"{sentence(and_list(inside[:2]))} are {plural}.")]
        if len(inside) == 4:
            steps.append(("recall", f"{sentence(and_list(inside[2:]))} are {plural} too."))
        steps.append(_names(stranger, pair[1]))
    steps.append(("conclude", f"So {stranger} does not belong to the {plural}."))
    return Problem(phrasing.format(words=", ".join(listed), all=sentence(and_list(listed))), steps, stranger)


def _names(word: str, group: str) -> tuple[str, str]:
    return "recall", f"The word {word} names {with_article(group)}."


def solve(prompt: str) -> str:
    """Group the known words of the prompt; the odd one is alone in its group."""
    found = [word for word in re.findall(r"[a-z]+", prompt.lower()) if word in _KIND]
    kinds = [_KIND[word] for word in found]
    return next(word for word, kind in zip(found, kinds, strict=True) if kinds.count(kind) == 1)


_KIND = {word: group for group, (_, members) in GROUPS.items() for word in members}


def _pairs(groups: Groups) -> tuple[tuple[str, str], ...]:
    return tuple((own, other) for own in groups for other in groups if own != other and {own, other} not in _MIXED)


def _short(difficulty: Difficulty, picks: tuple[tuple[int, ...], ...], places: int, steps: int) -> Level:
    axes = {"pair": _pairs(_SHORT), "start": range(4), "picks": picks, "outsider": range(4), "place": range(places)}
    return Level(difficulty, {"words": ("short",), **axes}, steps)


_TWO = ((0, 1), (0, 2), (0, 3))
_THREE = ((0, 1, 2), (0, 2, 1), (0, 3, 1), (0, 1, 3))
_FOUR = ((0, 1, 2, 3), (0, 2, 5, 7), (0, 3, 1, 6), (0, 5, 4, 2))

FAMILY = Family(
    name="classification_odd_one_out",
    category="reasoning",
    phrasings=(
        "Which word does not belong: {words}?",
        "Find the odd one out: {words}.",
        "{all}: which one is not like the others?",
        "All but one of these belong together: {words}. Name the one that does not.",
        "My list has the words {words}. Which one does not fit?",
    ),
    levels=(
        _short("easy", _TWO, 3, steps=3),
        _short("easy", _THREE, 4, steps=5),
        Level(
            "hard",
            {
                "words": ("all",),
                "pair": _pairs(GROUPS),
                "start": range(8),
                "picks": _FOUR,
                "outsider": range(8),
                "place": range(5),
            },
            steps=4,
        ),
    ),
    build=build,
    solve=solve,
)
