"""Rows of a small CSV file as dictionaries of text, each with its line.

for line, row in csv_rows(Path("questions.csv")):     # id,prompt,expected_answer
    ...                                               # 2, {"id": "q1", "prompt": ..., "expected_answer": "45"}
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from tunixlib.artifacts import ArtifactError

MAX_BYTES = 64_000_000  # of a file, which is read at once
MAX_CELL = 200_000  # characters: more than any field of ours allows, so that the field's own limit speaks


def csv_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """``(last line, row)`` of a CSV file with a header; a cell that is empty is a field that is not there.

    Raises ArtifactError with file and line for another encoding, torn quotes and rows of other lengths.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ArtifactError(
            f"{path}: found {size:,} bytes, expected at most {MAX_BYTES:,} of CSV; save it as JSON lines"
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArtifactError(f"{path}: not UTF-8 ({error}); save the file in that encoding") from None
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        for cells in reader:
            if cells:
                yield reader.line_num, _csv_row(f"{path}, line {reader.line_num}", header, cells)
    except csv.Error as error:
        raise ArtifactError(f"{path}, line {reader.line_num}: not CSV ({error}); correct the line") from None


def _csv_row(where: str, header: list[str], cells: Sequence[str]) -> dict[str, str]:
    if len(cells) != len(header) or len(set(header)) != len(header):
        raise ArtifactError(
            f"{where}: found {len(cells)} cells under the header {','.join(header)!r}, expected one cell for each name "
            "and each name once; put text that holds commas into double quotes"
        )
    return {name: cell for name, cell in zip(header, cells, strict=True) if cell}
