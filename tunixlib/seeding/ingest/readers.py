r"""From bytes to records: JSONL, JSON, CSV and Parquet, told apart by what they hold, not by their names.

    with open_source(path) as source:
        form, records = read_records(source, path)      # "jsonl", an iterator of Record and Reject

JSONL, CSV and Parquet pass through record by record; a JSON document is held as a whole, so its size is bounded.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from tunixlib.artifacts import MAX_LINE, split_lines
from tunixlib.seeding.ingest.parquet import parquet_records
from tunixlib.seeding.ingest.records import IngestError, Record, RefusedError, Reject, excerpt
from tunixlib.seeding.ingest.sources import Source
from tunixlib.strict_json import parse_json

# A JSON document becomes about ten times its size in memory; JSONL has no such bound.
MAX_DOCUMENT = 256_000_000  # bytes
# The largest field of a CSV file: all steps of the largest trace, as JSON.
MAX_FIELD = MAX_LINE

Records = Iterator[Record | Reject]


def read_records(source: Source, path: Path) -> tuple[str, Records]:
    """The format of a source and its records, lazily. Raises IngestError when it is none of the four formats."""
    head = source.head()
    if head.startswith(b"PAR1"):
        if source.compression != "none":
            raise IngestError(f"{path}: found Parquet inside gzip, expected one of both; unpack it with gunzip first")
        return "parquet", parquet_records(path)
    suffixes = {suffix.lower() for suffix in path.suffixes}
    named_lines, begin = bool(suffixes & {".jsonl", ".ndjson"}), head.lstrip()[:1]
    if begin == b"[" or (begin == b"{" and not named_lines and _goes_over_lines(head)):
        return "json", _document(source, path)
    if begin == b"{" or named_lines:
        return "jsonl", _lines(source, path)
    if suffixes & {".csv", ".tsv"}:
        return "csv", _rows(source, path)
    raise IngestError(
        f"{path}: found {excerpt(head.lstrip()[:40])!r}... at its start, expected JSON lines, a JSON list, Parquet, or "
        "a file named .csv; is it the right file?"
    )


def _goes_over_lines(head: bytes) -> bool:
    """Whether an object begins that does not end on its own line: one document, printed for people."""
    first, line_end, _ = head.lstrip().partition(b"\n")
    return bool(line_end) and not first.rstrip().endswith(b"}")


def _lines(source: Source, path: Path) -> Records:
    long: list[Reject] = []

    def too_long(number: int, reason: str) -> None:
        long.append(Reject(number, "line_too_long", reason, "", ""))

    for number, line in split_lines(source, path, MAX_LINE, too_long):
        yield from _drained(long)
        if line.strip():
            yield _parsed(number, line)
    yield from _drained(long)


def _drained(waiting: list[Reject]) -> Iterator[Reject]:
    while waiting:
        yield waiting.pop(0)


def _parsed(number: int, line: bytes) -> Record | Reject:
    try:
        value = parse_json(line)
    except ValueError as error:
        return RefusedError("not_json", f"not UTF-8 JSON ({error})", "", line).at(number)
    return _record(number, value)


def _record(number: int, value: object) -> Record | Reject:
    if isinstance(value, dict):
        return Record(number, value)
    kind = "a list" if isinstance(value, list) else "a string" if isinstance(value, str) else "a single value"
    return RefusedError("not_json", f"{kind}, expected an object with named fields", "", value).at(number)


def _document(source: Source, path: Path) -> Records:
    data = source.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise IngestError(
            f"{path}: found a JSON document of more than {MAX_DOCUMENT:,} bytes, which would have to be held in memory "
            f"as a whole; make it JSON lines, as in `jq -c '.[]' {path.name} > {path.stem}.jsonl`"
        )
    try:
        value = parse_json(data)
    except ValueError as error:
        raise IngestError(f"{path}: not one UTF-8 JSON document ({error}); correct it, or make it JSONL") from None
    del data
    for number, item in enumerate(value if isinstance(value, list) else [value], start=1):
        yield _record(number, item)


def _rows(source: Source, path: Path) -> Records:
    """Rows of a CSV file as records; a row's number is that of its first line. Empty cells are absent fields."""
    before = csv.field_size_limit(MAX_FIELD)
    try:
        lines = _decoded(source, path)
        above, first = next(((n, line) for n, line in enumerate(lines, start=1) if line.strip()), (1, ""))
        delimiter = max(",;\t", key=first.count)
        header = _header(first, delimiter, path)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            start = above + reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                detail = f"{error}, in lines {start} to {above + reader.line_num}; expected a row with closed quotes"
                yield Reject(start, "not_a_row", detail, "", "")
                continue
            if row:
                yield _row(start, header, row)
    finally:
        csv.field_size_limit(before)


def _row(number: int, header: list[str], row: list[str]) -> Record | Reject:
    if len(row) != len(header):
        detail = f"{len(row)} cells, expected the header's {len(header)}"
        return RefusedError("not_a_row", detail, "", json.dumps(row, ensure_ascii=False)).at(number)
    return Record(number, {name: cell for name, cell in zip(header, row, strict=True) if cell})


def _header(line: str, delimiter: str, path: Path) -> list[str]:
    try:
        header = [name.strip() for name in next(csv.reader(io.StringIO(line), delimiter=delimiter, strict=True), [])]
    except csv.Error as error:
        raise IngestError(f"{path}, line 1: {error}; expected the names of the columns, on one line") from None
    if len(header) < 2 or "" in header or len(set(header)) != len(header):
        raise IngestError(
            f"{path}, line 1: found columns {header[:20]}, expected at least two, each named and once; write a header"
        )
    return header


def _decoded(source: Source, path: Path) -> Iterator[str]:
    for number, line in split_lines(source, path, MAX_LINE):
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise IngestError(
                f"{path}, line {number}: found bytes that are not UTF-8 ({error.reason}); correct the line, or name "
                "what the file is written in with --encoding"
            ) from None
