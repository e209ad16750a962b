"""The first loss of every segment follows from the weights before it: found again, and not found when changed."""

import shutil

import pytest
from made_run import make_traces
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import read_json, read_jsonl, write_json, write_jsonl
from tunixlib.evidence.recheck import TOLERANCE, recheck_losses
from tunixlib.runs import Run
from tunixlib.seeding.datasets import write_run_data
from tunixlib.training.config import SFTConfig
from tunixlib.training.run_arm import encode_run, train_arm

SEGMENTS = [
    *(f"flat/stage_{number}" for number in (1, 2, 3)),
    *(f"curriculum/stage_{letter}" for letter in "abc"),
]
FIRST = "training/flat/stage_1"


@pytest.fixture(scope="module", params=["float32", "bfloat16"])
def trained(request, tmp_path_factory):
    """Both arms of a run, trained on the tiny model; copy it, do not change it."""
    run = Run(tmp_path_factory.mktemp("recheck") / "demo")
    write_run_data(run.path("data"), "adding-v1", make_traces())
    config = SFTConfig(learning_rate=3e-3, precision=request.param, compile="off")
    for arm in ("flat", "curriculum"):
        rows, _ = encode_run(run, arm, "tiny", 512)
        train_arm(run, arm, "tiny", rows, epochs=(1, 1, 1), traces_per_step=6, seed=42, config=config)
    stages = [{"stage": "02_train", "parameters": {"MODEL": "tiny"}}]
    write_json(run.path("provenance.json"), {"stages": stages})
    write_json(run.path("run_manifest.json"), {"files": {}})
    return run


@pytest.fixture
def own(trained, tmp_path):
    """A copy of one's own."""
    shutil.copytree(trained.root, tmp_path / "demo")
    return Run(tmp_path / "demo")


def change_row(run, number, **values):
    path = run.path(FIRST, "metrics.jsonl")
    rows = [row for _, row in read_jsonl(path)]
    rows[number].update({name: change(rows[number][name]) for name, change in values.items()})
    write_jsonl(path, rows)


def faults(run):
    return {row.line.partition(":")[0]: row.problems for row in recheck_losses(run.root) if row.problems}


def test_every_loss_is_found_again_one_line_each(trained):
    rows = list(recheck_losses(trained.root))
    precision = read_json(trained.path(FIRST, "checkpoint", "checkpoint.json"))["chosen"]["precision"]
    assert [row.line.partition(":")[0] for row in rows] == SEGMENTS
    assert all(row.line.endswith(", agrees") and f" here in {precision} " in row.line for row in rows)
    assert [row.problems for row in rows] == [[]] * 6


def test_a_loss_that_was_lowered_is_found(own):
    change_row(own, 0, loss=lambda loss: loss * 0.97)
    found = faults(own)
    assert list(found) == ["flat/stage_1"]
    assert found["flat/stage_1"][0].file == f"{FIRST}/metrics.jsonl"
    assert found["flat/stage_1"][0].found.startswith("loss ")


def test_a_loss_may_differ_by_what_the_precision_allows(own):
    precision = read_json(own.path(FIRST, "checkpoint", "checkpoint.json"))["chosen"]["precision"]
    change_row(own, 0, loss=lambda loss: loss * (1 + 0.9 * TOLERANCE[precision]))
    assert faults(own) == {}


def test_targets_moved_from_one_step_to_another_are_found(own):
    change_row(own, 1, target_tokens=lambda count: count + 1)
    assert [problem.found[:13] for problem in faults(own)["flat/stage_1"]] == ["target_tokens"]


def test_a_length_that_the_tokenizer_does_not_count_is_found(own):
    path = own.path("training", "flat", "lengths.json")
    lengths = read_json(path)
    write_json(path, {**lengths, min(lengths): lengths[min(lengths)] + 1})
    found = faults(own)
    assert sorted(found) == SEGMENTS[:3]
    assert min(lengths) in found["flat/stage_1"][0].found


def test_without_weights_a_line_says_so_and_nothing_is_wrong(own):
    own.path("training", "curriculum", "stage_a", "checkpoint", "model.safetensors").unlink()
    lines = [str(row) for row in recheck_losses(own.root)]
    assert lines[4] == "curriculum/stage_b: not rechecked, the weights it started from do not lie here"
    assert [line.endswith(", agrees") for line in lines] == [True, True, True, True, False, True]
    assert faults(own) == {}


def test_other_weights_than_the_recorded_ones_are_a_problem(own):
    source = own.path("training", "flat", "stage_2", "checkpoint", "model.safetensors")
    shutil.copy(source, own.path("training", "flat", "stage_1", "checkpoint", "model.safetensors"))
    assert {name: problems[0].file for name, problems in faults(own).items()} == {
        "flat/stage_2": "training/flat/stage_1/checkpoint"
    }


def test_the_command_line_rechecks_after_verifying_and_fails_on_what_it_finds(run):
    """The made run names a base model that does not exist, and its weights are no weights."""
    done = CliRunner().invoke(app, ["verify", str(run.root), "--recheck-loss"])
    assert done.exit_code == 1
    assert "no problem found in" in done.output
    assert "flat/stage_1: not rechecked, it started from other weights" in done.output
    assert "flat/stage_2: not rechecked, the weights it started from are no model" in done.output
    assert CliRunner().invoke(app, ["verify", str(run.root)]).exit_code == 0


def test_first_losses_of_a_study_are_refused_before_anything_is_verified(tmp_path):
    write_json(tmp_path / "study.json", {"runs": [{"run_id": "a-s1"}, {"run_id": "a-s2"}]})
    done = CliRunner().invoke(app, ["verify", str(tmp_path), "--recheck-loss"])
    words = "found a study, expected a run for --recheck-loss; name one of its runs: a-s1, a-s2"
    assert (done.exit_code, done.output) == (1, f"error: {tmp_path}: {words}\n")
