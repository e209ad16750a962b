"""Which number is larger or smaller: `Which is larger, 0.7 or 0.65?` -> `0.7 = 0.70`, `0.70 > 0.65`, so 0.7."""

from fractions import Fraction

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import decimal, numbers

_PLACES = ("ones", "tens", "hundreds", "thousands")


def build(phrasing: str, kind: str, first: int, gap: int, swapped: bool, ask: str) -> Problem:
    """Two whole numbers, two decimals (``first`` in tenths, ``gap`` in hundredths) or two negative numbers."""
    scale = {"whole": Fraction(1), "decimal": Fraction(1, 10), "negative": Fraction(-1)}[kind]
    a = first * scale
    b = a + (Fraction(gap, 100) if kind == "decimal" else gap * scale)
    if swapped:
        a, b = b, a
    shown = decimal(a), decimal(b)
    answer = shown[0] if (a > b) == (ask == "larger") else shown[1]
    steps = {"whole": _whole, "decimal": _decimal, "negative": _negative}[kind](*shown)
    last_type, last = steps[1]
    steps[1] = (last_type, f"{last}, so {answer} is {ask}")
    return Problem(phrasing.format(a=shown[0], b=shown[1], ask=ask), steps, answer)


def _whole(a: str, b: str) -> list[tuple[str, str]]:
    if len(a) != len(b):
        first = f"{a} has {len(a)} digits and {b} has {len(b)}: {_relation(len(a), len(b))}"
    else:
        at = next(i for i in range(len(a)) if a[i] != b[i])
        first = f"The {_PLACES[len(a) - 1 - at]} digits differ first: {_relation(int(a[at]), int(b[at]))}"
    return [("compare", first), ("compare", _relation(int(a), int(b)))]


def _decimal(a: str, b: str) -> list[tuple[str, str]]:
    padded = [f"{whole}.{part:0<2}" for whole, _, part in (text.partition(".") for text in (a, b))]
    changed = next(f"{short} = {long}" for short, long in zip((a, b), padded, strict=True) if short != long)
    sign = ">" if Fraction(a) > Fraction(b) else "<"
    return [
        ("convert", f"With two decimal places: {changed}"),
        ("compare", f"{padded[0]} {sign} {padded[1]}"),
    ]


def _negative(a: str, b: str) -> list[tuple[str, str]]:
    return [
        ("compare", f"Without the minus signs: {_relation(-int(a), -int(b))}"),
        ("compare", f"Below zero the order turns round: {_relation(int(a), int(b))}"),
    ]


def _relation(a: int, b: int) -> str:
    return f"{a} {'>' if a > b else '<'} {b}"


def solve(prompt: str) -> str:
    """The maximum or minimum of the two numbers in the prompt."""
    pick = max if "larger" in prompt else min
    return decimal(pick(numbers(prompt)))


_BOTH = {"swapped": (False, True), "ask": ("larger", "smaller")}

FAMILY = Family(
    name="compare_numbers",
    category="synthetic",
    phrasings=(
        "Which number is {ask}: {a} or {b}?",
        "Which is {ask}, {a} or {b}?",
        "Compare {a} and {b}. Which one is {ask}?",
        "Pick the {ask} number: {a} or {b}.",
        "Here are two numbers, {a} and {b}. Name the {ask} one.",
        "{a} or {b}: which of these is {ask}?",
    ),
    levels=(
        Level("easy", {"kind": ("whole",), "first": range(10, 60), "gap": range(1, 31), **_BOTH}, steps=2),
        Level(
            "medium",
            {
                "kind": ("decimal",),
                "first": range(1, 31),
                "gap": tuple(gap for gap in range(-9, 30) if gap % 10),
                **_BOTH,
            },
            steps=2,
        ),
        Level("hard", {"kind": ("negative",), "first": range(2, 40), "gap": range(1, 21), **_BOTH}, steps=2),
    ),
    build=build,
    solve=solve,
)
