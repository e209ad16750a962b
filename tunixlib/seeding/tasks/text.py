"""Small readers and writers shared by the families: numbers in prompts, exact decimals, names and things."""

import re
from fractions import Fraction

NAMES = (
    "Ada", "Ben", "Carla", "Dev", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jamal", "Kira", "Liam", "Maya", "Noor",
    "Omar", "Priya", "Quinn", "Rosa", "Sam", "Tara", "Uma", "Victor", "Wen", "Yusuf", "Zoe",
)  # fmt: skip

_INTEGER = re.compile(r"-?\d[\d,]*")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def integers(text: str) -> list[int]:
    """All whole numbers in a text, in order: ``"Add 1,200 and 3."`` -> ``[1200, 3]``."""
    return [int(found.replace(",", "")) for found in _INTEGER.findall(text)]


def numbers(text: str) -> list[Fraction]:
    """All decimal numbers in a text, exactly: ``"1.5 of 3"`` -> ``[Fraction(3, 2), Fraction(3)]``."""
    return [Fraction(found.replace(",", "")) for found in _NUMBER.findall(text)]


def decimal(value: Fraction | int) -> str:
    """A terminating decimal, exactly: ``Fraction(5, 2)`` -> ``"2.5"``. Raises ValueError when it does not terminate."""
    value = Fraction(value)
    for places in range(12):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            sign = "-" if value < 0 else ""
            return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    raise ValueError(f"{value} has no short decimal form")


def money(value: Fraction | int) -> str:
    """Dollars with two places unless whole: ``Fraction(5, 2)`` -> ``"2.50"``, ``3`` -> ``"3"``."""
    cents = Fraction(value) * 100
    if cents.denominator != 1:
        raise ValueError(f"{value} is not a whole number of cents")
    whole, rest = divmod(cents.numerator, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def plural(count: int, noun: str) -> str:
    """``plural(1, "apple")`` -> ``"1 apple"``, ``plural(3, "apple")`` -> ``"3 apples"``; regular nouns only."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
