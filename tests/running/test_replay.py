"""nbval replays the committed smoke run in order, into a temporary folder: 01 strictly, the rest leniently."""

import os
import shutil
import subprocess
import sys

import pytest

from tunixlib.runs import ROOT_VARIABLE
from tunixlib.trees import PROJECT_ROOT

SMOKE = PROJECT_ROOT / "submission_runs" / "smoke-v1"


@pytest.mark.slow
def test_the_committed_smoke_run_replays_in_order(tmp_path):
    notebooks = tmp_path / "notebooks"
    shutil.copytree(SMOKE / "notebooks", notebooks)
    environment = {**os.environ, ROOT_VARIABLE: str(tmp_path / "runs"), "TUNIXLIB_PROGRESS_FILE": str(tmp_path / "p")}
    for notebook in sorted(path.name for path in notebooks.glob("*.ipynb")):
        mode = "--nbval" if notebook == "01_seed.ipynb" else "--nbval-lax"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", mode, "-p", "no:cacheprovider", "--no-cov", notebook],
            cwd=notebooks, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:]
        assert " passed" in done.stdout
    assert (tmp_path / "runs" / "smoke-v1" / "analysis.md").is_file()
