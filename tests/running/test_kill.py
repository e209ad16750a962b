"""A pipeline that is killed at any moment and started again ends with the evidence of an undisturbed one.

The real pipeline and the code of the real notebooks, in one process instead of seven kernels, so that twenty kills take
a minute or two. What differs from run to run by nature, clocks and timestamps, is left out of the comparison.
"""

import json
import multiprocessing
import random
import re
import shutil
import time

import pytest
from fault_helpers import FAULTS

from tunixlib.artifacts import read_json, read_jsonl, sha256_file
from tunixlib.runs import MANIFEST, Run

KILLS = 20 * FAULTS
CLOCKS = ("seconds", "tokens_per_second")
SETTINGS = {
    "MODEL": "tiny", "DATASET": "golden-v2", "EPOCHS": [1, 1, 1], "LEARNING_RATE": 0.003, "TRACES_PER_STEP": 8,
    "MAX_STEPS": 4, "EVAL_ITEMS": 12, "MAX_NEW_TOKENS": 24, "EVAL_DTYPE": "float32", "COMPILE": "off",
    "CORRECTION_ARMS": ["contrastive", "retry"], "CORRECTION_TRACES": 24, "REPLAY_TRACES": 4,
    "EVAL_SETS": ["eval-core"],
}  # fmt: skip


def execute_here(source, target, parameters, failed=None):
    """Stands in for papermill: the notebook's cells, in this process."""
    import nbformat

    from tunixlib.artifacts import write_text

    notebook, names = nbformat.read(source, as_version=4), {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, source.name, "exec"), names)
            if "parameters" in cell.metadata.get("tags", []):
                names.update(parameters)
    write_text(target, nbformat.writes(notebook))


def drive(root):
    """One try: from whatever is there to a sealed run."""
    import torch

    from tunixlib.evaluation import parts
    from tunixlib.evidence import sealing, verify
    from tunixlib.running import pipeline
    from tunixlib.training import resume

    torch.set_num_threads(1)
    pipeline.execute = execute_here
    verify.seal_verified = sealing.seal  # notebooks without kernels have no outputs to verify
    pipeline.capture_commit = lambda: {"commit": "c" * 40, "dirty": False}  # git is slow and not what is killed
    resume.LEAST_SECONDS, parts.LARGEST_PART = 0.0, 5
    parameters = {"RUN_ID": "killed", "RUNS_ROOT": str(root), **SETTINGS}
    pipeline.run_pipeline("smoke", None, parameters, lambda words: None, command="test", bundle=False)


@pytest.fixture(scope="module")
def processes():
    """Processes that have imported everything already: a server that forks."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["tunixlib.training.run_arm", "tunixlib.evaluation.evaluate_run", "tunixlib.running.pipeline"]
    )
    return context


def attempt(processes, root, seconds=None):
    """Start a try, kill it after so many seconds; whether it came to its end before: the run is sealed."""
    process = processes.Process(target=drive, args=(root,))
    process.start()
    process.join(seconds)
    if process.exitcode is not None:
        assert process.exitcode == 0
    process.kill()
    process.join()
    return (root / "killed" / MANIFEST).is_file()


def evidence(root):
    """Relative path -> what a file says, without clocks."""
    found = {}
    for path in sorted((root / "killed").rglob("*")):
        name = path.relative_to(root / "killed").as_posix()
        if not path.is_file() or ".work" in name or name.startswith("notebooks/"):
            continue
        if name.endswith("metrics.jsonl"):
            found[name] = [{k: v for k, v in row.items() if k not in CLOCKS} for _, row in read_jsonl(path)]
        elif name == "eval_summary.json":
            found[name] = {k: v for k, v in read_json(path).items() if k != "evaluated_at"}
        elif name == "claims.json":  # points to the files above by their sha256
            found[name] = re.sub(r'"sha256": "[0-9a-f]{64}"', '"sha256"', path.read_text(encoding="utf-8"))
        elif name in ("provenance.json", MANIFEST):
            found[name] = sorted(read_json(path))
        else:
            found[name] = sha256_file(path)
    return found


@pytest.fixture(scope="module")
def undisturbed(processes, tmp_path_factory):
    root = tmp_path_factory.mktemp("undisturbed")
    attempt(processes, root)  # the first one fills caches
    shutil.rmtree(root / "killed")
    started = time.monotonic()
    assert attempt(processes, root)
    return evidence(root), time.monotonic() - started


def test_a_run_killed_at_random_moments_ends_as_an_undisturbed_one(processes, undisturbed, tmp_path):
    expected, seconds = undisturbed
    seed = random.randrange(2**32)
    draw, kills, chains = random.Random(seed), 0, 0
    while kills < KILLS:
        root = tmp_path / f"chain-{chains}"
        while not attempt(processes, root, draw.uniform(0.02, 0.6) * seconds):
            kills += 1
            if kills >= KILLS:
                assert attempt(processes, root)
                break
        found = evidence(root)
        assert found.keys() == expected.keys(), f"seed {seed}, chain {chains}"
        assert [name for name in found if found[name] != expected[name]] == [], f"seed {seed}, chain {chains}"
        shutil.rmtree(root)
        chains += 1
    print(json.dumps({"kills": kills, "chains": chains, "seed": seed}))


def test_what_killed_tries_left_does_not_enter_the_run(processes, undisturbed, tmp_path):
    _, seconds = undisturbed
    tries = (attempt(processes, tmp_path, share and share * seconds) for share in (0.3, 0.5, None))
    assert any(tries), "the last one at the latest"
    hidden = [p for p in (tmp_path / "killed").rglob(".*") if p.name != ".work" and ".work" not in p.parts]
    assert hidden == []
    assert not list(Run(tmp_path / "killed").resume_path().rglob("*.safetensors"))
