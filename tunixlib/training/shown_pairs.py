"""Pairs of shown works to train on: are they pairs, and does each trace say of its work what its own steps say?

    own = draw_pairs(shown, 400, seed=42)      # 200 pairs, each a work with an error and the same without
    label_fault(own[0])                        # None or Fault("verdict 'right: 65'", "'line 3 is wrong' ...")

No work is computed again here: that was done when the dataset was made. What is tested is that labels, marks and
verdicts do not contradict each other, which needs the traces alone.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from tunixlib.seeding.correction.forms import FormError, Shown, parse_check, parse_prompt
from tunixlib.traces import ReasoningTrace, render_completion
from tunixlib.training.config import TrainingError

MAKE = "python -m tunixlib seed --form check --dataset my-checks --out data/my-checks"
TWINS = "a work with an error and the same without"


class Fault(NamedTuple):
    """What was found in a trace, and what was expected there."""

    found: str
    expected: str


def draw_pairs(shown: Sequence[ReasoningTrace], traces: int, seed: int) -> list[ReasoningTrace]:
    """``traces / 2`` pairs of a dataset, drawn by ``seed``; twins side by side, the wrong one first.

    Raises TrainingError when the dataset is none of pairs, or does not hold as many.
    """
    if traces % 2 or len(shown) < traces:
        raise TrainingError(
            f"CORRECTION_TRACES less REPLAY_TRACES: found {traces}, expected an even number up to the {len(shown)} of "
            f"CORRECTION_DATASET; lower it, or make more: {MAKE} --traces {traces + traces % 2}"
        )
    for row, fault in pair_faults(shown):
        raise TrainingError(
            f"CORRECTION_DATASET, row {row}: found {fault.found}, expected {fault.expected}; make one: {MAKE}"
        )
    pairs = list(zip(shown[::2], shown[1::2], strict=True))
    Random(f"{seed}/pairs").shuffle(pairs)
    return [trace for pair in pairs[: traces // 2] for trace in pair]


def pair_faults(traces: Sequence[ReasoningTrace]) -> Iterator[tuple[int, Fault]]:
    """The rows, from 1, that do not continue pairs of a wrong work and the same work right, twins side by side."""
    for row, (one, other) in enumerate(zip(traces[::2], traces[1::2], strict=False)):
        if fault := _twin_fault(one, other):
            yield 2 * row + 1, fault
            continue
        labels = ((2 * row + 1, label_fault(one)), (2 * row + 2, label_fault(other)))
        yield from ((place, fault) for place, fault in labels if fault)
    if len(traces) % 2:
        yield len(traces), Fault("a work without a twin", TWINS)


def _twin_fault(one: ReasoningTrace, other: ReasoningTrace) -> Fault | None:
    twins = [trace.meta.get("twin") for trace in (one, other)]
    if one.meta.get("pair") != other.meta.get("pair") or twins != ["wrong", "clean"]:
        return Fault(f"{twins[0]} and {twins[1]} twins in this row and the next", TWINS)
    works = [shown_work(trace) for trace in (one, other)]
    if not (works[0] and works[1] and works[0].question == works[1].question):
        return Fault("twins that are no works of one question in this row and the next", TWINS)
    return None


def shown_work(trace: ReasoningTrace) -> Shown | None:
    """The work that a trace shows, None for a prompt of another form."""
    try:
        return parse_prompt(trace.prompt)
    except FormError:
        return None


def label_fault(trace: ReasoningTrace) -> Fault | None:
    """How label, marks and verdict of a shown work contradict each other; None where they agree.

    The verdict names the first line that is marked wrong, else the answer, and is right where no mark is wrong;
    ``meta.twin`` is ``wrong`` or ``clean`` alike. Raises FormError for a prompt that shows no work.
    """
    check = parse_check(render_completion(trace))
    lines = [*range(1, len(parse_prompt(trace.prompt).lines) + 1), None]
    if check.unread or [mark.line for mark in check.marks] != lines:
        return Fault("other marks", f"one of each of its {len(lines) - 1} lines and of the answer")
    wrong = [mark.line for mark in check.marks if not mark.right]
    place = "right" if not wrong else "the answer is wrong" if wrong[0] is None else f"line {wrong[0]} is wrong"
    if not check.verdict or trace.final_answer.partition(": ")[0] != place:
        return Fault(f"verdict {trace.final_answer[:40]!r}", f"{place!r} as its marks say")
    twin = "wrong" if wrong else "clean"
    return None if trace.meta.get("twin") == twin else Fault(f"twin {trace.meta.get('twin')}", f"{twin} by its verdict")
