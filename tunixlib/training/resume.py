"""The state of a segment in training, kept now and then, so that a killed process loses a minute and nothing else.

    saved = SavedStates(run.path(".work/resume/training/flat/stage_1"), key)
    state = saved.newest()                      # the newest whole one with this key, or None
    saved.keep(optimizer.state(), {"step": 57, "metrics": [...]})

Two folders take turns, so while one is being written the other is whole. ``state.json`` is written last and holds the
sha256 of every file beside it: what a kill or a full disk left half written is seen and never used. The key stands for
everything that the state depends on; a state with another one is never used either.
"""

import hashlib
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from transformers import __version__ as transformers_version

from tunixlib.artifacts import ArtifactError, canonical_json, read_json, sha256_bytes, sha256_text, write_json
from tunixlib.modeling.models import ModelError, weights_sha256
from tunixlib.modeling.tokenization import Batch
from tunixlib.runs import hash_tree, remove, sources_sha256
from tunixlib.training.config import SFTConfig
from tunixlib.training.plan import Choice

# A state costs a write of all weights and both moments, so it is kept when that costs less than a fortieth of the time
# since the last one, and not more than once a minute.
LEAST_SECONDS = 60.0
COST_SHARE = 40.0
# Files of a state: small enough that turning one into bytes needs little memory besides.
LARGEST_FILE = 256 * 2**20
# So much of the disk stays free.
SPARE = 2**30

STATE = "state.json"
FINISHED = "finished.json"

# What a file of a state raises that is missing, torn or not of its form.
UNUSABLE = (ArtifactError, OSError, SafetensorError, KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class State:
    """What was kept: tensors by name, and a document (the step, the metrics so far)."""

    tensors: dict[str, torch.Tensor]
    document: dict[str, Any]


class SavedStates:
    """The two newest states of one segment. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None, key: str, every: float | None = None):
        self.folder, self.key, self.cost = folder, key, 0.0
        self.every = LEAST_SECONDS if every is None else every
        self.last = time.monotonic()

    def newest(self) -> State | None:
        """The newest whole state with our key; says on standard error why another one was passed over."""
        return self._first(sorted(self._places(), key=_step_of, reverse=True))

    def at(self, step: int) -> State | None:
        """The whole state of a step with our key; says why another one was passed over."""
        return self._first([place for place in self._places() if _step_of(place) == step])

    def _first(self, places: Sequence[Path]) -> State | None:
        for place in places:
            try:
                if state := self._read(place):
                    return state
            except UNUSABLE as error:
                print(f"saved state not used: {_told(error, place)}", file=sys.stderr)
                shutil.rmtree(place, ignore_errors=True)
        return None

    def due(self) -> bool:
        """Whether it is time for another one."""
        return self.folder is not None and time.monotonic() - self.last >= max(self.every, COST_SHARE * self.cost)

    def keep(self, tensors: Mapping[str, torch.Tensor], document: Mapping[str, Any]) -> None:
        """Write a state over the older of the two. Where the disk is too small training goes on without one."""
        if self.folder is None:
            return
        began, places = time.monotonic(), self._places()
        older = min(places, key=_step_of)
        try:
            self._write(older, tensors, document)
        except OSError as error:
            shutil.rmtree(older, ignore_errors=True)
            told = _told(error, older)
            print(f"state of step {document['step']} not kept, training goes on: {told}", file=sys.stderr)
        self.last = time.monotonic()
        self.cost = 0.0 if self.every == 0 else self.last - began

    def _places(self) -> list[Path]:
        return [] if self.folder is None else [self.folder / "state-0", self.folder / "state-1"]

    def _write(self, place: Path, tensors: Mapping[str, torch.Tensor], document: Mapping[str, Any]) -> None:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        size = sum(tensor.nbytes for tensor in tensors.values())
        if (free := shutil.disk_usage(place).free) < size + SPARE:
            raise OSError(f"{place}: found {free / 1e9:.1f} GB of free disk, expected {(size + SPARE) / 1e9:.1f}")
        files = {}
        for number, part in enumerate(_parts(tensors)):
            data = save(part)
            name = f"{number:03d}.safetensors"
            (place / name).write_bytes(data)
            files[name] = sha256_bytes(data)
        write_json(place / STATE, {"key": self.key, "files": files, **document})

    def _read(self, place: Path) -> State | None:
        if not (place / STATE).is_file():
            return None  # never finished, and it never said that it was
        document = read_json(place / STATE)
        if document.pop("key", None) != self.key:
            raise ArtifactError(f"{place}: it belongs to other weights, rows, settings or code; starting without it")
        tensors: dict[str, torch.Tensor] = {}
        for name, expected in document.pop("files").items():
            data = (place / name).read_bytes()
            if sha256_bytes(data) != expected:
                raise ArtifactError(f"{place / name}: found other bytes than were written; using the state before it")
            tensors |= load(data)
        return State(tensors, document)


def _told(error: Exception, place: Path) -> str:
    """An error without the folder that it happened in: executed notebooks say nothing of the machine."""
    return str(error).replace(str(place), place.name)


def is_finished(folder: Path, out: Path, key: str) -> bool:
    """Whether an earlier try finished this segment: same key, and its files and weights are as they were."""
    try:
        done = read_json(folder / FINISHED)
        return bool(done == {"key": key, "files": _files_of(out), "weights": weights_sha256(out / "checkpoint")})
    except (*UNUSABLE, ModelError):
        return False


def set_finished(folder: Path, out: Path, key: str) -> None:
    """Note that a segment is finished, and drop its states."""
    done = {"key": key, "files": _files_of(out), "weights": weights_sha256(out / "checkpoint")}
    write_json(folder / FINISHED, done)
    for place in folder.glob("state-*"):
        remove(place)


def _files_of(out: Path) -> dict[str, str]:
    return hash_tree(out, ("metrics.jsonl", "order.jsonl", "checkpoint/checkpoint.json"))


def segment_key(
    parent: Path, steps: Sequence[Batch], config: SFTConfig, choice: Choice, names: Mapping[str, Any]
) -> str:
    """One hash of everything that a segment's weights depend on, the code and the libraries included."""
    rows = hashlib.sha256()
    for batch in steps:
        rows.update(batch.input_ids.tobytes() + batch.loss_mask.tobytes() + batch.pad_mask.tobytes())
    depends = {
        "parent": weights_sha256(parent), "rows": rows.hexdigest(), "config": config.model_dump(),
        "choice": choice.record(), "names": {k: v for k, v in names.items() if k != "states"},
        "threads": torch.get_num_threads(), "torch": torch.__version__, "transformers": transformers_version,
        "code": sources_sha256("modeling", "training"),
    }  # fmt: skip
    return sha256_text(canonical_json(depends))


def _step_of(place: Path) -> int:
    """The step at which a state was taken; -1 where there is none, so that it is the first to be overwritten."""
    with suppress(*UNUSABLE):
        return int(read_json(place / STATE)["step"])
    return -1


def _parts(tensors: Mapping[str, torch.Tensor]) -> Iterator[dict[str, torch.Tensor]]:
    part: dict[str, torch.Tensor] = {}
    size = 0
    for name, tensor in tensors.items():
        if part and size + tensor.nbytes > LARGEST_FILE:
            yield part
            part, size = {}, 0
        part[name] = tensor.contiguous()
        size += tensor.nbytes
    yield part
