"""A large dataset made in shards, in any order and on any machines: put together, the same bytes as made at once.

    write_shard(Recipe("my-big", 1_000_000), Path("data/my-big"), shard=3, shards=8)    # shards/3-of-8.jsonl and .json
    merge_shards(Path("data/my-big"))                                                   # dataset.jsonl, manifest.json

Every trace follows from key, seed and position, so a shard is a range of positions and needs nothing of the others;
merging copies bytes and adds numbers. Only shards that the same code made are merged. Shards of a file that is taken in
are those of ``ingest.shards``.
"""

import shutil
from pathlib import Path
from typing import IO, Any

from tunixlib.artifacts import write_json
from tunixlib.atomic import write_atomic
from tunixlib.seeding.datasets import Counts, manifest_of, refuse_other, watched_traces
from tunixlib.seeding.ingest.shards import merge_prepared
from tunixlib.seeding.recipes import Recipe, SeedingError
from tunixlib.seeding.shard_files import ShardSet, code_sha256, found_set, shard_path
from tunixlib.traces import write_traces


def write_shard(recipe: Recipe, folder: Path, shard: int, shards: int) -> dict[str, Any]:
    """Write ``folder/shards/<shard>-of-<shards>.{jsonl, json}``, shards counted from 1; returns what the latter says.

    Raises SeedingError for a shard that there is not, or a folder that holds another dataset or shards of one.
    """
    if shards > recipe.traces:
        raise SeedingError(f"found {shards} shards of {recipe.traces} traces, expected one trace for each; take fewer")
    what = {"dataset_key": recipe.key, "seed": recipe.seed, "traces": recipe.traces, "code": code_sha256()}
    ours, counts = ShardSet(what, shards), Counts()
    ours.refuse_mixed(folder, shard)
    refuse_other(folder, {"dataset_key": recipe.key, "seed": recipe.seed, "count": recipe.traces})
    start, stop = ((place * recipe.traces) // shards for place in (shard - 1, shard))
    write_traces(shard_path(folder, shard, shards), counts.watch(watched_traces(recipe, start, stop)))
    by = {name: dict(found) for name, found in counts.by.items()}
    return ours.write_record(folder, shard, counts.total, counts=by)


def merge_shards(folder: Path) -> dict[str, Any]:
    """Put all shards of a folder together, of whichever kind; returns the manifest. The shards stay.

    Raises SeedingError, naming them, where shards are missing, changed, or of something else than the others.
    """
    ours = found_set(folder)
    records = ours.records(folder)
    if "ingest" in ours.what:
        return merge_prepared(folder, ours)
    recipe, counts = Recipe(ours.what["dataset_key"], ours.what["traces"], ours.what["seed"]), Counts()
    refuse_other(folder, {"dataset_key": recipe.key, "seed": recipe.seed, "count": recipe.traces})
    for record in records.values():
        counts.add(record["rows"], record["counts"])

    def fill(stream: IO[bytes]) -> None:
        for number in records:
            with shard_path(folder, number, ours.shards).open("rb") as part:
                shutil.copyfileobj(part, stream)

    if counts.total != recipe.traces:
        raise SeedingError(
            f"{folder}: found {counts.total} traces in all shards, expected {recipe.traces}; make them again"
        )
    write_atomic(folder / "dataset.jsonl", fill)
    manifest = manifest_of(recipe, counts, folder / "dataset.jsonl")
    write_json(folder / "manifest.json", manifest)
    return manifest
