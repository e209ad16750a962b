"""A large dataset made in shards, in any order and on any machines: put together, the same bytes as made at once.

    write_shard(Recipe("my-big", 1_000_000), Path("data/my-big"), shard=3, shards=8)    # shards/3-of-8.jsonl and .json
    merge_shards(Path("data/my-big"))                                                   # dataset.jsonl, manifest.json

Every trace follows from key, seed and position, so a shard is a range of positions and needs nothing of the others. Its
``.json`` says of which dataset it is, with its sha256 and counts, so that merging copies bytes and adds numbers.
"""

import shutil
from pathlib import Path
from typing import IO, Any

from tunixlib.artifacts import read_json, sha256_file, write_atomic, write_json
from tunixlib.seeding.datasets import Counts, manifest_of, refuse_other, watched_traces
from tunixlib.seeding.recipes import Recipe, SeedingError
from tunixlib.traces import write_traces

SHARDS = "shards"
# What all shards of a dataset say alike.
SAME = ("dataset_key", "seed", "traces", "shards")


def write_shard(recipe: Recipe, folder: Path, shard: int, shards: int) -> dict[str, Any]:
    """Write ``folder/shards/<shard>-of-<shards>.{jsonl, json}``, shards counted from 1; returns what the latter says.

    Raises SeedingError for a shard that there is not, or a folder that holds another dataset or shards of one.
    """
    if not 1 <= shard <= shards <= recipe.traces:
        raise SeedingError(
            f"dataset {recipe.key!r}: found shard {shard} of {shards}, expected 1 to {shards}, and at most "
            f"{recipe.traces} shards, one for each trace"
        )
    refuse_other(folder, {"dataset_key": recipe.key, "seed": recipe.seed, "count": recipe.traces})
    ours = {"dataset_key": recipe.key, "seed": recipe.seed, "traces": recipe.traces, "shards": shards}
    _refuse_mixed(folder, ours)
    counts, path = Counts(), folder / SHARDS / f"{shard}-of-{shards}.jsonl"
    start, stop = ((place * recipe.traces) // shards for place in (shard - 1, shard))
    write_traces(path, counts.watch(watched_traces(recipe, start, stop)))
    record = {"shard_version": "1.0", **ours, "shard": shard, "count": counts.total, "sha256": sha256_file(path)}
    write_json(path.with_suffix(".json"), record | {"counts": {name: dict(n) for name, n in counts.by.items()}})
    return record


def merge_shards(folder: Path) -> dict[str, Any]:
    """Put all shards of a folder together into ``dataset.jsonl`` and ``manifest.json``; returns the manifest.

    Raises SeedingError, naming them, where shards are missing, changed, or of several datasets. The shards stay.
    """
    records = _records(folder)
    if not records:
        raise SeedingError(
            f"{folder / SHARDS}: found no shard, expected some; make them with seed --shards N --shard I"
        )
    first = records[min(records)]
    missing = [str(n) for n in range(1, first["shards"] + 1) if n not in records]
    if missing:
        raise SeedingError(
            f"{folder / SHARDS}: found no shard {', '.join(missing[:10])} of {first['shards']}, expected them all; "
            "make them, or copy them here"
        )
    recipe, counts = Recipe(first["dataset_key"], first["traces"], first["seed"]), Counts()
    refuse_other(folder, {"dataset_key": recipe.key, "seed": recipe.seed, "count": recipe.traces})
    paths = [folder / SHARDS / f"{n}-of-{first['shards']}.jsonl" for n in sorted(records)]
    for path, record in zip(paths, (records[n] for n in sorted(records)), strict=True):
        if not path.is_file() or sha256_file(path) != record["sha256"]:
            raise SeedingError(f"{path}: found other bytes than {path.stem}.json names; make the shard again")
        counts.add(record["count"], record["counts"])

    def fill(stream: IO[bytes]) -> None:
        for path in paths:
            with path.open("rb") as part:
                shutil.copyfileobj(part, stream)

    write_atomic(folder / "dataset.jsonl", fill)
    manifest = manifest_of(recipe, counts, folder / "dataset.jsonl")
    write_json(folder / "manifest.json", manifest)
    return manifest


def _records(folder: Path) -> dict[int, dict[str, Any]]:
    """Number -> record of every finished shard. Raises SeedingError when they are not of one dataset."""
    found: dict[int, dict[str, Any]] = {}
    for path in sorted((folder / SHARDS).glob("*-of-*.json")):
        record = read_json(path)
        ours = next(iter(found.values()), record)
        if any(record[name] != ours[name] for name in SAME):
            raise SeedingError(
                f"{path}: found a shard of {_words(record)}, expected one of {_words(ours)} as the others are; move it "
                "away"
            )
        found[record["shard"]] = record
    return found


def _refuse_mixed(folder: Path, ours: dict[str, Any]) -> None:
    for record in _records(folder).values():
        if any(record[name] != value for name, value in ours.items()):
            raise SeedingError(
                f"{folder / SHARDS}: found shards of {_words(record)}, expected none but of {_words(ours)}; choose "
                "another --out, or move them away"
            )


def _words(record: dict[str, Any]) -> str:
    return f"{record['dataset_key']}, {record['traces']} traces, seed {record['seed']}, in {record['shards']} shards"
