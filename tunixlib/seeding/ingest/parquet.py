"""Parquet files, a few rows at a time. Needs pyarrow, which nothing else here does.

for record in parquet_records(Path("train-00000-of-00001.parquet")): ...
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tunixlib.seeding.ingest.records import IngestError, Record
from tunixlib.trees import PROJECT_ROOT

ROWS_AT_ONCE = 64
MAX_GROUP = 4_000_000_000  # bytes of a row group, unpacked: pyarrow holds one at a time


def parquet_records(path: Path) -> Iterator[Record]:
    """The rows in order, numbered from 1; empty cells are absent fields. Raises IngestError for a broken file."""
    pyarrow = _pyarrow(path)
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _refuse_huge(file.metadata, path)
            number = 0
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    number += 1
                    yield Record(number, {name: value for name, value in row.items() if value is not None})
    except (pyarrow.ArrowException, OSError) as error:
        raise IngestError(f"{path}: not a whole Parquet file ({str(error)[:200]}); copy it again") from None


def _refuse_huge(metadata: Any, path: Path) -> None:
    largest = max((metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups)), default=0)
    if largest > MAX_GROUP:
        raise IngestError(
            f"{path}: found a row group of {largest:,} bytes unpacked, expected at most {MAX_GROUP:,}, which are held "
            "in memory; write the file again with smaller row groups, or as JSONL"
        )


def _pyarrow(path: Path) -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise IngestError(
            f"{path}: reading Parquet needs pyarrow, which is not installed; install it with "
            f"`python -m pip install {pinned()}`, or export the data as JSONL"
        ) from None
    return pyarrow


def pinned() -> str:
    """The version of pyarrow that requirements-parquet.txt names, such as ``pyarrow==26.0.1``."""
    text = (PROJECT_ROOT / "requirements-parquet.txt").read_text(encoding="utf-8")
    found = re.search(r"^pyarrow==\S+", text, re.MULTILINE)
    assert found, "requirements-parquet.txt pins pyarrow"
    return found[0]
