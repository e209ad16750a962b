"""Everything that is published of a sealed run, in ``dist/<run_id>/``, ready to be pushed.

    publish(Run.open("smoke-v1"))
    # report.html  submission.zip  WRITEUP.md  kernel/  dataset/  model/

The same run and the same sources give the same bytes. All is built beside and renamed, so a failure leaves what was
published before as it was. A WRITEUP.md that somebody has written into is kept, and so is what else lies there.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tunixlib.evidence.secrets import refuse_secrets
from tunixlib.holding import scratch_folder
from tunixlib.runs import MANIFEST, Run, RunError
from tunixlib.submission.archive import archive_parts, zip_bytes
from tunixlib.submission.folders import (
    CODE_FILE,
    EVIDENCE,
    Contents,
    checkpoint_files,
    data_files,
    dataset_folder,
    kept_weights,
    kernel_folder,
    model_folder,
)
from tunixlib.submission.kaggle_metadata import load_metadata
from tunixlib.submission.report import render_report
from tunixlib.submission.writeup import is_edited, writeup
from tunixlib.tables import markdown_table
from tunixlib.trees import PROJECT_ROOT

DIST = PROJECT_ROOT / "dist"
REPORT, ARCHIVE, WRITEUP = "report.html", "submission.zip", "WRITEUP.md"
PUBLISHED = (REPORT, ARCHIVE, "kernel", "dataset", "model", WRITEUP)


def publish(run: Run) -> list[Path]:
    """Write all that is published of a sealed run and return the paths of report, zip, folders and write-up.

    Raises RunError when the run is not sealed or a file is not the one that was sealed, MetadataError when
    ``kaggle-metadata.json`` breaks a rule, SecretError when a file that would be published holds a secret.
    """
    if not run.sealed:
        raise RunError(
            f"run {run.run_id!r}: found no {MANIFEST}, expected a sealed run; "
            "seal it with `python -m tunixlib seal RUN`"
        )
    meta, target, aside = load_metadata(), DIST / run.run_id, DIST / f".{run.run_id}.aside"
    _bring_back(target, aside)
    contents: Contents = {
        ARCHIVE: zip_bytes({name: data for part in archive_parts(run).values() for name, data in part.items()}),
        **_below("kernel", kernel_folder(run, meta)),
        **_below("dataset", dataset_folder(run, meta)),
        **_below("model", {**kept_weights(run, target / "model"), **model_folder(run, meta)}),
        WRITEUP: current_writeup(run).encode("utf-8"),
        REPORT: render_report(run).encode("utf-8"),
    }
    refuse_secrets(contents)
    DIST.mkdir(parents=True, exist_ok=True)
    with scratch_folder(target) as scratch:
        built = scratch / "new"
        _fill(built, contents)
        _replace(target, built, aside)
    return [target / name for name in PUBLISHED]


def current_writeup(run: Run) -> str:
    """The write-up that a person has written into, where there is one, else the skeleton from the run's numbers."""
    path = DIST / run.run_id / WRITEUP
    if path.is_file() and is_edited(written := path.read_text(encoding="utf-8")):
        return written
    return writeup(run)


def contents_table(run: Run) -> str:
    """What ``submission.zip`` holds, or will hold once the run is sealed, as Markdown: parts, files, bytes."""
    parts = archive_parts(run)
    rows = [(name, len(files), f"{sum(map(len, files.values())):,}") for name, files in parts.items()]
    total = sum(len(data) for files in parts.values() for data in files.values())
    rows.append(("all", sum(len(files) for files in parts.values()), f"{total:,}"))
    return markdown_table(("part", "files", "bytes"), rows)


def publication_tree(run: Run) -> str:
    """What ``dist/<run_id>/`` holds, or will hold once the run is sealed, as one line for each file."""
    folders = {
        "kernel": (CODE_FILE, "kernel-metadata.json"),
        "dataset": (*data_files(run), EVIDENCE, "LICENSE", "README.md", "croissant.json", "dataset-metadata.json"),
        "model": (*checkpoint_files(run), "README.md", "model-instance-metadata.json", "model-metadata.json"),
    }
    lines = [f"dist/{run.run_id}/", *(f"  {name}" for name in (REPORT, ARCHIVE, WRITEUP))]
    for folder, names in folders.items():
        lines += [f"  {folder}/", *(f"    {name}" for name in sorted(names))]
    return "\n".join(lines)


def _below(folder: str, contents: Contents) -> Contents:
    return {f"{folder}/{name}": data for name, data in contents.items()}


def _fill(folder: Path, contents: Mapping[str, bytes | Path]) -> None:
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, bytes):
            path.write_bytes(data)
        elif data.suffix == ".safetensors":
            _link(data, path)
        else:  # a link would let an edit here change what was sealed there
            shutil.copyfile(data, path)


def _link(source: Path, path: Path) -> None:
    """Weights are large: a hard link where the file system has them, else a copy."""
    try:
        os.link(source.resolve(), path)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, path)


def _replace(target: Path, built: Path, aside: Path) -> None:
    """Put ``built`` in the place of ``target``; what somebody else put there moves over."""
    if target.exists():
        target.rename(aside)
    try:
        built.rename(target)
    finally:
        _bring_back(target, aside)


def _bring_back(target: Path, aside: Path) -> None:
    """What a publication that was killed had moved aside comes back, or what is not of our making moves over."""
    if aside.exists() and not target.exists():
        aside.rename(target)
    elif aside.exists():
        for path in aside.iterdir():
            if path.name not in PUBLISHED:
                path.rename(target / path.name)
        shutil.rmtree(aside)
