"""Supervised fine-tuning by Google Tunix on JAX: what ``training.sft`` does, from the same batches to the same folder.

    train_segment(parent, batches, SFTConfig(engine="tunix"), out, arm="flat", stage="stage_1", dataset_sha256=...)

Losses and weights are those of torch up to rounding: the batches are fixed beforehand, loss, clipping, AdamW and
schedule are the same. In float32 on a CPU, in bfloat16 with float32 masters on a TPU; weights and rows are shared out
over all devices. The checkpoint is a plain Hugging Face folder, and either engine can go on from it.

``make setup-tunix`` installs it. Models that Tunix computes in another way than transformers are refused by name.
"""

import os
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tunixlib.modeling.checkpoints import CheckpointRecord, save_checkpoint
from tunixlib.modeling.models import ModelError, cache_folder, load_checkpoint, read_tokenizer, weights_sha256
from tunixlib.modeling.tokenization import Batch, check_batches, end_token
from tunixlib.modeling.tunix_support import PACKAGES, require_tunix
from tunixlib.progress import progress
from tunixlib.training.config import SFTConfig
from tunixlib.training.plan import Choice, largest, plan_segment
from tunixlib.training.resume import segment_key
from tunixlib.training.segments import made_once, write_rows
from tunixlib.trees import remove

# What is compiled is kept beside the converted models: a warm start takes seconds. Shorter compilations are not kept.
CACHE, LEAST_COMPILE_S = "jax", 0.2


def train_segment(
    parent: Path, batches: Sequence[Batch], config: SFTConfig, out: Path, *, arm: str, stage: str, dataset_sha256: str,
    arm_tokens: int = 0, choice: Choice | None = None, states: Path | None = None, model: str = "",
) -> CheckpointRecord:  # fmt: skip
    """``training.sft.train_segment`` in Tunix: same arguments, files and errors; ``arm_tokens``, ``model`` are unused.

    Raises ModelError where the engine is missing or would compute this model otherwise. Same batches, config, machine
    and devices: the same weights, bit for bit, killed or not.
    """
    require_tunix()
    steps = batches[: config.max_steps] if config.max_steps else batches
    if choice is None:
        choice = plan_segment(parent, *largest(steps), config).choice
    how, names = choice, {"arm": arm, "stage": stage, "dataset_sha256": dataset_sha256}
    key = segment_key(parent, steps, config, choice, names | {name: version(name) for name in PACKAGES})

    def train() -> None:
        _train(parent, steps, config, out, how, names, _state_folder(states, key))

    return made_once(train, parent, steps, config, out, choice, f"{arm}/{stage}", key, states)


def _state_folder(states: Path | None, key: str) -> Path | None:
    """Where this very segment keeps its states: Orbax takes up whatever lies in its folder, so others' go first."""
    if states is None:
        return None
    place = states / f"state-{key[:16]}"
    for other in states.glob("state-*"):
        if other != place:
            print(f"saved state not used: {other.name} belongs to other weights, rows, settings or code")
            remove(other)
    place.mkdir(parents=True, exist_ok=True)
    return place


def _train(
    parent: Path, steps: Sequence[Batch], config: SFTConfig, out: Path, choice: Choice, names: Mapping[str, str],
    states: Path | None,
) -> None:  # fmt: skip
    _prepare_jax()
    from tunixlib.modeling.tunix_lora import add_adapters, learned
    from tunixlib.modeling.tunix_models import device_mesh, load_tunix, to_hugging_face, weights_of
    from tunixlib.training.tunix_loop import SegmentTrainer, padded

    check_batches(steps, end_token(read_tokenizer(parent)))
    mesh = device_mesh(choice.processes)
    model = load_tunix(parent, mesh, choice.precision if config.lora_rank else "float32", choice.recompute)
    if config.lora_rank:
        model = add_adapters(model, mesh, config.lora_rank, config.seed)
    label = f"{names['arm']}/{names['stage']}"
    with mesh, progress(len(steps), label) as bar:
        trainer = SegmentTrainer(model, steps, config, choice.precision, label, states)
        if trainer.metrics:
            print(f"{label}: continues after step {len(trainer.metrics)} of {len(steps)}")
            bar.advance(by=len(trainer.metrics))
        trainer.bar = bar
        trainer.train(padded(steps, mesh.size))
    write_rows(out, trainer.metrics, steps)
    arrays = learned(model) if config.lora_rank else weights_of(model)
    _save(parent, to_hugging_face(parent, model, arrays), out / "checkpoint", bool(config.lora_rank), {
        "parent_sha256": weights_sha256(parent), **names, "steps": len(steps), "config": config.record(),
        "chosen": {**choice.record(), "compile": True, "threads": torch.get_num_threads()},
    })  # fmt: skip


def _prepare_jax() -> None:
    """Keep what is compiled, unless the environment says where or that it is not wanted."""
    import jax

    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        jax.config.update("jax_compilation_cache_dir", str(cache_folder() / CACHE))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", LEAST_COMPILE_S)


def _save(
    parent: Path, arrays: Mapping[str, np.ndarray], folder: Path, added: bool, record: dict[str, Any]
) -> None:  # fmt: skip
    """The parent's folder with other weights: these, or its own plus these, summed in float32 and rounded once."""
    model, tokenizer = load_checkpoint(parent, "auto" if added else "float32")
    params = dict(model.named_parameters())
    if strange := sorted(arrays.keys() - params.keys() if added else arrays.keys() ^ params.keys()):
        raise ModelError(f"{parent}: found {strange[0]} on one side of the export only, expected the same tensors")
    with torch.no_grad():
        for name, array in arrays.items():
            found = torch.from_numpy(array)
            params[name].copy_(params[name].float() + found if added else found)
    save_checkpoint(model, tokenizer, folder, **record)
