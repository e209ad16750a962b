"""The smoke pipeline, once, from profile to verified bundle; and what the pipeline refuses, skips and repeats."""

import shlex
import subprocess
import sys

import pytest

from tunixlib.analysis.figures import CORRECTION_PLOTS, PLOTS
from tunixlib.artifacts import read_json, read_jsonl
from tunixlib.evidence.check_records import option_of
from tunixlib.evidence.verify import verify_run
from tunixlib.running import pipeline
from tunixlib.running.notebooks import NotebookError
from tunixlib.running.pipeline import run_pipeline
from tunixlib.running.preparing import command_line
from tunixlib.running.profiles import NOTEBOOKS, ProfileError
from tunixlib.running.summary import closing_words
from tunixlib.runs import ROOT_VARIABLE, Run, RunError
from tunixlib.seeding.recipes import SeedingError
from tunixlib.stages import CORRECTION_ARMS
from tunixlib.submission import bundle
from tunixlib.trees import PROJECT_ROOT


@pytest.fixture(scope="module")
def said():
    return []


@pytest.fixture(scope="module")
def smoke(tmp_path_factory, said):
    """The whole corridor with the tiny model, as `make smoke` runs it, in a folder of its own."""
    patch = pytest.MonkeyPatch()
    patch.setenv(ROOT_VARIABLE, str(tmp_path_factory.mktemp("runs")))
    patch.setattr(bundle, "DIST", tmp_path_factory.mktemp("dist"))
    run = run_pipeline("smoke", "smoke-test", say=said.append)
    yield run
    patch.undo()


def test_the_run_is_sealed_and_every_check_of_verify_passes(smoke):
    report = verify_run(smoke.root)
    assert [str(problem) for problem in report.problems] == []
    assert smoke.sealed


def test_every_stage_left_what_it_owns(smoke):
    for name in (
        "data/dataset.jsonl",
        "training/flat/stage_3/checkpoint/checkpoint.json",
        "analysis.md",
        "claims.json",
    ):
        assert smoke.path(name).is_file()
    assert len(list(smoke.path("notebooks").glob("*.ipynb"))) == 7
    assert len(list(smoke.path("figures").glob("*.png"))) == len(PLOTS) + len(CORRECTION_PLOTS)
    assert {path.name for path in (bundle.DIST / "smoke-test").iterdir()} == set(bundle.PUBLISHED)
    assert (bundle.DIST / "smoke-test" / "model" / "model.safetensors").is_file()


def test_the_arms_consumed_the_same_rows_in_another_order(smoke):
    def consumed(arm):
        files = sorted(smoke.root.glob(f"training/{arm}/*/order.jsonl"))
        return [trace_id for file in files for _, row in read_jsonl(file) for trace_id in row["trace_ids"]]

    flat, curriculum = consumed("flat"), consumed("curriculum")
    assert sorted(flat) == sorted(curriculum)
    assert flat != curriculum


def test_checkpoints_form_a_chain_from_the_base_model(smoke):
    manifest = read_json(smoke.path("run_manifest.json"))
    for arm, stages in {"flat": "123", "curriculum": "abc"}.items():
        parent = manifest["model"]["weights_sha256"]
        for stage in stages:
            record = read_json(smoke.path("training", arm, f"stage_{stage}", "checkpoint", "checkpoint.json"))
            assert record["parent_sha256"] == parent
            parent = record["weights_sha256"]
    for arm in CORRECTION_ARMS:
        record = read_json(smoke.path("training", arm, "stage_d", "checkpoint", "checkpoint.json"))
        assert record["parent_sha256"] == parent, "each from the curriculum's last"


def test_a_checkpoint_loads_with_plain_transformers(smoke):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = smoke.path("training", "curriculum", "stage_c", "checkpoint")
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    assert tokenizer.eos_token_id in model.generation_config.eos_token_id


def test_the_terminal_tells_stages_results_and_what_to_do_next(smoke, said):
    assert said[0].startswith("run smoke-test with profile smoke: 7 notebooks")
    assert [line.split(":")[0] for line in said[1:8]] == [
        "[1/7] 01_seed", "[2/7] 02_train", "[3/7] 03_curriculum", "[4/7] 04_self_correction", "[5/7] 05_evaluate",
        "[6/7] 06_analysis", "[7/7] 07_submission",
    ]  # fmt: skip
    words = closing_words(smoke)
    for expected in ("base model", "flat", "stage C", "report.html", "submission.zip", "python -m tunixlib verify"):
        assert expected in words


def test_a_sealed_run_is_refused(smoke):
    with pytest.raises(RunError, match="is sealed"):
        run_pipeline("smoke", "smoke-test", say=lambda text: None)


def test_wrong_parameters_stop_before_anything_starts(tmp_path, monkeypatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    with pytest.raises(ProfileError, match="did you mean SEED"):
        run_pipeline("smoke", "x", {"SEDE": 1}, say=lambda text: None)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def only_seed(tmp_path, monkeypatch):
    """A pipeline of the first notebook only, without sealing; returns what a run of it says."""
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    monkeypatch.setattr(pipeline, "stage_notebooks", lambda: [NOTEBOOKS / "01_seed.ipynb"])
    monkeypatch.setattr("tunixlib.evidence.verify.seal_verified", lambda run: None)
    monkeypatch.setattr("tunixlib.submission.bundle.publish", lambda run: [])

    def go(**overrides):
        lines = []
        parameters = {"DATASET": "golden-v2", **overrides}
        profile = tmp_path / "p.yaml"
        profile.write_text("RUN_ID: again\n")
        run_pipeline(str(profile), None, parameters, say=lines.append)
        return lines[1]

    return go


def test_a_finished_stage_is_skipped_until_something_it_depends_on_changes(only_seed):
    assert "done in" in only_seed()
    assert only_seed() == "[1/1] 01_seed: unchanged, skipped"
    assert "done in" in only_seed(EVAL_SETS=["eval-dev"]), "another parameter"
    Run.open("again").path("data", "stage_a.jsonl").unlink()
    assert "done in" in only_seed(EVAL_SETS=["eval-dev"]), "an output gone"


def test_runs_may_lie_anywhere_and_no_evidence_says_where(only_seed, tmp_path, monkeypatch):
    monkeypatch.delenv(ROOT_VARIABLE)
    only_seed(RUNS_ROOT=str(tmp_path / "elsewhere"))
    run = Run(tmp_path / "elsewhere" / "again")
    assert run.record("01_seed")["outputs"]
    assert str(tmp_path) not in run.path("notebooks", "01_seed.ipynb").read_text(encoding="utf-8")


def test_the_command_on_record_names_no_folder_of_this_machine(monkeypatch):
    words = [
        "run",
        "--profile",
        "/home/ada/a.yaml",
        "--profile=/home/ada/b.yaml",
        "--set",
        'RUNS_ROOT="/home/ada/runs"',
    ]
    monkeypatch.setattr(sys, "argv", ["x", *words, "--set", "MODEL=attached/own"])
    recorded = "python -m tunixlib run --profile a.yaml --profile=b.yaml --set RUNS_ROOT=runs --set MODEL=attached/own"
    assert command_line() == recorded


def test_the_command_on_record_can_be_typed_again(monkeypatch):
    words = ["run", "--profile", "my profile.yaml", "--set", "EVAL_SETS=[eval-core, eval-unseen]"]
    monkeypatch.setattr(sys, "argv", ["x", *words])
    assert shlex.split(command_line())[3:] == words
    assert option_of(command_line(), "profile") == "my profile.yaml"
    assert option_of(command_line(), "run-id") is None


def test_a_failing_notebook_leaves_its_copy_and_no_evidence(only_seed):
    with pytest.raises(NotebookError, match=r"(?s)01_seed.*golden-v2.dataset\.jsonl, line 1, field.*executed copy"):
        only_seed(EVAL_SETS=["golden-v2"])
    run = Run.open("again")
    assert not run.path("notebooks", "01_seed.ipynb").exists()
    assert run.path(".work", "failed-01_seed.ipynb").is_file()


def test_a_dataset_that_is_not_there_is_named_before_any_kernel_starts(only_seed):
    with pytest.raises(SeedingError, match="dataset 'none': found no folder none"):
        only_seed(DATASET="none")


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tunixlib", *arguments], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "--profile", "nope"], 1, "found no nope.yaml"),
        (["run", "--profile", "smoke", "--set", "SEDE=1"], 1, "did you mean SEED"),
        (["run", "--profile", "smoke", "--set", "SEED"], 1, "expected NAME=VALUE"),
        (["run", "--profile", "smoke", "--run-id", "../up"], 1, "run id '../up'"),
        (["verify", "no-such-run"], 1, "no such folder"),
        (["seed", "--dataset", "x", "--out", "y", "--traces", "3"], 2, "greater than or equal to 10"),
        (["--help"], 0, "Train small language models that show their work"),
    ],
)
def test_the_command_line_explains_itself(arguments, code, words):
    done = command(*arguments)
    assert done.returncode == code
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_seeding_from_the_command_line_writes_a_dataset_with_its_hash(tmp_path):
    done = command("seed", "--dataset", "mine", "--traces", "50", "--out", str(tmp_path / "mine"))
    assert done.returncode == 0
    assert f"sha256 {read_json(tmp_path / 'mine' / 'manifest.json')['sha256']}" in done.stdout


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("MODEL", "no/such/folder", "found no folder"), ("DATASET", "no-such-data", "no-such-data")],
)
def test_an_input_that_is_not_there_stops_before_anything_is_written(tmp_path, monkeypatch, name, value, words):
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    with pytest.raises(ValueError, match=words):
        run_pipeline("smoke", "my-missing", {name: value}, say=lambda words: None)
    assert list(tmp_path.iterdir()) == []
