"""Bytes on disk, all of them or none: a file is written beside its target, flushed to disk and renamed.

    write_atomic(path, lambda stream: stream.write(b"done"))

A reader sees the old bytes or the new ones and never half of them, whatever was killed and when.
"""

import errno
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

# What keeps a file from being written, with what to do. Finished stages stay, and the same command continues.
NOT_WRITABLE = {
    errno.ENOSPC: "the disk is full; free some space and repeat the command: it continues with what is finished",
    errno.EDQUOT: "your share of the disk is used up; free some space and repeat the command: it continues",
    errno.EFBIG: "a file of this size is not allowed here; raise the limit (ulimit -f) and repeat the command",
    errno.EROFS: "the disk is read-only; choose another folder for runs with TUNIXLIB_RUNS_ROOT",
    errno.EACCES: "no permission; correct it, close what else has it open, or set another folder by TUNIXLIB_RUNS_ROOT",
    errno.EPERM: "this is not permitted here; correct it, or choose another folder with TUNIXLIB_RUNS_ROOT",
}

# Seconds to wait and try again: Windows refuses a rename while a reader or a virus scanner has the target open.
RENAME_WAITS = (0.01, 0.05, 0.2, 0.7) if os.name == "nt" else ()


def not_writable(error: OSError, path: Path | str | None = None) -> OSError:
    """The same error with what to do about it; one that is about something else comes back as it is."""
    words = NOT_WRITABLE.get(error.errno or 0)
    if words is None or error.strerror == words:
        return error
    return OSError(error.errno, words, str(path or error.filename or "(no file named)"))


def write_atomic(path: Path, fill: Callable[[IO[bytes]], None]) -> None:
    """Write a file by calling ``fill(stream)`` on a temporary neighbour, then rename it onto ``path``.

    On any error the neighbour is removed and an earlier ``path`` stays as it was; a kill leaves the neighbour, whose
    name (``.NAME.*.part``) is never evidence. A full disk, a read-only folder or a missing permission is an OSError
    that names ``path``.
    """
    try:
        _write_beside(path, fill)
    except OSError as error:
        raise not_writable(error, path) from None


def _write_beside(path: Path, fill: Callable[[IO[bytes]], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            fill(stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        _rename(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    _flush_folder(path.parent)


def _rename(name: str, path: Path) -> None:
    for wait in RENAME_WAITS:
        try:
            os.replace(name, path)
            return
        except PermissionError:
            time.sleep(wait)
    os.replace(name, path)


def _flush_folder(folder: Path) -> None:
    """Bring the rename itself to disk, so that after a power cut no later file is there without the earlier ones.

    The manifest's presence means that the run is whole; file systems keep renames in order only when told so. Windows
    and some network drives cannot do this for a folder: there ``verify`` finds what is missing.
    """
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def flush(path: Path) -> None:
    """Force a file that somebody else wrote to the disk."""
    with open(path, "rb+") as stream:
        os.fsync(stream.fileno())
