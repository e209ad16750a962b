import errno
import os
import re
import socket
import subprocess
import sys

import pytest
from fault_helpers import FAULTS, kill, started

from tunixlib import holding
from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.evidence.sealing import seal
from tunixlib.holding import HOLDER_VARIABLE, LOCKED, dead_scratch, hold, holder_of, scratch_folder, sweep
from tunixlib.runs import MANIFEST, ROOT_VARIABLE, Run, RunError
from tunixlib.stages import (
    ARMS,
    CHECKPOINTS,
    CORRECTION_ARMS,
    FINAL,
    FINAL_ARM,
    SEGMENTS,
    STAGES,
    checkpoint_name,
    writer_of,
)
from tunixlib.trees import PROJECT_ROOT, hash_tree


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
    lock = hold(run.root)
    code = f"from tunixlib.holding import hold\nfrom pathlib import Path\nhold(Path({str(run.root)!r}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode != 0
    assert "is in use by process" in found.stderr
    lock.release()
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_start_cell_that_ran_twice_gives_the_lock_back_once_finished(run):
    run.start("01_seed", {})
    run.start("01_seed", {}).finish()
    code = f"from tunixlib.holding import hold\nfrom pathlib import Path\nhold(Path({str(run.root)!r}))"
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


HOLD = """
import sys, time
from pathlib import Path
from tunixlib.holding import RunError, hold
try:
    held = hold(Path(sys.argv[1]))
except RunError:
    print("refused", flush=True)
    sys.exit()
print(sys.argv[2] if len(sys.argv) > 2 else "ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def impatient(monkeypatch):
    """A refusal is the same after a tenth of a second."""
    monkeypatch.setattr(holding, "PATIENCE", 0.1)
    monkeypatch.setattr(holding, "ORPHAN_PATIENCE", 0.1)


def test_the_holder_is_named_with_process_machine_command_and_time(run, impatient):
    process = started(HOLD, run.root)
    since = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    try:
        with pytest.raises(
            RunError, match=rf"in use by process {process.pid} on .*, since {since}; wait for it"
        ) as found:
            hold(run.root)
        assert f"on {re.escape(socket.gethostname())} (-c {run.run_id})" in str(found.value), "no absolute path"
        assert holder_of(run.root)["pid"] == process.pid
    finally:
        kill(process)


def test_a_killed_holder_is_recognised_at_once_even_when_its_process_id_lives_again(run):
    """20 kills, TUNIXLIB_FAULTS times as many on demand."""
    for _ in range(20 * FAULTS):
        process = started(HOLD, run.root)
        assert holder_of(run.root) is not None
        kill(process)
        who = read_json(run.path(".work", "holder.json"))
        assert who["pid"] == process.pid
        write_json(run.path(".work", "holder.json"), {**who, "pid": os.getppid()})  # somebody else has the number now
        assert holder_of(run.root) is None
        hold(run.root).release()


@pytest.mark.parametrize("content", ["", "{", "[]", "\ud800"])
def test_a_torn_word_about_the_holder_hides_nothing(run, content, impatient):
    process = started(HOLD, run.root)
    try:
        run.path(".work", "holder.json").write_bytes(content.encode("utf-8", "surrogatepass"))
        with pytest.raises(RunError, match=r"in use by process \? on \? \(unknown\)"):
            hold(run.root)
    finally:
        kill(process)


def test_of_processes_that_start_at_once_exactly_one_gets_the_run(run):
    for _ in range(2 * FAULTS):
        command = [sys.executable, "-c", HOLD, str(run.root), "held"]
        processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT) for _ in range(4)]
        said = [process.stdout.readline().strip() for process in processes]
        for process in processes:
            kill(process)
        assert sorted(said) == ["held", "refused", "refused", "refused"]


def test_a_look_at_the_lock_refuses_nobody(run):
    hold(run.root).release()
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom tunixlib.holding import holder_of\n"
        "print('ready', flush=True)\nwhile True: holder_of(Path(sys.argv[1])), time.sleep(0.01)"
    )
    looking = started(code, run.root)
    try:
        for _ in range(20):
            hold(run.root).release()
    finally:
        kill(looking)


def test_two_pipelines_on_one_run_the_second_is_refused_by_the_command_line(run):
    lock = hold(run.root)
    done = subprocess.run(
        [sys.executable, "-m", "tunixlib", "run", "--profile", "smoke", "--run-id", run.run_id], cwd=PROJECT_ROOT,
        env={**os.environ, ROOT_VARIABLE: str(run.root.parent)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lock.release()
    assert done.returncode == 1
    assert f"error: run 'demo' is in use by process {os.getpid()} on" in done.stderr
    assert [path.name for path in run.root.iterdir()] == [".work"]


def test_a_kernel_that_outlives_its_killed_pipeline_keeps_others_out_until_it_ends(run, impatient, monkeypatch):
    kernel = started(HOLD, run.root, **{HOLDER_VARIABLE: str(run.root)})
    try:
        with pytest.raises(RunError, match=f"in use by process {kernel.pid}"):
            hold(run.root)
        assert holder_of(run.root)["pid"] == kernel.pid
        monkeypatch.setenv(HOLDER_VARIABLE, str(run.root))
        with pytest.raises(RunError, match=f"in use by process {kernel.pid}"):
            run.start("01_seed", {})
    finally:
        kill(kernel)
    run.start("01_seed", {}).finish()
    monkeypatch.delenv(HOLDER_VARIABLE)
    hold(run.root).release()


def test_who_takes_a_run_sweeps_away_what_killed_writers_left(run):
    left = ["data/.dataset.jsonl.x1.part", ".work/stages/.01_seed.json.x2.part", ".run_manifest.json.x3.part"]
    for name in left:
        write_text(run.path(name), "half")
    write_text(run.path("data", ".bundle.x4.part", "inside"), "a folder")
    write_text(run.path("data", "dataset.jsonl"), "{}\n")
    assert list(hash_tree(run.root, ("data",))) == ["data/dataset.jsonl"]
    hold(run.root).release()
    assert sweep(run.root) == 0
    assert run.path("data", "dataset.jsonl").is_file()
    assert not run.path("data", ".bundle.x4.part").exists()


def test_without_room_to_say_who_holds_it_the_run_is_held_all_the_same(run, monkeypatch):
    hold(run.root).release()
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(holding, "write_json", lambda path, value: (_ for _ in ()).throw(full))
    lock = hold(run.root)
    assert lock.is_locked
    assert holder_of(run.root) == {}, "and not who held it before"
    lock.release()


def test_a_lock_that_is_of_no_use_is_given_back(run, monkeypatch):
    monkeypatch.setattr(holding, "sweep", lambda root: (_ for _ in ()).throw(OSError("a folder of somebody else")))
    with pytest.raises(OSError, match="somebody else"):
        hold(run.root)
    assert holder_of(run.root) is None


@pytest.mark.parametrize("left", ["all", "no manifest", "nothing"])
def test_a_locked_run_is_never_written_whatever_is_left_of_it(run, left):
    write_json(run.root.parent / LOCKED, {"lock_version": "1.0", "runs": {"demo": {"locked_at": "2026-01-02"}}})
    if left != "nothing":
        write_text(run.path("data", "dataset.jsonl"), "{}\n")
    if left == "all":
        write_json(run.path(MANIFEST), {})
    for writes in (lambda: run.start("01_seed", {}), lambda: hold(run.root), lambda: seal(run), run.refuse_if_sealed):
        with pytest.raises(RunError, match=r"is locked as a submission since 2026-01-02 .*git checkout -- .*/demo"):
            writes()
    assert run.root.exists() == (left != "nothing")
    assert not run.path(".work").exists()


@pytest.mark.parametrize("content", ["", "[]", '{"runs": []}', '{"runs": {"demo": 3}}'])
def test_marks_that_cannot_be_read_lock_everything(run, content):
    write_text(run.root.parent / LOCKED, content)
    with pytest.raises(RunError, match=rf"{LOCKED}: found content that cannot be read .*restore it"):
        run.start("01_seed", {})


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"parameters": {}, "inputs": {}}', '{"started": "yesterday", "seconds": 1}']
)
def test_a_note_of_an_earlier_try_that_cannot_be_read_starts_the_stage_anew(run, content):
    for stage in STAGES[:1]:
        run.start(stage.name, {}).finish()
    half = run.path("training", "flat", "stage_1", "metrics.jsonl")
    write_text(half, "{}\n")
    write_text(run.resume_path("02_train.json"), content)
    stage = run.start("02_train", {})
    assert not half.exists()
    stage.finish()
    assert not run.resume_path("02_train.json").exists()


def test_the_checkpoint_that_is_judged_is_the_last_of_the_curriculum_wherever_it_is_named():
    assert SEGMENTS[FINAL_ARM][-1] == FINAL == checkpoint_name(FINAL_ARM)
    assert list(CHECKPOINTS.items())[-1] == (FINAL, (FINAL_ARM, FINAL))
    assert CHECKPOINTS["flat"] == ("flat", "stage_3")
    assert CHECKPOINTS["retry"] == ("retry", "stage_d")
    assert "stage_1" not in CHECKPOINTS


def test_every_arm_has_segments_and_a_stage_that_writes_it():
    assert list(SEGMENTS) == [*ARMS, *CORRECTION_ARMS]
    writers = {arm: writer_of(f"training/{arm}").name for arm in SEGMENTS}
    assert writers == {
        "flat": "02_train",
        **dict.fromkeys(ARMS[1:], "03_curriculum"),
        **dict.fromkeys(CORRECTION_ARMS, "04_self_correction"),
    }


BUILDING = """
import sys, time
from pathlib import Path
from tunixlib.holding import scratch_folder
with scratch_folder(Path(sys.argv[1])) as scratch:
    (scratch / "half").write_bytes(b"x" * 1000)
    print("ready", flush=True)
    time.sleep(600)
"""


def test_what_a_killed_process_was_building_is_removed_by_the_next_one_and_a_living_ones_stays(tmp_path):
    process = started(BUILDING, tmp_path / "model")
    (building,) = tmp_path.glob(".model.*.part")
    try:
        assert dead_scratch(tmp_path) == []
        with scratch_folder(tmp_path / "model"):
            assert (building / "half").is_file()
    finally:
        kill(process)
    (tmp_path / ".mine.part").mkdir()
    assert dead_scratch(tmp_path) == [building]
    with scratch_folder(tmp_path / "other"):
        assert building.is_dir(), "another target's is left to its own next start, and to clean"
    with scratch_folder(tmp_path / "model") as scratch:
        assert [path.name for path in tmp_path.glob(".model.*")] == [scratch.name]
    assert [path.name for path in tmp_path.iterdir()] == [".mine.part"]
