"""Supervised fine-tuning: one function from a parent checkpoint and fixed batches to a checkpoint.

    train_segment(parent, batches, SFTConfig(learning_rate=1e-4), out, arm="flat", stage="stage_1", dataset_sha256=...)

What it does for speed, measured on SmolLM2-135M and two cores: weights in bf16 with float32 masters in the optimizer,
logits only where there is a target, no attention mask (padding is on the right of causal attention, where no real token
sees it), and layers compiled one by one where a C++ compiler is found and the run is long enough to repay it.

With ``lora_rank`` only adapters are trained; they are folded into the parent before saving, so every checkpoint is a
plain Hugging Face folder and the next stage starts from it with fresh adapters, in every arm alike.
"""

import gc
import math
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tunixlib.artifacts import write_jsonl
from tunixlib.modeling.checkpoints import CheckpointRecord, read_record, save_checkpoint
from tunixlib.modeling.lora import add_adapters, merge_adapters
from tunixlib.modeling.models import load_checkpoint, weights_sha256
from tunixlib.modeling.tokenization import Batch, check_batches, end_token
from tunixlib.progress import progress
from tunixlib.training.config import SFTConfig, TrainingError, learning_rate_at
from tunixlib.training.distributed import share, train_in_processes
from tunixlib.training.masters import LEAST_SCALE, MasterWeights
from tunixlib.training.plan import Choice, plan_segment

# Operations after which compiling repays itself: a cold start costs about 40 s and the gain is about a quarter, so the
# eager time must exceed three minutes at the 250 GFLOP/s seen on two cores.
COMPILE_FROM_OPERATIONS = 4.5e13


class CompletionLoss(nn.Module):
    """A causal language model with the summed cross-entropy at its targets only."""

    def __init__(self, model: Any):
        super().__init__()
        self.model = model
        self.softcap = getattr(model.config.get_text_config(), "final_logit_softcapping", None)

    def forward(self, input_ids: torch.Tensor, loss_mask: torch.Tensor) -> torch.Tensor:
        """``input_ids`` (B, T) int64, ``loss_mask`` (B, T) bool -> a float32 scalar, the sum over targets."""
        hidden = self.model.get_decoder()(input_ids=input_ids, use_cache=False).last_hidden_state  # (B, T, H)
        targets = loss_mask[:, 1:]
        logits = self.model.get_output_embeddings()(hidden[:, :-1][targets]).float()  # (N, V)
        if self.softcap:
            logits = self.softcap * torch.tanh(logits / self.softcap)
        return nn.functional.cross_entropy(logits, input_ids[:, 1:][targets], reduction="sum")


def choose_compile(wish: str, operations: float, device: str) -> bool:
    """Whether to compile: when asked for, or when a compiler is there and the run is long enough to repay it."""
    if wish != "auto":
        return wish == "on"
    compilers = ("g++", "c++", "clang++", "cl")
    found = device == "cuda" or any(shutil.which(name) for name in compilers)
    return found and sys.platform != "win32" and operations > COMPILE_FROM_OPERATIONS


def train_segment(
    parent: Path, batches: Sequence[Batch], config: SFTConfig, out: Path, *, arm: str, stage: str, dataset_sha256: str,
    arm_tokens: int = 0, choice: Choice | None = None,
) -> CheckpointRecord:  # fmt: skip
    """Train on ``batches`` from ``parent`` and write ``out/{metrics.jsonl, order.jsonl, checkpoint/}``.

    ``arm_tokens`` is the length of the whole arm in tokens, from which compiling is decided; ``choice`` says how to
    compute, the best for these batches by default. Returns the checkpoint's record. Raises TrainingError on a loss
    that is not finite, TokenizationError when a row does not end on its end token. Same batches, config, CPU, thread
    and process count: the same weights, bit for bit.
    """
    from accelerate import Accelerator

    steps = batches[: config.max_steps] if config.max_steps else batches
    names = {
        "arm": arm, "stage": stage, "dataset_sha256": dataset_sha256,
        "arm_tokens": arm_tokens or sum(batch.tokens for batch in batches),
    }  # fmt: skip
    if choice is None:
        rows = max(len(batch.trace_ids) for batch in steps)
        tokens = max(batch.input_ids.shape[1] for batch in steps)
        targets = max(int(batch.loss_mask.sum(1).max()) for batch in steps)
        choice = plan_segment(parent, rows, tokens, targets, config).choice
    if choice.processes > 1:
        return train_in_processes(parent, steps, config, out, choice, names)
    accelerator = Accelerator(cpu=choice.device == "cpu", mixed_precision="no")
    train_here(parent, steps, config, out, choice, names, accelerator)
    return read_record(out / "checkpoint")


def train_here(
    parent: Path, steps: Sequence[Batch], config: SFTConfig, out: Path, choice: Choice, names: Mapping[str, Any],
    accelerator: Any,
) -> None:  # fmt: skip
    """This process's part of a segment; the first of several writes the files."""
    torch.manual_seed(config.seed)
    model, tokenizer = _load(parent, config, choice, str(accelerator.device))
    check_batches(steps, end_token(tokenizer))
    operations = 6.0 * sum(p.numel() for p in model.parameters()) * names["arm_tokens"]
    compiled = choose_compile(config.compile, operations, choice.device)
    model.train()
    together = accelerator.num_processes > 1
    total = torch.distributed.all_reduce if together else None
    optimizer = MasterWeights(model, config, getattr(torch, choice.precision), total)
    if choice.recompute:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    if compiled:
        for layer in model.get_decoder().layers:
            layer.compile(dynamic=True)
    part = Part(accelerator.device, accelerator.process_index, accelerator.num_processes, choice.rows_at_once)
    label = f"{names['arm']}/{names['stage']}"
    metrics = list(_run_steps(CompletionLoss(model), optimizer, steps, config, part, label))
    if part.process:
        return
    optimizer.restore()
    write_jsonl(out / "metrics.jsonl", metrics)
    write_jsonl(
        out / "order.jsonl", ({"step": i, "trace_ids": list(b.trace_ids)} for i, b in enumerate(steps, start=1))
    )
    save_checkpoint(
        merge_adapters(model, parent) if config.lora_rank else model, tokenizer, out / "checkpoint",
        parent_sha256=weights_sha256(parent), dataset_sha256=names["dataset_sha256"], arm=names["arm"],
        stage=names["stage"], steps=len(steps), config=config.model_dump(),
        chosen={**choice.record(), "compile": compiled, "threads": torch.get_num_threads()},
    )  # fmt: skip


def _load(parent: Path, config: SFTConfig, choice: Choice, device: str) -> tuple[Any, Any]:
    """The parent to train: all of it in float32, or frozen in the precision that computes, with adapters."""
    if choice.device == "cuda":
        gc.collect()  # the segment before this one
        torch.cuda.empty_cache()
    if not config.lora_rank:
        return load_checkpoint(parent, "float32", device)
    model, tokenizer = load_checkpoint(parent, choice.precision, device)
    add_adapters(model, config.lora_rank, config.seed)
    return model, tokenizer


@dataclass(frozen=True)
class Part:
    """Which share of every step this process computes, where, and how many rows at once."""

    device: torch.device
    process: int = 0
    processes: int = 1
    rows_at_once: int = 64


def _run_steps(
    loss: CompletionLoss, optimizer: MasterWeights, batches: Sequence[Batch], config: SFTConfig, part: Part, label: str
) -> Iterator[dict[str, Any]]:
    with progress(len(batches), label) if part.process == 0 else nullcontext() as bar:
        for number, batch in enumerate(batches, start=1):
            started = time.perf_counter()
            total = _backward(loss, batch, part, optimizer)
            rate = learning_rate_at(number, len(batches), config)
            update = optimizer.step(rate)
            if not (math.isfinite(total) and (update.skipped or math.isfinite(update.norm))):
                raise TrainingError(
                    f"{label}, step {number}: found loss {total} and gradient norm {update.norm}, expected finite "
                    f"numbers; lower LEARNING_RATE or look at the traces {', '.join(batch.trace_ids)}"
                )
            if update.skipped and update.scale < LEAST_SCALE:
                raise TrainingError(
                    f"{label}, step {number}: float16 gradients overflow at a loss scale of {update.scale}, expected "
                    f"at least {LEAST_SCALE}; set PRECISION float32 or lower LEARNING_RATE"
                )
            seconds = time.perf_counter() - started
            row = {
                "step": number, "loss": total / batch.target_tokens, "learning_rate": rate, "tokens": batch.tokens,
                "target_tokens": batch.target_tokens, "tokens_per_second": round(batch.tokens / seconds, 1),
                "grad_norm": 0.0 if update.skipped else update.norm, "seconds": round(seconds, 4),
            }  # fmt: skip
            if optimizer.scaler.is_enabled():
                row |= {"loss_scale": update.scale, "skipped": update.skipped}
            if bar:
                bar.advance(f"loss {row['loss']:.3f}")
            yield row


def _backward(loss: CompletionLoss, whole: Batch, part: Part, optimizer: MasterWeights) -> float:
    """Accumulate the gradient of the mean loss over this process's rows; returns the sum over all rows' targets."""
    total, batch = 0.0, share(whole, part.process, part.processes)
    for start in range(0, len(batch.trace_ids), part.rows_at_once):
        rows = slice(start, start + part.rows_at_once)
        width = int(batch.pad_mask[rows].sum(1).max())
        input_ids = torch.from_numpy(np.ascontiguousarray(batch.input_ids[rows, :width])).to(part.device)
        loss_mask = torch.from_numpy(np.ascontiguousarray(batch.loss_mask[rows, :width])).to(part.device)
        value = loss(input_ids, loss_mask)
        optimizer.scale(value / whole.target_tokens).backward()
        total += float(value.detach())
    if part.processes == 1:
        return total
    summed = torch.tensor([total], dtype=torch.float64, device=part.device)
    torch.distributed.all_reduce(summed)
    return float(summed)
