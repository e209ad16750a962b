"""Checkpoints that hold an adapter only, in the files that peft reads, and the id and hash of the base under it.

    save_adapter(learned, parent, made, base_name)          # adapter_config.json, adapter_model.safetensors
    model = with_adapter(folder, "float32")                 # the base, its hash checked, plus the adapter

A later stage starts from base and adapter and learns a fresh one. Their sum is one adapter of the ranks' sum, so every
checkpoint stands on the base alone: a hundred times smaller than the model, and nothing else is needed to load it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, cat, float32, no_grad

from tunixlib.artifacts import write_json
from tunixlib.modeling.checkpoints import read_record
from tunixlib.modeling.folders import ADAPTER_CONFIG, ADAPTER_WEIGHTS, ModelError, weights_sha256
from tunixlib.modeling.lora import ALPHA
from tunixlib.modeling.models import load_checkpoint, model_folder

# How peft names the tensors of a layer in a file.
PREFIX, A, B = "base_model.model.", ".lora_A.weight", ".lora_B.weight"
Adapter = Mapping[str, tuple[Tensor, Tensor]]  # name of a linear layer -> A (rank, in), B (out, rank)


def base_of(parent: Path, name: str) -> dict[str, str]:
    """Id and hash of the base that an adapter trained from ``parent`` stands on; ``name`` is the parent's own id."""
    if (parent / ADAPTER_CONFIG).is_file() and (base := read_record(parent).base):
        return base
    return {"model_id": name, "weights_sha256": weights_sha256(parent)}


def save_adapter(learned: Adapter, parent: Path, folder: Path, base_name: str) -> None:
    """Write what was learned on top of ``parent``, and what the parent's own adapter holds, as one adapter."""
    from safetensors.torch import save_file

    before = read_adapter(parent) if (parent / ADAPTER_CONFIG).is_file() else {}
    stacked = {name: _stack(before.get(name), pair) for name, pair in sorted(learned.items())}
    rank = len(next(iter(stacked.values()))[0])
    tensors = {PREFIX + name + A: pair[0].contiguous() for name, pair in stacked.items()}
    tensors |= {PREFIX + name + B: pair[1].contiguous() for name, pair in stacked.items()}
    save_file(tensors, folder / ADAPTER_WEIGHTS, metadata={"format": "pt"})
    write_json(folder / ADAPTER_CONFIG, {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base_name, "r": rank,
        "lora_alpha": ALPHA * rank, "lora_dropout": 0.0, "bias": "none", "target_modules": sorted(stacked),
        "inference_mode": True,
    })  # fmt: skip


def _stack(before: tuple[Tensor, Tensor] | None, new: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """B1 A1 + B2 A2 as one product."""
    if before is None:
        return new
    return cat([before[0], new[0]], dim=0), cat([before[1], new[1]], dim=1)


def read_adapter(folder: Path) -> dict[str, tuple[Tensor, Tensor]]:
    """The adapter in a checkpoint of ours, layer by layer."""
    from safetensors.torch import load_file

    tensors = load_file(folder / ADAPTER_WEIGHTS)
    names = [key.removeprefix(PREFIX).removesuffix(A) for key in tensors if key.endswith(A)]
    return {name: (tensors[PREFIX + name + A], tensors[PREFIX + name + B]) for name in names}


def with_adapter(folder: Path, dtype: str) -> Any:
    """The base of an adapter checkpoint plus its adapter, as a plain model on the CPU.

    The sum is made in float32 and rounded once to the base's own dtype, as a merged checkpoint is; then to ``dtype``.
    Raises ModelError when the base is not here, or other than the one the adapter was trained on.
    """
    import torch

    base = read_record(folder).base
    if not base:
        raise ModelError(f"{folder}: found an adapter whose checkpoint.json names no base; train the stage again")
    # The id is text in a folder that may be a stranger's: it makes nobody download anything.
    under = model_folder(base["model_id"], fetch=False)
    if (found := weights_sha256(under)) != base["weights_sha256"]:
        raise ModelError(
            f"{folder}: its adapter was trained on {base['model_id']} with sha256 {base['weights_sha256'][:16]}..., "
            f"found {found[:16]}... there; put the recorded base back"
        )
    model, _ = load_checkpoint(under, "auto")
    layers = dict(model.named_modules())
    with no_grad():
        for name, (down, up) in read_adapter(folder).items():
            weight = layers[name].weight
            weight.copy_(weight.float() + ALPHA * (up.to(float32) @ down.to(float32)))
    return model if dtype == "auto" else model.to(getattr(torch, dtype))
