"""Shards on disk: ``shards/3-of-8.jsonl`` and a ``.json`` that says of what it is a shard, with its sha256.

ours = ShardSet({"dataset_key": "my-big", "seed": 42}, shards=8)
ours.refuse_mixed(folder, 3)
ours.write_record(folder, 3, rows=125_000)
found_set(folder).records(folder)           # number -> record of every shard, all of them there and unchanged
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.artifacts import canonical_json, read_json, sha256_file, write_json
from tunixlib.seeding.recipes import SeedingError
from tunixlib.trees import sources_sha256

SHARDS, VERSION = "shards", "1.0"
KEYS = {"what", "shard", "shards", "rows", "sha256"}


def shard_path(folder: Path, shard: int, shards: int) -> Path:
    """Where the rows of a shard lie."""
    return folder / SHARDS / f"{shard}-of-{shards}.jsonl"


def code_sha256() -> str:
    """The code that rows follow from: shards of several versions would make a dataset that no version makes."""
    return sources_sha256("checking", "seeding")


@dataclass(frozen=True)
class ShardSet:
    """What shards are of, code included, the same in all of them, and how many there are."""

    what: dict[str, Any]
    shards: int

    def refuse_mixed(self, folder: Path, shard: int) -> None:
        """Raise SeedingError for a shard that there is not, and for a folder with shards of something else."""
        if not 1 <= shard <= self.shards:
            raise SeedingError(f"found shard {shard} of {self.shards}, expected 1 to {self.shards}; choose one of them")
        for path in sorted((folder / SHARDS).glob("*-of-*.json")):
            if (found := _set_of(path)) != self:
                raise SeedingError(
                    f"{path}: found a shard {found.words(self)}, expected one {self.words(found)}; choose another "
                    "place, or move it away"
                )

    def words(self, other: "ShardSet") -> str:
        """What a set is, where it differs from another one."""
        ours, theirs = self._facts(), other._facts()
        apart = [name for name in ours if ours[name] != theirs.get(name)]
        return "with " + ", ".join(f"{name} {ours[name]}" for name in apart)

    def _facts(self) -> dict[str, str]:
        """Everything that is said of a set, by a name of one level."""
        found: dict[str, Any] = {"shards": self.shards}
        for name, value in self.what.items():
            found |= value if isinstance(value, dict) else {name: value}
        return {name: canonical_json(value)[:80] for name, value in found.items()}

    def write_record(self, folder: Path, shard: int, rows: int, **more: Any) -> dict[str, Any]:
        """Write the ``.json`` of a shard whose rows lie there; its presence says that the shard is whole."""
        path = shard_path(folder, shard, self.shards)
        record = {
            "shard_version": VERSION, "what": self.what, "shard": shard, "shards": self.shards, "rows": rows,
            "sha256": sha256_file(path), **more,
        }  # fmt: skip
        write_json(path.with_suffix(".json"), record)
        return record

    def records(self, folder: Path) -> dict[int, dict[str, Any]]:
        """Number -> record of every shard, in order. Raises SeedingError for those that are missing or changed."""
        self.refuse_mixed(folder, 1)
        paths = {n: shard_path(folder, n, self.shards) for n in range(1, self.shards + 1)}
        missing = [str(n) for n, path in paths.items() if not path.with_suffix(".json").is_file()]
        if missing:
            raise SeedingError(
                f"{folder / SHARDS}: found no shard {', '.join(missing[:10])} of {self.shards}, expected them all; "
                "make them, or copy them here"
            )
        records = {n: read_json(path.with_suffix(".json")) for n, path in paths.items()}
        for n, path in paths.items():
            if records[n]["shard"] != n:
                found = f"found shard {records[n]['shard']}"
                raise SeedingError(f"{path.with_suffix('.json')}: {found}, expected shard {n}; make that one")
            if not path.is_file() or sha256_file(path) != records[n]["sha256"]:
                raise SeedingError(f"{path}: found other bytes than {path.stem}.json names; make the shard again")
        return records


def found_set(folder: Path) -> ShardSet:
    """The set that the shards of a folder are of. Raises SeedingError when there is none."""
    paths = sorted((folder / SHARDS).glob("*-of-*.json"))
    if not paths:
        raise SeedingError(f"{folder / SHARDS}: found no shard, expected some; make them with --shards N --shard I")
    return _set_of(paths[0])


def _set_of(path: Path) -> ShardSet:
    record = read_json(path)
    if not isinstance(record, dict) or record.get("shard_version") != VERSION or not record.keys() >= KEYS:
        raise SeedingError(f"{path}: found no record of a shard, expected one of version {VERSION}; make it again")
    return ShardSet(record["what"], record["shards"])
