"""The steps of a segment: forward, backward, update, and now and then the state kept for a killed process.

metrics = run_steps(CompletionLoss(model), optimizer, batches, config, Part(device), "flat/stage_1", saved)
metrics[0]      # {"step": 1, "loss": 1.93, "learning_rate": 2e-05, "tokens": 371, ...}: a row of metrics.jsonl
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from tunixlib.modeling.tokenization import Batch
from tunixlib.progress import progress
from tunixlib.training.config import SFTConfig, TrainingError, learning_rate_at
from tunixlib.training.distributed import share
from tunixlib.training.masters import LEAST_SCALE, MasterWeights
from tunixlib.training.resume import SavedStates
from tunixlib.training.segments import metrics_row, refuse_not_finite


@dataclass(frozen=True)
class Part:
    """Which share of every step this process computes, where, and how many rows at once."""

    device: torch.device
    process: int = 0
    processes: int = 1
    rows_at_once: int = 64
    sharded: bool = False  # no process has all weights: every one takes part in every forward


def run_steps(
    loss: nn.Module, optimizer: MasterWeights, batches: Sequence[Batch], config: SFTConfig, part: Part, label: str,
    saved: SavedStates,
) -> list[dict[str, Any]]:  # fmt: skip
    """Every step that a kept state does not hold already; returns the metrics of all."""
    metrics = _resume(loss, optimizer, batches, part, label, saved)
    with progress(len(batches), label) if part.process == 0 else nullcontext() as bar:
        if bar and metrics:
            bar.advance(by=len(metrics))
        for number, batch in enumerate(batches[len(metrics) :], start=len(metrics) + 1):
            rate = learning_rate_at(number, len(batches), config)
            metrics.append(_one_step(loss, optimizer, batch, part, number, rate, label))
            if (part.sharded or part.process == 0) and number < len(batches) and saved.due():
                scaler = optimizer.scaler.state_dict()
                saved.keep(optimizer.state(), {"step": number, "metrics": metrics, "scaler": scaler})
            if bar:
                bar.advance(f"loss {metrics[-1]['loss']:.3f}")
    return metrics


def _resume(
    loss: nn.Module,
    optimizer: MasterWeights,
    batches: Sequence[Batch],
    part: Part,
    label: str,
    saved: SavedStates,
) -> list[dict[str, Any]]:
    """Load the newest state there is; returns the metrics of the steps that it holds."""
    state = saved.newest()
    if state is None:
        return []
    metrics: list[dict[str, Any]] = state.document["metrics"]
    _backward(loss, batches[0], part, optimizer)  # what is compiled looks at the first rows it meets: the same again
    optimizer.load(state.tensors, state.document["scaler"])
    if part.process == 0:
        print(f"{label}: continues after step {len(metrics)} of {len(batches)}")
    return metrics


def _one_step(
    loss: nn.Module, optimizer: MasterWeights, batch: Batch, part: Part, number: int, rate: float, label: str
) -> dict[str, Any]:
    """One update; returns its row of ``metrics.jsonl``. Raises TrainingError where numbers are not finite."""
    started = time.perf_counter()
    total = _backward(loss, batch, part, optimizer)
    update = optimizer.step(rate)
    norm = 0.0 if update.skipped else update.norm
    refuse_not_finite(label, number, batch, total, norm)
    if update.skipped and update.scale < LEAST_SCALE:
        raise TrainingError(
            f"{label}, step {number}: float16 gradients overflow at a loss scale of {update.scale}, expected "
            f"at least {LEAST_SCALE}; set PRECISION float32 or lower LEARNING_RATE"
        )
    seconds = time.perf_counter() - started
    row = metrics_row(number, batch, total / batch.target_tokens, rate, norm, seconds)
    return row | ({"loss_scale": update.scale, "skipped": update.skipped} if optimizer.scaler.is_enabled() else {})


def _backward(loss: nn.Module, whole: Batch, part: Part, optimizer: MasterWeights) -> float:
    """Accumulate the gradient of the mean loss over this process's rows; returns the sum over all rows' targets."""
    total = 0.0
    for rows in rows_of(whole, part):
        width = int(rows.pad_mask.sum(1).max())
        input_ids = torch.from_numpy(np.ascontiguousarray(rows.input_ids[:, :width])).to(part.device)
        loss_mask = torch.from_numpy(np.ascontiguousarray(rows.loss_mask[:, :width])).to(part.device)
        value = loss(input_ids, loss_mask)
        optimizer.scale(value / whole.target_tokens).backward()
        total += float(value.detach())
    if part.processes == 1:
        return total
    summed = torch.tensor([total], dtype=torch.float64, device=part.device)
    torch.distributed.all_reduce(summed)
    return float(summed)


def rows_of(whole: Batch, part: Part) -> Iterator[Batch]:
    """This process's rows of a step, as many at once as it computes.

    Where weights are shared out, a process that has fewer rows than another, or none, takes a row without targets in
    their place: it adds nothing to loss and gradient, and keeps the processes together.
    """
    own = share(whole, part.process, part.processes)
    most = -(-len(whole.trace_ids) // part.processes) if part.sharded else len(own.trace_ids)
    for start in range(0, most, part.rows_at_once):
        rows = own.cut(slice(start, start + part.rows_at_once))
        first = whole.cut(slice(1))
        yield rows if rows.trace_ids else replace(first, loss_mask=np.zeros_like(first.loss_mask))
