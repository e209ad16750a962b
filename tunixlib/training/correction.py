"""Self-correction: four arms that go on from the curriculum's last checkpoint, each with other rows.

    traces = arm_traces("contrastive", shown, stage_c, traces=500, replay=100, seed=42, density=0.2)
    segment = plan_correction("contrastive", ids, stage_c_ids, traces=500, replay=100, seed=42)

===========  ===========================================================================================================
arm          its rows
===========  ===========================================================================================================
control      more of stage C: what another segment of the same training does by itself
surface      as many shown works without errors: the words and the form of checking, and never an error
contrastive  shown works, each once with an error and once without
retry        questions worked with wrong lines, each followed by its correction
===========  ===========================================================================================================

All four start from the same weights and take the same number of rows, rows per step, steps and learning rates. Tokens
differ, since the rows do: shown works are longer than answers. A part of the rows of every arm is stage C again: a
model that is only shown works forgets how to answer a question. An arm that has fewer traces than rows passes over
them again.
"""

from collections.abc import Collection, Sequence
from random import Random

from tunixlib.seeding.correction.datasets import CorrectionRecipe, make_correction
from tunixlib.stages import CORRECTION_ARMS, CORRECTION_SEGMENT
from tunixlib.traces import ReasoningTrace
from tunixlib.training.arms import Segment
from tunixlib.training.config import TrainingError
from tunixlib.training.shown_pairs import draw_pairs

DATASET = "dataset.jsonl"
# What 04_self_correction takes where a profile says nothing: rows, those of stage C among them, wrong lines of retries.
SHARES = {"CORRECTION_TRACES": 500, "REPLAY_TRACES": 100, "RETRY_DENSITY": 0.2}
PAIRED = "contrastive"  # the arm that learns from CORRECTION_DATASET
LEAST_OWN = 10  # rows that are not of stage C: fewer are no dataset
# The recipes' keys: with them, seed and density the same traces are made again.
RETRIES, CLEAN = "self-correction-retry", "self-correction-clean"


def correction_arms(names: Sequence[str]) -> tuple[str, ...]:
    """The arms to train, in their order. Raises ValueError for an unknown one, or one that stands twice."""
    if len(set(names)) != len(names) or not set(names) <= set(CORRECTION_ARMS):
        raise ValueError(
            f"found CORRECTION_ARMS {list(names)}, expected any of {', '.join(CORRECTION_ARMS)}, each once; "
            "leave it empty to train none"
        )
    return tuple(arm for arm in CORRECTION_ARMS if arm in names)


def check_shares(traces: int, replay: int, density: float) -> None:
    """Raise TrainingError for numbers from which no arm can be made, before anything is trained."""
    if replay < 0 or traces - replay < LEAST_OWN:
        raise TrainingError(
            f"found CORRECTION_TRACES {traces} and REPLAY_TRACES {replay}, expected at least {LEAST_OWN} rows beside "
            "those of stage C; raise the first or lower the second"
        )
    if not 0 <= density <= 0.5:
        raise TrainingError(f"found RETRY_DENSITY {density}, expected 0 to 0.5; choose such a share of lines")


def check_pairs(arms: Collection[str], shown: Sequence[ReasoningTrace], traces: int, replay: int) -> None:
    """Raise TrainingError for a dataset from which an arm cannot draw its pairs, before anything is trained."""
    if PAIRED in arms:
        draw_pairs(shown, traces - replay, seed=0)


def arm_traces(
    arm: str, shown: Sequence[ReasoningTrace], stage_c: Sequence[ReasoningTrace], *, traces: int, replay: int,
    seed: int, density: float,
) -> list[ReasoningTrace]:  # fmt: skip
    """The distinct traces of an arm that takes ``traces`` rows, ``replay`` of them from stage C.

    ``shown`` is a dataset of pairs of shown works, twins side by side; only contrastive learns from it. Raises
    TrainingError when it is none, or holds too few.
    """
    if arm == "control":
        return list(stage_c)
    check_shares(traces, replay, density)
    again = list(stage_c)
    Random(f"{seed}/replay").shuffle(again)
    if arm == "retry":
        own = list(make_correction(CorrectionRecipe(RETRIES, traces - replay, seed, "retry", density)))
    elif arm == "surface":
        own = list(make_correction(CorrectionRecipe(CLEAN, traces - replay, seed, "check", density=0)))
    else:
        own = draw_pairs(shown, traces - replay, seed)
    return own + again[:replay]


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
