"""Supervised fine-tuning: one function from a parent checkpoint and fixed batches to a checkpoint.

    train_segment(parent, batches, SFTConfig(learning_rate=1e-4), out, arm="flat", stage="stage_1", dataset_sha256=...)

What it does for speed, measured on SmolLM2-135M and two cores: weights in bf16 with float32 masters in the optimizer,
logits only where there is a target, no attention mask (padding is on the right of causal attention, where no real token
sees it), plain products for the attention of short rows, and layers compiled one by one where a C++ compiler is found
and the run is long enough to repay it.

With ``lora_rank`` only adapters are trained; they are folded into the parent before saving, so every checkpoint is a
plain Hugging Face folder and the next stage starts from it with fresh adapters, in every arm alike. With
``lora_checkpoints="adapter"`` a checkpoint holds the adapter alone, and the name and hash of the base under it.
"""

import gc
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tunixlib.modeling.adapters import base_of, save_adapter
from tunixlib.modeling.attention import with_attention, without_dropout
from tunixlib.modeling.checkpoints import CheckpointRecord, save_checkpoint
from tunixlib.modeling.lora import add_adapters, decoder_layers, learned_adapters, merge_adapters
from tunixlib.modeling.models import load_checkpoint, weights_sha256
from tunixlib.modeling.tokenization import Batch, check_batches, end_token
from tunixlib.training.common_states import CommonStates
from tunixlib.training.config import FSDP, SFTConfig, TrainingError
from tunixlib.training.devices import check_started
from tunixlib.training.distributed import train_in_processes
from tunixlib.training.loop import Part, run_steps
from tunixlib.training.masters import MasterWeights
from tunixlib.training.plan import Choice, largest, plan_segment
from tunixlib.training.resume import SavedStates, segment_key
from tunixlib.training.segments import made_once, write_rows

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
        targets = input_ids[:, 1:][loss_mask[:, 1:]]
        return nn.functional.cross_entropy(self.logits(input_ids, loss_mask), targets, reduction="sum")

    def logits(self, input_ids: torch.Tensor, loss_mask: torch.Tensor) -> torch.Tensor:
        """The logits (N, V), float32, of the N targets."""
        hidden = self.model.get_decoder()(input_ids=input_ids, use_cache=False).last_hidden_state  # (B, T, H)
        found: torch.Tensor = self.model.get_output_embeddings()(hidden[:, :-1][loss_mask[:, 1:]]).float()
        return self.softcap * torch.tanh(found / self.softcap) if self.softcap else found


@torch.no_grad()
def check_loss(loss: CompletionLoss, batch: Batch, precision: str) -> None:
    """Raise TrainingError unless the logits behind our loss are the model's own, tried on one row.

    They are computed only where there is a target, which leaves out what an architecture does to them behind its head
    (Granite divides, Cohere multiplies): such a model would learn something else than it is asked.
    """
    width = int(batch.pad_mask[0].sum())
    ids, mask = (torch.from_numpy(part[:1, :width].copy()) for part in (batch.input_ids, batch.loss_mask))
    ids, mask = ids.to(loss.model.device), mask.to(loss.model.device)
    expected = loss.model(input_ids=ids, use_cache=False).logits[:, :-1][mask[:, 1:]].float()
    off = float((loss.logits(ids, mask) - expected).abs().max() / expected.abs().max().clamp(min=1e-6))
    if off > (1e-3 if precision == "float32" else 5e-2):  # what is not a number is found at its step
        raise TrainingError(
            f"model type {loss.model.config.model_type} changes its logits behind its head (ours are off by a share of "
            f"{off:.2f}), which this training does not know; expected one such as llama, qwen3 or gemma2"
        )


def choose_compile(wish: str, operations: float, device: str) -> bool:
    """Whether to compile: when asked for, or when a compiler is there and the run is long enough to repay it."""
    if wish != "auto":
        return wish == "on"
    compilers = ("g++", "c++", "clang++", "cl")
    found = device == "cuda" or any(shutil.which(name) for name in compilers)
    return found and sys.platform != "win32" and operations > COMPILE_FROM_OPERATIONS


def train_segment(
    parent: Path, batches: Sequence[Batch], config: SFTConfig, out: Path, *, arm: str, stage: str, dataset_sha256: str,
    arm_tokens: int = 0, choice: Choice | None = None, states: Path | None = None, model: str = "",
) -> CheckpointRecord:  # fmt: skip
    """Train on ``batches`` from ``parent`` and write ``out/{metrics.jsonl, order.jsonl, checkpoint/}``.

    ``arm_tokens`` is the length of the whole arm in tokens, from which compiling is decided; ``choice`` says how to
    compute, the best for these batches by default. ``states`` is a folder where the state is kept now and then: after
    a kill the same call goes on from there. ``model`` is the name of the run's base, which adapters name. Returns the
    checkpoint's record. Raises TrainingError on a loss that is not finite and where memory runs out, TokenizationError
    when a row does not end on its end token. Same batches, config, CPU, thread and process count: the same weights,
    bit for bit, killed or not.
    """
    from accelerate import Accelerator

    steps = batches[: config.max_steps] if config.max_steps else batches
    names: dict[str, Any] = {
        "arm": arm, "stage": stage, "dataset_sha256": dataset_sha256,
        "arm_tokens": arm_tokens or sum(batch.tokens for batch in batches),
        "states": str(states) if states else "",
    }  # fmt: skip
    if config.lora_checkpoints == "adapter":
        names["model"] = model or str(parent)
    if choice is None:
        choice = plan_segment(parent, *largest(steps), config).choice
    names["key"] = segment_key(parent, steps, config, choice, names)
    how = choice

    def train() -> None:
        if how.processes > 1:
            train_in_processes(parent, steps, config, out, how, names)
        else:
            accelerator = Accelerator(cpu=how.device == "cpu", mixed_precision="no")
            train_here(parent, steps, config, out, how, names, accelerator)

    return made_once(train, parent, steps, config, out, choice, f"{arm}/{stage}", names["key"], states)


def train_here(
    parent: Path, steps: Sequence[Batch], config: SFTConfig, out: Path, choice: Choice, names: Mapping[str, Any],
    accelerator: Any,
) -> None:  # fmt: skip
    """This process's part of a segment; the first of several writes the files."""
    torch.manual_seed(config.seed)
    sharded = choice.engine == FSDP
    check_started(accelerator.num_processes, choice.processes, sharded=sharded)
    model, tokenizer = _load(parent, config, choice, "cpu" if sharded else str(accelerator.device))
    check_batches(steps, end_token(tokenizer))
    operations = 6.0 * sum(p.numel() for p in model.parameters()) * names["arm_tokens"]
    compiled = not sharded and choose_compile(config.compile, operations, choice.device)
    loss = CompletionLoss(model)
    if not sharded or accelerator.is_main_process:  # the only one that has the weights
        check_loss(loss, steps[0], choice.precision)
    model.train()
    without_dropout(model)
    with_attention(model, choice.attention)
    if choice.recompute:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    part = Part(accelerator.device, accelerator.process_index, accelerator.num_processes, choice.rows_at_once, sharded)
    folder, key = Path(names["states"]) if names["states"] else None, names["key"] + str(compiled)
    optimizer, saved = _updating(loss, config, choice, part, folder, key)
    if compiled:
        for layer in decoder_layers(model):
            layer.compile(dynamic=True)
    label = f"{names['arm']}/{names['stage']}"
    metrics = run_steps(loss, optimizer, steps, config, part, label, saved)
    if sharded:
        from tunixlib.training.sharded import plain_model

        model = plain_model(model, parent)
    else:
        optimizer.restore()
    if part.process:
        return
    write_rows(out, metrics, steps)
    _save(model, tokenizer, parent, out / "checkpoint", config, names, {
        "parent_sha256": weights_sha256(parent), "dataset_sha256": names["dataset_sha256"], "arm": names["arm"],
        "stage": names["stage"], "steps": len(steps), "config": config.record(),
        "chosen": {**choice.record(), "compile": compiled, "threads": torch.get_num_threads()},
    })  # fmt: skip


def _updating(
    loss: CompletionLoss, config: SFTConfig, choice: Choice, part: Part, folder: Path | None, key: str
) -> tuple[MasterWeights, SavedStates]:
    """What updates the weights, shared out where that was chosen, and where its state is kept."""
    if part.sharded:
        from tunixlib.training.sharded import ShardedWeights, StatesOfAll, shard

        shard(loss, part.device, choice.precision)
        return ShardedWeights(loss.model, config), StatesOfAll(folder, key, part.process, part.device)
    total = torch.distributed.all_reduce if part.processes > 1 else None
    states = CommonStates(folder, key, part.device) if part.processes > 1 else SavedStates(folder, key)
    return MasterWeights(loss.model, config, getattr(torch, choice.precision), total), states


def _save(
    model: Any, tokenizer: Any, parent: Path, folder: Path, config: SFTConfig, names: Mapping[str, Any],
    record: dict[str, Any],
) -> None:  # fmt: skip
    """A checkpoint of all weights, or of the adapter alone."""
    if config.lora_checkpoints == "adapter":
        base = base_of(parent, names["model"])
        record["chosen"]["saved"] = "adapter"

        def write(made: Path) -> None:
            save_adapter(learned_adapters(model), parent, made, base["model_id"])

        save_checkpoint(model, tokenizer, folder, write, base=base, **record)
        return
    save_checkpoint(merge_adapters(model, parent) if config.lora_rank else model, tokenizer, folder, **record)


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
