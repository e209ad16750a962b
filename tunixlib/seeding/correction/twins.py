"""A work and its twin with one error: what a twin is, and the proof that it holds exactly the stated error.

=====================  ============================================  ===================  ========  ==============
kind                   the first wrong line                          checker: false       invented  answer shown
=====================  ============================================  ===================  ========  ==============
``changed_result``     ``3 * 4 = 13``, nothing else changes          that line, no other  --        right
``propagated``         ``3 * 4 = 13``, later lines rest on the 13    that line, no other  none      wrong
``miscopied_operand``  ``3 * 5 = 15`` where the question says 4      none                 the 5     wrong
``wrong_operation``    ``3 + 4 = 7`` where 3 * 4 is needed           none                 none      wrong
``dropped_step``       ``12 + 5 = 17``, and nothing gives the 12     none                 the 12    right
``wrong_answer``       no line: the answer is not the last result    none                 none      wrong
=====================  ============================================  ===================  ========  ==============

*False* is decided by ``checking.steps``, *invented* by ``checking.invented``: the first line with a number that is
neither given nor derived. After a changed result the old value is used on, which no line gives: there, invented numbers
may follow. A wrong operation is true arithmetic on known numbers, so no checker of lines can see it; it is proven by
reference: the lines before it are those of the true work, it has the same operands and another operation, all after it
follows truly, and the answer differs from the one that the family computes from the question alone. All kinds are held
to the reference as well: nothing differs before the first wrong line, something does at it.
"""

from dataclasses import dataclass

from tunixlib.checking.answers import same_answer
from tunixlib.checking.work import check_work
from tunixlib.seeding.correction.works import Equation, Line, Work
from tunixlib.seeding.recipes import SeedingError

KINDS = ("changed_result", "propagated", "miscopied_operand", "wrong_operation", "dropped_step", "wrong_answer")

# Kinds whose error sits in the result of a line, so that the checker calls exactly this line false.
_FALSE_RESULT = ("changed_result", "propagated")
_ANSWER_STAYS = ("changed_result", "dropped_step")


class ProofError(SeedingError):
    """A twin does not hold the error that is said of it. The message says what the checker found instead."""


@dataclass(frozen=True)
class Twin:
    """A work with one error. ``at`` is the index of the first wrong line, None where it is the answer.

    ``missing`` is the calculation that a dropped step left out.
    """

    kind: str
    lines: tuple[Line, ...]
    answer: str
    at: int | None
    missing: Equation | None = None


def prove(work: Work, twin: Twin) -> None:
    """Raise ProofError unless the twin holds exactly the error of its kind, first at its place; see the module."""
    if twin.lines == work.lines and twin.answer == work.answer:
        raise ProofError(f"{twin.kind}: the twin is the true work itself; an injection must change something")
    if same_answer(twin.answer, work.answer) != (twin.kind in _ANSWER_STAYS):
        raise ProofError(f"{twin.kind}: found the answer {twin.answer!r} beside the right one, {work.answer!r}")
    _prove_reference(work, twin)
    shown = [str(line) for line in twin.lines]
    found = check_work(work.question, shown, twin.answer)
    false = [i for i, step in enumerate(found.truth.steps) if step.verdict == "false"]
    invented = [i for i, numbers in enumerate(found.invented) if numbers]
    if false != ([twin.at] if twin.kind in _FALSE_RESULT else []):
        raise ProofError(f"{twin.kind} at {twin.at}: the checker calls lines {false} false")
    if twin.kind == "changed_result":
        early = [i for i in invented if twin.at is None or i <= twin.at]
        if early:
            raise ProofError(f"{twin.kind} at {twin.at}: numbers come from nowhere earlier, in lines {early}")
    elif invented != ([twin.at] if twin.kind in ("miscopied_operand", "dropped_step") else []):
        raise ProofError(f"{twin.kind} at {twin.at}: numbers come from nowhere in lines {invented}")


def _prove_reference(work: Work, twin: Twin) -> None:
    """The same lines before the error, another at it; where only the operation or the answer differs, nothing else."""
    if twin.at is None:
        if twin.kind != "wrong_answer" or twin.lines != work.lines:
            raise ProofError(f"{twin.kind}: the answer is said to be the first error, but lines differ")
        return
    line = twin.lines[twin.at]
    clean = [line for line in work.lines if line.equation != twin.missing] if twin.missing else list(work.lines)
    if len(clean) != len(twin.lines) or list(twin.lines[: twin.at]) != clean[: twin.at] or line.equation is None:
        raise ProofError(f"{twin.kind} at {twin.at}: the lines before it are not those of the true work")
    if (line == clean[twin.at]) != (twin.kind == "dropped_step"):
        raise ProofError(f"{twin.kind} at {twin.at}: found the line {str(line)!r}, which is that of the true work")
    if twin.kind == "propagated" and list(twin.lines[twin.at + 1 :]) == clean[twin.at + 1 :]:
        raise ProofError(f"propagated at {twin.at}: no later line rests on the wrong value")
    reference = clean[twin.at].equation
    if twin.kind == "wrong_operation" and reference is not None:
        e = line.equation
        if (e.a, e.b) != (reference.a, reference.b) or e.op == reference.op or e.result == reference.result:
            raise ProofError(f"wrong_operation at {twin.at}: {e} is not {reference} with another operation")
