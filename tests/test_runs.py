import subprocess
import sys

import pytest

from tunixlib.artifacts import write_json, write_text
from tunixlib.runs import MANIFEST, STAGES, Run, RunError, hash_tree, hold_run


@pytest.fixture
def run(tmp_path):
    return Run.open("demo", str(tmp_path))


@pytest.mark.parametrize("bad", ["", "../x", "a/b", ".hidden", "a" * 65, 7])
def test_a_run_id_is_a_plain_folder_name(bad):
    with pytest.raises(RunError, match="run id"):
        Run.open(bad)


def test_every_path_has_one_writer_and_is_written_before_it_is_read():
    written = [place for stage in STAGES for place in stage.writes]
    assert len(written) == len(set(written))
    for i, stage in enumerate(STAGES):
        assert set(stage.reads) <= {place for earlier in STAGES[:i] for place in earlier.writes}


def test_a_missing_input_names_the_notebook_to_run_first(run):
    with pytest.raises(
        RunError, match=r"02_train reads data, which 01_seed has not finished writing; run 01_seed\.ipynb"
    ):
        run.start("02_train", {})


def test_a_stage_that_began_and_did_not_finish_is_no_input(run):
    run.start("01_seed", {}).lock.release()
    write_text(run.path("data", "dataset.jsonl"), "{}\n")
    with pytest.raises(RunError, match="has not finished writing"):
        run.start("02_train", {})


def test_a_stage_records_parameters_inputs_and_outputs(run):
    first = run.start("01_seed", {})
    write_text(run.path("data", "dataset.jsonl"), "{}\n")
    first.finish()
    stage = run.start("02_train", {"SEED": 1, "RUN_ID": "demo", "run": object(), "ARRAY": object()})
    write_text(run.path("training", "flat", "stage_1", "metrics.jsonl"), "{}\n")
    record = stage.finish()
    assert record["parameters"] == {"SEED": 1}
    assert list(record["inputs"]) == ["data/dataset.jsonl"]
    assert list(record["outputs"]) == ["training/flat/stage_1/metrics.jsonl"]
    assert run.record("02_train") == record


def test_starting_a_stage_again_clears_what_an_earlier_try_left(run):
    run.start("01_seed", {}).lock.release()
    write_text(run.path("data", "stale.jsonl"), "{}\n")
    run.start("01_seed", {}).finish()
    assert not run.path("data", "stale.jsonl").exists()


def test_weights_and_partial_files_are_not_evidence_but_their_record_is(run):
    folder = run.path("training", "flat", "stage_1", "checkpoint")
    for name in ("model.safetensors", "tokenizer.json", "checkpoint.json"):
        write_text(folder / name, "x")
    write_text(run.path("training", "flat", ".metrics.jsonl.1.part"), "x")
    assert list(hash_tree(run.root, ("training",))) == ["training/flat/stage_1/checkpoint/checkpoint.json"]


def test_a_sealed_run_is_never_started_again(run):
    write_json(run.path(MANIFEST), {})
    with pytest.raises(RunError, match="sealed"):
        run.start("01_seed", {})


def test_a_second_process_is_refused_and_told_who_holds_the_run(run):
    lock = hold_run(run)
    code = f"from tunixlib.runs import Run, hold_run\nfrom pathlib import Path\nhold_run(Run(Path({str(run.root)!r})))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode != 0
    assert "is in use by process" in found.stderr
    lock.release()
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_start_cell_that_ran_twice_gives_the_lock_back_once_finished(run):
    run.start("01_seed", {})
    run.start("01_seed", {}).finish()
    code = f"from tunixlib.runs import Run, hold_run\nfrom pathlib import Path\nhold_run(Run(Path({str(run.root)!r})))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_doing_a_stage_by_hand_forgets_the_executed_copy_and_the_pipelines_command(run):
    for name in (".work/run.json", ".work/pipeline/01_seed.json", "notebooks/01_seed.ipynb"):
        write_text(run.path(name), "{}")
    run.start("01_seed", {}).finish()
    assert not any(run.path(name).exists() for name in (".work/run.json", "notebooks/01_seed.ipynb"))


def test_hidden_files_of_editors_are_not_evidence(run):
    write_text(run.path("data", ".ipynb_checkpoints", "x.ipynb"), "x")
    write_text(run.path("data", "a.jsonl"), "x")
    assert list(hash_tree(run.root, ("data",))) == ["data/a.jsonl"]
