r"""What evidence must not carry to other people: paths of the machine it was made on, and secrets.

>>> [str(problem) for problem in leaks_in("analysis.md", "see /home/ada/runs", "see /home/ada/runs")]
["analysis.md: found the absolute path '/home/ada/runs', expected paths relative to the project; ..."]

Questions and completions are other people's text and may speak of any path; secrets are looked for there, too.
"""

import re
from collections.abc import Iterator
from typing import Any

from tunixlib.submission.problems import Problem, shorten

_PATH = re.compile(
    r"(?<![\w.~/-])/(?:home|Users|root|work|mnt)/[^\s\"'<>]+"
    r"|(?<![A-Za-z0-9])[A-Za-z]:\\{1,2}(?:Users\b|[^\\\s:\"]+\\)[^\s\"'<>]*"
)
_SECRET = re.compile(
    r"(?<![A-Za-z0-9])(?:hf_[A-Za-z0-9]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|sk-[A-Za-z0-9_-]{20,}"
    r"|AKIA[0-9A-Z]{16}(?![A-Za-z0-9])|AIza[0-9A-Za-z_-]{35}|xox[abp]-[0-9A-Za-z-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|(?:KAGGLE_KEY|HF_TOKEN|API_KEY)\s*[=:]\s*[\"']?[\w-]{8,})"
)
# Whole texts are searched for these first: most files hold none, and need no walk through their strings.
_HINT = re.compile(
    r"/(?:home|Users|root|work|mnt)/|[A-Za-z]:\\|hf_|gh[pousr]_|github_pat_|sk-|AKIA|AIza|xox|PRIVATE KEY|_KEY|_TOKEN"
)

FOREIGN_TEXT = ("data/", "predictions/")


def leaks_in(name: str, text: str, value: Any) -> Iterator[Problem]:
    """Paths and secrets in a file's strings; ``value`` is its parsed content, ``text`` its raw text."""
    if not _HINT.search(text):
        return
    for string in strings(value):
        if (found := _PATH.search(string)) and not name.startswith(FOREIGN_TEXT):
            remedy = "record paths relative to the project, then make the run again"
            yield Problem(name, f"the absolute path {shorten(found[0])}", "paths relative to the project", remedy)
        if found := _SECRET.search(string):
            remedy = "withdraw that secret where it was issued, then make the run again without it"
            yield Problem(name, f"what looks like a secret ({found[0][:4]}...)", "no secret", remedy)


def strings(value: Any) -> Iterator[str]:
    """All strings of a document, keys included; the bytes of pictures in notebook outputs are left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield key
            if not key.startswith("image/"):
                yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)
