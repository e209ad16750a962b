"""Predictions written part by part, so that an evaluation that was killed goes on and ends with the same bytes.

rows = predict_in_parts(folder, key, items, answer)     # answer(items[0:250]), answer(items[250:500]), ...

Which rows share a batch can decide the last bit of a logit, so the parts are cut by the number of items alone, or by a
number of processes that was asked for, and never by where a kill happened. ``key`` stands for what the answers depend
on: a part with another one is written again. Processes share whole parts.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from tunixlib.artifacts import ArtifactError, canonical_json, read_jsonl, sha256_text, write_jsonl

# Batches run half empty at the end of a part: large enough for that to be rare, small enough to be worth keeping.
LARGEST_PART = 256

Item = Mapping[str, Any]
Rows = list[dict[str, Any]]


def cut(items: Sequence[Item], processes: int = 1) -> list[Sequence[Item]]:
    """The items in as few parts of nearly the same size as possible, none over ``LARGEST_PART``, as many for each."""
    count = min(len(items), -(-len(items) // (LARGEST_PART * processes)) * processes)
    borders = [len(items) * number // max(1, count) for number in range(count + 1)]
    return [items[a:b] for a, b in pairwise(borders)]


def predict_in_parts(
    folder: Path, key: str, items: Sequence[Item], answer: Callable[[Sequence[Item], int], Rows], processes: int = 1
) -> Rows:
    """The prediction rows of all items, in their order; parts that ``folder`` holds with this key are not made again.

    ``answer(part, done)`` makes the rows of a part; ``done`` items came before it.
    """
    rows: Rows = []
    for number, part in enumerate(cut(items, processes)):
        found = _kept(folder, number, key, part)
        if found is None:
            found = answer(part, len(rows))
            keep_part(folder, number, key, found)
        rows += found
    return rows


def missing_parts(folder: Path, key: str, items: Sequence[Item], processes: int) -> dict[int, Sequence[Item]]:
    """Number of a part -> its items, of those that ``folder`` does not hold with this key."""
    parts = enumerate(cut(items, processes))
    return {number: part for number, part in parts if _kept(folder, number, key, part) is None}


def keep_part(folder: Path, number: int, key: str, rows: Rows) -> None:
    """Write the rows of one part."""
    write_jsonl(_place(folder, number), [{"key": key, "sha256": _sha256(rows)}, *rows])


def _place(folder: Path, number: int) -> Path:
    return folder / f"part-{number}.jsonl"


def _kept(folder: Path, number: int, key: str, part: Sequence[Item]) -> Rows | None:
    return _read(_place(folder, number), key, [item["id"] for item in part])


def _read(path: Path, key: str, ids: list[str]) -> Rows | None:
    """The rows of a part; None where there is none, or one that is torn or of something else (and it says so)."""
    if not path.is_file():
        return None
    try:
        head, *rows = [row for _, row in read_jsonl(path)]
        whole = head == {"key": key, "sha256": _sha256(rows)} and [row["id"] for row in rows] == ids
    except (ArtifactError, OSError, ValueError, TypeError, KeyError):
        whole = False
    if not whole:
        print(f"saved answers not used: {path} is torn, or of other weights, items, settings or code", file=sys.stderr)
    return rows if whole else None


def _sha256(rows: Rows) -> str:
    return sha256_text("\n".join(map(canonical_json, rows)))
