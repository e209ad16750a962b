"""Checks of pictures: whole PNG files, exactly the figures of a run, each shown by the notebook that drew it.

for problem in check_pictures(evidence):
    print(problem)        # figures/best.png: found a picture that no notebook shows, expected the figures that ...

What a picture shows is not drawn again: its bytes depend on the version of matplotlib. ``reproduce`` compares them.
"""

import base64
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from tunixlib.evidence.problems import Problem
from tunixlib.evidence.sealed_run import Evidence

REDRAW = "run 06_analysis again"
PNG = b"\x89PNG\r\n\x1a\n"


def check_pictures(evidence: Evidence) -> Iterator[Problem]:
    """Every PNG is whole; figures and the pictures that executed notebooks show are the same ones."""
    figures = {name: (evidence.root / name).read_bytes() for name in evidence.hashes if name.endswith(".png")}
    for name, data in figures.items():
        if not is_png(data):
            yield Problem(name, "bytes that are no whole PNG", "a PNG file", REDRAW)
    shown = set()
    for name in evidence.below("notebooks"):
        for number, picture in _pictures(evidence.json(name)):
            shown.add(picture)
            if picture not in figures.values():
                yield Problem(name, f"a picture in cell {number} that is no file", "a file of figures/", REDRAW)
    for name in figures if evidence.below("notebooks") else ():
        if figures[name] not in shown:
            yield Problem(name, "a picture that no notebook shows", "the figures that 06_analysis drew", REDRAW)


def _pictures(notebook: Mapping[str, Any]) -> Iterator[tuple[int, bytes]]:
    """Cell number and bytes of every picture in the outputs; a kind that is no PNG comes as its text."""
    for number, cell in enumerate(notebook["cells"]):
        for output in cell.get("outputs", []):
            for kind, value in output.get("data", {}).items():
                if kind.startswith("image/"):
                    text = "".join(value)
                    yield number, base64.b64decode(text) if kind == "image/png" else text.encode("utf-8")


def is_png(data: bytes) -> bool:
    """Whether some bytes are a PNG from its signature to its end, with every chunk's length and checksum right."""
    place, kind = len(PNG), b""
    if not data.startswith(PNG):
        return False
    while place + 12 <= len(data) and kind != b"IEND":
        length = int.from_bytes(data[place : place + 4], "big")
        kind, end = data[place + 4 : place + 8], place + 8 + length
        if data[end : end + 4] != zlib.crc32(data[place + 4 : end]).to_bytes(4, "big"):
            return False
        place = end + 4
    return kind == b"IEND" and place == len(data)
