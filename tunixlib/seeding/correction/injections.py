"""Errors put into a true work, one function per kind; each gives candidates, the likeliest slips first.

    twin = inject(work, "propagated", "any key")     # the first candidate whose error is proven, or None

What each kind is, and what proves it, stands in ``twins``. Slips are those of ``figures``: neighbours, carries, swapped
digits, written exactly as the true number is, so that a wrong value is never told by its look.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tunixlib.seeding.correction.figures import Figure, computed, slips
from tunixlib.seeding.correction.twins import KINDS, ProofError, Twin, prove
from tunixlib.seeding.correction.works import Equation, Line, Work
from tunixlib.seeding.permutation import Permutation

# What one does instead: the neighbours of an operation. Both ways, so that no sign tells an error.
_INSTEAD = {"+": "-*", "-": "+", "*": "+", "/": "*-"}

# A work gives up after this many candidates that could not be proven.
MOST_CANDIDATES = 12


def inject(work: Work, kind: str, key: str, at: int | None = None) -> Twin | None:
    """The work's twin with an error of a kind, proven; None when the work has no place for one.

    ``key`` decides where and which; ``at`` asks for an error first seen in that line. Raises ValueError for a
    kind that is none of ``KINDS``.
    """
    if kind not in KINDS:
        raise ValueError(f"found the kind of error {kind!r}, expected one of {', '.join(KINDS)}")
    tried = 0
    for twin in _CANDIDATES[kind](work, f"{key}/{kind}"):
        if at is not None and twin.at != at:
            continue
        try:
            prove(work, twin)
            return twin
        except ProofError:
            tried += 1
            if tried == MOST_CANDIDATES:
                break
    return None


def _places(work: Work, key: str) -> Iterator[tuple[int, Line, Equation]]:
    """The lines that calculate, in the order of the key."""
    found = work.calculations
    order = Permutation(len(found), f"{key}/place")
    for i in range(len(found)):
        line = work.lines[found[order(i)]]
        if line.equation:
            yield found[order(i)], line, line.equation


def _with_result(line: Line, result: Figure) -> Line:
    return replace(line, equation=replace(line.equation, result=result)) if line.equation else line


def _changed_result(work: Work, key: str) -> Iterator[Twin]:
    for at, line, equation in _places(work, key):
        for wrong in slips(equation.result, key):
            lines = (*work.lines[:at], _with_result(line, wrong), *work.lines[at + 1 :])
            yield Twin("changed_result", lines, work.answer, at)


def _propagated(work: Work, key: str) -> Iterator[Twin]:
    for at, line, equation in _places(work, key):
        for wrong in slips(equation.result, key):
            if follow := work.recomputed(at, _with_result(line, wrong)):
                yield Twin("propagated", *follow, at)


def _miscopied_operand(work: Work, key: str) -> Iterator[Twin]:
    for at, line, equation in _places(work, key):
        operands = (equation.a, equation.b) if equation.a != equation.b else (equation.a,)
        order = Permutation(len(operands), f"{key}/operand/{at}")
        for i in range(len(operands)):
            for wrong in slips(operands[order(i)], key):
                copied = line.put(operands[order(i)], wrong)
                if (made := _computed(copied)) and (follow := work.recomputed(at, made)):
                    yield Twin("miscopied_operand", *follow, at)


def _wrong_operation(work: Work, key: str) -> Iterator[Twin]:
    for at, line, equation in _places(work, key):
        instead = _INSTEAD[equation.op]
        order = Permutation(len(instead), f"{key}/operation/{at}")
        for i in range(len(instead)):
            other = replace(line, equation=replace(equation, op=instead[order(i)]))
            if (made := _computed(other)) and (follow := work.recomputed(at, made)):
                yield Twin("wrong_operation", *follow, at)


def _computed(line: Line) -> Line | None:
    """The line with the result that its operands and operation give, written as its result was."""
    e = line.equation
    value = computed(e.a, e.op, e.b) if e else None
    result = e.result.like(value) if e and value is not None else None
    return _with_result(line, result) if result else None


def _dropped_step(work: Work, key: str) -> Iterator[Twin]:
    if len(work.calculations) < 3:
        return  # no true work has a single calculation, so one that is left alone would tell of the error
    for at, _, equation in _places(work, key):
        users = [i for i in range(at + 1, len(work.lines)) if at in work.sources[i]]
        if users:
            lines = work.lines[:at] + work.lines[at + 1 :]
            yield Twin("dropped_step", lines, work.answer, users[0] - 1, equation)


def _wrong_answer(work: Work, key: str) -> Iterator[Twin]:
    last = work.lines[work.calculations[-1]].equation
    if last:
        for wrong in slips(last.result, key):
            yield Twin("wrong_answer", work.lines, work.answer_with(wrong), None)


_CANDIDATES: dict[str, Callable[[Work, str], Iterator[Twin]]] = {
    "changed_result": _changed_result,
    "propagated": _propagated,
    "miscopied_operand": _miscopied_operand,
    "wrong_operation": _wrong_operation,
    "dropped_step": _dropped_step,
    "wrong_answer": _wrong_answer,
}
