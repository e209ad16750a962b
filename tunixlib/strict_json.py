r"""JSON from anywhere, read so that only one kind of error comes out: a ValueError that says what is wrong.

    >>> parse_json(b'{"a": [1, 2.5, "\u00e9"]}')
    {'a': [1, 2.5, 'é']}
    >>> parse_json(b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
    ValueError: key 'a' twice in one object, expected it once

Python's own reader lets NaN and doubled keys through, guesses encodings, and fails in other ways on deep nesting.
"""

import json
import math
import re
from typing import Any

# Lists and objects inside one another. Ours need six; a document nested without end would exhaust the stack.
MAX_DEPTH = 100
# Digits of a whole number: Python's own limit, because the time to read one grows with the square of its length.
MAX_INT_DIGITS = 4300

_TOO_DEEP = f"lists or objects nested deeper than {MAX_DEPTH}"
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(data: bytes, strict: bool = True) -> Any:
    """The value of one UTF-8 JSON text. Raises ValueError saying what is wrong with it, and no other error.

    Refused always: nesting beyond ``MAX_DEPTH``, whole numbers beyond ``MAX_INT_DIGITS``, half of a surrogate pair.
    ``strict`` also refuses what readers of JSON disagree on: NaN, infinities (so ``1e999``) and keys that stand twice.
    """
    text = _utf8_text(data)
    try:
        value = (_STRICT if strict else _LENIENT).decode(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and _is_too_deep(value):
        raise ValueError(_TOO_DEEP)
    if "\\u" in text and _ESCAPED_SURROGATE.search(text):
        _refuse_surrogates(json.dumps(value, ensure_ascii=False))
    return value


def check_json(value: Any) -> None:
    """Raise ValueError when a Python value, written as JSON, could not be read back by ``parse_json``."""
    if _is_too_deep(value):
        raise ValueError(_TOO_DEEP)
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except TypeError as error:
        raise ValueError(f"a value that JSON does not know ({error})") from None
    _refuse_surrogates(text)


def _utf8_text(data: bytes) -> str:
    if not data or data.isspace():
        raise ValueError("nothing, expected a value")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise ValueError("UTF-16 or zero bytes, expected UTF-8: save the file in that encoding")
    if data.startswith(b"\xef\xbb\xbf"):
        raise ValueError("a byte order mark at the start, expected UTF-8 without one: save the file that way")
    return data.decode("utf-8")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = iter(found)  # in the order of first sight: where the two part, a name stands again
        twice = next(name for name, _ in pairs if name != next(names, None))
        raise ValueError(f"key {twice[:60]!r} twice in one object, expected it once")
    return found


def _constant(name: str) -> float:
    raise ValueError(f"{name}, which JSON does not know, expected a finite number")


def _finite(written: str) -> float:
    value = float(written)
    if math.isinf(value):
        raise ValueError(f"{written[:40]}, beyond the largest number, expected a finite one")
    return value


def _whole(written: str) -> int:
    if len(written) > MAX_INT_DIGITS:
        raise ValueError(f"a whole number of {len(written)} digits, expected at most {MAX_INT_DIGITS}")
    return int(written)


_LENIENT = json.JSONDecoder(parse_int=_whole)
_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_constant, parse_float=_finite, parse_int=_whole)


def _is_too_deep(value: Any) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        parts = (part for node in level for part in (node.values() if isinstance(node, dict) else node))
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return False
    return True


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        half = f"\\u{ord(text[error.start]):04x}"
        raise ValueError(f"{half}, half of a surrogate pair, which is no character, expected both or none") from None
