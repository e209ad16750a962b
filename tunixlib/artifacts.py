"""Documents on disk: canonical JSON, JSONL streams, sha256; nothing is written in place (``atomic``).

Canonical bytes are UTF-8 with LF line ends, sorted keys and no NaN, so that the same content has the same hash on
every machine.

    >>> canonical_json({"b": 1, "a": "é"})
    '{"a":"é","b":1}'
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from tunixlib.atomic import write_atomic
from tunixlib.strict_json import parse_json

# The longest line that is read, in bytes: the largest trace that ``traces.py`` allows needs 81 MB as UTF-8.
MAX_LINE = 84_000_000


class ArtifactError(ValueError):
    """A file is missing, torn or not what it should be. The message names file, place, finding and remedy."""


def canonical_json(value: Any) -> str:
    """One line of JSON: sorted keys, no spaces, real UTF-8. Raises ValueError on NaN and infinities."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def pretty_json(value: Any) -> str:
    """The form of our ``.json`` files: sorted keys, two spaces of indent, one final newline."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False) + "\n"


def sha256_bytes(data: bytes) -> str:
    """Hex sha256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def sha256_text(text: str) -> str:
    """Hex sha256 of the UTF-8 bytes of a string."""
    return sha256_bytes(text.encode("utf-8"))


def sha256_file(path: Path) -> str:
    """Hex sha256 of a file's bytes, read in blocks."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes atomically."""

    def fill(stream: IO[bytes]) -> None:
        stream.write(data)

    write_atomic(path, fill)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically, with the line ends it has (LF in all our files)."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write one JSON document in the form of ``pretty_json``."""
    write_text(path, pretty_json(value))


def read_json(path: Path) -> Any:
    """Read one JSON document. Raises ArtifactError naming the file when it is missing or not JSON.

    Documents may be others' (a model's ``config.json`` may hold ``Infinity``): of keys that stand twice the last one
    counts, and numbers need not be finite. In evidence ``verify`` finds both, since neither is canonical.
    """
    _refuse_other_than_file(path, "JSON")
    try:
        return parse_json(path.read_bytes(), strict=False)
    except ValueError as error:
        raise ArtifactError(f"{path}: not UTF-8 JSON ({error}); restore the file or run its stage again") from None


def write_jsonl(path: Path, rows: Iterable[Any]) -> int:
    """Write one canonical JSON document per line, atomically, in constant memory. Returns the number of lines."""
    count = 0

    def fill(stream: IO[bytes]) -> None:
        nonlocal count
        for row in rows:
            stream.write(canonical_json(row).encode("utf-8") + b"\n")
            count += 1

    write_atomic(path, fill)
    return count


def read_jsonl(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield ``(line_number, value)`` from a JSONL file, one line in memory at a time; blank lines are skipped.

    Raises ArtifactError with file and line on the first line that is not strict UTF-8 JSON (``strict_json``).
    """
    for number, line in read_lines(path):
        try:
            value = parse_json(line)
        except ValueError as error:
            raise ArtifactError(f"{path}, line {number}: not UTF-8 JSON ({error}); correct the line") from None
        yield number, value


def read_lines(
    path: Path, limit: int = MAX_LINE, too_long: Callable[[int, str], None] | None = None
) -> Iterator[tuple[int, bytes]]:
    """Yield ``(line_number, bytes)`` for every line that is not blank. Raises ArtifactError when there is no file.

    A line of more than ``limit`` bytes is passed over without being held: ``too_long(line_number, reason)`` hears of
    it and reading goes on; without that, ArtifactError is raised.
    """
    _refuse_other_than_file(path, "JSON lines")
    with open(path, "rb") as stream:
        yield from ((number, line) for number, line in split_lines(stream, path, limit, too_long) if line.strip())


def split_lines(
    stream: IO[bytes], path: Path, limit: int = MAX_LINE, too_long: Callable[[int, str], None] | None = None
) -> Iterator[tuple[int, bytes]]:
    """Yield ``(line_number, bytes)`` for every line of a stream, blank ones too; ``path`` names it in errors."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) > limit and not line.endswith(b"\n"):
            reason = f"found {len(line) + _skip_line(stream):,} bytes, expected at most {limit:,} in one line"
            if too_long is None:
                raise ArtifactError(f"{path}, line {number}: {reason}; shorten or remove it")
            too_long(number, reason)
        else:
            yield number, line


def _skip_line(stream: IO[bytes]) -> int:
    """Read to the end of a line, a megabyte at a time; how many bytes that were, without the line end."""
    skipped = 0
    while block := stream.readline(1 << 20):
        skipped += len(block)
        if block.endswith(b"\n"):
            return skipped - 1
    return skipped


def _refuse_other_than_file(path: Path, form: str) -> None:
    if path.is_dir():
        raise ArtifactError(f"{path}: found a folder, expected a file of {form}; move it away, run its stage again")
    if not path.is_file():
        raise ArtifactError(f"{path}: found no file, expected {form}; run the stage that writes it")
