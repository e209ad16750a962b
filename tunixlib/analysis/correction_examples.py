"""Shown works with the marks that a checkpoint gave them, chosen by a written rule, each mark held against the truth.

    for example in choose_works(shown_works(run)["eval-correction"]["contrastive"]):
        for line in example.lines:
            print(line.letter, line.shown, "|", line.said)     # T  4 * 3 = 12  |  4 * 3 = 12, shown 12: right

The rule: of each kind of error, in the order in which the evaluation set has them, the first wrong work.

What the true mark of a line is follows from the verdict and from the right work of the same question: before the first
wrong line all are right; after it, those are wrong whose result differs from the right work's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tunixlib.checking.answers import same_answer
from tunixlib.evaluation.correction_scores import Judged
from tunixlib.seeding.correction.forms import Mark, Shown

TRUE_MARK, FALSE_MARK, NO_MARK, UNKNOWN = "T", "F", "\N{EN DASH}", "?"


@dataclass(frozen=True)
class MarkedLine:
    """A line as it is shown, what was said of it, and whether that mark is true: ``T``, ``F``, ``?`` or a dash."""

    shown: str
    said: str
    letter: str


@dataclass(frozen=True)
class WorkExample:
    """One shown work with its lines and, last, its answer."""

    item: Judged
    lines: tuple[MarkedLine, ...]


def choose_works(items: Sequence[Judged]) -> list[WorkExample]:
    """The first wrong work of each kind of error, in the order of the items, with its marks."""
    chosen: dict[str, Judged] = {}
    for item in items:
        if item.expected.wrong:
            chosen.setdefault(item.kind, item)
    right = {item.shown.question: item.shown for item in items if not item.expected.wrong}
    return [WorkExample(item, _marked(item, right.get(item.shown.question))) for item in chosen.values()]


def _marked(item: Judged, right: Shown | None) -> tuple[MarkedLine, ...]:
    marks: dict[int | None, Mark] = {}
    for mark in item.check.marks:
        marks.setdefault(mark.line, mark)  # the first one counts
    shown = [(number, f"Line {number}: {line}") for number, line in enumerate(item.shown.lines, start=1)]
    return tuple(
        MarkedLine(text, _said(marks.get(number)), _letter(marks.get(number), true_mark(item, number, right)))
        for number, text in (*shown, (None, f"Answer: {item.shown.answer}"))
    )


def true_mark(item: Judged, line: int | None, right: Shown | None) -> bool | None:
    """Whether a line (None: the answer) deserves the mark "right"; None where the right work is not there to tell."""
    if line is None:
        return same_answer(item.shown.answer, item.expected.answer)
    first = item.expected.line if item.expected.wrong else None
    if first is None or line <= first:
        return line != first
    if "=" not in item.shown.lines[line - 1]:
        return True  # nothing to compute
    if right is None:
        return None
    dropped = len(right.lines) - len(item.shown.lines)  # a step that was left out stood before this one
    return _result(item.shown.lines[line - 1]) == _result(right.lines[line - 1 + dropped])


def _result(line: str) -> str:
    return line.rpartition("=")[2].strip()


def _said(mark: Mark | None) -> str:
    return "no mark" if mark is None else str(mark).partition(": ")[2]


def _letter(mark: Mark | None, truth: bool | None) -> str:
    if mark is None:
        return NO_MARK
    return UNKNOWN if truth is None else TRUE_MARK if mark.right == truth else FALSE_MARK
