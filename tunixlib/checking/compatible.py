r"""Unicode text in its compatibility form (NFKC), in time linear in its length.

    >>> compatible("１２ ½ ﬁve"), compatible("e\u0301") == "é"
    ('12 1⁄2 five', True)

Python sorts the marks on a letter by insertion, so that many thousands of marks in a row would take minutes.
"""

import unicodedata

# Unicode's stream-safe text format has at most 30 marks in a row (UAX #15, section 13).
MAX_MARKS = 30
# Letters that are no marks themselves but turn into some.
_BECOME_MARKS = "\u0f73\u0f75\u0f81\uff9e\uff9f"


def compatible(text: str) -> str:
    """The NFKC form of a text; the text as it is where more than ``MAX_MARKS`` marks follow one another."""
    if text.isascii():
        return text
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) or sign in _BECOME_MARKS else 0
        if marks > MAX_MARKS:
            return text
    return unicodedata.normalize("NFKC", text)
