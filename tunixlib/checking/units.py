"""Everyday units: which words and symbols name the same one, and what each measures.

>>> UNITS["metres"], DIMENSIONS["m"], dimension("hours"), stem("apples")
('m', 'length', 'time', 'apple')
"""

# "dimension: symbol alias alias, ..."; regular plurals are added.
_TABLE = """
length: mm millimeter millimetre, cm centimeter centimetre, m meter metre, km kilometer kilometre, in inch inches,
    ft foot feet, yd yard, mi mile
time: s sec second, min minute, h hr hour, day, week, month, year
mass: mg milligram, g gram, kg kilogram kilo, t ton tonne, oz ounce, lb lbs pound
volume: ml milliliter millilitre, cl centiliter centilitre, l liter litre, cup, pint, quart, gal gallon
money: cent ¢, dollar $ usd, euro € eur, £ gbp, yen ¥, rupee ₹
temperature: °c celsius, °f fahrenheit
angle: degree °
share: % percent
"""


def _read_units() -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    dimensions: dict[str, str] = {}
    for line in _TABLE.replace("\n    ", " ").strip().splitlines():
        dimension, _, units = line.partition(":")
        for aliases in (unit.split() for unit in units.split(",")):
            dimensions[aliases[0]] = dimension
            for alias in aliases:
                names[alias] = aliases[0]
                if len(alias) > 2:
                    names[alias + "s"] = aliases[0]
    return names, dimensions


# Unit word or symbol in lower case -> its symbol ("metres" -> "m"), and symbol -> dimension ("m" -> "length").
UNITS, DIMENSIONS = _read_units()


def dimension(word: str) -> str | None:
    """What a unit word or symbol measures (``"metres"`` -> ``"length"``); None when it is no everyday unit."""
    return DIMENSIONS.get(UNITS.get(word, ""))


def stem(word: str) -> str:
    """The symbol of an everyday unit, else the word without a plural s (``"boxes"`` -> ``"boxe"``: only compared)."""
    return UNITS.get(word) or (word[:-1] if len(word) > 3 and word.endswith("s") else word)
