"""The kernel's notebook: what it carries and how it lays that out. tests/kaggle pushes and executes it."""

import base64
import io
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from tunixlib.artifacts import sha256_bytes
from tunixlib.evidence.environment import PACKED_COMMIT, capture_commit
from tunixlib.seeding.correction.datasets import CORRECTION_DATASET
from tunixlib.stages import STAGES
from tunixlib.submission.archive import FIRST_DAY, PLAIN_FILE
from tunixlib.submission.kernel import NOTEBOOK, OWN_DATA, KernelError, kernel_notebook, package_files, payload
from tunixlib.trees import PROJECT_ROOT

# Our own limit, well below the site's million bytes: room for the package to grow.
LARGEST = 800_000


@pytest.fixture(scope="module")
def packed():
    return payload()


@pytest.fixture(scope="module")
def notebook():
    return json.loads(kernel_notebook())


def opened(packed):
    return zipfile.ZipFile(io.BytesIO(lzma.decompress(packed)))


def source(notebook, words):
    (cell,) = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and words in "".join(cell["source"])]
    return "".join(cell["source"])


def test_the_same_sources_give_the_same_bytes(packed):
    assert payload() == packed
    assert kernel_notebook() == kernel_notebook()


def test_the_payload_is_the_package_and_nothing_else(packed):
    with opened(packed) as found:
        assert {name: found.read(name) for name in found.namelist()} == package_files()
        assert {(entry.date_time, entry.external_attr) for entry in found.infolist()} == {(FIRST_DAY, PLAIN_FILE)}
        assert found.namelist() == sorted(found.namelist())


def data_sets(names):
    return {name.split("/")[1] for name in names if name.startswith("data/")}


def test_the_package_holds_what_a_session_needs_and_nothing_else(packed):
    names = opened(packed).namelist()
    assert {
        *(f"notebooks/{stage.name}.ipynb" for stage in STAGES), NOTEBOOK, "notebooks/profiles/cpu.yaml",
        "tunixlib/running/sessions/session.py", "data/eval-core/eval.jsonl", "data/dev-reasoning-v2/dataset.jsonl",
        "pyproject.toml", "requirements.txt", "LICENSE", PACKED_COMMIT, "submission_runs/cpu-v1/run_manifest.json",
    } <= set(names)  # fmt: skip
    unwanted = re.compile(r"^tests/|(^|/)\.|__pycache__|\.pyc$|safetensors|^submission_runs/(?!cpu-v1/run_manifest)|^/")
    assert [name for name in names if unwanted.search(name)] == []
    assert data_sets(names) == {*OWN_DATA, CORRECTION_DATASET}


def test_of_shown_works_only_the_manifest_is_carried_even_for_a_run_that_trained_on_them():
    here = f"data/{CORRECTION_DATASET}"
    for used in ((), (CORRECTION_DATASET,)):
        names = package_files(used)
        assert [name for name in names if name.startswith(here)] == [f"{here}/manifest.json"]


def test_data_of_ones_own_goes_along_only_with_a_run_that_used_it(packed, tmp_path):
    opened(packed).extractall(tmp_path)
    for key in ("my-private", "my-used"):
        shutil.copytree(tmp_path / "data" / "golden-v2", tmp_path / "data" / key)
    assert payload(root=tmp_path) == packed
    assert data_sets(package_files(["my-used", "eval-core"], tmp_path)) == {*OWN_DATA, CORRECTION_DATASET, "my-used"}


def test_the_notebook_carries_the_package_with_its_sha256(packed, notebook):
    cell = source(notebook, "b64decode")
    carried = base64.b64decode(re.search(r'PACKAGE = """\n(.*?)\n"""', cell, re.DOTALL)[1])
    assert carried == packed
    assert re.search(r'SHA256 = "(.*)"', cell)[1] == sha256_bytes(packed)
    assert max(map(len, cell.splitlines())) <= 4000


def test_the_notebook_is_small_and_stored_without_outputs(notebook):
    assert len(kernel_notebook()) < LARGEST
    assert [c["id"] for c in notebook["cells"]] == [str(n) for n in range(len(notebook["cells"]))]
    assert all(not c["outputs"] and c["execution_count"] is None for c in notebook["cells"] if c["cell_type"] == "code")


def test_an_unpacked_package_makes_the_same_notebook_and_knows_its_commit(packed, tmp_path):
    opened(packed).extractall(tmp_path)
    assert capture_commit(tmp_path) == capture_commit()
    assert payload(root=tmp_path) == packed
    assert kernel_notebook(root=tmp_path) == kernel_notebook()


def test_a_notebook_without_its_placeholder_is_refused(packed, tmp_path):
    opened(packed).extractall(tmp_path)
    path = tmp_path / NOTEBOOK
    path.write_text(path.read_text(encoding="utf-8").replace("@payload@", ""), encoding="utf-8")
    with pytest.raises(KernelError, match="found @payload@ in 0 cells, expected once"):
        kernel_notebook(root=tmp_path)


def bootstrap(cells, folder):
    """Run the cells that lay out the package, in a process of their own that starts in ``folder``."""
    words = ("b64decode", "mkdtemp", "tunixlib.__file__")
    code = "\n".join(source(cells, word) for word in words)
    environment = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-"], input=code, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_in_a_clone_the_notebook_uses_the_clone():
    cells = json.loads((PROJECT_ROOT / NOTEBOOK).read_text(encoding="utf-8"))
    done = bootstrap(cells, PROJECT_ROOT / "notebooks")
    assert done.stdout == f"package in {PROJECT_ROOT}\n"


def test_the_unpacked_package_comes_before_an_installed_one(notebook, tmp_path):
    done = bootstrap(notebook, tmp_path)
    assert done.stdout.startswith(f"package in {tmp_path.resolve()}{os.sep}tunixlib-"), done.stderr


def test_a_notebook_without_a_package_and_a_torn_one_say_so(notebook, tmp_path):
    empty = json.loads((PROJECT_ROOT / NOTEBOOK).read_text(encoding="utf-8"))
    assert "no package in this notebook, no clone around it" in bootstrap(empty, tmp_path).stderr
    text = json.dumps(notebook)
    assert (
        "the package in this cell is not whole"
        in bootstrap(json.loads(text.replace("/Td6WFoA", "/Td6WFoB", 1)), tmp_path).stderr
    )
    assert (
        "the package in this cell is not whole"
        in bootstrap(json.loads(text.replace("/Td6WFoA", "/Td6", 1)), tmp_path).stderr
    )
