"""The notebook that Kaggle runs, with the whole package inside: one file, nothing to fetch, nothing to install.

    package_files()      # package, notebooks 01 to 07 and this one, profiles, data, and the commit, by name
    payload()            # those as a zip in one xz stream; the same bytes each time
    kernel_notebook()    # notebooks/kaggle.ipynb with that as base64, and its sha256, in the bootstrap cell

The unpacked package can make the same notebook again: it carries ``kaggle.ipynb`` and the commit it was packed from.
"""

import base64
import json
import textwrap
from collections.abc import Iterable
from pathlib import Path

from tunixlib.artifacts import pretty_json, sha256_bytes
from tunixlib.evidence.environment import PACKED_COMMIT, capture_commit
from tunixlib.runs import MANIFEST, PROJECT_ROOT, REFERENCE_RUN, STAGES
from tunixlib.seeding.correction.datasets import CORRECTION_DATASET, CORRECTION_EVAL
from tunixlib.seeding.evalsets import EVAL_SETS
from tunixlib.seeding.recipes import DEFAULT_TRACES
from tunixlib.submission.archive import DATA_FILES, solid_bytes

NOTEBOOK = "notebooks/kaggle.ipynb"
# Stand in the bootstrap cell of the repository's notebook; `kernel_notebook` fills them.
PAYLOAD_HOLDER, SHA256_HOLDER = "@payload@", "@sha256@"
# Base64 characters in a line: one line of half a million is more than editors can take.
LINE = 4000

# What a session needs. No tests, no runs but the record of times that the notebooks quote.
PROFILES = ("notebooks/profiles/*.yaml", "notebooks/profiles/accelerate/*.yaml")
PATTERNS = ("tunixlib/**/*.py", *PROFILES, "requirements*.txt")
# The data of the repository. A person's own goes along only with a run that used it: the notebook may be made public.
# Shown works are large: of them only the manifest goes, and a session that trains on them makes them again.
OWN_DATA = (*DEFAULT_TRACES, *EVAL_SETS, CORRECTION_EVAL)
FILES = (
    *(f"notebooks/{stage.name}.ipynb" for stage in STAGES), NOTEBOOK, "pyproject.toml", "LICENSE", "README.md",
    "kaggle-metadata.json", f"data/{CORRECTION_DATASET}/manifest.json", f"submission_runs/{REFERENCE_RUN}/{MANIFEST}",
)  # fmt: skip


class KernelError(ValueError):
    """The kernel's notebook cannot be made. The message names the file and what was expected in it."""


def package_files(data: Iterable[str] = (), root: Path = PROJECT_ROOT) -> dict[str, bytes]:
    """What the kernel unpacks, by name: the files of ``PATTERNS`` and ``FILES`` that exist, data, and the commit.

    ``data`` are keys of data sets that go along beside those of ``OWN_DATA``: the ones that the run used.
    """
    paths = {path for pattern in PATTERNS for path in root.glob(pattern)} | {root / name for name in FILES}
    keys = {*OWN_DATA, *data} - {CORRECTION_DATASET}
    paths |= {root / "data" / key / name for key in keys for name in DATA_FILES}
    names = {path.relative_to(root).as_posix(): path for path in paths if path.is_file()}
    contents = {name: path.read_bytes() for name, path in names.items() if not _is_hidden(name)}
    return {**contents, PACKED_COMMIT: pretty_json(capture_commit(root)).encode("utf-8")}


def payload(data: Iterable[str] = (), root: Path = PROJECT_ROOT) -> bytes:
    """``package_files`` as the bytes that the notebook carries."""
    return solid_bytes(package_files(data, root))


def kernel_notebook(data: Iterable[str] = (), root: Path = PROJECT_ROOT) -> bytes:
    """``kaggle.ipynb`` ready to push, with ``data`` in it as ``package_files`` says.

    Raises KernelError when the notebook does not hold each placeholder once.
    """
    carried = payload(data, root)
    text = "\n".join(textwrap.wrap(base64.b64encode(carried).decode("ascii"), LINE))
    notebook = json.loads((root / NOTEBOOK).read_text(encoding="utf-8"))
    for holder, value in ((PAYLOAD_HOLDER, text), (SHA256_HOLDER, sha256_bytes(carried))):
        cells = [cell for cell in notebook["cells"] if holder in "".join(cell["source"])]
        if len(cells) != 1 or "".join(cells[0]["source"]).count(holder) != 1:
            raise KernelError(f"{NOTEBOOK}: found {holder} in {len(cells)} cells, expected once; restore the notebook")
        cells[0]["source"] = "".join(cells[0]["source"]).replace(holder, value).splitlines(keepends=True)
    return (json.dumps(notebook, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8")


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in name.split("/"))
