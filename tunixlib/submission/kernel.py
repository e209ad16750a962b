"""The notebook that Kaggle runs, with the whole package inside: one file, nothing to fetch, nothing to install.

    payload()            # a zip: package, notebooks 01 to 07 and this one, profiles, data; the same bytes each time
    kernel_notebook()    # notebooks/kaggle.ipynb with that zip as base64, and its sha256, in the bootstrap cell

The unpacked package can make the same notebook again: it carries ``kaggle.ipynb`` and the commit it was packed from.
"""

import base64
import json
import textwrap
from pathlib import Path

from tunixlib.artifacts import pretty_json, sha256_bytes
from tunixlib.runs import MANIFEST, PROJECT_ROOT, REFERENCE_RUN, STAGES
from tunixlib.submission.archive import zip_bytes
from tunixlib.submission.environment import PACKED_COMMIT, capture_commit

NOTEBOOK = "notebooks/kaggle.ipynb"
# Stand in the bootstrap cell of the repository's notebook; `kernel_notebook` fills them.
PAYLOAD_HOLDER, SHA256_HOLDER = "@payload@", "@sha256@"
# Base64 characters in a line: one line of half a million is more than editors can take.
LINE = 4000

# What a session needs. No tests, no runs but the record of times that the notebooks quote.
PATTERNS = (
    "tunixlib/**/*.py", "notebooks/profiles/*.yaml", "data/*/dataset.jsonl", "data/*/eval.jsonl",
    "data/*/manifest.json", "requirements*.txt",
)  # fmt: skip
# Left out for their size: `python -m tunixlib seed --dataset NAME` makes each again in seconds, the same bytes.
NOT_PACKED = ("data/self-correction-v1/", "data/eval-correction/")
FILES = (
    *(f"notebooks/{stage.name}.ipynb" for stage in STAGES), NOTEBOOK, "pyproject.toml", "LICENSE", "README.md",
    "kaggle-metadata.json", f"submission_runs/{REFERENCE_RUN}/{MANIFEST}",
)  # fmt: skip


class KernelError(ValueError):
    """The kernel's notebook cannot be made. The message names the file and what was expected in it."""


def payload(root: Path = PROJECT_ROOT) -> bytes:
    """The zip that the kernel unpacks: files of ``PATTERNS`` and ``FILES`` less ``NOT_PACKED``, and the commit."""
    paths = {path for pattern in PATTERNS for path in root.glob(pattern)} | {root / name for name in FILES}
    names = {path.relative_to(root).as_posix(): path for path in paths if path.is_file()}
    wanted = [name for name in names if not _is_hidden(name) and not name.startswith(NOT_PACKED)]
    contents = {name: names[name].read_bytes() for name in wanted}
    return zip_bytes({**contents, PACKED_COMMIT: pretty_json(capture_commit(root)).encode("utf-8")})


def kernel_notebook(root: Path = PROJECT_ROOT) -> bytes:
    """``kaggle.ipynb`` ready to push. Raises KernelError when the notebook does not hold each placeholder once."""
    data = payload(root)
    text = "\n".join(textwrap.wrap(base64.b64encode(data).decode("ascii"), LINE))
    notebook = json.loads((root / NOTEBOOK).read_text(encoding="utf-8"))
    for holder, value in ((PAYLOAD_HOLDER, text), (SHA256_HOLDER, sha256_bytes(data))):
        cells = [cell for cell in notebook["cells"] if holder in "".join(cell["source"])]
        if len(cells) != 1 or "".join(cells[0]["source"]).count(holder) != 1:
            raise KernelError(f"{NOTEBOOK}: found {holder} in {len(cells)} cells, expected once; restore the notebook")
        cells[0]["source"] = "".join(cells[0]["source"]).replace(holder, value).splitlines(keepends=True)
    return (json.dumps(notebook, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8")


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in name.split("/"))
