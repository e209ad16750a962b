"""Self-correction: four arms that go on from the curriculum's last checkpoint, each with other rows.

    traces = arm_traces("contrastive", shown, stage_c, traces=500, replay=100, seed=42, density=0.2)
    segment = plan_correction("contrastive", ids, stage_c_ids, traces=500, replay=100, seed=42)

===========  ===========================================================================================================
arm          its rows
===========  ===========================================================================================================
control      more of stage C: what another segment of the same training does by itself
surface      shown works without errors, each twice: the words and the form of checking, and never an error
contrastive  the same questions, each once with an error and once without
retry        questions worked with wrong lines, each followed by its correction
===========  ===========================================================================================================

All four start from the same weights and take the same number of rows, rows per step, steps and learning rates. Tokens
differ, since the rows do: shown works are longer than answers. A part of the rows of every arm is stage C again: a
model that is only shown works forgets how to answer a question (tried: 0 of 100 right on eval-dev after 500 rows
without). An arm that has fewer traces than rows passes over them again.
"""

from collections.abc import Collection, Sequence
from random import Random

from tunixlib.runs import CORRECTION_ARMS, CORRECTION_SEGMENT
from tunixlib.seeding.correction.datasets import CorrectionRecipe, make_correction
from tunixlib.traces import ReasoningTrace
from tunixlib.training.arms import Segment
from tunixlib.training.config import TrainingError

DATASET = "dataset.jsonl"
RETRIES = "self-correction-retry"  # the recipe's key: with it, seed and density the same traces are made again


def correction_arms(names: Sequence[str]) -> tuple[str, ...]:
    """The arms to train, in their order. Raises ValueError for an unknown one, or one that stands twice."""
    if len(set(names)) != len(names) or not set(names) <= set(CORRECTION_ARMS):
        raise ValueError(
            f"found CORRECTION_ARMS {list(names)}, expected any of {', '.join(CORRECTION_ARMS)}, each once; "
            "leave it empty to train none"
        )
    return tuple(arm for arm in CORRECTION_ARMS if arm in names)


def arm_traces(
    arm: str, shown: Sequence[ReasoningTrace], stage_c: Sequence[ReasoningTrace], *, traces: int, replay: int,
    seed: int, density: float,
) -> list[ReasoningTrace]:  # fmt: skip
    """The distinct traces of an arm that takes ``traces`` rows, ``replay`` of them from stage C.

    ``shown`` is a dataset of pairs of shown works, twins side by side. Raises TrainingError when it is none, or holds
    too few.
    """
    if arm == "control":
        return list(stage_c)
    if not 0 <= replay < traces:
        raise TrainingError(f"REPLAY_TRACES: found {replay}, expected 0 or more, and fewer than CORRECTION_TRACES")
    again = list(stage_c)
    Random(f"{seed}/replay").shuffle(again)
    if arm == "retry":
        own = list(make_correction(CorrectionRecipe(RETRIES, traces - replay, seed, "retry", density)))
    else:
        pairs = _pairs(shown, traces - replay)
        own = pairs if arm == "contrastive" else [trace for trace in pairs if trace.meta["twin"] == "clean"]
    return own + again[:replay]


def _pairs(shown: Sequence[ReasoningTrace], traces: int) -> list[ReasoningTrace]:
    found = list(shown[:traces])
    make = "python -m tunixlib seed --form check --dataset my-checks --out data/my-checks"
    if traces % 2 or len(found) < traces:
        raise TrainingError(
            f"CORRECTION_TRACES less REPLAY_TRACES: found {traces}, expected an even number up to the {len(shown)} of "
            f"CORRECTION_DATASET; lower it, or make more: {make} --traces {traces + traces % 2}"
        )
    twins = [(trace.meta.get("pair"), trace.meta.get("twin")) for trace in found]
    for place, ((one, wrong), (other, clean)) in enumerate(zip(twins[::2], twins[1::2], strict=True)):
        if one != other or (wrong, clean) != ("wrong", "clean"):
            raise TrainingError(
                f"CORRECTION_DATASET: found {wrong} and {clean} twins in rows {2 * place + 1} and {2 * place + 2}, "
                f"expected a work with an error and the same without; make such a dataset: {make}"
            )
    return found


def plan_correction(
    arm: str, ids: Sequence[str], stage_c: Collection[str], *, traces: int, replay: int, seed: int
) -> Segment:
    """The arm's segment: passes over its own traces and over those of stage C, each cut at its share, shuffled.

    ``ids`` are its traces in the order of its file. Raises ValueError when one of the two shares has no trace.
    """
    again = [] if arm == "control" else [trace_id for trace_id in ids if trace_id in stage_c]
    own = [trace_id for trace_id in ids if trace_id not in again]
    count = 0 if arm == "control" else replay
    rows = [*_passes(arm, own, traces - count, f"{seed}/{arm}"), *_passes(arm, again, count, f"{seed}/{arm}/replay")]
    Random(f"{seed}/{arm}/mix").shuffle(rows)
    return Segment(CORRECTION_SEGMENT, tuple(rows))


def _passes(arm: str, ids: Sequence[str], count: int, key: str) -> list[str]:
    if count and not ids:
        raise ValueError(f"arm {arm} has no traces for {count} of its rows; raise MAX_LENGTH")
    rows: list[str] = []
    while len(rows) < count:
        once = list(ids)
        Random(f"{key}/{len(rows) // len(ids)}").shuffle(once)
        rows += once
    return rows[:count]
