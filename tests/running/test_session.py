"""A session: the choice of profile, refusal before work, early stops that keep evidence, and nothing left behind."""

import dataclasses
import os
import sys
import types

import pytest

from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.progress import PROGRESS_VARIABLE, STOP_FILE, progress
from tunixlib.running import pipeline
from tunixlib.running.notebooks import NotebookError
from tunixlib.running.parameters import declared_defaults, stage_notebooks
from tunixlib.running.pipeline import run_pipeline
from tunixlib.running.profiles import NOTEBOOKS
from tunixlib.running.sessions import machine, session
from tunixlib.running.sessions.inputs import Inputs
from tunixlib.running.sessions.ledger import RESERVE_S
from tunixlib.running.sessions.machine import choose_profile, detect_accelerator
from tunixlib.running.sessions.session import Session, SessionError, prepare_session, run_session, working_root
from tunixlib.running.sessions.watch import fewer_epochs, keep_evidence, last_checkpoint, plan_work
from tunixlib.runs import MANIFEST, ROOT_VARIABLE, Run, RunError
from tunixlib.submission import bundle
from tunixlib.trees import PROJECT_ROOT

CUDA = types.SimpleNamespace(is_available=lambda: True, device_count=lambda: 2, get_device_name=lambda i: "Tesla T4")


@pytest.fixture(autouse=True)
def no_tpu(monkeypatch):
    for name in [name for name in os.environ if name.startswith("TPU_") or name == "PJRT_DEVICE"]:
        monkeypatch.delenv(name)


@pytest.fixture
def working(tmp_path, monkeypatch):
    monkeypatch.setenv(session.WORKING_VARIABLE, str(tmp_path / "working"))
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setenv("TUNIXLIB_INPUT_ROOT", str(tmp_path / "input"))
    return tmp_path / "working"


@pytest.mark.parametrize(("name", "value"), [("PJRT_DEVICE", "TPU"), ("TPU_WORKER_ID", "0")])
def test_a_tpu_is_told_by_its_variables_before_any_gpu(monkeypatch, name, value):
    monkeypatch.setattr("torch.cuda", CUDA)
    monkeypatch.setenv(name, value)
    assert detect_accelerator()[0] == "tpu"


def test_gpus_are_named_and_a_torch_that_cannot_use_them_too(monkeypatch):
    monkeypatch.setattr(machine, "_listed_gpus", lambda: "GPU 0: Tesla T4")
    kind, sign = detect_accelerator()
    assert (kind, "cannot use" in sign) == ("gpu", True)
    monkeypatch.setattr("torch.cuda", CUDA)
    assert detect_accelerator() == ("gpu", "Tesla T4, Tesla T4")


def test_the_profile_follows_from_the_accelerator_and_a_wish_comes_first(tmp_path, monkeypatch):
    for name in ("kaggle-tpu", "kaggle-gpu", "cpu", "smoke"):
        write_text(tmp_path / f"{name}.yaml", "RUN_ID: my-run\n")
    monkeypatch.setattr(machine, "PROFILES", tmp_path)
    assert [choose_profile("auto", kind) for kind in ("tpu", "gpu", "cpu")] == ["kaggle-tpu", "kaggle-gpu", "cpu"]
    assert choose_profile("smoke", "tpu") == "smoke"


def test_a_profile_that_is_not_there_names_what_to_choose_instead(tmp_path, monkeypatch):
    for name in ("kaggle-gpu", "cpu"):
        write_text(tmp_path / f"{name}.yaml", "RUN_ID: my-run\n")
    monkeypatch.setattr(machine, "PROFILES", tmp_path)
    with pytest.raises(ValueError) as error:
        choose_profile("auto", "tpu")
    assert str(error.value) == (
        "profile 'kaggle-tpu' (chosen because this is a tpu session): found no notebooks/profiles/kaggle-tpu.yaml, "
        "expected one of cpu, kaggle-gpu; set PROFILE to one of them, or start the session with accelerator 'gpu' "
        "(profile kaggle-gpu) or accelerator 'cpu' (profile cpu)"
    )


def test_a_session_shows_what_it_chose(working):
    found = prepare_session("smoke", 2.0)
    assert (found.profile, found.limit_s, found.parameters["MODEL"]) == ("smoke", 7200, "tiny")
    for words in ("| profile | smoke |", "| model | tiny |", "| session | 2 h 00 min at most |", str(working)):
        assert words in found.table()


def test_what_is_missing_is_named_before_work_starts(working, tmp_path):
    profile = tmp_path / "mine.yaml"
    write_text(profile, "RUN_ID: x\nMODEL: attached/gemma\n")
    with pytest.raises(SessionError, match=r"(?s)not started.*MODEL attached/gemma: found no Gemma below .*input"):
        prepare_session(str(profile))
    with pytest.raises(SessionError, match=r"(?s)not started.*profile 'nope' \(asked for\)"):
        prepare_session("nope")
    with pytest.raises(ValueError, match="no longer than"):
        prepare_session("smoke", -1.0)
    assert not (tmp_path / "runs").exists()


def test_the_reserve_of_a_short_session_is_a_tenth_of_it(working):
    assert prepare_session("smoke").ledger().reserve_s == RESERVE_S
    assert prepare_session("smoke", 0.5).ledger().reserve_s == 180


def test_output_goes_to_the_clone_unless_told_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv(session.WORKING_VARIABLE, raising=False)
    monkeypatch.setattr(session, "KAGGLE_WORKING", tmp_path / "none")
    assert working_root() == PROJECT_ROOT / "dist" / "working"
    monkeypatch.setattr(session, "KAGGLE_WORKING", tmp_path)
    assert working_root() == tmp_path


@pytest.fixture
def prepared(working):
    working.mkdir()
    return Session("cpu", "2 cores", "smoke", {}, Inputs(packages=working / "packages"), 12 * 3600, working, 0.0)


def pretend(monkeypatch, work):
    """Replace the pipeline by ``work(run, watcher)``; returns what it was called with."""
    seen = {}

    def run_pipeline(profile, run_id, overrides, say, *, command, watcher, bundle):
        seen.update(profile=profile, command=command, path=os.environ["PYTHONPATH"], sys_path=list(sys.path))
        return work(Run.open(run_id), watcher)

    monkeypatch.setattr(session, "run_pipeline", run_pipeline)
    return seen


def checkpoint(run, arm, stage):
    place = run.path("training", arm, stage, "checkpoint")
    write_json(place / "checkpoint.json", {})
    write_text(place / "model.safetensors", f"weights of {stage}")


def test_an_early_stop_is_no_error_and_keeps_evidence_and_the_last_checkpoint(prepared, working, monkeypatch):
    def work(run, watcher):
        write_text(run.path("data", "dataset.jsonl"), "{}\n")
        checkpoint(run, "flat", "stage_3")
        checkpoint(run, "curriculum", "stage_a")
        write_text(run.path(".work", "failed-03_curriculum.ipynb"), "{}")
        watcher.ledger.stopped = "the rest does not fit"
        raise NotebookError("03_curriculum.ipynb, cell 6: RunError: stopped early")

    pretend(monkeypatch, work)
    outcome = run_session(prepared, "k", say=lambda text: None)
    kept = working / "submission_runs" / "k"
    assert outcome.last == "training/curriculum/stage_a/checkpoint"
    assert outcome.weights == kept / outcome.last
    assert {path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file()} == {
        "data/dataset.jsonl", "training/flat/stage_3/checkpoint/checkpoint.json",
        "training/curriculum/stage_a/checkpoint/checkpoint.json",
        "training/curriculum/stage_a/checkpoint/model.safetensors",
    }  # fmt: skip
    assert read_json(working / "ledger.json")["stopped"] == "the rest does not fit"
    assert (working / "failed-03_curriculum.ipynb").is_file()
    assert outcome.results().startswith("No results: stopped early, since the rest does not fit")
    closing = outcome.closing()
    assert "The last checkpoint is `training/curriculum/stage_a/checkpoint`. Judged would be" in closing
    assert "NOT SEALED" in closing


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def hours(prepared, working, monkeypatch):
    """A session of four hours of a pretended pipeline, in which a step takes 40 s; ``calls`` has the EPOCHS of each."""
    clock = Clock()
    parameters = {"EPOCHS": [1, 2, 3], "TRACES_PER_STEP": 10, "MAX_STEPS": 0, "ARMS": ["curriculum"],
                  "CORRECTION_ARMS": [], "EVAL_SETS": [], "EVAL_ITEMS": 0, "CHECKPOINTS": []}  # fmt: skip
    lent = dataclasses.replace(prepared, limit_s=4 * 3600, parameters=parameters)
    held = types.SimpleNamespace(lent=lent, clock=clock, calls=[], lines=[], fails="", finishes=False)

    def run_pipeline(profile, run_id, overrides, say, *, command, watcher, bundle):
        run = Run.open(run_id)
        held.calls.append(overrides.get("EPOCHS"))
        watcher.ledger.clock, watcher.ledger._start = clock, 0.0
        stages = {stage: {"traces": 200} for stage in "abc"}
        write_json(run.path("data", "split_stats.json"), {"stages": stages})
        watcher.began(run, "02_train", {})
        for done in range(1, 20):
            clock.now += 40
            reason = watcher.observe({"label": "flat/stage_1", "done": done, "total": 20, "note": ""})
            if reason and not held.finishes:
                raise NotebookError(f"02_train.ipynb: RunError: {reason}")
        watcher.ended(run, "02_train")
        if held.fails:
            raise NotebookError(held.fails)

    monkeypatch.setattr(session, "run_pipeline", run_pipeline)
    held.run = lambda: run_session(lent, "k", say=held.lines.append)
    return held


def test_a_session_that_would_take_too_long_begins_again_once_with_fewer_epochs(hours, working):
    assert "stopped early" not in hours.run().results()
    first, epochs = hours.calls
    assert first is None and epochs == [1, 2, 2], "240 steps of 40 s do not fit into 0.7 of 13,200 s, 200 do"
    assert "it begins again with EPOCHS [1, 2, 2]" in "\n".join(hours.lines)
    assert read_json(working / "ledger.json")["begun_again_with"] == {"EPOCHS": [1, 2, 2]}


def test_a_session_that_was_killed_goes_on_with_the_epochs_it_had_chosen(hours):
    hours.fails = "killed"
    with pytest.raises(NotebookError, match="killed"):
        hours.run()
    hours.fails, hours.clock.now = "", 0.0
    hours.run()
    assert hours.calls == [None, [1, 2, 2], [1, 2, 2]]


def test_a_stage_that_ends_before_it_can_be_stopped_stays_and_a_later_failure_is_told(hours):
    hours.finishes, hours.fails = True, "05_evaluate.ipynb: out of memory"
    with pytest.raises(NotebookError, match="out of memory"):
        hours.run()
    assert hours.calls == [None]


def test_epochs_are_lowered_one_by_one_from_the_most():
    assert list(fewer_epochs([2, 2, 3])) == [[2, 2, 2], [2, 2, 1], [2, 1, 1], [1, 1, 1]]
    assert list(fewer_epochs([1, 1, 1])) == []


def test_another_failure_is_raised_with_the_evidence_kept(prepared, working, monkeypatch):
    def work(run, watcher):
        write_text(run.path("data", "dataset.jsonl"), "{}\n")
        raise NotebookError("02_train.ipynb, cell 6: ValueError")

    pretend(monkeypatch, work)
    with pytest.raises(NotebookError, match="02_train"):
        run_session(prepared, "k", say=lambda text: None)
    assert (working / "submission_runs" / "k" / "data" / "dataset.jsonl").is_file()


def test_a_finished_run_is_published_and_the_judged_checkpoint_is_named(prepared, working, monkeypatch):
    def work(run, watcher):
        checkpoint(run, "curriculum", "stage_c")
        write_json(run.path(MANIFEST), {})

    def publish(run):
        write_text(bundle.DIST / run.run_id / "model" / "model.safetensors", "weights")

    before = bundle.DIST
    seen = pretend(monkeypatch, work)
    monkeypatch.setattr(bundle, "publish", publish)
    outcome = run_session(prepared, "k", say=lambda text: None)
    assert before == bundle.DIST
    assert outcome.weights == working / "dist" / "k" / "model"
    assert "which will be judged: `training/curriculum/stage_c/checkpoint`" in outcome.closing()
    assert outcome.run.sealed
    assert seen["command"] == "notebooks/kaggle.ipynb with PROFILE=smoke RUN_ID=k"


def test_a_bundle_that_fails_costs_no_run(prepared, monkeypatch):
    def work(run, watcher):
        checkpoint(run, "curriculum", "stage_c")
        write_json(run.path(MANIFEST), {})

    def publish(run):
        raise ImportError("no module")

    said = []
    pretend(monkeypatch, work)
    monkeypatch.setattr(bundle, "publish", publish)
    outcome = run_session(prepared, "k", say=said.append)
    assert outcome.run.sealed
    assert outcome.weights == outcome.run.path("training/curriculum/stage_c/checkpoint")
    assert said == ["the run is sealed, but its bundle was not built here (no module); build it after import-kaggle"]


def test_kernels_import_this_package_first_then_attached_ones_and_nothing_stays(prepared, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "other")
    before = list(sys.path)
    seen = pretend(monkeypatch, lambda run, watcher: None)
    run_session(prepared, "k", say=lambda text: None)
    assert seen["path"].split(os.pathsep) == [str(PROJECT_ROOT), str(prepared.inputs.packages), "other"]
    assert seen["sys_path"] == [*before, str(prepared.inputs.packages)]
    assert (os.environ["PYTHONPATH"], sys.path) == ("other", before)


def test_a_kept_run_that_is_sealed_is_never_written_again(prepared, working, monkeypatch):
    write_json(working / "submission_runs" / "k" / MANIFEST, {})
    pretend(monkeypatch, lambda run, watcher: pytest.fail("must not start"))
    with pytest.raises(RunError, match="is sealed"):
        run_session(prepared, "k")


def test_the_kept_copy_follows_the_run_file_by_file(tmp_path):
    run = Run(tmp_path / "runs" / "k")
    kept = Run(tmp_path / "working" / "submission_runs" / "k")
    for text in ("one\n", "two\n"):
        write_text(run.path("data", "a.jsonl"), text)
        keep_evidence(run, tmp_path / "working")
        assert kept.path("data", "a.jsonl").read_text() == text
    run.path("data", "a.jsonl").rename(run.path("data", "b.jsonl"))
    keep_evidence(run, tmp_path / "working")
    assert sorted(path.name for path in kept.path("data").iterdir()) == ["b.jsonl"]


def test_the_last_checkpoint_is_the_one_trained_last(tmp_path):
    run = Run(tmp_path)
    assert last_checkpoint(run) == ""
    checkpoint(run, "flat", "stage_2")
    assert last_checkpoint(run) == "training/flat/stage_2/checkpoint"
    checkpoint(run, "curriculum", "stage_a")
    assert last_checkpoint(run) == "training/curriculum/stage_a/checkpoint"


def test_the_plan_counts_steps_and_items(tmp_path):
    parameters = declared_defaults(stage_notebooks())
    assert parameters["EPOCHS"] == [2, 2, 2]
    run = Run(PROJECT_ROOT / "submission_runs" / "cpu-v1")
    plan = plan_work(run, {**parameters, "EVAL_SETS": ["eval-core", "eval-unseen"], "EVAL_ITEMS": 300})
    made = [len(path.read_text().splitlines()) for path in sorted(run.root.glob("training/flat/*/order.jsonl"))]
    assert list(plan["02_train"].pieces) == made
    assert plan["03_curriculum"].like == "02_train"
    assert plan["05_evaluate"].pieces == (300, 200) * 5
    assert plan["05_evaluate"].apart == 2
    assert plan_work(run, {**parameters, "MAX_STEPS": 3})["02_train"].pieces == (3, 3, 3)
    asked = {"CHECKPOINTS": ["base", "stage_c", "retry"], "EVAL_SETS": ["eval-core", "eval-unseen"], "EVAL_ITEMS": 300}
    evaluating = plan_work(run, {**parameters, **asked})["05_evaluate"].pieces
    assert evaluating == (300, 200) * 3 + (300,), "an arm that checks looks at its own work again"
    assert list(plan_work(Run(tmp_path), parameters)) == ["05_evaluate"], "no data yet, no steps known"


def test_a_stop_file_ends_the_work_with_its_reason_but_never_after_the_last_unit(tmp_path, monkeypatch):
    monkeypatch.setenv(PROGRESS_VARIABLE, str(tmp_path / "progress.json"))
    write_text(tmp_path / STOP_FILE, "the time is used up")
    with (
        pytest.raises(RunError, match=r"flat/stage_1, 1 of 3 done: the time is used up"),
        progress(3, "flat/stage_1") as bar,
    ):
        bar.advance()
    with progress(1, "flat/stage_2") as bar:
        bar.advance()
    assert bar.done == 1


@pytest.mark.slow
def test_a_watcher_ends_a_stage_cleanly_and_the_same_run_continues(tmp_path, monkeypatch):
    class Impatient:
        def began(self, run, stage, parameters):
            self.stage = stage

        def observe(self, state):
            return "no patience" if self.stage == "02_train" else None

        def ended(self, run, stage):
            pass

    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    monkeypatch.setattr(
        pipeline, "stage_notebooks", lambda: [NOTEBOOKS / f"{n}.ipynb" for n in ("01_seed", "02_train")]
    )
    monkeypatch.setattr("tunixlib.evidence.verify.seal_verified", lambda run: None)
    monkeypatch.setattr("tunixlib.submission.bundle.publish", lambda run: [])
    profile = tmp_path / "small.yaml"
    write_text(profile, "RUN_ID: early\nMODEL: tiny\nDATASET: golden-v2\nEPOCHS: [1, 1, 1]\nTRACES_PER_STEP: 1\n")
    with pytest.raises(NotebookError, match=r"02_train\.ipynb, cell \d+: RunError: flat/stage_\d, .* no patience"):
        run_pipeline(str(profile), say=lambda text: None, watcher=Impatient())
    run, lines = Run.open("early"), []
    assert run.record("01_seed")
    assert run.record("02_train") is None
    run_pipeline(str(profile), say=lines.append)
    assert lines[1] == "[1/2] 01_seed: unchanged, skipped"
    assert lines[2].startswith("[2/2] 02_train: done in")
    assert run.record("02_train")
