"""The kernel's notebook: what it carries, and that it works alone: no network, no repository, an empty folder."""

import base64
import io
import json
import os
import re
import subprocess
import sys
import zipfile

import pytest

from tunixlib.artifacts import read_json, sha256_bytes
from tunixlib.runs import PROJECT_ROOT, ROOT_VARIABLE, STAGES, Run
from tunixlib.submission.environment import PACKED_COMMIT, capture_commit
from tunixlib.submission.import_kaggle import import_output
from tunixlib.submission.kernel import NOTEBOOK, KernelError, kernel_notebook, payload
from tunixlib.submission.verify import verify_run

# Our own limit: a notebook that editors and the site's pages still open quickly.
LARGEST = 1_000_000


@pytest.fixture(scope="module")
def packed():
    return payload()


@pytest.fixture(scope="module")
def notebook():
    return json.loads(kernel_notebook())


def source(notebook, words):
    (cell,) = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and words in "".join(cell["source"])]
    return "".join(cell["source"])


def test_the_same_sources_give_the_same_bytes(packed):
    assert payload() == packed
    assert kernel_notebook() == kernel_notebook()


def test_the_package_holds_what_a_session_needs_and_nothing_else(packed):
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert {
        *(f"notebooks/{stage.name}.ipynb" for stage in STAGES), NOTEBOOK, "notebooks/profiles/cpu.yaml",
        "tunixlib/running/session.py", "data/eval-core/eval.jsonl", "data/dev-reasoning-v2/dataset.jsonl",
        "pyproject.toml", "requirements.txt", "LICENSE", PACKED_COMMIT, "submission_runs/cpu-v1/run_manifest.json",
    } <= set(names)  # fmt: skip
    unwanted = re.compile(r"^tests/|(^|/)\.|__pycache__|\.pyc$|safetensors|^submission_runs/(?!cpu-v1/run_manifest)|^/")
    assert [name for name in names if unwanted.search(name)] == []
    data = {name.split("/")[1] for name in names if name.startswith("data/")}
    assert data == {path.parent.name for path in PROJECT_ROOT.glob("data/*/manifest.json")}


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
    zipfile.ZipFile(io.BytesIO(packed)).extractall(tmp_path)
    assert capture_commit(tmp_path) == capture_commit()
    assert payload(tmp_path) == packed
    assert kernel_notebook(tmp_path) == kernel_notebook()


def test_a_notebook_without_its_placeholder_is_refused(packed, tmp_path):
    zipfile.ZipFile(io.BytesIO(packed)).extractall(tmp_path)
    path = tmp_path / NOTEBOOK
    path.write_text(path.read_text(encoding="utf-8").replace("@payload@", ""), encoding="utf-8")
    with pytest.raises(KernelError, match="found @payload@ in 0 cells, expected once"):
        kernel_notebook(tmp_path)


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
        in bootstrap(json.loads(text.replace("UEsDB", "UEsDC", 1)), tmp_path).stderr
    )
    assert (
        "the package in this cell is not whole"
        in bootstrap(json.loads(text.replace("UEsDB", "UEs", 1)), tmp_path).stderr
    )


# Executed by every Python that finds it first: no network but this machine's own, no editable install of this package.
ALONE = f"""
import socket, sys
sys.path[:] = [path for path in sys.path if path != {str(PROJECT_ROOT)!r}]
sys.meta_path[:] = [finder for finder in sys.meta_path if "ditable" not in str(finder)]
sys.path_hooks[:] = [hook for hook in sys.path_hooks if "ditable" not in str(hook)]
connect = socket.socket.connect
def local(self, address):
    if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
        raise OSError(f"no network here: {{address}}")
    return connect(self, address)
socket.socket.connect = local
"""
EXECUTE = """
import importlib.util, papermill
assert importlib.util.find_spec("tunixlib") is None
papermill.execute_notebook("kaggle.ipynb", "out.ipynb", {"PROFILE": "smoke", "RUN_ID": "kaggle-test"},
                           progress_bar=False, kernel_name="python3")
"""


@pytest.mark.slow
def test_the_kernel_works_alone_and_its_output_verifies_and_comes_back(tmp_path, monkeypatch):
    site, empty = tmp_path / "site", tmp_path / "empty"
    site.mkdir()
    empty.mkdir()
    (site / "sitecustomize.py").write_text(ALONE)
    (empty / "kaggle.ipynb").write_bytes(kernel_notebook())
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TUNIXLIB_")}
    environment = {**kept, "PYTHONPATH": str(site), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE], cwd=empty, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    run = Run(empty / "submission_runs" / "kaggle-test")
    report = verify_run(run.root)
    assert [str(problem) for problem in report.problems] == []
    manifest = read_json(run.path("run_manifest.json"))
    assert {"commit": manifest["commit"], "dirty": manifest["dirty"]} == capture_commit()
    texts = [
        path.read_text(encoding="utf-8") for path in run.root.rglob("*") if path.suffix in (".json", ".ipynb", ".md")
    ]
    assert not [text for text in texts if str(tmp_path) in text], "evidence names no path of the machine"
    assert manifest["command"] == "notebooks/kaggle.ipynb with PROFILE=smoke RUN_ID=kaggle-test"
    assert [stage["stage"] for stage in read_json(empty / "ledger.json")["stages"]] == [
        s.name for s in STAGES if (PROJECT_ROOT / f"notebooks/{s.name}.ipynb").is_file()
    ]
    shown = (empty / "out.ipynb").read_text(encoding="utf-8")
    assert shown.count("image/png") == len(list(run.path("figures").glob("*.png")))
    assert "which will be judged: `training/curriculum/stage_c/checkpoint`" in shown
    assert sorted(path.name for path in (empty / "dist" / "kaggle-test").iterdir() if path.is_dir()) == [
        "dataset",
        "kernel",
        "model",
    ]
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "here"))
    (brought,) = import_output(empty)
    assert verify_run(brought.root).problems == []
