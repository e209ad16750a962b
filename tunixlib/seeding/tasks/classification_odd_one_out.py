"""Which word does not belong: `oak, birch, trout, pine` -> three name trees, trout names a fish -> trout."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import GROUPS, and_list, sentence, with_article

# Some words of these pairs belong to both groups: a cherry is a tree too.
_MIXED = ({"tree", "fruit"}, {"flower", "color"})
_PAIRS = tuple((own, other) for own in GROUPS for other in GROUPS if own != other and {own, other} not in _MIXED)
_THREE = ((0, 1, 2), (0, 2, 5), (0, 3, 1), (0, 5, 3))
_FOUR = ((0, 1, 2, 3), (0, 2, 5, 7), (0, 3, 1, 6), (0, 5, 4, 2))


def build(
    phrasing: str, pair: tuple[str, str], start: int, picks: tuple[int, ...], outsider: int, place: int
) -> Problem:
    """Three or four members of the first group of ``pair`` and, at ``place``, one member of the second."""
    plural, members = GROUPS[pair[0]]
    stranger = GROUPS[pair[1]][1][outsider]
    inside = [members[(start + pick) % len(members)] for pick in picks]
    if len(inside) == 3:
        steps = [("recall", f"{sentence(and_list(inside))} are {plural}.")]
    else:
        steps = [
            ("recall", f"{sentence(and_list(inside[:2]))} are {plural}."),
            ("recall", f"{sentence(and_list(inside[2:]))} are {plural} too."),
        ]
    steps += [
        ("recall", f"The word {stranger} names {with_article(pair[1])}."),
        ("conclude", f"So {stranger} does not belong to the {plural}."),
    ]
    words = [*inside[:place], stranger, *inside[place:]]
    return Problem(phrasing.format(words=", ".join(words), all=sentence(and_list(words))), steps, stranger)


def solve(prompt: str) -> str:
    """Group the known words of the prompt; the odd one is alone in its group."""
    found = [word for word in re.findall(r"[a-z]+", prompt.lower()) if word in _KIND]
    kinds = [_KIND[word] for word in found]
    return next(word for word, kind in zip(found, kinds, strict=True) if kinds.count(kind) == 1)


_KIND = {word: group for group, (_, members) in GROUPS.items() for word in members}

FAMILY = Family(
    name="classification_odd_one_out",
    category="reasoning",
    phrasings=(
        "Which word does not belong: {words}?",
        "Find the odd one out: {words}.",
        "{all}: which one is not like the others?",
        "All but one of these belong together: {words}. Name the one that does not.",
        "My list has the words {words}. One is wrong there. Which one should I cross out?",
    ),
    levels=(
        Level(
            "easy",
            {"pair": _PAIRS, "start": range(8), "picks": _THREE, "outsider": range(8), "place": range(4)},
            steps=3,
        ),
        Level(
            "medium",
            {"pair": _PAIRS, "start": range(8), "picks": _FOUR, "outsider": range(8), "place": range(5)},
            steps=4,
        ),
    ),
    build=build,
    solve=solve,
)
