"""A run is evaluated on its own checkpoints or not at all."""

from types import SimpleNamespace

import pytest

from tunixlib.artifacts import write_json, write_jsonl
from tunixlib.evaluation import answering, evaluate_run, parts
from tunixlib.evaluation.evaluate_run import checkpoint_folders, load_items
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.modeling.models import ModelError
from tunixlib.runs import Run
from tunixlib.seeding.datasets import dataset_file, load_traces, write_run_data
from tunixlib.seeding.evalsets import read_eval_set
from tunixlib.seeding.gate import LeakError
from tunixlib.stages import BASIC_ARMS, CHECKPOINTS


@pytest.fixture
def run(tmp_path):
    found = Run(tmp_path / "demo")
    write_run_data(found.path("data"), "golden-v2", load_traces(dataset_file("golden-v2")))
    return found


def test_items_are_a_prefix_and_zero_means_all(run):
    every = read_eval_set(dataset_file("eval-dev"))
    assert load_items(run, ["eval-dev"], 7)["eval-dev"] == every[:7]
    assert load_items(run, ["eval-dev"], 0)["eval-dev"] == every
    assert load_items(run, ["eval-dev"], 10_000)["eval-dev"] == every


@pytest.mark.parametrize(("sets", "items"), [([], 5), (["eval-dev"], -1)])
def test_nothing_to_evaluate_is_refused_before_any_model_is_loaded(run, sets, items):
    with pytest.raises(ValueError, match="expected a set and 0"):
        load_items(run, sets, items)


def test_a_run_that_trained_on_a_question_is_not_evaluated_on_it(run):
    question = read_eval_set(dataset_file("eval-dev"))[3]["prompt"]
    traces = load_traces(dataset_file("golden-v2"))
    leaky = traces[0].model_copy(update={"prompt": question.upper() + " ?"})
    write_run_data(run.path("data"), "golden-v2", [leaky, *traces[1:]])
    with pytest.raises(LeakError, match="also a training prompt"):
        load_items(run, ["eval-dev"], 10)


def test_a_missing_checkpoint_is_an_error_and_never_the_base_model(run):
    with pytest.raises(ModelError, match=r"found no checkpoint\.json; train the stage"):
        checkpoint_folders(run, "tiny")


def test_another_base_model_than_the_one_trained_is_refused(run, tiny_folder):
    import shutil

    from tunixlib.modeling.models import weights_sha256

    for place in (place for place in CHECKPOINTS.values() if place[0] in BASIC_ARMS):
        folder = run.path("training", *place, "checkpoint")
        shutil.copytree(tiny_folder, folder)
        record = {
            "weights_sha256": weights_sha256(folder), "parent_sha256": "0" * 64, "dataset_sha256": "0" * 64,
            "arm": "flat", "stage": "stage_1", "steps": 1, "config": {}, "chosen": {},
        }  # fmt: skip
        write_json(folder / "checkpoint.json", record)
    with pytest.raises(ModelError, match="is not the model that the run trained"):
        checkpoint_folders(run, "tiny")


@pytest.mark.parametrize(
    ("gpus", "processes", "recorded"), [(1, 0, None), (2, 0, 2), (8, 0, 3), (1, 1, None), (1, 2, 2)]
)
def test_the_summary_says_how_many_processes_answered_where_it_was_not_one(
    run, tiny_folder, monkeypatch, gpus, processes, recorded
):
    name = evaluate_run.FINAL
    card = {"checkpoint": name, "eval_set": "eval-dev", "accuracy": {"rate": 0.5}}
    monkeypatch.setattr(answering, "devices_here", lambda: gpus)
    monkeypatch.setattr(parts, "LARGEST_PART", 2)
    monkeypatch.setattr(evaluate_run, "checkpoint_folders", lambda *_: {name: tiny_folder})
    monkeypatch.setattr(evaluate_run, "read_record", lambda _: SimpleNamespace(weights_sha256="w"))
    monkeypatch.setattr(evaluate_run, "_evaluate_checkpoint", lambda *_: [card])
    write_jsonl(run.path("training", evaluate_run.FINAL_ARM, name, "metrics.jsonl"), [{"loss": 1.0}])
    summary = evaluate_run.evaluate_run(run, "tiny", ["eval-dev"], 5, GenerationConfig(), "auto", processes=processes)
    assert summary.get("processes") == recorded and ("processes" in summary) == (recorded is not None)
