"""The fuzz target finds nothing in a short run from its corpus; ``make fuzz SECONDS=600`` runs longer."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from reading_properties import try_input

FOLDER = Path(__file__).parent
CORPUS = sorted((FOLDER / "fixtures").glob("*.txt"))
RUNS = 2_000 * int(os.environ.get("TUNIXLIB_FAULTS", "1"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_text_of_the_corpus_passes(path):
    try_input(path.read_bytes())


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris is not installed: it has wheels for Linux on x86_64 only",
)
def test_thousands_of_inputs_made_from_the_corpus_break_nothing(tmp_path):
    grown = tmp_path / "grown"
    grown.mkdir()
    command = [sys.executable, str(FOLDER / "fuzz_completion.py"), f"-atheris_runs={RUNS}", "-seed=1", "-max_len=1024"]
    command += ["-timeout=60", f"-artifact_prefix={tmp_path}/", str(grown), str(FOLDER / "fixtures")]
    done = subprocess.run(command, cwd=FOLDER.parents[1], capture_output=True, text=True, errors="replace")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-4_000:]
    counted = re.search(r"Done (\d+)", said)
    assert counted and int(counted[1]) >= RUNS, said[-2_000:]
