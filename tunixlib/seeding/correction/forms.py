r"""Checking shown work as text: the prompt, the completion that re-derives each line, and how both are read back.

    Check this work.                                      <reasoning>
    Question: A pen costs $3. What do 4 pens and          Line 1: 4 * 3 = 12, shown 13: wrong
    a $5 cap cost?                                        Line 2: 12 + 5 = 17, shown 18: wrong
    Line 1: Pens: 4 * 3 = 13                              Answer: $17, shown $18: wrong
    Line 2: With the cap: 13 + 5 = 18                     </reasoning>
    Answer: $18                                           <answer>line 1 is wrong: $17</answer>

Every line is derived anew from values that are right, so lines after an error are marked wrong where their value is.
The verdict names the first wrong line, and ends with the right answer:

    right: 17        line 2 is wrong: 17        the answer is wrong: 17

A line without a calculation reads ``Line 1: nothing to compute: right``. A line that uses a step which is not shown
reads ``Line 1: first 4 * 3 = 12, then 12 + 5 = 17, shown 17: wrong``. Text is read as strictly as it is written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tunixlib.seeding.correction.twins import Twin
from tunixlib.seeding.correction.works import Work
from tunixlib.seeding.recipes import SeedingError
from tunixlib.traces import parse_completion

OPENING = "Check this work."
NOTHING = "nothing to compute"

_PROMPT = re.compile(r"Check this work\.\nQuestion: ([^\n]+)\n((?:Line [0-9]{1,4}: [^\n]+\n)+)Answer: ([^\n]+)")
_LINE = re.compile(r"Line ([0-9]{1,4}): (.+)")
_MARK = re.compile(r"(?:Line ([1-9][0-9]{0,3})|Answer): (?:(nothing to compute)|(.+), shown (.+)): (right|wrong)")
_VERDICT = re.compile(r"(?:(right)|line ([1-9][0-9]{0,3}) is wrong|(the answer) is wrong): (\S.*)")


class FormError(SeedingError):
    """A text is not a shown work. The message says what was found and what is expected."""


@dataclass(frozen=True)
class Shown:
    """A work as a person shows it: question, lines and the answer that they came to."""

    question: str
    lines: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Verdict:
    """Is a shown work wrong, from which line on (1-based; None for the answer itself), and what is the right answer?"""

    wrong: bool
    line: int | None
    answer: str

    def __str__(self) -> str:
        place = "the answer" if self.line is None else f"line {self.line}"
        return f"{place} is wrong: {self.answer}" if self.wrong else f"right: {self.answer}"


@dataclass(frozen=True)
class Mark:
    """One line of a check: which line (None: the answer), what was derived for it, the value shown there, the mark.

    ``derived`` and ``shown`` are empty where there is nothing to compute.
    """

    line: int | None
    derived: str
    shown: str
    right: bool

    def __str__(self) -> str:
        place = "Answer" if self.line is None else f"Line {self.line}"
        work = f"{self.derived}, shown {self.shown}" if self.derived else NOTHING
        return f"{place}: {work}: {'right' if self.right else 'wrong'}"


@dataclass(frozen=True)
class Check:
    """What a completion says of a shown work; ``verdict`` is None when its answer does not keep to the grammar.

    ``unread`` counts the steps that are no marks.
    """

    marks: tuple[Mark, ...]
    verdict: Verdict | None
    unread: int


def render_prompt(question: str, lines: Sequence[str], answer: str) -> str:
    """The prompt that shows a work. Raises FormError for an empty part, or one of several lines."""
    for name, text in (("question", question), ("answer", answer), *((f"line {i}", t) for i, t in enumerate(lines, 1))):
        if not text.strip() or "\n" in text or "\r" in text:
            raise FormError(f"{name}: found {text[:60]!r}, expected one line of text; put it on one line")
    if not lines:
        raise FormError("found a work without lines, expected at least one; show a step")
    numbered = [f"Line {i}: {line}" for i, line in enumerate(lines, start=1)]
    return "\n".join([OPENING, f"Question: {question}", *numbered, f"Answer: {answer}"])


def parse_prompt(prompt: str) -> Shown:
    """The shown work of a prompt. Raises FormError when it is not exactly the form, lines numbered from 1."""
    found = _PROMPT.fullmatch(prompt)
    lines = [_LINE.fullmatch(line) for line in found[2][:-1].split("\n")] if found else []
    numbers = [int(line[1]) for line in lines if line]
    if not found or numbers != list(range(1, len(lines) + 1)):
        raise FormError(f"found {prompt[:60]!r}, expected a shown work: {OPENING!r}, question, lines from 1, answer")
    return Shown(found[1], tuple(line[2] for line in lines if line), found[3])


def parse_verdict(text: str) -> Verdict | None:
    """A verdict, or None when the text is not exactly one."""
    found = _VERDICT.fullmatch(text)
    return Verdict(not found[1], int(found[2]) if found[2] else None, found[4]) if found else None


def parse_mark(step: str) -> Mark | None:
    """One step of a check, or None when it is not exactly one."""
    found = _MARK.fullmatch(step)
    if not found or (found[2] and not found[1]):
        return None
    return Mark(int(found[1]) if found[1] else None, found[3] or "", found[4] or "", found[5] == "right")


def parse_check(completion: str) -> Check:
    """What a completion says. Never raises: what keeps to no form is counted, or gives no verdict."""
    parsed = parse_completion(completion)
    marks = [parse_mark(step) for step in parsed.steps]
    read = tuple(mark for mark in marks if mark)
    return Check(read, parse_verdict(parsed.final_answer or ""), len(marks) - len(read))


def check_of(work: Work, twin: Twin | None = None) -> tuple[list[Mark], Verdict]:
    """The true check of a work, or of its twin: a mark for each line and for the answer, and the verdict."""
    lines, answer = (twin.lines, twin.answer) if twin else (work.lines, work.answer)
    missing = twin.missing if twin else None
    reference = [line for line in work.lines if missing is None or line.equation != missing]
    marks = []
    for i, (line, true) in enumerate(zip(lines, reference, strict=True)):
        if line.equation is None or true.equation is None:
            marks.append(Mark(i + 1, "", "", True))
            continue
        first = f"first {missing}, then " if twin and missing and i == twin.at else ""
        same = line.equation.result == true.equation.result and not first
        marks.append(Mark(i + 1, f"{first}{true.equation}", str(line.equation.result), same))
    marks.append(Mark(None, work.answer, answer, answer == work.answer))
    return marks, Verdict(twin is not None, twin.at + 1 if twin and twin.at is not None else None, work.answer)
