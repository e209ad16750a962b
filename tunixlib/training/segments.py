"""The frame of a segment, whichever engine trains it: done before or not, memory that runs out, the rows it writes.

def train() -> None:
    ...                                                    # writes out/{metrics.jsonl, order.jsonl, checkpoint/}

record = made_once(train, parent, steps, config, out, choice, "flat/stage_1", key, states)
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.artifacts import write_jsonl
from tunixlib.modeling.checkpoints import CheckpointRecord, read_record
from tunixlib.modeling.out_of_memory import telling_what_to_lower
from tunixlib.modeling.tokenization import Batch
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.plan import Choice, largest, what_to_lower
from tunixlib.training.resume import is_finished, set_finished
from tunixlib.trees import remove


def made_once(
    train: Callable[[], None], parent: Path, steps: Sequence[Batch], config: SFTConfig, out: Path, choice: Choice,
    label: str, key: str, states: Path | None,
) -> CheckpointRecord:  # fmt: skip
    """Call ``train`` for a clean ``out``, unless an earlier try finished this very segment; returns its record.

    ``key`` stands for all that the weights depend on. Raises TrainingError, saying what to lower, where memory runs
    out.
    """
    if states and is_finished(states, out, key):
        print(f"{label}: trained by an earlier try, kept")
        return read_record(out / "checkpoint")
    remove(out)

    def lower() -> str:
        return what_to_lower(parent, *largest(steps), config, choice)

    with telling_what_to_lower(label, TrainingError, lower, choice.device):
        train()
    if states:
        set_finished(states, out, key)
    return read_record(out / "checkpoint")


def write_rows(out: Path, metrics: Iterable[Mapping[str, Any]], steps: Sequence[Batch]) -> None:
    """``metrics.jsonl``, and ``order.jsonl``: which traces each step saw, in the order of its rows."""
    write_jsonl(out / "metrics.jsonl", metrics)
    order = ({"step": i, "trace_ids": list(batch.trace_ids)} for i, batch in enumerate(steps, start=1))
    write_jsonl(out / "order.jsonl", order)


def metrics_row(number: int, batch: Batch, loss: float, rate: float, norm: float, seconds: float) -> dict[str, Any]:
    """The row of ``metrics.jsonl`` of step ``number``: ``loss`` is the mean over its targets, in nats."""
    return {
        "step": number, "loss": loss, "learning_rate": rate, "tokens": batch.tokens,
        "target_tokens": batch.target_tokens, "tokens_per_second": round(batch.tokens / seconds, 1),
        "grad_norm": norm, "seconds": round(seconds, 4),
    }  # fmt: skip


def refuse_not_finite(label: str, number: int, batch: Batch, loss: float, norm: float) -> None:
    """Raise TrainingError unless the loss and the norm of the gradient are finite."""
    if not (math.isfinite(loss) and math.isfinite(norm)):
        raise TrainingError(
            f"{label}, step {number}: found loss {loss} and gradient norm {norm}, expected finite numbers; lower "
            f"LEARNING_RATE or look at the traces {', '.join(batch.trace_ids)}"
        )
