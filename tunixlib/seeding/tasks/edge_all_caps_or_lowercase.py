"""Word problems in noisy letters: shouted, careless, mixed or misspelled."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import THINGS, TWO_DIGIT, add_steps, counts, subtract_steps

_VERBS = {"+": ("GETS", "geting", "more"), "-": ("LOSES", "loosing", "lost")}


def build(phrasing: str, sign: str, name: str, things: str, a: int, b: int) -> Problem:
    """Say in plain words what is asked, then compute it."""
    more = sign == "+"
    result = a + b if more else a - b
    steps = [("compute", f"{a} {sign} {b} = {result}")]
    if b > 9:
        steps = add_steps(a, b) if more else subtract_steps(a, b)
    change = f"gets {b} more" if more else f"loses {b}"
    read = [("given", f"{name} has {a} {things}, then {change}")]
    words = dict(zip(("loud", "sloppy", "change"), _VERBS[sign], strict=True))
    noisy = {"NAME": name.upper(), "name": name.lower(), "THINGS": things.upper(), "things": things}
    return Problem(phrasing.format(a=a, b=b, **noisy, **words), read + steps, str(result))


def solve(prompt: str) -> str:
    """Fold the case and look for a word of losing, however it is spelled."""
    a, b = counts(prompt)
    folded = prompt.casefold()
    return str(a - b if any(word in folded for word in ("lose", "loos", "lost")) else a + b)


_WHO = {"name": NAMES, "things": THINGS}

FAMILY = Family(
    name="edge_all_caps_or_lowercase",
    category="edge_case",
    phrasings=(
        "HELP!! {NAME} HAS {a} {THINGS} AND {loud} {b}!! HOW MANY {THINGS} NOW??",
        "{name} had {a} {things} den {b} {change} .. hw many {things} now",
        "im stuck. {name} has {a} {things} n keeps on {sloppy} stuff, {b} {things} so far, whats the new numbr",
        "HOw mAnY {THINGS} aFtEr {NAME} wItH {a} {things} {loud} {b}",
        "pls awnser: {name}, {a} {things}, {sloppy} {b}, total nwo?",
    ),
    levels=(
        Level("easy", {"sign": ("+",), **_WHO, "a": range(11, 41), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("-",), **_WHO, "a": range(11, 60), "b": range(2, 10)}, steps=2),
        Level("hard", {"sign": ("-",), **_WHO, "a": range(100, 200), "b": TWO_DIGIT}, steps=3),
    ),
    build=build,
    solve=solve,
)
