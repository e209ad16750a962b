"""A snail climbs by day and slips by night: 9 m deep, 3 up, 1 down -> out on day 4."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import counts

_CLIMBERS = ("ant", "beetle", "caterpillar", "frog", "lizard", "slug", "snail", "spider", "toad", "worm")


def build(phrasing: str, climber: str, slip: int, gain: int, nights: int) -> Problem:
    """The last climb needs no slip: see how many whole days bring the climber within one climb of the rim."""
    climb = gain + slip
    below = gain * nights
    steps = [
        ("compute", f"Gain of a day and a night: {climb} - {slip} = {gain}"),
        ("compute", f"Height to reach before the last climb: {below + climb} - {climb} = {below}"),
        ("compute", f"Days for that: {below} / {gain} = {nights}"),
        ("compute", f"With the last day: {nights} + 1 = {nights + 1}"),
    ]
    return Problem(
        phrasing.format(climber=climber, depth=below + climb, climb=climb, slip=slip), steps, str(nights + 1)
    )


def solve(prompt: str) -> str:
    """Climb day by day until the rim is reached."""
    depth, climb, slip = counts(prompt)
    height, day = climb, 1
    while height < depth:
        height, day = height - slip + climb, day + 1
    return str(day)


FAMILY = Family(
    name="snail_in_well",
    category="reasoning",
    phrasings=(
        "At the bottom of a dry well of {depth} feet sits the {climber}. By day it climbs {climb} feet, by night it "
        "slips back {slip} feet. On which day does it reach the top?",
        "A pole is {depth} inches high. Each day the {climber} goes up {climb} inches and each night it slides down "
        "{slip} inches. After how many days is it at the top for the first time?",
        "The {climber} wants to leave a pit {depth} feet deep. It gains {climb} feet every day and loses {slip} feet "
        "every night. Count the days until it is out.",
        "{depth} inches of wall, {climb} up in the daytime, {slip} down at night: "
        "on what day is the {climber} on top of the wall?",
    ),
    levels=(
        Level("easy", {"climber": _CLIMBERS, "slip": range(2, 6), "gain": range(1, 5), "nights": range(2, 9)}, steps=4),
        Level(
            "medium", {"climber": _CLIMBERS, "slip": range(3, 9), "gain": range(5, 9), "nights": range(6, 13)}, steps=4
        ),
    ),
    build=build,
    solve=solve,
)
