"""Several processes train one segment: this side writes the job, has it done and reads the result.

    train_in_processes(parent, steps, config, out, choice, names)     # choice.processes == 2: one for each GPU

Each process takes its share of every step's rows; gradients are summed, so the update is that of one process up to
rounding. ``modeling.processes`` starts and watches them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tunixlib.modeling.checkpoints import CheckpointRecord, read_record
from tunixlib.modeling.launching import Launch, Machines
from tunixlib.modeling.processes import run_job
from tunixlib.modeling.tokenization import Batch
from tunixlib.training.config import FSDP, SFTConfig, TrainingError
from tunixlib.training.plan import Choice


def train_in_processes(
    parent: Path, steps: Sequence[Batch], config: SFTConfig, out: Path, choice: Choice, names: Mapping[str, Any]
) -> CheckpointRecord:
    """Train in ``choice.processes`` processes; the first writes ``out``. ``names`` are arm, stage and what goes along.

    Raises TrainingError with what the failing process said. An interruption ends the processes too.
    """
    job: dict[str, Any] = {
        "parent": str(parent.resolve()), "out": str(out.resolve()), "config": config.model_dump(),
        "choice": choice.record(), "names": dict(names), "batches": [pack(batch) for batch in steps],
    }  # fmt: skip
    if names.get("states"):
        job["names"]["states"] = str(Path(names["states"]).resolve())
    launch = Launch(choice.processes, choice.engine == FSDP, Machines.named())
    run_job("tunixlib.training.workers", job, launch, f"{names['arm']}/{names['stage']}", len(steps), TrainingError)
    return read_record(out / "checkpoint")


def pack(batch: Batch) -> dict[str, Any]:
    """A batch as plain JSON; ``unpack`` makes the same batch of it."""
    lengths = batch.pad_mask.sum(1)
    return {
        "trace_ids": list(batch.trace_ids),
        "input_ids": batch.input_ids.tolist(),
        "lengths": lengths.tolist(),
        "loss_mask": batch.loss_mask.astype(int).tolist(),
    }


def unpack(found: Mapping[str, Any]) -> Batch:
    """The batch that ``pack`` was given."""
    input_ids = np.array(found["input_ids"], dtype=np.int64)
    places = np.arange(input_ids.shape[1])[None, :]
    pad_mask = places < np.array(found["lengths"])[:, None]
    return Batch(tuple(found["trace_ids"]), input_ids, pad_mask, np.array(found["loss_mask"], dtype=bool))


def share(batch: Batch, process: int, processes: int) -> Batch:
    """Every ``processes``-th row from ``process`` on: rows of a batch are sorted by length, so shares weigh alike."""
    return batch.cut(slice(process, None, processes))
