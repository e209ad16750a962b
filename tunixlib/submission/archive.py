"""What goes into ``submission.zip``, and zips with reproducible bytes.

    parts = archive_parts(run)          # {"evidence": {"submission_runs/demo/analysis.md": b"..."}, "data": ..., ...}
    data = zip_bytes(parts["evidence"])
    small = solid_bytes(parts["package"])              # the same, stored and then squeezed as one: about half the size

The same contents give the same bytes: names are sorted, times are those of the zip format's first day, every file is a
plain one. No weights, no working state, no hidden files.
"""

import functools
import io
import lzma
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tunixlib.artifacts import read_json, sha256_bytes, sha256_file
from tunixlib.evidence.sealing import evidence_files, refuse_links
from tunixlib.runs import MANIFEST, PROJECT_ROOT, Run, RunError
from tunixlib.seeding import datasets
from tunixlib.submission.cards import model_card
from tunixlib.submission.data_card import dataset_card
from tunixlib.submission.facts import read_facts

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = 0o100644 << 16  # a regular file, rw-r--r--
UNIX = 3

# Part of the zip -> the files of the project that belong to it.
SOURCES = {
    "notebooks": ("notebooks/*.ipynb", "notebooks/profiles/*.yaml", "notebooks/profiles/accelerate/*.yaml"),
    "package": ("tunixlib/**/*.py", "pyproject.toml", "requirements*.txt", "kaggle-metadata.json"),
    "words": ("README.md", "LICENSE"),
}
DATA_FILES = ("dataset.jsonl", "eval.jsonl", "manifest.json")


def zip_bytes(contents: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of names and bytes, the same for the same contents and the same zlib."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.create_system, entry.external_attr = UNIX, PLAIN_FILE
            archive.writestr(entry, data, method, compresslevel=9)
    return stream.getvalue()


def solid_bytes(contents: Mapping[str, bytes]) -> bytes:
    """A zip that stores its files as they are, as one xz stream: files that resemble each other are packed together.

    The same for the same contents and the same liblzma; ``lzma.decompress`` gives the zip.
    """
    return _xz(zip_bytes(contents, zipfile.ZIP_STORED))


@functools.lru_cache(maxsize=1)  # a second of work, which one publication asks for more than once
def _xz(data: bytes) -> bytes:
    return lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)


def archive_parts(run: Run) -> dict[str, dict[str, bytes]]:
    """Part -> name in ``submission.zip`` -> bytes. Raises RunError when a sealed file is not what was sealed."""
    evidence = {f"submission_runs/{run.run_id}/{name}": data for name, data in evidence_contents(run).items()}
    data = {f"data/{key}/{path.name}": path.read_bytes() for key, path in committed_data(run)}
    project = {part: dict(_project_files(patterns)) for part, patterns in SOURCES.items()}
    cards = {"MODEL_CARD.md": model_card(run).encode("utf-8"), "DATASET_CARD.md": dataset_card(run).encode("utf-8")}
    return {"evidence": evidence, "data": data, **project, "cards": cards}


def evidence_contents(run: Run) -> dict[str, bytes]:
    """The evidence files; of a sealed run those that its manifest names, with the bytes that it names, and itself."""
    refuse_links(run)
    named: dict[str, str] = read_json(run.path(MANIFEST))["files"] if run.sealed else {}
    found = {}
    for name in sorted({*evidence_files(run.root), *named}):
        data = run.path(name).read_bytes() if run.path(name).is_file() else None
        if run.sealed and (data is None or sha256_bytes(data) != named.get(name)):
            raise RunError(
                f"run {run.run_id!r}: {name} is not the file that was sealed; see `python -m tunixlib verify`, and "
                "restore it before publishing"
            )
        found[name] = data or b""
    if run.sealed:
        found[MANIFEST] = run.path(MANIFEST).read_bytes()
    return found


def committed_data(run: Run) -> Iterator[tuple[str, Path]]:
    """``(key, file)`` of the folders of ``data/`` that hold what the run used.

    A folder with other bytes is left out, since it is not this run's data; the rule on public data names it.
    """
    for key, sha in sorted(read_facts(run).data_sha256.items()):
        files = [path for name in DATA_FILES if (path := datasets.DATA_ROOT / key / name).is_file()]
        if sha in (sha256_file(path) for path in files):
            yield from ((key, path) for path in files)


def _project_files(patterns: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for pattern in patterns:
        for path in PROJECT_ROOT.glob(pattern):
            relative = path.relative_to(PROJECT_ROOT)
            if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in relative.parts):
                yield relative.as_posix(), path.read_bytes()
