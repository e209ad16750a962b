r"""A person's own worked solution, read from a text file: question, lines of work, answer.

    shown = read_solution(Path("mine.txt").read_bytes(), "mine.txt")
    shown.lines                  # ('Pens: 4 * 3 = 12', 'With the cap: 12 + 5 = 17')

Either exactly the form of ``forms``, or plainly written:

    A pen costs $3. What do 4 pens            Question: A pen costs $3. What do 4 pens and a $5 cap cost?
    and a $5 cap cost?                        Step 1: Pens: 4 * 3 = 12
                                              Step 2: With the cap: 12 + 5 = 17
    1. Pens: 4 * 3 = 12                       Final answer: $17
    2. With the cap: 12 + 5 = 17
    Answer: $17

The question is the first paragraph, up to a line that is numbered or calculates (holds ``=``), or several above such a
line, up to one that ends in "?"; every further line is a line of work, numbered anew from 1.
Blank lines, bullets, other line ends, tabs and a byte order mark do not matter.
"""

import re
from collections.abc import Sequence

from tunixlib.seeding.correction.forms import OPENING, FormError, Shown, parse_prompt

MAX_CHARACTERS = 50_000  # of a prompt, as in ``traces``
MAX_BYTES = 4 * MAX_CHARACTERS + 3
MAX_LINES = 1_000  # of a work, as a trace has steps

_QUESTION = re.compile(r"(?:question|problem|task|q)(?: *[0-9]{1,4})? *[:.)] *(.*)", re.IGNORECASE)
_ANSWER = re.compile(r"(?:(?:final|my|the) +)?answer *[:=] *(.*)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:(?:line|step) *[0-9]{1,4} *(?:[:.)-](?: +|$)|$)|[0-9]{1,4}[.):](?: +|$))(.*)", re.IGNORECASE)
_BULLET = re.compile(r"[*\u2022\u2013-] +(.*)")

# (number in the file, from 1; its words, "" for a blank one)
_Lines = list[tuple[int, str]]


def read_solution(data: bytes, name: str) -> Shown:
    """The work that a file shows; ``name`` is the file's, for messages.

    Raises FormError, with the line, for what is no UTF-8 text, empty or too long, and for a work without a question, a
    line or an answer, or with two questions or answers.
    """
    text = _decoded(data, name)
    try:
        return parse_prompt(text.strip("\n"))
    except FormError:
        pass
    lines = [(number, " ".join(line.split())) for number, line in enumerate(text.split("\n"), start=1)]
    said = [number for number, line in lines if line]
    if said and dict(lines)[said[0]] == OPENING:
        del lines[: said.pop(0)]
    if not said:
        raise FormError(f"{name}: found no text, expected a question, lines of work and 'Answer: ...'; write them")
    answer, work = _answer(lines, name)
    question, work = _question(work, name)
    shown = Shown(question, tuple(_unnumbered(work)), answer)
    if not 1 <= len(shown.lines) <= MAX_LINES:
        raise FormError(
            f"{name}: found {len(shown.lines):,} lines of work between question and answer, expected 1 to "
            f"{MAX_LINES:,}; write each step on a line of its own below the question"
        )
    return shown


def _decoded(data: bytes, name: str) -> str:
    if len(data) > MAX_BYTES:
        raise FormError(f"{name}: found more than {MAX_BYTES:,} bytes, expected one short work; is it the right file?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FormError(f"{name}: line {line}: found bytes that are no UTF-8 text; save the file as UTF-8") from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise FormError(f"{name}: line {line}: found a zero byte, expected UTF-8 text; save the file as UTF-8")
    if len(text) > MAX_CHARACTERS:
        raise FormError(
            f"{name}: found {len(text):,} characters, expected at most {MAX_CHARACTERS:,}; check one work at a time"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _answer(lines: _Lines, name: str) -> tuple[str, _Lines]:
    """The answer, and the lines above it. Its value may stand on the line below its label."""
    found = [(at, match[1]) for at, (_, line) in enumerate(lines) if (match := _ANSWER.fullmatch(line))]
    if not found:
        last = next(number for number, line in reversed(lines) if line)
        raise FormError(f"{name}: line {last}: found no answer, expected a last line 'Answer: ...'; add it")
    if len(found) > 1:
        at = ", ".join(str(lines[place][0]) for place, _ in found)
        raise FormError(f"{name}: found answers in lines {at}, expected one, at the end; check one work at a time")
    [(place, value)] = found
    below = [(number, line) for number, line in lines[place + 1 :] if line]
    if not value and below:
        value = below.pop(0)[1]
    if not value:
        raise FormError(f"{name}: line {lines[place][0]}: found an empty answer, expected what the work comes to")
    if below:
        raise FormError(
            f"{name}: line {below[0][0]}: found text after the answer: {below[0][1][:60]!r}, expected the answer last; "
            "move it up, or remove it"
        )
    return value, lines[:place]


def _question(lines: _Lines, name: str) -> tuple[str, _Lines]:
    """The question on one line, and the lines below it."""
    marked = [(number, match[1]) for number, line in lines if (match := _QUESTION.fullmatch(line))]
    if len(marked) > 1:
        at = ", ".join(str(number) for number, _ in marked)
        raise FormError(f"{name}: found questions in lines {at}, expected one; check one work at a time")
    start = next((at for at, (_, line) in enumerate(lines) if line), None)
    if start is None or (marked and lines[start][0] != marked[0][0]) or _NUMBER.fullmatch(lines[start][1]):
        number = lines[0 if start is None else start][0] if lines else 1
        raise FormError(f"{name}: line {number}: found no question, expected it first; begin with 'Question: ...'")
    found = _paragraphs([(lines[start][0], marked[0][1] if marked else lines[start][1]), *lines[start + 1 :]])
    asked = next((count for count, (words, _) in enumerate(found, start=1) if words.endswith("?")), 0)
    if not asked and len(found) > 1 and not marked:
        raise FormError(
            f"{name}: line {lines[start][0]}: found {len(found)} paragraphs above the first calculation, none ending "
            "in '?', so where the question ends is unknown; begin with 'Question: ...', in one paragraph"
        )
    taken = found[: asked or 1]
    question = " ".join(words for words, _ in taken if words)
    if not question:
        raise FormError(f"{name}: line {lines[start][0]}: found an empty question; write it behind 'Question:'")
    return question, lines[start + taken[-1][1] :]


def _paragraphs(lines: _Lines) -> list[tuple[str, int]]:
    """``(words, where it ends)`` of each paragraph above the first line, but 0, that is numbered or calculates."""
    found: list[tuple[str, int]] = []
    words: list[str] | None = [lines[0][1]]
    for at, (_, line) in enumerate([*lines[1:], (0, "")], start=1):
        over = "=" in line or _NUMBER.fullmatch(line) is not None
        if words is not None and (over or not line):
            found.append((" ".join(filter(None, words)), at))
            words = None
        if over:
            break
        if line:
            words = [*(words or ()), line]
    return found


def _unnumbered(lines: _Lines) -> Sequence[str]:
    """The lines of work without the numbers or bullets that they begin with; what is only a number is left out."""
    found = [match[1] if (match := _NUMBER.fullmatch(line)) else line for _, line in lines if line]
    bullets = [_BULLET.fullmatch(line) for line in found if line]
    if all(bullets):  # where some lines have none, a dash is a sign
        return [match[1] for match in bullets if match]
    return [line for line in found if line]
