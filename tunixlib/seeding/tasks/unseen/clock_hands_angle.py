"""The smaller angle between the hands at a full hour: 4 o'clock -> 120 degrees, 9 o'clock -> 90 degrees."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import counts

_CLOCKS = (
    "church", "classroom", "factory", "hall", "hospital", "kitchen", "library", "market", "museum", "office", "school",
    "shop", "station", "theatre", "tower",
)  # fmt: skip


def build(phrasing: str, clock: str, hour: int) -> Problem:
    """Each hour mark is 30 degrees from the next; after 6 o'clock the way back to 12 is shorter."""
    marks = min(hour, 12 - hour)
    back = [("compute", f"Hour marks back to the 12: 12 - {hour} = {marks}")] if hour > 6 else []
    steps = [
        *back,
        ("compute", "Degrees between two hour marks: 360 / 12 = 30"),
        ("compute", f"Degrees between the hands: {marks} * 30 = {marks * 30}"),
    ]
    return Problem(phrasing.format(clock=clock, hour=hour), steps, str(marks * 30))


def solve(prompt: str) -> str:
    """Measure both ways round the dial and take the shorter."""
    (hour,) = counts(prompt)
    angle = 360 * hour // 12
    return str(angle if angle <= 180 else 360 - angle)


FAMILY = Family(
    name="clock_hands_angle",
    category="reasoning",
    phrasings=(
        "The {clock} clock shows {hour} o'clock. How many degrees is the smaller angle between its hands?",
        "When the {clock} clock strikes {hour}, what is the smaller angle between the hour hand and the minute hand?",
        "At exactly {hour} o'clock, the hands of the {clock} clock open an angle of at most a half turn. "
        "How large is it in degrees?",
        "Both hands of the {clock} clock are drawn at {hour} sharp. Find the smaller angle between them in degrees.",
    ),
    levels=(
        Level("medium", {"clock": _CLOCKS, "hour": range(1, 7)}, steps=2),
        Level("hard", {"clock": _CLOCKS, "hour": range(7, 12)}, steps=3),
    ),
    build=build,
    solve=solve,
)
