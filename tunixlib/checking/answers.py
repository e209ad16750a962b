r"""When are two answers the same? Exact text after a documented normalisation, or equal numbers; never a substring.

    >>> same_answer("$1,200.00", "1200"), same_answer("3 1/2", "3.5"), same_answer("12 cm", "12")
    (True, True, True)
    >>> same_answer("The answer is 12", "12"), same_answer("12 cm", "12 m"), same_answer("25%", "0.25")
    (False, False, False)

* **Text** is compared after ``normalise``. Case is ignored, except when the expected answer is no number and holds an
  upper-case letter after its first character (``HELLO``, ``McDonald``): then case counts.
* **Numbers** are compared exactly, as fractions: ``0.5``, ``.50`` and ``1/2`` are one number.
* **Units**: one side may leave a known everyday unit out; two different units make two answers. Per cent is a unit
  here: ``25%`` is ``25`` and is not ``0.25``.
* **Lists** are compared in order: ``2, 4, 6`` is ``2,4,6`` and is not ``6, 4, 2``. ``1,234`` is a number,
  ``1, 234`` a list.
"""

import re
from fractions import Fraction

from tunixlib.checking.compatible import compatible
from tunixlib.checking.units import UNITS

_SYMBOLS = str.maketrans({"²": "^2", "³": "^3", "−": "-", "⁄": "/"})
_VULGAR_AFTER_DIGIT = re.compile(r"(?<=[0-9])(?=[¼-¾⅐-⅞])")
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "«": "»"}
_THOUSANDS = re.compile(r"(?<![0-9,.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_COMMA = re.compile(r"\s?,\s?")
_CURRENCY_SPACE = re.compile(r"(?<=[$€£¥₹]) (?=[0-9.])")
_CLOCK = re.compile(r"(?<![0-9:])0?([0-9]{1,2}:[0-9]{2}) ?([ap])(?:\.m\.?|m)(?!\w)", re.IGNORECASE)

_DIGITS = "[0-9]{1,400}"
_FIGURE = rf"(?:{_DIGITS} )?{_DIGITS}/{_DIGITS}|[0-9]{{0,400}}\.{_DIGITS}|{_DIGITS}"
_QUANTITY = re.compile(rf"(?P<sign>[-+]?[$€£¥₹]?|[$€£¥₹]-)(?P<figure>{_FIGURE}) ?(?P<unit>[^0-9 ].*)?")
_LAST = re.compile(
    r"(?:(?<![\w)])[-−])?(?<![^\W\d_])(?<![0-9])(?<![0-9]\.)"
    r"(?:[0-9]{1,9} [0-9]{1,9}/[0-9]{1,9}|[0-9]{1,9}/[0-9]{1,9}(?![0-9/])|"
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)"
)


def _clean(answer: str) -> str:
    """The normalisation without the case."""
    text = compatible(_VULGAR_AFTER_DIGIT.sub(" ", answer).translate(_SYMBOLS)).translate(_SYMBOLS)
    text = _CLOCK.sub(lambda found: f"{found[1]} {found[2].lower()}m", " ".join(text.split()))
    text = _without_stop(text)
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = _without_stop(text[1:-1].strip()) or text
    text = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)
    return _CURRENCY_SPACE.sub("", _COMMA.sub(", ", text).strip())


def _without_stop(text: str) -> str:
    return text[:-1].rstrip() if len(text) > 1 and text[-1] == "." and text[-2] != "." else text


def normalise(answer: str) -> str:
    """The form in which answers are compared as text.

    NFKC (``checking.compatible``); lower case; white space collapsed and stripped; one pair of outer quotes and one
    final full stop dropped; thousands separators dropped; lists as ``a, b``; ``$ 5`` as ``$5``; ``3:05PM`` as
    ``3:05 pm``; ``−`` as ``-``.
    """
    return _clean(answer).casefold()


def _unit(text: str) -> str | None:
    """The symbol of a unit phrase: "" for none, None when it is not a known everyday unit."""
    text = text.strip().replace(" per ", "/")
    square = re.fullmatch(r"(?:square|sq) (.+)|(.+?)\^?2", text)
    cubic = re.fullmatch(r"cubic (.+)|(.+?)\^?3", text)
    if square or cubic:
        found = square or cubic
        inner = UNITS.get((found[1] or found[2]).strip()) if found else None
        return f"{inner}^{2 if square else 3}" if inner else None
    parts = [UNITS.get(part.strip().rstrip(".")) for part in text.split("/")] if text else []
    return None if None in parts else "/".join(part for part in parts if part)


def _quantity(answer: str) -> tuple[Fraction, str] | None:
    """Exact value and unit symbol of an answer that is one number; None for anything else."""
    found = _QUANTITY.fullmatch(normalise(answer))
    if not found:
        return None
    currency = found["sign"].strip("+-")
    unit = UNITS[currency] if currency and not found["unit"] else _unit(found["unit"] or "")
    whole, _, fraction = found["figure"].rpartition(" ")
    top, _, bottom = fraction.partition("/")
    if unit is None or (currency and found["unit"]) or (bottom and not bottom.strip("0")):
        return None
    value = Fraction(top) / int(bottom or 1) + int(whole or 0)
    return (-value if "-" in found["sign"] else value), unit


def number_value(answer: str) -> Fraction | None:
    """The exact value of an answer that is one number, with or without currency sign, unit or per cent sign.

    ``"$1,200.50"`` -> 2401/2, ``"25%"`` -> 25 (per cent is a unit here), ``"12 or 13"`` and ``"12 apples"`` -> None.
    """
    quantity = _quantity(answer)
    return quantity[0] if quantity else None


def same_answer(given: str, expected: str) -> bool:
    """Is ``given`` the answer ``expected``? Equal numbers, or the same text after ``normalise``; see the module."""
    wanted, got = _quantity(expected), _quantity(given)
    if wanted and got:
        return wanted[0] == got[0] and (wanted[1] == got[1] or not wanted[1] or not got[1])
    clean_expected, clean_given = _clean(expected), _clean(given)
    if not wanted and any(letter.isupper() for letter in clean_expected[1:]):
        return clean_given == clean_expected
    return clean_given.casefold() == clean_expected.casefold()


def last_number(text: str) -> str | None:
    """The last number in a text as it is written there (``"so 3 + 4 = 7."`` -> ``"7"``), None if there is none."""
    found = _LAST.findall(text)
    return found[-1] if found else None
