"""Zips from elsewhere, unpacked without trust: plain files below one folder, and no more bytes than announced.

    unpack(Path("output.zip"), Path("scratch"))
    # RunError: output.zip: found the entry '../x', a path out of the folder; expected ... nothing was unpacked

All entries are looked at before the first is written. Refused are links and devices, absolute paths and ``..``, drive
letters, backslashes, names that Windows reserves or cannot write, two entries that are one file on some system
(written twice, or alike but for case or accents), encryption, and sizes no honest archive has.
"""

import re
import shutil
import stat
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import IO

from tunixlib.runs import RunError
from tunixlib.trees import remove

MOST_ENTRIES = 100_000
# What an archive may hold for each byte of its own, once it holds more than FREE: text shrinks to a fifth or a tenth.
MOST_RATIO, FREE = 100, 100_000_000
BLOCK = 1 << 20

_RESERVED = re.compile(r"(?is:(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?)")
_UNWRITABLE = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError)


def unpack(path: Path, folder: Path) -> list[Path]:
    """Unpack a zip below ``folder`` and return its files. Raises RunError naming the entry, with nothing left there."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(path, archive.infolist(), entries, folder)
            return _write(archive, entries, folder)
    except _BROKEN as error:
        raise RunError(f"{path}: found a broken zip ({error}), expected a whole one; download it again") from None


def _check(path: Path, listed: list[zipfile.ZipInfo], entries: list[zipfile.ZipInfo], folder: Path) -> None:
    if len(listed) > MOST_ENTRIES:
        found = f"found {len(listed):,} entries, expected at most {MOST_ENTRIES:,}"
        raise RunError(f"{path}: {found}; nothing was unpacked: that is no output of a run")
    for entry in listed:
        if fault := entry_fault(entry):
            raise RunError(
                f"{path}: found the entry {entry.orig_filename!r:.100}, {fault}; expected plain files with relative "
                "names; nothing was unpacked: make the zip again from the files themselves"
            )
    if clash := _clash([entry.filename for entry in listed]):
        raise RunError(f"{path}: found {clash}; nothing was unpacked: make the zip again without one of them")
    size, packed = sum(entry.file_size for entry in entries), path.stat().st_size
    if size > max(FREE, MOST_RATIO * packed):
        raise RunError(
            f"{path}: found {packed:,} bytes that would become {size:,}, expected at most {MOST_RATIO} times as many; "
            "nothing was unpacked: that is no output of a run"
        )
    free = shutil.disk_usage(folder).free
    if size > free:
        raise RunError(f"{path}: needs {size:,} bytes, found {free:,} free; free some space or set TMPDIR elsewhere")


def entry_fault(entry: zipfile.ZipInfo) -> str:
    """Why an entry is not a plain file or folder with a relative name that every system can write, or nothing."""
    name, kind = entry.orig_filename, stat.S_IFMT(entry.external_attr >> 16)
    parts = name.removesuffix("/").split("/")
    if kind == stat.S_IFLNK:
        return "a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "neither a file nor a folder"
    if entry.flag_bits & 0x1:
        return "which is encrypted"
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return "an absolute path"
    if ".." in parts:
        return "a path out of the folder"
    if "\\" in name or _UNWRITABLE.search(name):
        return "with a character that some system cannot write"
    if any(not part or part[-1] in ". " or _RESERVED.fullmatch(part) for part in parts):
        return "with a name that some system reserves or shortens"
    return ""


def _clash(names: list[str]) -> str:
    """Two entries that would be one file on a system that ignores case or the form of accents, or nothing."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        parts = name.rstrip("/").split("/")
        inner = len(parts) + name.endswith("/")
        for depth in range(1, inner):
            folder = "/".join(parts[:depth])
            if (other := folders.setdefault(_plain(folder), folder)) != folder:
                return f"the folders {other!r} and {folder!r}, one on some systems"
        if not name.endswith("/") and (other := files.setdefault(_plain(name), name)) is not name:
            return f"the entries {other!r} and {name!r}, one file on some systems"
    both = files.keys() & folders.keys()
    return f"{files[min(both)]!r} as a file and as a folder" if both else ""


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _write(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path) -> list[Path]:
    written: list[Path] = []
    try:
        for entry in entries:
            target = folder.joinpath(*entry.filename.split("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)  # of an earlier unpacking; never through a link
            with archive.open(entry) as source, open(target, "xb") as stream:
                written.append(target)
                _copy(source, stream, entry)
    except BaseException:
        for path in written:
            remove(path)
        raise
    return written


def _copy(source: IO[bytes], stream: IO[bytes], entry: zipfile.ZipInfo) -> None:
    left = entry.file_size
    while block := source.read(BLOCK):
        left -= len(block)
        if left < 0:
            raise zipfile.BadZipFile(f"{entry.filename!r} holds more than the {entry.file_size:,} bytes it announces")
        stream.write(block)
