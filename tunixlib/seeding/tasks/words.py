"""Word lists and small text tools shared by the families about words, facts and split numbers.

>>> spelled("sun")
's, u, n'
>>> split_number(248)
(200, 48)
"""

import re


def listed(text: str) -> tuple[str, ...]:
    """The words of a text: ``"sun moon"`` -> ``("sun", "moon")``."""
    return tuple(text.split())


NOUNS = listed("""
    apple river stone chair piano bread cloud horse tiger lemon table spoon glass paper brush clock train beach grass
    house mouse plate shirt shoe sock scarf glove boat ship truck wheel road bridge tower castle garden flower forest
    island ocean desert valley mountain candle pencil eraser letter ticket window kitchen cupboard blanket pillow carpet
    curtain mirror bottle basket bucket hammer ladder rocket planet comet engine doctor farmer pilot sailor teacher
    student painter singer dancer king queen prince knight dragon giant monkey rabbit turtle kitten puppy spider beetle
    parrot pigeon eagle falcon salmon dolphin whale shark zebra giraffe elephant camel donkey goat sheep cheese butter
    yogurt honey sugar pepper salad soup noodle tomato potato carrot onion garlic banana cherry orange melon mango
    peach grape berry walnut almond coffee juice water milk circle square corner number answer question story novel
    poem music violin guitar trumpet drum camera laptop keyboard printer button zipper jacket trouser helmet umbrella
    suitcase wallet purse coin dollar market bakery library museum school office hospital station airport harbor
    village country summer winter autumn spring morning evening midnight weekend birthday holiday present ribbon
    puzzle marble kite ball tennis soccer hockey skate sled snow rain thunder storm breeze leaf root branch seed petal
    acorn tractor wagon barrel anchor lantern feather pebble shell sand tunnel subway elevator stairs roof fence gate
    garage cellar attic chimney oven stove kettle napkin saucer jar lid bowl fork knife tray mug
""")

ADJECTIVES = listed("""
    green happy little silver quiet clever gentle hungry bright purple yellow frozen golden wooden broken early funny
    brave lazy noisy rapid shiny sleepy smooth sunny tiny warm young ancient busy calm dusty empty fresh heavy humble
    jolly kind light modern narrow orderly polite round simple tall useful violet wild
""")

CONSONANTS = "bdfgklmnprstvz"
VOWELS = "aeiou"

# What a thing is, its plural, and eight members that belong to no other group of this table.
GROUPS = {
    "flower": ("flowers", listed("tulip daisy lily daffodil poppy sunflower carnation hyacinth")),
    "tree": ("trees", listed("oak birch maple pine willow beech fir cedar")),
    "bird": ("birds", listed("sparrow pigeon robin crow owl eagle parrot penguin")),
    "fish": ("fish", listed("salmon trout herring tuna cod carp shark sardine")),
    "insect": ("insects", listed("ant bee beetle butterfly mosquito wasp moth grasshopper")),
    "mammal": ("mammals", listed("dog cat horse cow rabbit elephant whale tiger")),
    "fruit": ("fruits", listed("apple banana pear cherry mango grape strawberry lemon")),
    "vegetable": ("vegetables", listed("carrot cabbage spinach broccoli onion radish leek cauliflower")),
    "tool": ("tools", listed("hammer saw screwdriver wrench drill chisel shovel rake")),
    "vehicle": ("vehicles", listed("car bus truck train bicycle tram van motorcycle")),
    "instrument": ("musical instruments", listed("piano violin guitar flute trumpet cello harp clarinet")),
    "garment": ("pieces of clothing", listed("shirt jacket sock coat scarf glove sweater skirt")),
    "color": ("colors", listed("red blue green yellow brown purple black white")),
    "shape": ("shapes", listed("circle square triangle rectangle hexagon oval pentagon rhombus")),
    "profession": ("professions", listed("teacher doctor baker farmer pilot nurse plumber lawyer")),
    "body part": ("parts of the body", listed("hand foot knee elbow shoulder nose ear neck")),
}  # fmt: skip

_QUOTED = re.compile(r'"([^"]+)"')


def quoted(text: str) -> list[str]:
    """Everything in double quotes, in order: ``'Join "a" and "b".'`` -> ``["a", "b"]``."""
    return _QUOTED.findall(text)


def unquoted(text: str) -> str:
    """The text without its quoted parts, in lower case: where the question itself is read."""
    return _QUOTED.sub("", text).lower()


def spelled(text: str) -> str:
    """Letters one by one, words joined by "and": ``"to me"`` -> ``"t, o and m, e"``."""
    return " and ".join(", ".join(word) for word in text.split(" "))


def with_article(noun: str) -> str:
    """``"oak"`` -> ``"an oak"``, ``"rose"`` -> ``"a rose"``; by the first letter, which serves all words here."""
    return f"an {noun}" if noun[0] in VOWELS else f"a {noun}"


def and_list(words: tuple[str, ...] | list[str], joint: str = "and") -> str:
    """``["a", "b", "c"]`` -> ``"a, b and c"``."""
    return ", ".join(words[:-1]) + f" {joint} {words[-1]}"


def sentence(text: str) -> str:
    """The text with a capital first letter and the rest as it is."""
    return text[0].upper() + text[1:]


def split_number(n: int) -> tuple[int, int]:
    """Leading part and rest: ``47`` -> ``(40, 7)``, ``248`` -> ``(200, 48)``, ``6`` -> ``(6, 0)``."""
    unit = 10 ** (len(str(n)) - 1)
    return n // unit * unit, n % unit


def uneven(start: int, stop: int) -> tuple[int, ...]:
    """The whole numbers of a range that have something beside their leading part: 21 and 105, but not 20 or 100."""
    return tuple(n for n in range(start, stop) if split_number(n)[1])
