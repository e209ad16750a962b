r"""What evidence must not carry to other people: paths of the machine it was made on, and secrets.

>>> [str(problem) for problem in leaks_in("analysis.md", "see /home/ada/runs", "see /home/ada/runs")]
["analysis.md: found the absolute path '/home/ada/runs', expected paths relative to the project; ..."]

Questions and completions are other people's text and may speak of any path; secrets are looked for there, too.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tunixlib.evidence.problems import Problem, shorten
from tunixlib.evidence.secret_shapes import may_hold_secret, named_secrets

# Where systems keep what is temporary; a kernel names its cells after files there, which say nothing of anybody.
_TEMPORARY = r"(?:(?:private/)?(?:tmp|var/tmp|var/folders)|dev/shm)"
_CELL = r"(?:tmp|(?:private/)?var/folders/\w+/\w+/T)/ipykernel_\d+/\d+\.py(?![\w./-])"
_PATH = re.compile(
    rf"(?:(?<![\w.~/-])|(?<=file://))/(?!{_CELL})(?:home|Users|root|work|mnt|{_TEMPORARY})/[^\s\"'<>]+"
    r"|(?<![A-Za-z0-9])[A-Za-z]:\\{1,2}(?:Users\b|[^\\\s:\"]+\\)[^\s\"'<>]*"
)
# Whole texts are searched for these first: most files hold none, and need no walk through their strings.
_PATH_WORDS = ("/home/", "/Users/", "/root/", "/work/", "/mnt/", "/tmp/", "/var/folders/", "/dev/shm/", ":\\")
# JSON can write any letter by its number, and hide a word from a search through its text.
_ESCAPED = "\\u00"

# Kinds of output that are bytes; image/svg+xml is text.
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")

FOREIGN_TEXT = ("data/", "predictions/", "second_pass/")


def leaks_in(name: str, text: str, value: Any) -> Iterator[Problem]:
    """Paths and secrets in a file's strings; ``value`` is its parsed content, ``text`` its raw text."""
    escaped = _ESCAPED in text
    if escaped or any(word in text for word in _PATH_WORDS):
        yield from _paths(name, value)
    if escaped or may_hold_secret(text):
        kinds = {kind: place for place, string in strings(value) for kind, _ in named_secrets(string)}
        for kind, place in kinds.items():
            where = f" at {place}" if place else ""
            remedy = "withdraw it where it was issued, then make the run again without it"
            yield Problem(name, f"what looks like {kind}{where}", "no secret", remedy)


def absolute_path(text: str) -> str:
    """The first path in a text that says where things lie on one machine, as evidence must not; empty when none does.

    >>> absolute_path("in /home/ada/runs"), absolute_path("/kaggle/working"), absolute_path("/tmp/ipykernel_12/3.py")
    ('/home/ada/runs', '', '')
    """
    found = _PATH.search(text)
    return found[0] if found else ""


def _paths(name: str, value: Any) -> Iterator[Problem]:
    if name.startswith(FOREIGN_TEXT):
        return
    for _, string in strings(value, together=False):
        if found := absolute_path(string):
            remedy = "record paths relative to the project, then make the run again"
            yield Problem(name, f"the absolute path {shorten(found)}", "paths relative to the project", remedy)


def strings(value: Any, place: str = "", together: bool = True) -> Iterator[tuple[str, str]]:
    """``(JSON pointer, text)`` of all strings of a document, keys included; bytes of pictures are left out.

    ``together`` also gives the lines of a list (a notebook's cell) as one text, and the names and strings of an object
    as JSON: a secret may go over several of them.
    """
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        kept = {key: part for key, part in value.items() if key not in PICTURES}
        texts = {key: part for key, part in kept.items() if isinstance(part, str)}
        if together and texts:
            yield place, json.dumps(texts, ensure_ascii=False)
        for key, part in kept.items():
            yield place, key
            yield from strings(part, f"{place}/{key}", together)
    elif isinstance(value, list):
        if together and len(value) > 1 and all(isinstance(part, str) for part in value):
            yield place, "".join(value)
        for number, part in enumerate(value):
            yield from strings(part, f"{place}/{number}", together)
