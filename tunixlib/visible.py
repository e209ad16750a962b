r"""Foreign text made safe to print: no character that moves the cursor, hides or reverses what stands beside it.

>>> print(visible("red \x1b[31m, turned \u202e"))
red \x1b[31m, turned \u202e
"""

# Joiners that scripts and emoji need; they move nothing.
_HARMLESS = "\u200c\u200d"


def visible(text: str) -> str:
    r"""Text in which every character can be seen: control, direction and unpaired ones become ``\x1b``, ``\u202e``."""
    return "".join(sign if sign.isprintable() or sign in "\n" + _HARMLESS else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    if sign == "\t":
        return "    "
    # White space and characters of no assigned form count as not printable, too.
    return sign.encode("unicode_escape", "backslashreplace").decode("ascii") if not sign.isspace() else _space(sign)


def _space(sign: str) -> str:
    """Wide and narrow spaces as one; what ends a line or a page elsewhere is shown by its name."""
    return " " if sign not in "\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029" else repr(sign)[1:-1]
