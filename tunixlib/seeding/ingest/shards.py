"""A large file taken in by several machines: each prepares every n-th record, merging holds them against each other.

    prepare_shard(Path("chats.jsonl"), "my-chats", shard=3, shards=8)     # data/my-chats/shards/3-of-8.jsonl and .json
    merge_prepared(Path("data/my-chats"))                                 # the same three files as ``ingest`` makes

What takes time is said of a record by itself: its form, its trace, the questions of evaluation. Whether an earlier one
has its prompt can be told only of all in order, and is left to the merging.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from tunixlib.artifacts import canonical_json, read_jsonl, sha256_text, write_jsonl
from tunixlib.progress import Progress, progress
from tunixlib.seeding import datasets
from tunixlib.seeding.ingest.intake import (
    PROGRESS_EVERY,
    evaluation_questions,
    opened,
    refuse_taken,
    shown,
    write_ingested,
)
from tunixlib.seeding.ingest.records import IngestError, Record, Reject
from tunixlib.seeding.ingest.sift import Prepared, Question, Sieve
from tunixlib.seeding.shard_files import ShardSet, code_sha256, shard_path
from tunixlib.traces import ReasoningTrace


def prepare_shard(
    path: Path, key: str, mapping: Mapping[str, str] | None = None, encoding: str | None = None, stages: str = "steps",
    root: Path | None = None, *, shard: int, shards: int,
) -> dict[str, Any]:  # fmt: skip
    """Write ``data/<key>/shards/<shard>-of-<shards>.{jsonl, json}`` from a file; returns what the latter says.

    The arguments are those of ``ingest``, the same for every shard. Raises IngestError as it does, and for a shard that
    there is not, or a folder with shards of something else.
    """
    folder = (root or datasets.DATA_ROOT) / key
    with opened(path, folder, key, mapping, encoding, stages) as (source, came, records):
        questions = list(evaluation_questions(folder.parent))
        what = {"dataset_key": key, "ingest": came, "questions_sha256": _sha256_of(questions), "code": code_sha256()}
        ours = ShardSet(what, shards)
        ours.refuse_mixed(folder, shard)
        sieve = Sieve(key, path.name, came["mapping"], questions)
        with progress(came["source_bytes"], f"ingest {path.name}, shard {shard} of {shards}") as bar:
            mine = (row for n, row in enumerate(shown(records, source, bar)) if n % shards == shard - 1)
            rows = (_as_row(sieve.prepare(row) if isinstance(row, Record) else row) for row in mine)
            found = write_jsonl(shard_path(folder, shard, shards), rows)
            bar.reach(bar.total)
        return ours.write_record(folder, shard, found)


def merge_prepared(folder: Path, ours: ShardSet) -> dict[str, Any]:
    """Sift the records of all shards in the order of the source; returns the manifest, the same as ``ingest`` makes."""
    key, came = ours.what["dataset_key"], ours.what["ingest"]
    refuse_taken(folder, key, came)
    if _sha256_of(evaluation_questions(folder.parent)) != ours.what["questions_sha256"]:
        raise IngestError(
            f"{folder}: found other evaluation sets in {folder.parent} than the shards were held against, expected the "
            "same; prepare the shards again"
        )
    sieve = Sieve(key, came["source"], came["mapping"])
    total = sum(record["rows"] for record in ours.records(folder).values())
    with progress(total, f"merge {key}") as bar:
        manifest = write_ingested(folder, key, came, sieve, _in_order(folder, ours, bar))
        bar.reach(total)
    return manifest


def _sha256_of(questions: Iterable[Question]) -> str:
    return sha256_text(canonical_json(sorted((question.name, question.prompt) for question in questions)))


def _in_order(folder: Path, ours: ShardSet, bar: Progress) -> Iterator[Prepared | Reject]:
    """The first record of each shard, then the second of each, until one has no more."""
    streams = [read_jsonl(shard_path(folder, n, ours.shards)) for n in range(1, ours.shards + 1)]
    for done in count():
        row = next(streams[done % ours.shards], None)
        if row is None:
            if done < bar.total:
                raise IngestError(f"{folder}: found {done} records in turn, expected {bar.total}; prepare them again")
            return
        if done % PROGRESS_EVERY == 0:
            bar.reach(done)
        yield _from_row(row[1])


def _as_row(found: Prepared | Reject) -> dict[str, Any]:
    if isinstance(found, Reject):
        return {"reject": asdict(found)}
    return {"prepared": {**vars(found), "trace": found.trace.model_dump()}}


def _from_row(row: Mapping[str, Any]) -> Prepared | Reject:
    if "reject" in row:
        return Reject(**row["reject"])
    return Prepared(**{**row["prepared"], "trace": ReasoningTrace.model_validate(row["prepared"]["trace"])})
