"""The three folders that the ``kaggle`` client pushes: kernel, dataset, model. Flat, whole, without hidden files.

    dataset_folder(run, load_metadata()).keys()
    # README.md  croissant.json  dataset-metadata.json  dev-reasoning-v2.jsonl  eval-core.jsonl  evidence.zip  ...

The client skips folders inside a folder unless told otherwise, and uploads hidden files (kaggle 2.2.4,
``upload_files``): so data files lie flat, evidence lies in one zip, and nothing else is there. A file is given by its
bytes, or by a path where it is too large to be read at once.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json, sha256_file
from tunixlib.modeling.models import weights_sha256
from tunixlib.runs import Run, RunError
from tunixlib.submission.archive import committed_data, evidence_contents, zip_bytes
from tunixlib.submission.cards import model_card, model_summary
from tunixlib.submission.croissant import croissant
from tunixlib.submission.data_card import dataset_card
from tunixlib.submission.facts import read_facts
from tunixlib.submission.kaggle_metadata import (
    KaggleMetadata,
    dataset_metadata,
    kernel_metadata,
    model_instance_metadata,
    model_metadata,
)
from tunixlib.submission.kernel import kernel_notebook
from tunixlib.trees import PROJECT_ROOT

Contents = dict[str, bytes | Path]

CODE_FILE = "kaggle.ipynb"
EVIDENCE = "evidence.zip"
RECORD = "checkpoint.json"


def kernel_folder(run: Run, meta: KaggleMetadata) -> Contents:
    """What ``kaggle kernels push`` takes: one notebook that carries package and data, and its metadata."""
    notebook = kernel_notebook(read_facts(run).data_sha256)
    return {CODE_FILE: notebook, "kernel-metadata.json": _metadata_bytes(kernel_metadata(meta, CODE_FILE))}


def dataset_folder(run: Run, meta: KaggleMetadata) -> Contents:
    """What ``kaggle datasets create`` takes: data, evidence as one zip, card, Croissant, metadata."""
    evidence = {f"{run.run_id}/{name}": data for name, data in evidence_contents(run).items()}
    files: Contents = {
        **{name: path.read_bytes() for name, path in data_files(run).items()},
        EVIDENCE: zip_bytes(evidence),
        "LICENSE": (PROJECT_ROOT / "LICENSE").read_bytes(),
        "README.md": dataset_card(run).encode("utf-8"),
    }
    described = {
        "croissant.json": _metadata_bytes(croissant(run, meta, files)),
        "dataset-metadata.json": _metadata_bytes(dataset_metadata(meta)),
    }
    return {**files, **described}


def data_files(run: Run) -> dict[str, Path]:
    """Name in ``dataset/`` -> the file it is: ``<key>.jsonl`` and ``<key>.manifest.json``.

    The traces are those that lie in the run, whatever the repository holds by now.
    """
    found = {f"{key}{_ending(path)}": path for key, path in committed_data(run)}
    return {**found, f"{read_facts(run).split['dataset_key']}.jsonl": run.path("data", "dataset.jsonl")}


def _ending(path: Path) -> str:
    return ".jsonl" if path.suffix == ".jsonl" else ".manifest.json"


def model_folder(run: Run, meta: KaggleMetadata) -> Contents:
    """What ``kaggle models`` takes: the last checkpoint with its card; without weights where a clone has none.

    Raises RunError when the weights are not those that the run recorded.
    """
    words = model_summary(run)
    return {
        **checkpoint_files(run),
        "README.md": model_card(run, folder=".").encode("utf-8"),
        "model-instance-metadata.json": _metadata_bytes(model_instance_metadata(meta, words)),
        "model-metadata.json": _metadata_bytes(model_metadata(meta, words)),
    }


def checkpoint_files(run: Run) -> dict[str, Path]:
    """Name -> file of the last checkpoint. Raises RunError when the weights are not those that the run recorded."""
    folder = read_facts(run).final_folder
    if has_weights(run):
        found, recorded = weights_sha256(folder), read_json(folder / RECORD)["weights_sha256"]
        if found != recorded:
            raise RunError(
                f"run {run.run_id!r}: {run.relative(folder)} holds weights with sha256 {found[:16]}..., expected "
                f"{recorded[:16]}... as {RECORD} says; delete the weights, or make the run again"
            )
    files = (path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return {path.name: path for path in sorted(files) if has_weights(run) or path.name == RECORD}


def kept_weights(run: Run, published: Path) -> dict[str, Path]:
    """What an earlier ``model/`` holds of the last checkpoint, where the run's own weights were cleaned away.

    They may be the last there are, so they are published again; not when they are other than the run recorded.
    """
    if has_weights(run) or not (published / "config.json").is_file() or not any(published.glob("*.safetensors")):
        return {}
    record = read_json(read_facts(run).final_folder / RECORD)
    ours = {"README.md", RECORD, "model-metadata.json", "model-instance-metadata.json"}
    found = {path.name: path for path in sorted(published.iterdir()) if path.is_file() and path.name not in ours}
    beside = record.get("files", {})
    same = all(name in found and sha256_file(found[name]) == sha for name, sha in beside.items())
    return found if same and weights_sha256(published) == record["weights_sha256"] else {}


def has_weights(run: Run) -> bool:
    """Whether the weights of the last checkpoint lie in the run; git holds none, so a clone has none."""
    folder = read_facts(run).final_folder
    return (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))


def _metadata_bytes(document: Mapping[str, Any]) -> bytes:
    """Sorted JSON in ASCII: the client opens some of these in the encoding of the machine, which need not be UTF-8."""
    return (json.dumps(document, sort_keys=True, indent=2, allow_nan=False) + "\n").encode("ascii")
