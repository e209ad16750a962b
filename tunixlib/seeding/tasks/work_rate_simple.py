"""Work rates: machines that make so many things an hour.

Ada has 3 machines. Each makes 3 cups per hour, and they run for 5 hours. How many cups do they make?  ->  45
"""

from collections.abc import Callable
from typing import Any

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import STORY_PHRASINGS, Scene, Worked, check, compute
from tunixlib.seeding.tasks.text import NAMES, integers

_PRODUCTS = (
    "cup",
    "toy",
    "bolt",
    "label",
    "button",
    "spoon",
    "bottle",
    "chain",
    "cable",
    "frame",
    "book",
    "shirt",
    "lid",
    "key",
)

_SAME = (
    Scene(
        "{name} has {count} machines. Each makes {rate} {things} per hour, and they run for {hours} hours.",
        "How many {things} do they make?",
    ),
    Scene(
        "In {name}'s workshop {count} workers finish {rate} {things} an hour each. They work {hours} hours.",
        "How many {things} are finished?",
    ),
    Scene(
        "{count} robots pack {rate} {things} per hour each in {name}'s plant, for {hours} hours.",
        "How many {things} get packed in all?",
    ),
)
_TOGETHER = (
    Scene(
        "{name}'s old machine makes {made} {things} in {t1} hours, "
        "and the new one makes {more} {things} in {t2} hours. "
        "Both run together for {hours} hours.",
        "How many {things} do they make in that time?",
    ),
    Scene(
        "{name} paints {made} {things} in {t1} hours. A friend paints {more} {things} in {t2} hours. "
        "They work together for {hours} hours.",
        "How many {things} can they paint?",
    ),
    Scene(
        "One line in {name}'s factory gives {made} {things} in {t1} hours, another one {more} {things} in {t2} hours. "
        "Now both run {hours} hours.",
        "How many {things} come out?",
    ),
)
_UNTIL = (
    Scene(
        "{name}'s old machine makes {made} {things} in {t1} hours, "
        "and the new one makes {more} {things} in {t2} hours. "
        "Together they must make {order} {things}.",
        "How many hours do they need?",
    ),
    Scene(
        "{name} sorts {made} {things} in {t1} hours, a helper {more} {things} in {t2} hours. "
        "An order of {order} {things} comes in, and both start at once.",
        "After how many hours are they done?",
    ),
    Scene(
        "A small press makes {made} {things} in {t1} hours and a big one {more} {things} in {t2} hours. "
        "{name} runs both to get {order} {things}.",
        "For how many hours must they run?",
    ),
)


def build(phrasing: str, scene: Scene, name: str, thing: str, hours: int, **rest: Any) -> Problem:
    """A ``crew`` of so many machines of one rate, or two rates found from totals and then used together."""
    write: Callable[..., Worked] = _same if "crew" in rest else _both
    steps, answer, shown = write(hours, scene in _UNTIL, **rest)
    values = {"hours": hours, "things": f"{thing}s", **rest, **shown}
    return Problem(scene.tell(phrasing, name=name, **values), steps, str(answer))


def _same(hours: int, _until: bool, crew: tuple[int, int]) -> Worked:
    count, rate = crew
    hourly = count * rate
    steps = [
        compute("All of them in one hour", count, "*", rate),
        compute(f"In {hours} hours", hours, "*", hourly),
        check(hours * hourly, "/", hours, f"they make {hours * hourly}"),
    ]
    return steps, hours * hourly, {"count": count, "rate": rate}


def _both(hours: int, until: bool, rate: int, faster: int, t1: int, t2: int) -> Worked:
    made, more, hourly = rate * t1, (rate + faster) * t2, 2 * rate + faster
    steps = [
        compute("First one in an hour", made, "/", t1),
        compute("Second one in an hour", more, "/", t2),
        compute("Together in an hour", rate, "+", rate + faster),
    ]
    shown = {"made": made, "more": more, "order": hourly * hours}
    if until:
        return (
            [
                *steps,
                compute("Hours needed", hourly * hours, "/", hourly),
                check(hours, "*", hourly, f"{hours} hours are enough"),
            ],
            hours,
            shown,
        )
    return [*steps, compute(f"In {hours} hours", hours, "*", hourly)], hours * hourly, shown


def solve(prompt: str) -> str:
    """Three numbers are multiplied; with five the two rates are added first."""
    found = integers(prompt)
    if len(found) == 3:
        return str(found[0] * found[1] * found[2])
    made, t1, more, t2, last = found
    hourly = made // t1 + more // t2
    return str(last // hourly if "many hours" in prompt else last * hourly)


_WHERE = {"name": NAMES, "thing": _PRODUCTS}
_SMALL_CREWS = tuple((count, rate) for count in range(2, 6) for rate in range(2, 6) if count * rate <= 10)
_CREWS = tuple((count, rate) for count in range(2, 7) for rate in range(6, 13))
_TIMES = {"t1": range(2, 6), "t2": range(2, 6)}

FAMILY = Family(
    name="work_rate_simple",
    category="reasoning",
    phrasings=STORY_PHRASINGS,
    levels=(
        Level("easy", {"scene": _SAME, **_WHERE, "crew": _SMALL_CREWS, "hours": range(2, 6)}, steps=3),
        Level(
            "easy",
            {"scene": _TOGETHER, **_WHERE, **_TIMES, "rate": (2, 3), "faster": (1, 2, 3), "hours": range(2, 6)},
            steps=4,
        ),
        Level(
            "medium",
            {"scene": _UNTIL, **_WHERE, **_TIMES, "rate": range(2, 6), "faster": range(1, 5), "hours": range(2, 10)},
            steps=5,
        ),
        Level("hard", {"scene": _SAME, **_WHERE, "crew": _CREWS, "hours": range(2, 10)}, steps=3),
        Level(
            "hard",
            {
                "scene": _TOGETHER,
                **_WHERE,
                **_TIMES,
                "rate": range(4, 10),
                "faster": range(1, 6),
                "hours": range(3, 10),
            },
            steps=4,
        ),
    ),
    build=build,
    solve=solve,
)
