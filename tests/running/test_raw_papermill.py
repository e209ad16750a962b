"""The notebooks are plain papermill notebooks, and profiles plain parameter files: no part of the package is needed."""

import subprocess
import sys

import papermill
import pytest
import yaml

from tunixlib.artifacts import read_json
from tunixlib.evidence.notebook_check import assignments
from tunixlib.running.profiles import NOTEBOOKS, PROFILES
from tunixlib.stages import STAGES
from tunixlib.trees import PROJECT_ROOT


@pytest.mark.parametrize("profile", sorted(path.name for path in PROFILES.glob("*.yaml")))
def test_papermill_takes_every_profile_for_every_notebook(profile, tmp_path):
    values = yaml.safe_load((PROFILES / profile).read_text(encoding="utf-8"))
    for path in sorted(NOTEBOOKS.glob("0*.ipynb")):
        made = papermill.execute_notebook(path, tmp_path / path.name, values, prepare_only=True, progress_bar=False)
        injected = next(cell for cell in made.cells if "injected-parameters" in cell.metadata.tags)
        given = assignments(injected.source)
        assert {name: given[name] for name in values} == values, path.name


def test_a_notebook_runs_by_papermills_own_command(tmp_path):
    words = ["-m", "papermill", "notebooks/01_seed.ipynb", str(tmp_path / "out.ipynb")]
    words += ["-f", "notebooks/profiles/smoke.yaml", "-p", "RUN_ID", "raw", "-p", "RUNS_ROOT", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, *words], cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    record = read_json(tmp_path / "raw" / ".work" / "stages" / "01_seed.json")
    assert record["parameters"]["DATASET"] == "golden-v2" and record["stage"] == STAGES[0].name
