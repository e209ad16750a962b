"""A person's own worked solution, marked by a checkpoint and, beside it, by exact arithmetic.

    [checker] = open_models("my-checks", default=CHECKER)     # the run's contrastive arm
    marked = mark_work(checker, read_solution(data, "mine.txt"))
    marked.lines()      # [("question", ...), ("wrong", "Line 1: 4 * 3 = 13", "arithmetic: false, 4 * 3 is 12"), ...]

The marks and the verdict are what the model says. Beside each line stands what ``checking`` decides of it, so that one
can see where the model is wrong: it passes a false calculation, computes falsely itself, misreads a line, or
contradicts itself. Arithmetic sees no wrong copy, wrong operation or missing step: there the model's opinion is all
there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tunixlib.artifacts import read_jsonl
from tunixlib.checking.answers import same_answer
from tunixlib.checking.stated_numbers import values_in
from tunixlib.checking.steps import CheckedStep, check_step, check_steps
from tunixlib.evaluation.asking import Answer, Line, OpenModel, correction
from tunixlib.evaluation.correction_report import correction_results
from tunixlib.evaluation.locating import Located, checkpoint_places
from tunixlib.seeding.correction.datasets import CORRECTION_EVAL
from tunixlib.seeding.correction.forms import Check, Mark, Shown, parse_check, render_prompt
from tunixlib.tables import percent

if TYPE_CHECKING:
    from tunixlib.evaluation.generation import GenerationConfig

CHECKER = "contrastive"  # the arm of a run that learns from shown errors
LEGEND = (
    "right, wrong: the model's marks; they are opinions. arithmetic: decided exactly, of each line by itself; "
    "it sees no wrong copy, no wrong operation and no missing step."
)


@dataclass(frozen=True)
class MarkedWork:
    """A shown work with what a model says of it; ``checked`` is what exact arithmetic says of each line."""

    shown: Shown
    said: Answer
    check: Check
    checked: tuple[CheckedStep, ...]

    @property
    def model(self) -> str:
        """The name of the model that marked."""
        return self.said.model

    def lines(self) -> list[Line]:
        """What a person reads, top to bottom: question, lines, answer, the verdict, and how the text ended."""
        verdict = self.check.verdict
        found = [("question", self.shown.question, "")]
        found += [(row["mark"], f"Line {row['line']}: {row['text']}", _note(row)) for row in self.rows()[:-1]]
        answer = self.rows()[-1]
        found.append((answer["mark"], f"Answer: {answer['text']}", _note(answer)))
        against = "its marks say otherwise" if self.contradicts else ""
        found.append(("verdict", str(verdict) if verdict else "none in the form of a verdict", against))
        if self.unread:
            found.append(("form", f"{self.unread} of its lines mark nothing that is shown", ""))
        ending = [line for line in self.said.lines() if line[0] in ("ended", "form", "text")]
        if (self.unread or not verdict) and ending[-1][0] != "text":
            ending.append(("text", self.said.completion, ""))
        return found + ending

    def rows(self) -> list[dict[str, Any]]:
        """One object for each line, the answer last, whose ``line`` and ``arithmetic`` are null.

        ``mark`` is right, wrong or unmarked; ``faults`` are where the model is wrong about the line, or with itself.
        """
        marks = self._marks()
        rows = [_row(i, step.text, marks.get(i), step) for i, step in enumerate(self.checked, start=1)]
        return [*rows, _row(None, self.shown.answer, marks.get(None), None)]

    @property
    def unread(self) -> int:
        """How many steps of the model are no marks, mark a line twice, or mark one that is not there."""
        return self.check.unread + len(self.check.marks) - len(self._marks())

    @property
    def contradicts(self) -> bool:
        """Does the verdict name another first wrong line than the marks do?"""
        verdict = self.check.verdict
        wrong = [row["line"] for row in self.rows() if row["mark"] == "wrong"]
        if verdict is None:
            return False
        return not wrong or wrong[0] != verdict.line if verdict.wrong else bool(wrong)

    def record(self, measured: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """All of it as one JSON object; ``verdict`` is null where the model gave none, ``measured`` where unknown."""
        verdict = self.check.verdict
        return {
            "model": self.model, "question": self.shown.question, "lines": self.rows(),
            "verdict": vars(verdict) if verdict else None, "contradicts": self.contradicts, "unread": self.unread,
            "completion": self.said.completion, "finish_reason": self.said.finish_reason, "tokens": self.said.tokens,
            "measured": measured,
        }  # fmt: skip

    def _marks(self) -> dict[int | None, Mark]:
        """The first mark of each line that is shown; None is the answer."""
        found: dict[int | None, Mark] = {}
        for mark in self.check.marks:
            if mark.line is None or mark.line <= len(self.shown.lines):
                found.setdefault(mark.line, mark)
        return found


def mark_work(model: OpenModel, shown: Shown, config: "GenerationConfig | None" = None) -> MarkedWork:
    """Let a model check a shown work. Raises AskError when it is too long for the model."""
    said = model.ask(render_prompt(shown.question, shown.lines, shown.answer), config)
    return MarkedWork(shown, said, parse_check(said.completion), check_steps(shown.lines, shown.question).steps)


def measured_rates(located: Located) -> dict[str, Any] | None:
    """What the checkpoint's run measured of its checks on ``eval-correction``: ``correction_results``, or None."""
    run = located.run
    if run is None:
        return None
    name = next(
        (name for name, folder in checkpoint_places(run).items() if folder.resolve() == located.folder.resolve()),
        "base",
    )
    path = run.path("predictions", CORRECTION_EVAL, f"{name}.jsonl")
    return correction_results([row for _, row in read_jsonl(path)], name, CORRECTION_EVAL) if path.is_file() else None


def measured_words(measured: Mapping[str, Any] | None, target: str) -> str:
    """How far the marks can be trusted, as a sentence; ``target`` is the checkpoint in words of ``evaluate``."""
    if measured is None:
        return (
            f"How often its opinions are right is not known here: found no predictions of it on {CORRECTION_EVAL}. "
            f"This measures it and prints it: python -m tunixlib evaluate {target} --eval-set {CORRECTION_EVAL} "
            "--out my-evaluation"
        )
    detection, alarms = (measured["scorecard"][name] for name in ("detection", "false_alarms"))
    return (
        f"Measured on {measured['eval_set']}: it called {detection['k']} of {detection['n']} wrong works wrong, "
        f"{percent(detection, True)}, and {alarms['k']} of {alarms['n']} right ones, {percent(alarms, True)}."
    )


def _row(line: int | None, text: str, mark: Mark | None, checked: CheckedStep | None) -> dict[str, Any]:
    return {
        "line": line,
        "text": text,
        "mark": "unmarked" if mark is None else "right" if mark.right else "wrong",
        "derived": mark.derived if mark else "",
        "arithmetic": checked.verdict if checked else None,
        "correction": correction(checked) if checked else "",
        "faults": _faults(text, mark, checked),
    }


def _faults(text: str, mark: Mark | None, checked: CheckedStep | None) -> list[str]:
    """Where a mark is wrong by exact arithmetic, about the line or in itself."""
    if mark is None:
        return []
    found = []
    if mark.right and checked and checked.verdict == "false":
        found.append("the model passes a false calculation")
    if not mark.derived:
        return found
    if (own := check_step(mark.derived)).verdict == "false":
        found.append(f"the model computes falsely: {correction(own) or mark.derived}")
    value = mark.derived.rpartition("=")[2].strip()
    read = values_in(mark.shown)
    if not set(read) <= set(values_in(text)) or (not read and mark.shown not in text):
        found.append(f"the model reads {mark.shown}, which is not there")
    elif same_answer(value, mark.shown) != mark.right and not mark.derived.startswith("first "):
        found.append("the model's mark contradicts what it derives")
    return found


def _note(row: Mapping[str, Any]) -> str:
    parts = []
    if row["arithmetic"]:
        parts.append(", ".join(filter(None, (f"arithmetic: {row['arithmetic']}", row["correction"]))))
    if row["mark"] == "wrong" and row["derived"]:
        parts.append(f"the model: {row['derived']}")
    return "; ".join([*parts, *row["faults"]])
