"""Word lists, readers and worked sums shared by the text transformations, the edge cases and the unseen families.

>>> spell("cat"), quoted('Reverse "cat".'), add_steps(17, 28)[1]
('c-a-t', ['cat'], ('compute', 'Add the ones: 37 + 8 = 45'))
"""

import re

WORDS = (
    "apple", "arrow", "autumn", "baker", "basket", "beach", "bird", "boat", "book", "bottle", "bread", "bridge",
    "brother", "button", "cabin", "candle", "carpet", "castle", "chair", "cherry", "circle", "cloud", "coffee",
    "corner", "cotton", "dance", "desert", "dinner", "doctor", "dragon", "dream", "drum", "eagle", "earth", "engine",
    "evening", "farmer", "feather", "field", "finger", "flower", "forest", "fox", "friend", "garden", "ghost", "glass",
    "grape", "guitar", "hammer", "harbor", "heart", "honey", "horse", "house", "island", "ivory", "jacket", "jewel",
    "jungle", "kettle", "kitchen", "kite", "ladder", "lake", "lamp", "lemon", "letter", "lion", "market", "meadow",
    "melon", "mirror", "monkey", "morning", "mountain", "music", "needle", "night", "north", "novel", "ocean", "olive",
    "onion", "orange", "otter", "paper", "parrot", "pencil", "pepper", "piano", "pillow", "planet", "pocket", "potato",
    "prince", "queen", "quilt", "rabbit", "radio", "rain", "ribbon", "river", "rocket", "rose", "sailor", "salt",
    "school", "shadow", "silver", "sister", "soup", "spider", "spoon", "spring", "star", "stone", "storm", "sugar",
    "summer", "table", "teacher", "temple", "thunder", "ticket", "tiger", "train", "travel", "tunnel", "umbrella",
    "uncle", "valley", "village", "violin", "wagon", "water", "whale", "window", "winter", "wolf", "yellow", "zebra",
)  # fmt: skip

THINGS = (
    "apples", "balloons", "beads", "books", "buttons", "cards", "cookies", "eggs", "feathers", "keys", "lemons",
    "marbles", "pencils", "pens", "plums", "shells", "stamps", "stickers", "tickets", "walnuts",
)  # fmt: skip

# Two-digit numbers with something to add in both places.
TWO_DIGIT = tuple(n for n in range(12, 100) if n % 10)

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def word_axes(count: int, own_letters: bool = False) -> dict[str, tuple[str, ...]]:
    """Axes ``w1 .. wN`` of words that never coincide; with ``own_letters`` their first letters differ too."""
    if own_letters:
        lists = [tuple(word for word in WORDS if ord(word[0]) % count == i) for i in range(count)]
    else:
        lists = [WORDS[i::count] for i in range(count)]
    return {f"w{i}": words for i, words in enumerate(lists, start=1)}


def spell(word: str) -> str:
    """``"cat"`` -> ``"c-a-t"``; words of a phrase are spelled one by one."""
    return " ".join("-".join(part) for part in word.split(" "))


def quoted(text: str) -> list[str]:
    """The texts between double quotes, in order: ``'Swap "a b".'`` -> ``["a b"]``."""
    return re.findall(r'"([^"]*)"', text)


def counts(text: str) -> list[int]:
    """All runs of digits in a text as unsigned numbers, in order: ``"17-5"`` -> ``[17, 5]``."""
    return [int(found) for found in re.findall(r"\d+", text)]


def number_word(n: int) -> str:
    """A number below 100 in words: ``45`` -> ``"forty-five"``."""
    if n < 20:
        return _SMALL[n]
    return _TENS[n // 10] + (f"-{_SMALL[n % 10]}" if n % 10 else "")


def ordinal(n: int) -> str:
    """``1`` -> ``"1st"``, ``12`` -> ``"12th"``, ``23`` -> ``"23rd"``."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def add_steps(a: int, b: int) -> list[tuple[str, str]]:
    """Two steps: add the tens of ``b``, then its ones."""
    middle = a + b - b % 10
    return [
        ("compute", f"Add the tens: {a} + {b - b % 10} = {middle}"),
        ("compute", f"Add the ones: {middle} + {b % 10} = {a + b}"),
    ]


def subtract_steps(a: int, b: int) -> list[tuple[str, str]]:
    """Two steps: take away the tens of ``b``, then its ones."""
    middle = a - (b - b % 10)
    return [
        ("compute", f"Take away the tens: {a} - {b - b % 10} = {middle}"),
        ("compute", f"Take away the ones: {middle} - {b % 10} = {a - b}"),
    ]


def multiply_steps(a: int, b: int) -> list[tuple[str, str]]:
    """Three steps for a two-digit ``a`` and a one-digit ``b``: the tens, the ones, their sum."""
    tens, ones = a - a % 10, a % 10
    return [
        ("compute", f"Tens: {tens} * {b} = {tens * b}"),
        ("compute", f"Ones: {ones} * {b} = {ones * b}"),
        ("compute", f"Together: {tens * b} + {ones * b} = {a * b}"),
    ]
