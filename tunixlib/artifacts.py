"""Bytes on disk: canonical JSON, atomic writes, JSONL streams, sha256.

Canonical bytes are UTF-8 with LF line ends, sorted keys and no NaN, so that the same content has the same hash on
every machine. Nothing is written in place: a file is written beside its target, flushed to disk and renamed, so a
reader sees the old bytes or the new ones and never half of them.

    >>> canonical_json({"b": 1, "a": "é"})
    '{"a":"é","b":1}'
"""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any


class ArtifactError(ValueError):
    """A file is missing, torn or not what it should be. The message names file, place, finding and remedy."""


def canonical_json(value: Any) -> str:
    """One line of JSON: sorted keys, no spaces, real UTF-8. Raises ValueError on NaN and infinities."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


# What keeps a file from being written, with what to do. Finished stages stay, and the same command continues.
NOT_WRITABLE = {
    errno.ENOSPC: "the disk is full; free some space and repeat the command: it continues with what is finished",
    errno.EDQUOT: "your share of the disk is used up; free some space and repeat the command: it continues",
    errno.EROFS: "the disk is read-only; choose another folder for runs with TUNIXLIB_RUNS_ROOT",
    errno.EACCES: "no permission to write here; correct it, or choose another folder with TUNIXLIB_RUNS_ROOT",
}


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


def write_atomic(path: Path, fill: Callable[[IO[bytes]], None]) -> None:
    """Write a file by calling ``fill(stream)`` on a temporary neighbour, then rename it onto ``path``.

    On any error the neighbour is removed and an earlier ``path`` stays as it was. A full disk, a read-only folder or a
    missing permission is an OSError that names ``path``.
    """
    try:
        _write_beside(path, fill)
    except OSError as error:
        if error.errno in NOT_WRITABLE:
            raise OSError(error.errno, NOT_WRITABLE[error.errno], str(path)) from None
        raise


def _write_beside(path: Path, fill: Callable[[IO[bytes]], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            fill(stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


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
    """Read one JSON document. Raises ArtifactError naming the file when it is missing or not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtifactError(f"{path}: found no file, expected JSON; run the stage that writes it") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
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

    Raises ArtifactError with file and line on the first line that is not UTF-8 JSON.
    """
    for number, line in read_lines(path):
        try:
            yield number, json.loads(line)
        except ValueError as error:
            raise ArtifactError(f"{path}, line {number}: not UTF-8 JSON ({error}); correct the line") from None


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield ``(line_number, bytes)`` for every line that is not blank. Raises ArtifactError when there is no file."""
    if not path.is_file():
        raise ArtifactError(f"{path}: found no file, expected JSON lines; run the stage that writes it")
    with open(path, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield number, line
