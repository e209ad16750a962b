"""Supervised fine-tuning: one function from a parent checkpoint and fixed batches to a checkpoint.

    train_segment(parent, batches, SFTConfig(learning_rate=1e-4), out, arm="flat", stage="stage_1", dataset_sha256=...)

What it does for speed, measured on SmolLM2-135M and two cores: weights in bf16 with float32 masters in the optimizer
(autocast casts every weight again in every forward; plain bf16 AdamW loses small updates), logits only where there is
a target, no attention mask (padding is on the right of causal attention, where no real token sees it), and layers
compiled one by one where a C++ compiler is found and the run is long enough to repay it.
"""

import math
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from tunixlib.artifacts import write_jsonl
from tunixlib.modeling.checkpoints import CheckpointRecord, save_checkpoint
from tunixlib.modeling.models import best_device, load_checkpoint, weights_sha256
from tunixlib.modeling.tokenization import Batch, check_batches, end_token
from tunixlib.runs import progress

# Operations after which compiling repays itself: a cold start costs about 40 s and the gain is about a quarter, so the
# eager time must exceed three minutes at the 250 GFLOP/s seen on two cores.
COMPILE_FROM_OPERATIONS = 4.5e13


class TrainingError(RuntimeError):
    """Training cannot start or go on. The message names arm, stage, step and traces."""


class SFTConfig(BaseModel):
    """How a segment is trained. The same values hold in every arm that is compared."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-4  # peak, after warm-up
    warmup_share: Annotated[float, Field(ge=0, lt=1)] = 0.1  # of the segment's steps, linear from zero
    final_share: Annotated[float, Field(ge=0, le=1)] = 0.1  # of the peak, reached linearly at the last step
    beta1: Annotated[float, Field(gt=0, lt=1)] = 0.9
    beta2: Annotated[float, Field(gt=0, lt=1)] = 0.95
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0  # of the whole gradient
    micro_batch: Annotated[int, Field(ge=1)] = 64  # rows per forward; more rows per step accumulate
    max_steps: Annotated[int, Field(ge=0)] = 0  # per segment; 0 means all
    precision: Literal["auto", "bfloat16", "float32"] = "auto"
    compile: Literal["auto", "on", "off"] = "auto"
    seed: int = 42


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


class MasterWeights:
    """AdamW on float32 copies of a model's trainable weights; the model itself may compute in bf16.

    The copies are the model's own parameters when the model computes in float32. Gradients land in buffers that live
    as long as the training: fresh ones would cost page faults over half a gigabyte in every step.
    """

    def __init__(self, model: nn.Module, config: SFTConfig, dtype: torch.dtype):
        self.params = [param for param in model.parameters() if param.requires_grad]
        self.masters: list[torch.Tensor] = list(self.params)
        self.copied = dtype != torch.float32
        if self.copied:
            self.masters = [param.detach().clone() for param in self.params]
            for param, master in zip(self.params, self.masters, strict=True):
                param.data = param.data.to(dtype)  # parameters only: rotary tables stay float32
                master.grad = torch.zeros_like(master)
        self.optimizer = torch.optim.AdamW(
            self.masters, lr=0.0, betas=(config.beta1, config.beta2), weight_decay=config.weight_decay, fused=True
        )
        self.max_grad_norm = config.max_grad_norm

    @torch.no_grad()
    def step(self, learning_rate: float) -> float:
        """Clip the gradient and update the weights. Returns the norm before clipping; one that is not finite stops."""
        if self.copied:
            for param, master in zip(self.params, self.masters, strict=True):
                assert master.grad is not None
                master.grad.zero_() if param.grad is None else master.grad.copy_(param.grad)
        norm = nn.utils.get_total_norm([master.grad for master in self.masters if master.grad is not None])
        if math.isfinite(float(norm)):
            if norm > self.max_grad_norm:
                nn.utils.clip_grads_with_norm_(self.masters, self.max_grad_norm, norm)
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate
            self.optimizer.step()
        for param, master in zip(self.params, self.masters, strict=True):
            param.grad = None
            if self.copied:
                param.copy_(master)
        return float(norm)

    def restore(self) -> None:
        """Put the float32 masters into the model, for saving."""
        for param, master in zip(self.params, self.masters, strict=True):
            param.data = master.data


def learning_rate_at(step: int, steps: int, config: SFTConfig) -> float:
    """Linear warm-up from zero, then linear decay to ``final_share`` of the peak. ``step`` counts from 1."""
    warmup = max(1, round(config.warmup_share * steps))
    if step <= warmup:
        return config.learning_rate * step / warmup
    left = (steps - step) / max(1, steps - warmup)
    return config.learning_rate * (config.final_share + (1 - config.final_share) * left)


def choose_precision(wish: str, device: str) -> str:
    """``bfloat16`` where the hardware computes it, ``float32`` elsewhere, unless one is asked for by name."""
    if wish != "auto":
        return wish
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    has_bf16 = device == "cpu" and (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return "bfloat16" if has_bf16 else "float32"


def choose_compile(wish: str, operations: float, device: str) -> bool:
    """Whether to compile: when asked for, or when a compiler is there and the run is long enough to repay it."""
    if wish != "auto":
        return wish == "on"
    compilers = ("g++", "c++", "clang++", "cl")
    found = device == "cuda" or any(shutil.which(name) for name in compilers)
    return found and sys.platform != "win32" and operations > COMPILE_FROM_OPERATIONS


def train_segment(
    parent: Path, batches: Sequence[Batch], config: SFTConfig, out: Path, *, arm: str, stage: str, dataset_sha256: str,
    arm_tokens: int = 0,
) -> CheckpointRecord:  # fmt: skip
    """Train on ``batches`` from ``parent`` and write ``out/{metrics.jsonl, order.jsonl, checkpoint/}``.

    ``arm_tokens`` is the length of the whole arm in tokens, from which compiling is decided. Returns the checkpoint's
    record. Raises TrainingError on a loss that is not finite, TokenizationError when a row does not end on its end
    token. Same batches, config, CPU and thread count: the same weights, bit for bit.
    """
    from accelerate import Accelerator

    torch.manual_seed(config.seed)
    device = best_device()
    model, tokenizer = load_checkpoint(parent, "float32", device)
    steps = batches[: config.max_steps] if config.max_steps else batches
    check_batches(steps, end_token(tokenizer))
    precision = choose_precision(config.precision, device)
    operations = 6.0 * sum(p.numel() for p in model.parameters()) * (arm_tokens or sum(b.tokens for b in batches))
    compiled = choose_compile(config.compile, operations, device)
    model.train()
    optimizer = MasterWeights(model, config, getattr(torch, precision))
    if compiled:
        for layer in model.get_decoder().layers:
            layer.compile(dynamic=True)
    accelerator = Accelerator(cpu=device == "cpu", mixed_precision="no")
    loss = accelerator.prepare(CompletionLoss(model))
    metrics = list(_run_steps(loss, optimizer, steps, config, accelerator, label=f"{arm}/{stage}"))
    optimizer.restore()
    write_jsonl(out / "metrics.jsonl", metrics)
    write_jsonl(
        out / "order.jsonl", ({"step": i, "trace_ids": list(b.trace_ids)} for i, b in enumerate(steps, start=1))
    )
    return save_checkpoint(
        model, tokenizer, out / "checkpoint", parent_sha256=weights_sha256(parent), dataset_sha256=dataset_sha256,
        arm=arm, stage=stage, steps=len(steps), config=config.model_dump(),
        chosen={"device": device, "precision": precision, "compile": compiled, "threads": torch.get_num_threads()},
    )  # fmt: skip


def _run_steps(
    loss: Any, optimizer: MasterWeights, batches: Sequence[Batch], config: SFTConfig, accelerator: Any, label: str
) -> Iterator[dict[str, Any]]:
    with progress(len(batches), label) as bar:
        for number, batch in enumerate(batches, start=1):
            started = time.perf_counter()
            total = _backward(loss, batch, config.micro_batch, accelerator)
            rate = learning_rate_at(number, len(batches), config)
            norm = optimizer.step(rate)
            if not (math.isfinite(total) and math.isfinite(norm)):
                raise TrainingError(
                    f"{label}, step {number}: found loss {total} and gradient norm {norm}, expected finite numbers; "
                    f"lower LEARNING_RATE or look at the traces {', '.join(batch.trace_ids)}"
                )
            seconds = time.perf_counter() - started
            row = {
                "step": number, "loss": total / batch.target_tokens, "learning_rate": rate, "tokens": batch.tokens,
                "target_tokens": batch.target_tokens, "tokens_per_second": round(batch.tokens / seconds, 1),
                "grad_norm": norm, "seconds": round(seconds, 4),
            }  # fmt: skip
            bar.advance(f"loss {row['loss']:.3f}")
            yield row


def _backward(loss: Any, batch: Batch, micro_batch: int, accelerator: Any) -> float:
    """Accumulate the gradient of the mean loss over micro batches; returns the loss summed over all targets."""
    total = 0.0
    for start in range(0, len(batch.trace_ids), micro_batch):
        rows = slice(start, start + micro_batch)
        width = int(batch.pad_mask[rows].sum(1).max())
        input_ids = torch.from_numpy(np.ascontiguousarray(batch.input_ids[rows, :width])).to(accelerator.device)
        loss_mask = torch.from_numpy(np.ascontiguousarray(batch.loss_mask[rows, :width])).to(accelerator.device)
        value = loss(input_ids, loss_mask)
        accelerator.backward(value / batch.target_tokens)
        total += float(value.detach())
    return total
