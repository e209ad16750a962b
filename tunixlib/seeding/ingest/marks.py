"""Calculator marks as GSM8K writes them, taken out of a line without losing what they say.

    >>> without_marks("16 - 3 = <<16-3=13>>13 eggs")
    ('16 - 3 = 13 eggs', 1)
    >>> without_marks("He has <<5*2=10>> shoes")
    ('He has 10 shoes', 1)

What holds no result, as ``<<see above>>``, is no mark and stays.
"""

import re
from fractions import Fraction

from tunixlib.seeding.ingest.records import RefusedError

_MARK = re.compile(r"<<[^<>\n]{0,200}=([^<>\n=]{1,60})>>")
_FIGURES = r"-?[$£€]? ?-?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:/\d+)?"
_NUMBER = re.compile(_FIGURES)
_NEXT = re.compile(rf"([ ]*)({_FIGURES})")


def without_marks(line: str) -> tuple[str, int]:
    """A line without its marks, and how many they were; a result that does not stand behind its mark is put there.

    Raises RefusedError for a mark with another number right behind it, and no equation before it.
    """
    parts, at, count = [], 0, 0
    for mark in _MARK.finditer(line):
        result = mark[1].strip()
        if not result:
            continue
        parts.append(line[at : mark.start()])
        parts.append("" if _stands(line, mark, result) else result)
        at, count = mark.end(), count + 1
    return "".join([*parts, line[at:]]), count


def _stands(line: str, mark: re.Match[str], result: str) -> bool:
    """Whether the text behind a mark states its result: the same number, or an own one right behind an equation."""
    following = _NEXT.match(line, mark.end())
    if following is None:
        return line.startswith(result, mark.end())
    if _same(following[2], result) or _same(following[2].partition("/")[0], result):
        return True
    if following[1]:
        return False  # a number of the text that goes on: 10 of them, 3 a day
    if line[max(0, mark.start() - 20) : mark.start()].rstrip(" $£€").endswith("="):
        return True  # the equation stands there, with the text's own rounding
    detail = f"{mark[0]} with {following[2]} behind it, expected its result; correct the mark, or the text"
    raise RefusedError("no_answer_found", detail, "completion", line)


def _same(written: str, result: str) -> bool:
    plain = [re.sub(r"[$£€, ]", "", text) for text in (written, result)]
    if not all(_NUMBER.fullmatch(text) for text in plain):
        return plain[0] == plain[1]
    try:
        return Fraction(plain[0]) == Fraction(plain[1])
    except (ValueError, ZeroDivisionError):
        return False
