"""Checkpoints: Hugging Face folders with a ``checkpoint.json`` that says where the weights came from.

    checkpoint.json: {"weights_sha256": ..., "parent_sha256": ..., "dataset_sha256": ..., "arm", "stage", "steps", ...}

A stage starts from the checkpoint before it and checks its hash. A missing or altered parent is an error, never a
reason to fall back to the base model.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from tunixlib.artifacts import read_json, sha256_file, write_json
from tunixlib.atomic import flush
from tunixlib.modeling.models import ModelError, weight_files, weights_sha256
from tunixlib.modeling.tokenization import end_token, stop_ids

RECORD = "checkpoint.json"


class CheckpointRecord(BaseModel):
    """What ``checkpoint.json`` holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights_sha256: str
    parent_sha256: str
    dataset_sha256: str
    arm: str
    stage: str
    steps: int
    config: dict[str, Any]  # the SFTConfig it was trained with
    chosen: dict[str, Any]  # device, precision and its reason, processes, rows at once, compile, threads
    base: dict[str, str] | None = None  # of an adapter: model_id and weights_sha256 of what it stands on
    files: dict[str, str] = {}  # sha256 of config, tokenizer, chat template: all that decides what the weights say


def save_checkpoint(
    model: Any, tokenizer: Any, folder: Path, write_weights: Callable[[Path], None] | None = None, **record: Any
) -> CheckpointRecord:
    """Write a complete checkpoint folder at once: beside its place, then renamed over an earlier one.

    ``write_weights`` writes something else than the model's own weights: an adapter.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent) as scratch:
        made = Path(scratch) / folder.name
        _set_end(model, tokenizer)
        if write_weights:
            made.mkdir()
            model.config.save_pretrained(made)
            model.generation_config.save_pretrained(made)
            write_weights(made)
        else:
            model.save_pretrained(made)
        tokenizer.save_pretrained(made)
        for path in made.iterdir():
            flush(path)  # a power cut after the rename must not leave empty files under good names
        written = CheckpointRecord(weights_sha256=weights_sha256(made), files=companions(made), **record)
        write_json(made / RECORD, written.model_dump(exclude_none=True))
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
    return written


def _set_end(model: Any, tokenizer: Any) -> None:
    # Anyone's `generate` must stop where training said to stop.
    model.generation_config.eos_token_id = sorted(stop_ids(tokenizer))
    model.generation_config.pad_token_id = (
        tokenizer.pad_token_id if tokenizer.pad_token_id is not None else end_token(tokenizer)
    )


def read_record(folder: Path) -> CheckpointRecord:
    """The record of a checkpoint folder. Raises ModelError when it is missing or malformed."""
    path = folder / RECORD
    if not path.is_file():
        raise ModelError(f"{folder}: found no checkpoint.json; train the stage that writes it first")
    try:
        return CheckpointRecord.model_validate(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise ModelError(f"{path}, field {field}: {first['msg']}; train the stage again") from None


def companions(folder: Path) -> dict[str, str]:
    """File name -> sha256 of what lies beside the weights: config, generation config, tokenizer, chat template."""
    weights = {path.name for path in weight_files(folder)}
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return {name: sha256_file(folder / name) for name in names if name not in weights | {RECORD}}


def verified_checkpoint(folder: Path) -> tuple[Path, CheckpointRecord]:
    """The folder and record of a checkpoint whose files have the recorded hashes. Raises ModelError otherwise."""
    record = read_record(folder)
    found = weights_sha256(folder)
    if found != record.weights_sha256:
        raise ModelError(
            f"{folder}: found weights with sha256 {found[:16]}..., expected {record.weights_sha256[:16]}... as "
            "checkpoint.json says; they were changed after training: train the stage again"
        )
    beside = companions(folder)
    if record.files and beside != record.files:
        both = beside.keys() | record.files.keys()
        names = ", ".join(sorted(name for name in both if beside.get(name) != record.files.get(name)))
        raise ModelError(
            f"{folder}: found {names} other than checkpoint.json says, changed after training; put them back or train "
            "the stage again"
        )
    return folder, record
