"""Celsius to Fahrenheit for multiples of 5: 25 -> 77."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import counts

_PLACES = (
    "the bath", "the beach", "the boiler", "the bread", "the cake", "the car", "the engine", "the garden", "the heater",
    "the kitchen", "the lake", "the lamp", "the milk", "the motor", "the office", "the oil", "the pool", "the pump",
    "the river", "the room", "the soup", "the tea", "the water", "the yard",
)  # fmt: skip


def build(phrasing: str, place: str, celsius: int) -> Problem:
    """Divide by 5, multiply by 9, add 32."""
    fifths = celsius // 5
    steps = [
        ("compute", f"Divide by 5: {celsius} / 5 = {fifths}"),
        ("compute", f"Multiply by 9: {fifths} * 9 = {fifths * 9}"),
        ("compute", f"Add 32: {fifths * 9} + 32 = {fifths * 9 + 32}"),
    ]
    return Problem(phrasing.format(place=place, celsius=celsius), steps, str(fifths * 9 + 32))


def solve(prompt: str) -> str:
    """Interpolate between freezing (0 C, 32 F) and boiling (100 C, 212 F)."""
    (celsius,) = counts(prompt)
    return str(32 + (212 - 32) * celsius // 100)


FAMILY = Family(
    name="temperature_conversion",
    category="reasoning",
    phrasings=(
        "A thermometer at {place} reads {celsius} degrees Celsius. How many degrees Fahrenheit is that?",
        "Convert the temperature of {place}, {celsius} degrees Celsius, to Fahrenheit. Give only the number.",
        "The temperature of {place} is {celsius} degrees Celsius. What does a Fahrenheit thermometer show?",
        "{celsius} C for {place}: which value in F?",
    ),
    levels=(
        Level("easy", {"place": _PLACES, "celsius": range(5, 30, 5)}, steps=3),
        Level("medium", {"place": _PLACES, "celsius": range(30, 70, 5)}, steps=3),
        Level("hard", {"place": _PLACES, "celsius": range(70, 105, 5)}, steps=3),
    ),
    build=build,
    solve=solve,
)
