"""No secret is published: every file is searched before it is written, and named by place and kind, never shown.

    refuse_secrets({"report.html": page, "submission.zip": data})
    # SecretError: found 1 secret in what would be published ... submission.zip: notebooks/05_evaluate.ipynb,
    # /cells/3/outputs/0/text: a Hugging Face token

Two lists of shapes. Ours (secret_shapes) is always there. The plugins of detect-secrets come on top; where it is not
installed, as in a Kaggle kernel without internet, ours is used alone, and that is said once.
"""

import base64
import binascii
import functools
import io
import json
import lzma
import re
import sys
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.artifacts import sha256_bytes
from tunixlib.evidence.leaks import strings
from tunixlib.evidence.secret_shapes import named_secrets
from tunixlib.runs import RunError

# Plugins of detect-secrets that are not asked. They judge by entropy (a run is full of sha256), by a word nearby (and
# take nine tenths of the time) or by two letters; or their time grows with the square of a line, and we have a shape
# for the same.
NOT_ASKED = {
    "Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector", "IPPublicDetector", "ArtifactoryDetector",
    "CloudantDetector", "IbmCloudIamDetector", "IbmCosHmacDetector", "SoftlayerDetector", "BasicAuthDetector",
    "JwtTokenDetector", "NpmDetector", "OpenAIDetector",
}  # fmt: skip
# Characters; the vocabulary of a large model is a file beyond it, and would take the plugins minutes.
LONGEST_FOR_PLUGINS = 8_000_000

# Base64 this long is a file: a zip, in xz or not, is looked into, a picture is passed over.
_LONG_BASE64 = re.compile(r"[A-Za-z0-9+/=\n]{2000,}")
# A line of one, perhaps the last and short: its runs of A look like keys of AWS. A key that stands alone is shorter.
_BASE64_LINE = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}\n?")
_ZIP, _XZ = b"PK\x03\x04", b"\xfd7zXZ\x00"
_PACKED_BASE64 = ("UEsDB", "/Td6WFoA")  # how those begin
WEIGHTS = ".safetensors"
LONGEST_HEADER = 100_000_000  # bytes, the limit of the safetensors format
SHOWN = 20


class SecretError(RunError):
    """Something that would be published holds a secret. The message names each by file, place and kind."""


@dataclass(frozen=True)
class Secret:
    """Where a secret was found: the file, the line or JSON pointer, the kind. Its text is not kept."""

    file: str
    place: str
    kind: str

    def __str__(self) -> str:
        return f"{self.file}, {self.place}: {self.kind}"


def refuse_secrets(contents: Mapping[str, bytes | Path]) -> None:
    """Raise SecretError when a file, given by its bytes or its path, holds a secret. Equal bytes are searched once.

    Of weights only the header is text.
    """
    seen: set[str] = set()
    found: list[Secret] = []
    for number, (name, content) in enumerate(contents.items(), start=1):
        in_name = [Secret(f"file {number}", "its name", kind) for kind, _ in _kinds(name)]
        found += [*in_name, *secrets_in(f"file {number}" if in_name else name, _bytes_of(content), seen)]
    if found:
        lines = "".join(f"\n  {secret}" for secret in found[:SHOWN])
        more = f"\n  and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise SecretError(
            f"found {len(found)} secret{'s'[: len(found) > 1]} in what would be published, expected none; nothing was "
            f"written:{lines}{more}\nwithdraw each where it was issued, since deleting text does not; then take it out "
            "of its source, and make again whatever run holds it"
        )


def secrets_in(name: str, data: bytes, seen: set[str] | None = None) -> list[Secret]:
    """The secrets of a file: of text, of the strings of JSON, JSONL and notebooks, of the files of a zip inside.

    ``seen`` holds the sha256 of contents that need no second look.
    """
    seen = set() if seen is None else seen
    if (sha := sha256_bytes(data)) in seen:
        return []
    seen.add(sha)
    found: list[Secret] = []
    if data.startswith(_XZ):
        with suppress(lzma.LZMAError):  # torn, or no such stream: then it is searched as it is
            data = lzma.decompress(data)
    if data.startswith(_ZIP) and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = {f"{name}: {entry.filename}": archive.read(entry) for entry in archive.infolist()}
    else:
        texts = _texts(name, data)
        found += [Secret(name, place, kind) for place, kind in _placed(texts)]
        inside = {f"{name}, packed {n}": block for n, block in enumerate(_packed(text for _, text in texts), start=1)}
    return found + [secret for part, block in inside.items() for secret in secrets_in(part, block, seen)]


def _placed(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """``(place, kind)`` of every secret. What is found in a part is not named again for the whole around it."""
    kept = [(place, "" if _BASE64_LINE.fullmatch(text) else _LONG_BASE64.sub("", text)) for place, text in texts]
    starts, line = [], 1
    for _, text in kept:
        starts.append(line)
        line += text.count("\n") + 1
    found: dict[tuple[str, str, int], None] = {}
    for kind, at in _kinds("\n".join(text for _, text in kept)):
        number = bisect_right(starts, at) - 1
        found[kept[number][0], kind, at - starts[number] + 1] = None
    outer = {
        (place, kind)
        for place, kind, _ in found
        for other, same, _ in found
        if same == kind and other.startswith(f"{place}/")
    }
    parts = [(place or f"line {at}", kind) for place, kind, at in found if (place, kind) not in outer]
    return list(dict.fromkeys(parts))


def _kinds(text: str) -> Iterator[tuple[str, int]]:
    """``(kind, line)`` by our shapes, then, on other lines, by the plugins of detect-secrets."""
    known = list(named_secrets(text))
    yield from known
    taken = {line for _, line in known}
    for plugin in _plugins() if len(text) <= LONGEST_FOR_PLUGINS else ():
        # The whole text first: nearly none holds any, and then its lines need no look.
        if any(pattern.search(text) for pattern in plugin.denylist):
            for number, line in enumerate(text.split("\n"), start=1):
                if number not in taken and any(plugin.analyze_string(line)):
                    yield f"{plugin.secret_type} (detect-secrets)", number


@functools.cache
def _plugins() -> tuple[Any, ...]:
    try:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    except ModuleNotFoundError:
        words = "detect-secrets is not installed, so secrets are looked for by the shapes of tunixlib alone"
        print(f"{words}; `pip install -r requirements.txt` brings it", file=sys.stderr)
        return ()
    classes: Iterable[Any] = get_mapping_from_secret_type_to_class().values()
    return tuple(plugin() for plugin in classes if plugin.__name__ not in NOT_ASKED)


def _bytes_of(content: bytes | Path) -> bytes:
    if isinstance(content, bytes):
        return content
    if content.suffix != WEIGHTS:
        return content.read_bytes()
    with open(content, "rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        return stream.read(min(length, LONGEST_HEADER))


def _texts(name: str, data: bytes) -> list[tuple[str, str]]:
    """``(place, text)`` of a file; text as a whole has no place. Zero bytes are dropped, as UTF-16 has them."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    text = text.replace("\0", "")
    parts: list[tuple[str, str]] = []
    try:
        if name.endswith((".json", ".ipynb")):
            parts += strings(json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_every_pair))
        elif name.endswith(".jsonl"):
            for number, line in enumerate(text.split("\n"), start=1):
                parts += (
                    strings(json.loads(line, object_pairs_hook=_every_pair), f"line {number}") if line.strip() else []
                )
    except (ValueError, RecursionError):  # not what its name says: then it is text
        parts = []
    return parts or [("", text)]


def _every_pair(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object as it is written: a name that stands twice would hide what it had first."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        while name in found:
            name += "+"
        found[name] = value
    return found


def _packed(texts: Iterable[str]) -> Iterator[bytes]:
    """Zips and xz streams that a text carries as base64, such as the package in the kernel's notebook."""
    for text in texts:
        for found in _LONG_BASE64.finditer(text) if any(start in text for start in _PACKED_BASE64) else ():
            if (block := found[0].strip()).startswith(_PACKED_BASE64):
                with suppress(binascii.Error):  # a part of one
                    yield base64.b64decode(block)
