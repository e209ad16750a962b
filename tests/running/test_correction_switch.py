"""Claims about the stage that a parameter switches on: when it is left out, removed, waited for, planned, supplied."""

import shutil
from collections import namedtuple

import pytest
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.running.parameters import declared_defaults, stage_notebooks
from tunixlib.running.pipeline import _switched_on
from tunixlib.running.preparing import check_inputs
from tunixlib.running.profiles import NOTEBOOKS, ProfileError, load_profile
from tunixlib.running.sessions import inputs
from tunixlib.running.sessions.inputs import resolve_inputs
from tunixlib.running.sessions.watch import plan_work
from tunixlib.runs import Run, RunError
from tunixlib.seeding import datasets
from tunixlib.seeding.correction.datasets import CORRECTION_DATASET
from tunixlib.seeding.recipes import SeedingError
from tunixlib.stages import CORRECTED, STAGES, stage_named
from tunixlib.submission.kernel import package_files
from tunixlib.training.config import TrainingError
from tunixlib.training.correction import SHARES

SWITCHED = "04_self_correction"
EVERY = [stage.name for stage in STAGES]


@pytest.fixture
def run(tmp_path):
    """A run whose first three stages are finished, as far as records say."""
    run = Run(tmp_path / "demo")
    for name in EVERY[:3]:
        write_json(run.record_path(name), {"stage": name})
    write_text(run.path("training", "curriculum", "stage_c", "metrics.jsonl"), "{}\n")
    return run


def begun(run, arm="control"):
    write_text(run.path("training", arm, "dataset.jsonl"), "{}\n")


def names(run, parameters):
    return [notebook.stem for notebook in _switched_on(run, parameters)]


@pytest.mark.parametrize("parameters", [{}, {"CORRECTION_ARMS": []}])
def test_without_arms_the_pipeline_leaves_the_notebook_out(run, parameters):
    assert names(run, parameters) == [name for name in EVERY if name != SWITCHED]
    assert [stage.name for stage in run.stages()] == [name for name in EVERY if name != SWITCHED]


def test_with_arms_it_stands_between_curriculum_and_evaluation(run):
    assert names(run, {"CORRECTION_ARMS": ["control"]}) == EVERY
    begun(run)
    assert [stage.name for stage in run.stages()] == EVERY


def test_switched_off_later_removes_all_that_it_made_and_nothing_else(run):
    for place in CORRECTED:
        begun(run, place.split("/")[1])
    states = run.resume_path("training", "retry", "stage_d", "state.json")
    for path in (states, run.record_path(SWITCHED), run.path("notebooks", f"{SWITCHED}.ipynb")):
        write_text(path, "{}\n")
    assert SWITCHED not in names(run, {"CORRECTION_ARMS": []})
    left = {path.relative_to(run.root).as_posix() for path in run.root.rglob("*") if path.is_file()}
    records = {run.relative(run.record_path(name)) for name in EVERY[:3]}
    assert left == {*records, "training/curriculum/stage_c/metrics.jsonl"}


def test_by_hand_evaluation_waits_for_arms_that_have_begun_and_for_no_others(run):
    begun(run)
    with pytest.raises(RunError, match=rf"05_evaluate reads training/control, which {SWITCHED} has not finished"):
        run.start("05_evaluate", {})
    shutil.rmtree(run.path("training", "control"))
    run.start("05_evaluate", {}).finish()
    assert run.record("05_evaluate")["outputs"] == {}


def test_by_hand_it_needs_a_finished_curriculum(run):
    run.record_path("03_curriculum").unlink()
    with pytest.raises(RunError, match="reads training/curriculum, which 03_curriculum has not finished"):
        run.start(SWITCHED, {})


def test_only_the_profiles_that_say_so_switch_it_on():
    on = {name for name in ("cpu", "full", "gpu", "kaggle-gpu", "smoke") if load_profile(name).parameters.get(
        stage_named(SWITCHED).switch)}  # fmt: skip
    assert on == {"full", "smoke"}
    defaults = declared_defaults(stage_notebooks())
    assert (defaults["CORRECTION_ARMS"], defaults["CORRECTION_DATASET"]) == ([], CORRECTION_DATASET)
    for name in on:
        assert "eval-correction" in load_profile(name).parameters["EVAL_SETS"]


def test_a_dataset_of_shown_works_that_is_not_there_is_named_before_anything_starts():
    parameters = {"MODEL": "tiny", "CORRECTION_DATASET": "my-missing", "EVAL_SETS": []}
    check_inputs({**parameters, "CORRECTION_ARMS": []})
    with pytest.raises(SeedingError, match="dataset 'my-missing': found no folder my-missing"):
        check_inputs({**parameters, "CORRECTION_ARMS": ["control"]})


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"CORRECTION_TRACES": 60}, "found CORRECTION_TRACES 60 and REPLAY_TRACES 100, expected at least 10 rows"),
        ({"RETRY_DENSITY": 0.6}, "found RETRY_DENSITY 0.6, expected 0 to 0.5"),
    ],
)
def test_shares_that_make_no_arm_stop_a_run_before_anything_is_trained(given, found):
    check_inputs({"MODEL": "tiny", **given})
    with pytest.raises(TrainingError, match=found):
        check_inputs({"MODEL": "tiny", "CORRECTION_ARMS": ["retry"], **given})


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"CORRECTION_TRACES": 125}, "found 25, expected an even number up to the 1000 of CORRECTION_DATASET"),
        ({"CORRECTION_TRACES": 5000}, "found 4900, expected an even number up to the 1000 of .* --traces 4900"),
        ({"CORRECTION_DATASET": "golden-v2", "CORRECTION_TRACES": 120}, "row 1: found None and None twins"),
    ],
)
def test_shown_works_that_make_no_pairs_stop_a_run_before_anything_is_trained(given, found):
    check_inputs({"MODEL": "tiny", "CORRECTION_ARMS": ["control", "surface", "retry"], **given})
    with pytest.raises(TrainingError, match=found):
        check_inputs({"MODEL": "tiny", "CORRECTION_ARMS": ["contrastive"], **given})


def test_a_refusal_of_training_is_one_message_and_exit_code_1(tmp_path):
    given = ["--set", "REPLAY_TRACES=24", "--set", f"RUNS_ROOT={tmp_path}"]
    done = CliRunner().invoke(app, ["run", "smoke", *given])
    assert done.exit_code == 1
    assert done.stderr.startswith("error: ") and "REPLAY_TRACES 24, expected at least 10 rows" in done.stderr
    assert "Traceback" not in done.output


def test_what_a_notebook_declares_is_what_a_run_checks_where_its_profile_says_nothing():
    defaults = declared_defaults([NOTEBOOKS / "04_self_correction.ipynb"])
    assert {name: defaults[name] for name in SHARES} == SHARES


@pytest.mark.parametrize(("arms", "found"), [(["contrast"], "contrast"), (["flat", "retry"], "flat")])
def test_an_arm_that_is_none_is_refused_with_the_profile(arms, found):
    from tunixlib.running.preparing import prepare

    with pytest.raises(ProfileError, match=f"CORRECTION_ARMS: found .*{found}.*, expected one of control, surface"):
        prepare("smoke", "x", {"CORRECTION_ARMS": arms})


def test_a_session_plans_the_steps_of_every_arm_and_asks_every_arm(tmp_path):
    parameters = {**declared_defaults(stage_notebooks()), "CORRECTION_ARMS": ["control", "retry"]}
    plan = plan_work(Run(tmp_path), {**parameters, "CORRECTION_TRACES": 41, "TRACES_PER_STEP": 4, "EVAL_ITEMS": 9})
    assert plan[SWITCHED].pieces == (11, 11), "41 rows, 4 in a step"
    assert plan[SWITCHED].like == "02_train"
    assert plan["05_evaluate"].pieces == (9,) * (7 + 2), "base, flat, three stages, two arms, and these once more"
    assert plan_work(Run(tmp_path), {**parameters, "MAX_STEPS": 3})[SWITCHED].pieces == (3, 3)
    assert SWITCHED not in plan_work(Run(tmp_path), {**parameters, "CORRECTION_ARMS": []})


@pytest.fixture
def carried(tmp_path, monkeypatch):
    """The data that a kernel carries, laid out; of shown works it is the manifest."""
    for name, data in package_files().items():
        if name.startswith("data/"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
    monkeypatch.setattr(datasets, "DATA_ROOT", tmp_path / "data")
    monkeypatch.setattr(datasets.dataset_file, "__defaults__", (tmp_path / "data",))
    assert [path.name for path in (tmp_path / "data" / CORRECTION_DATASET).iterdir()] == ["manifest.json"]
    return tmp_path / "data" / CORRECTION_DATASET


WITH_ARMS = {"MODEL": "tiny", "CORRECTION_ARMS": ["surface"], "CORRECTION_DATASET": CORRECTION_DATASET}


def test_a_session_makes_the_shown_works_again_that_a_kernel_does_not_carry(carried, tmp_path):
    assert resolve_inputs({**WITH_ARMS, "CORRECTION_ARMS": []}, tmp_path, tmp_path).missing == []
    assert not (carried / "dataset.jsonl").is_file(), "not without arms"
    found = resolve_inputs(WITH_ARMS, tmp_path, tmp_path)
    assert found.missing == []
    assert ("shown works", f"{CORRECTION_DATASET}, made again by its recipe") in found.shown
    assert datasets.dataset_file(CORRECTION_DATASET) == carried / "dataset.jsonl"


def test_other_shown_works_than_the_manifest_says_are_missing_and_so_are_a_persons_own(carried, tmp_path):
    write_json(carried / "manifest.json", {**read_json(carried / "manifest.json"), "sha256": "0" * 64})
    [line] = resolve_inputs(WITH_ARMS, tmp_path, tmp_path).missing
    assert line.startswith(f"CORRECTION_DATASET {CORRECTION_DATASET}: made again it has sha256 ")
    own = {**WITH_ARMS, "CORRECTION_DATASET": "my-works"}
    [line] = resolve_inputs(own, tmp_path, tmp_path).missing
    assert line.startswith("CORRECTION_DATASET my-works: dataset 'my-works': found no folder")


def test_the_room_for_checkpoints_counts_every_arm(tmp_path, monkeypatch, tiny_folder):
    size = sum(path.stat().st_size for path in tiny_folder.glob("*.safetensors"))
    usage = namedtuple("usage", "free")
    parameters = {"ARMS": ["curriculum", "reverse"], "CORRECTION_ARMS": ["control", "retry"]}

    def missing(copies):
        monkeypatch.setattr(inputs.shutil, "disk_usage", lambda place: usage(copies * size))
        monkeypatch.setattr(inputs, "PROJECT_ROOT", tiny_folder.parent)
        found = inputs.Inputs({"MODEL": tiny_folder.name})
        inputs._check_space(found, tmp_path, parameters)
        return found.missing

    assert missing(3 * 3 + 2) == []
    assert len(missing(3 * 3 + 1)) == 1
