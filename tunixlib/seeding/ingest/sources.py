r"""The bytes of a source as UTF-8: plain or gzip, its encoding checked, its size bounded.

    with open_source(Path("chats.jsonl.gz")) as stream:
        stream.compression, stream.encoding      # "gzip", "utf-8"
        stream.readline()

Another encoding is an error that says what the bytes look like and how to convert them; ``encoding="latin-1"`` reads
them as what they are. A byte order mark of UTF-8 is passed over.
"""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tunixlib.seeding.ingest.records import IngestError

# What is unpacked from gzip may grow this large freely; beyond, at most RATIO times what was packed. Text of traces
# packs to a third or a twentieth; a bomb to a thousandth.
FREE_BYTES, RATIO = 200_000_000, 200
HEAD = 1 << 16  # bytes that are looked at to tell the format and the encoding

_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


class Source(io.BufferedReader):
    """A buffered stream of UTF-8 bytes that knows how its file was packed and written."""

    compression: str
    encoding: str
    packed: IO[bytes]

    def head(self) -> bytes:
        """The first bytes, without moving on."""
        return self.peek(HEAD)[:HEAD]

    def position(self) -> int:
        """Bytes of the file itself that have been read: what a progress bar counts."""
        return self.packed.tell()


class _Unpacked(io.RawIOBase):
    """What a gzip file holds, up to the bound."""

    def __init__(self, packed: IO[bytes], path: Path):
        self._gzip, self._packed, self._path, self._out = gzip.GzipFile(fileobj=packed), packed, path, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._gzip.read(len(buffer))
        buffer[: len(data)] = data
        self._out += len(data)
        if self._out > FREE_BYTES and self._out > RATIO * self._packed.tell():
            raise IngestError(
                f"{self._path}: {self._packed.tell():,} packed bytes unpack to more than {self._out:,}, expected at "
                f"most {RATIO} times as many; unpack it yourself if you trust it, and ingest the unpacked file"
            )
        return len(data)


class _Recoded(io.RawIOBase):
    """Bytes of another encoding as UTF-8."""

    def __init__(self, raw: IO[bytes], encoding: str):
        self._raw, self._decoder, self._ready = raw, codecs.getincrementaldecoder(encoding)(), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            data = self._raw.read(HEAD)
            self._ready = self._decoder.decode(data, final=not data).encode("utf-8")
            if not data:
                break
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count


@contextmanager
def open_source(path: Path, encoding: str | None = None) -> Iterator[Source]:
    """A file as a stream of UTF-8 bytes. Raises IngestError for what is no file, empty, torn, or otherwise encoded."""
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no file"
        raise IngestError(f"{path}: found {found}, expected a file of records: .jsonl, .json, .csv or .parquet")
    with open(path, "rb") as packed, _torn(path):
        is_gzip = packed.read(2) == b"\x1f\x8b"
        packed.seek(0)
        raw: io.RawIOBase | IO[bytes] = _Unpacked(packed, path) if is_gzip else packed
        if encoding:
            _refuse_unknown(encoding)
            raw = _Recoded(io.BufferedReader(raw) if is_gzip else packed, encoding)  # type: ignore[type-var]
        source = Source(raw, HEAD)  # type: ignore[arg-type]
        source.compression, source.encoding, source.packed = "gzip" if is_gzip else "none", encoding or "utf-8", packed
        head = source.head()
        if not head:
            raise IngestError(f"{path}: found an empty file, expected records; is it the right one?")
        if not encoding and not head.startswith(b"PAR1") and (looks := other_encoding(head)):
            raise IngestError(
                f"{path}: found what looks like {looks}, expected UTF-8; convert it, as in "
                f"`iconv -f {looks} -t UTF-8 {path.name} > utf8-{path.name}`, or add --encoding {looks.lower()}"
            )
        if head.startswith(codecs.BOM_UTF8):
            source.read(len(codecs.BOM_UTF8))
        yield source


@contextmanager
def _torn(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise IngestError(f"{path}: the gzip file is torn ({error}); copy or download it again") from None
    except UnicodeDecodeError as error:
        raise IngestError(
            f"{path}: found bytes that are not {error.encoding} ({error.reason}); name the right --encoding"
        ) from None
    except UnicodeEncodeError as error:
        raise IngestError(f"{path}: {error.reason} in the decoded text; name the right --encoding") from None


def _refuse_unknown(encoding: str) -> None:
    try:
        b"a".decode(encoding)  # of no bytes Python would not look the name up
    except LookupError:
        raise IngestError(f"--encoding {encoding}: unknown, expected a text encoding such as latin-1, utf-16") from None
    except UnicodeError:
        pass  # known, and one byte is no whole character of it


def other_encoding(head: bytes) -> str | None:
    """What a text that is no UTF-8 looks like, as a name that iconv and Python know; None for UTF-8 and its damage.

    >>> other_encoding("Größe".encode("latin-1")), other_encoding("Größe".encode("utf-16")), other_encoding(b"plain")
    ('ISO-8859-1', 'UTF-16', None)
    """
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "UTF-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    if b"\0" in head:
        odd, even = head[1:1024:2].count(0), head[:1024:2].count(0)
        return "UTF-16LE" if odd > len(head[:1024]) // 4 else "UTF-16BE" if even > len(head[:1024]) // 4 else None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        if _MULTIBYTE.search(head):
            return None  # UTF-8 with damage: the lines that hold it are rejected
        return "WINDOWS-1252" if re.search(rb"[\x80-\x9f]", head) else "ISO-8859-1"
    return None
