"""Arms: the orders in which the same rows are trained on, and the batches that follow from them.

    segments = plan_arm("flat", {"a": [...ids], "b": [...], "c": [...]}, epochs=(2, 2, 3), seed=42)
    batches = order_batches(segments[0].rows, lengths, traces_per_step=8, seed=42)

A curriculum trains stage A, then B, then C. Its fair twins hold the very same rows, repeats included, in another order,
cut at the same three lengths: ``flat`` in a random order, ``reverse`` as C, B, A, ``shuffled-stages`` with whole stages
in a random order that is neither of the two. Every arm restarts optimizer and schedule at each segment and takes the
same number of traces per step: steps, tokens and learning rates are equal, only the order of rows differs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from random import Random

from tunixlib.seeding.datasets import STAGES
from tunixlib.stages import ARMS, FINAL_ARM, SEGMENTS

# Beside an arm's segments: trace id -> tokens of every trace, those left out as too long included.
LENGTHS = "lengths.json"

# Batches are sorted by length only inside windows of this many, shuffled among themselves afterwards: it saves padding
# (about a third of all tokens) and is no curriculum, since a window mixes whatever the arm's order put there.
WINDOW = 8


@dataclass(frozen=True)
class Segment:
    """One stretch of training with its own optimizer and schedule: ``stage_a`` in the curriculum, else ``stage_1``."""

    name: str
    rows: tuple[str, ...]


def plan_arm(arm: str, stages: Mapping[str, Sequence[str]], epochs: Sequence[int], seed: int) -> list[Segment]:
    """The three segments of an arm, as trace ids. ``stages`` maps a, b, c to their trace ids.

    Raises ValueError for an unknown arm, a stage without traces, or epochs that are not three positive numbers.
    """
    if arm not in ARMS:
        raise ValueError(f"arm {arm!r} is unknown; expected one of {', '.join(ARMS)}")
    if len(epochs) != len(STAGES) or any(count < 1 for count in epochs):
        raise ValueError(f"epochs {tuple(epochs)}: expected one positive whole number for each of stages a, b, c")
    empty = [stage for stage in STAGES if not stages.get(stage)]
    if empty:
        raise ValueError(
            f"stage {', '.join(empty)} has no traces; raise MAX_LENGTH, or seed a dataset that covers all three stages "
            "(traces of your own: ingest them with --stages thirds)"
        )
    curriculum = [
        Segment(name, _epochs(stages[stage], count, f"{seed}/curriculum/{stage}"))
        for name, stage, count in zip(SEGMENTS[FINAL_ARM], STAGES, epochs, strict=True)
    ]
    if arm == "curriculum":
        return curriculum
    if arm == "flat":
        rows = [row for segment in curriculum for row in segment.rows]
        Random(f"{seed}/flat").shuffle(rows)
    else:
        stage_rows = dict(zip(STAGES, (segment.rows for segment in curriculum), strict=True))
        rows = [row for stage in stage_order(arm, seed) for row in stage_rows[stage]]
    return _cut(rows, SEGMENTS[arm], [len(segment.rows) for segment in curriculum])


def stage_order(arm: str, seed: int) -> tuple[str, ...]:
    """The stages of an arm that keeps them whole, in the order in which it sees them.

    ``shuffled-stages`` draws one of the four orders that are neither the curriculum's nor its reverse, so that no two
    arms are ever the same. Raises ValueError for ``flat``, which has no such order.
    """
    if arm == "curriculum":
        return STAGES
    if arm == "reverse":
        return STAGES[::-1]
    if arm == "shuffled-stages":
        others = [order for order in permutations(STAGES) if order not in (STAGES, STAGES[::-1])]
        return Random(f"{seed}/shuffled-stages").choice(others)
    raise ValueError(f"arm {arm!r} has no order of stages; expected one of {', '.join(ARMS[1:])}")


def ordered_arms(names: Sequence[str]) -> tuple[str, ...]:
    """The arms that 03_curriculum trains beside ``flat``: curriculum, which a run is judged by, and any further ones.

    Raises ValueError naming ARMS when curriculum is not the first, or a name is unknown or there twice.
    """
    if list(names[:1]) != ["curriculum"] or len(set(names)) != len(names) or not set(names) <= set(ARMS[1:]):
        raise ValueError(f"found ARMS {list(names)}, expected curriculum, then any of {', '.join(ARMS[2:])}, each once")
    return tuple(names)


def _epochs(ids: Sequence[str], count: int, key: str) -> tuple[str, ...]:
    rows: list[str] = []
    for epoch in range(count):
        once = list(ids)
        Random(f"{key}/{epoch}").shuffle(once)
        rows += once
    return tuple(rows)


def _cut(rows: Sequence[str], names: Sequence[str], lengths: Sequence[int]) -> list[Segment]:
    segments, start = [], 0
    for name, length in zip(names, lengths, strict=True):
        segments.append(Segment(name, tuple(rows[start : start + length])))
        start += length
    return segments


def order_batches(
    rows: Sequence[str], lengths: Mapping[str, int], traces_per_step: int, seed: int
) -> list[tuple[str, ...]]:
    """Cut a segment's rows into batches of ``traces_per_step`` (the last may be smaller), similar lengths together.

    The rule is the same in every arm: within each window of ``WINDOW`` batches rows are sorted by length, cut, and the
    batches shuffled. ``lengths`` maps trace ids to tokens.
    """
    size = traces_per_step * WINDOW
    batches: list[tuple[str, ...]] = []
    for number, start in enumerate(range(0, len(rows), size)):
        window = sorted(rows[start : start + size], key=lambda row: lengths[row])
        cut = [tuple(window[i : i + traces_per_step]) for i in range(0, len(window), traces_per_step)]
        Random(f"{seed}/window/{number}").shuffle(cut)
        batches += cut
    return batches
