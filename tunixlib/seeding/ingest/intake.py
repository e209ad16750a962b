"""Ingest: a file of other people's traces becomes a dataset with manifest and rejects.

    manifest = ingest(Path("chats.jsonl"), "my-chats", mapping={"prompt": "question"})
    # data/my-chats/dataset.jsonl, rejects.jsonl, manifest.json

Nothing of the source is lost: what is not in the dataset stands in ``rejects.jsonl`` with its line and its reason, and
the manifest's counts add up. The same source and options give the same bytes. The manifest is written last.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from tunixlib.artifacts import canonical_json, read_json, sha256_file, write_json
from tunixlib.atomic import write_atomic
from tunixlib.progress import Progress, progress
from tunixlib.seeding import datasets
from tunixlib.seeding.evalsets import EVAL_SETS, make_eval_set, read_eval_set
from tunixlib.seeding.ingest.forms import FIELDS
from tunixlib.seeding.ingest.near import SHINGLE, THRESHOLD
from tunixlib.seeding.ingest.readers import Records, read_records
from tunixlib.seeding.ingest.records import IngestError, Record, Reject
from tunixlib.seeding.ingest.report import on_one_line, reasons_table
from tunixlib.seeding.ingest.sift import Prepared, Question, Sieve, Tally
from tunixlib.seeding.ingest.sources import Source, open_source
from tunixlib.seeding.ingest.stages import Truth, cut_in_thirds
from tunixlib.seeding.recipes import DEFAULT_TRACES

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# steps: as stage_of says; thirds: the shortest third of the traces is A, the longest C.
STAGE_RULES = ("steps", "thirds")
MADE = ("dataset.jsonl", "rejects.jsonl", "manifest.json")
PROGRESS_EVERY = 200  # records


def ingest(
    path: Path, key: str, mapping: Mapping[str, str] | None = None, encoding: str | None = None, stages: str = "steps",
    root: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write ``data/<key>/{dataset.jsonl, rejects.jsonl, manifest.json}`` from a file; return the manifest.

    ``mapping`` says under which name the source holds a field of ``FIELDS``; ``stages`` is ``steps`` for the usual rule
    or ``thirds``. Raises IngestError for a source that cannot be read, a key that is taken, or when no record could be
    kept; then nothing is written.
    """
    folder = (root or datasets.DATA_ROOT) / key
    with opened(path, folder, key, mapping, encoding, stages) as (source, came, records):
        sieve = Sieve(key, path.name, came["mapping"], evaluation_questions(folder.parent))
        with progress(came["source_bytes"], f"ingest {path.name}") as bar:
            manifest = write_ingested(folder, key, came, sieve, shown(records, source, bar))
            bar.reach(bar.total)
    return manifest


@contextmanager
def opened(
    path: Path, folder: Path, key: str, mapping: Mapping[str, str] | None, encoding: str | None, stages: str
) -> Iterator[tuple[Source, dict[str, Any], Records]]:
    """A source that may be taken in: the stream, what is known of it, its records. Raises IngestError otherwise."""
    mapping = dict(mapping or {})
    _refuse_mapping(mapping)
    if stages not in STAGE_RULES:
        raise IngestError(f"--stages {stages}: unknown, expected one of {', '.join(STAGE_RULES)}")
    with open_source(path, encoding) as source:
        came: dict[str, Any] = {
            "source": path.name, "source_bytes": path.stat().st_size, "source_sha256": sha256_file(path),
            "compression": source.compression, "encoding": source.encoding, "mapping": mapping, "stages": stages,
        }  # fmt: skip
        refuse_taken(folder, key, came)
        came["format"], records = read_records(source, path)
        yield source, came, records


def write_ingested(
    folder: Path, key: str, came: dict[str, Any], sieve: Sieve, records: Iterable[Record | Reject | Prepared]
) -> dict[str, Any]:
    """Sift records into ``dataset.jsonl`` and ``rejects.jsonl``, the manifest last; all of it or nothing."""
    with _all_or_nothing(folder):
        truth = _write(folder, sieve, records, came["stages"])
        manifest = _manifest(folder, key, came, sieve.tally, truth)
        write_json(folder / "manifest.json", manifest)
    return manifest


def _manifest(folder: Path, key: str, came: dict[str, Any], tally: Tally, truth: Truth) -> dict[str, Any]:
    return {
        "manifest_version": "1.0",
        "kind": "training",
        "dataset_key": key,
        "count": tally.kept,
        "sha256": sha256_file(folder / "dataset.jsonl"),
        **{name: dict(found) for name, found in truth.counts.by.items()},
        "step_truth": truth.steps,
        "ingest": came | _counted(tally) | {"rejects_sha256": sha256_file(folder / "rejects.jsonl")},
    }


def evaluation_questions(root: Path) -> Iterator[Question]:
    """The questions of every evaluation set below ``root``, and of ours where they are not there."""
    found = sorted(path.parent.name for path in root.glob("*/eval.jsonl"))
    for name in [*found, *(name for name in EVAL_SETS if name not in found)]:
        rows = read_eval_set(datasets.dataset_file(name, root)) if name in found else make_eval_set(name)
        for row in rows:
            yield Question(row["prompt"], name)


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[None]:
    """Take away the files that were made here when not all of them could be."""
    made = [path for name in MADE if not (path := folder / name).exists()]
    try:
        yield
    except BaseException:
        with suppress(OSError):
            for path in made:
                path.unlink(missing_ok=True)
            folder.rmdir()  # only where it is empty: it was made for this
        raise


def _write(folder: Path, sieve: Sieve, records: Iterable[Record | Reject | Prepared], stages: str) -> Truth:
    """Traces and rejects in one pass; the truth of the traces. What is cut in thirds is cut before it has its name."""
    truth = Truth()

    def fill(kept: IO[bytes], rejected: IO[bytes]) -> None:
        first = None
        for found in truth.watch(sieve.sift(records)):
            if isinstance(found, Reject):
                first = first or found
                rejected.write(canonical_json(asdict(found)).encode("utf-8") + b"\n")
            else:
                kept.write(canonical_json(found.model_dump()).encode("utf-8") + b"\n")
        if not sieve.tally.kept:
            raise IngestError(_nothing_kept(sieve, first))

    def fill_both(rejected: IO[bytes]) -> None:
        nonlocal truth
        if stages == "steps":
            write_atomic(folder / "dataset.jsonl", lambda kept: fill(kept, rejected))
            return
        with TemporaryDirectory(prefix=".uncut.", suffix=".part", dir=folder) as uncut:
            write_atomic(Path(uncut) / "dataset.jsonl", lambda kept: fill(kept, rejected))
            truth = cut_in_thirds(Path(uncut) / "dataset.jsonl", folder / "dataset.jsonl")

    write_atomic(folder / "rejects.jsonl", fill_both)
    return truth


def _nothing_kept(sieve: Sieve, first: Reject | None) -> str:
    message = f"{sieve.source}: no trace among {sieve.tally.read} records, expected at least one; nothing was written"
    if first:
        message += (
            f"\n\n{reasons_table(sieve.tally.rejected)}\n\nthe first, line {first.line}: {on_one_line(first.detail)}"
        )
    return message


def shown(records: Records, source: Source, bar: Progress) -> Records:
    """The records as they are, the bar following the place in the file."""
    for number, record in enumerate(records, start=1):
        if number % PROGRESS_EVERY == 0:
            bar.reach(min(source.position(), bar.total))
        yield record


def _counted(tally: Tally) -> dict[str, Any]:
    counts = {name: dict(sorted(value.items())) for name, value in vars(tally).items() if isinstance(value, Counter)}
    return {
        "read": tally.read,
        "kept": tally.kept,
        **counts,
        "near_duplicates": f"{THRESHOLD} of {SHINGLE}-word shingles",
    }


def _refuse_mapping(mapping: Mapping[str, str]) -> None:
    if unknown := sorted(set(mapping) - set(FIELDS)):
        raise IngestError(
            f"--map {unknown[0]}=...: unknown, expected one of {', '.join(FIELDS)}, as in prompt=question"
        )
    twice = [name for name, count in Counter(mapping.values()).items() if count > 1]
    if twice:
        raise IngestError(f"--map: field {twice[0]!r} is given to several names, expected one")


def refuse_taken(folder: Path, key: str, came: Mapping[str, Any]) -> None:
    """A key that is no name, one of ours, or taken by anything but the same source."""
    if not _KEY.fullmatch(key):
        raise IngestError(f"--key {key!r}: expected 1-64 letters, digits, '.', '_', '-', a letter or digit first")
    if key in (*DEFAULT_TRACES, *EVAL_SETS):
        raise IngestError(f"--key {key}: that is a dataset of the repository; choose another, such as my-{key}")
    manifest = folder / "manifest.json"
    if manifest.is_file():
        found = read_json(manifest).get("ingest") or {}
        same = ("source_sha256", "mapping", "encoding", "stages")
        if [found.get(name) for name in same] != [came[name] for name in same]:
            what = f"what was ingested from {found['source']}" if "source" in found else "a dataset"
            raise IngestError(
                f"{folder}: found {what}, expected an empty place or the same source with the same options; choose "
                "another --key, or delete the folder"
            )
    elif there := [name for name in ("dataset.jsonl", "eval.jsonl") if (folder / name).exists()]:
        raise IngestError(f"{folder}: found {there[0]} without a manifest; choose another --key, or delete the folder")
