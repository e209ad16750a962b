"""Which word comes first or last in the alphabet: `"lamp" or "cup"` -> c comes before l -> cup."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.words import NOUNS, and_list, quoted, unquoted

_SHORT = tuple(noun for noun in NOUNS if len(noun) <= 5)
_LONG = tuple(noun for noun in NOUNS if len(noun) > 5)


def build(phrasing: str, which: str, **words: str) -> Problem:
    """Two or three different words; ``which`` is first, last or, of three, middle."""
    given = list(words.values())
    order = sorted(given)
    answer = order[{"first": 0, "middle": 1, "last": -1}[which]]
    if len(order) == 2:
        steps = _two(order, which, answer)
    else:
        needed = 1 if len({word[0] for word in given}) == len(given) else 2
        starts = f"They start with {and_list([word[:needed] for word in given])}"
        steps = [("transform", starts), ("transform", f"In order: {', '.join(order)}; the {which} one is {answer}")]
    shown = [f'"{word}"' for word in given]
    return Problem(phrasing.format(which=which, words=and_list(shown, "or"), all=and_list(shown)), steps, answer)


def _two(order: list[str], which: str, answer: str) -> list[tuple[str, str]]:
    low, high = order
    at = next(i for i in range(len(low)) if low[i] != high[i])
    if at == 0:
        first = f"{low} starts with {low[0]} and {high} with {high[0]}"
    else:
        first = f"Both start with {low[:at]}; then {low} has {low[at]} and {high} has {high[at]}"
    last = f"{low[at]} comes before {high[at]} in the alphabet, so {answer} is {which}"
    return [("compare", first), ("compare", last)]


def _own_initials(count: int) -> dict[str, tuple[str, ...]]:
    """Axes of short words: no word of one axis begins like a word of another."""
    return {f"w{i}": tuple(word for word in _SHORT if ord(word[0]) % count == i) for i in range(count)}


def solve(prompt: str) -> str:
    """Rank a quoted word by how many of the others are smaller."""
    asked, words = unquoted(prompt), quoted(prompt)
    rank = 0 if "first" in asked else len(words) - 1 if "last" in asked else 1
    return next(word for word in words if sum(other < word for other in words) == rank)


FAMILY = Family(
    name="alphabetical_order",
    category="synthetic",
    phrasings=(
        "Which word is {which} in alphabetical order: {words}?",
        "If you sort from A to Z, which word is {which}: {words}?",
        "A dictionary lists {all}. Which of these is {which} in it?",
        "Put {all} in alphabetical order and name the {which} one.",
        "The entries {all} stand on a list from A to Z. Which one is {which}?",
    ),
    levels=(
        Level("easy", {"which": ("first", "last"), **_own_initials(2)}, steps=2),
        Level("medium", {"which": ("first", "middle", "last"), **_own_initials(3)}, steps=2),
        Level("hard", {"which": ("first", "last"), "a": _LONG[::2], "b": _LONG[1::2]}, steps=2),
        Level(
            "hard",
            {"which": ("first", "middle", "last"), "a": _LONG[::3], "b": _LONG[1::3], "c": _LONG[2::3]},
            steps=2,
        ),
    ),
    build=build,
    solve=solve,
)
