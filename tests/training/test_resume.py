"""A segment that was killed goes on where it was, to the same weights; a state that is torn or foreign is not used."""

import os
import shutil

import pytest
import torch

from tunixlib.artifacts import read_json, read_jsonl, write_json
from tunixlib.training import resume
from tunixlib.training.config import SFTConfig
from tunixlib.training.resume import SavedStates
from tunixlib.training.sft import train_segment

NAMES = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "d" * 64}
CLOCK = ("seconds", "tokens_per_second")


class Killed(BaseException):
    """Stands in for SIGKILL where a test needs no other process."""


def metrics(out):
    return [{k: v for k, v in row.items() if k not in CLOCK} for _, row in read_jsonl(out / "metrics.jsonl")]


@pytest.fixture
def often(monkeypatch):
    """Keep a state after every step."""
    monkeypatch.setattr(resume, "LEAST_SECONDS", 0.0)


def train(tiny_folder, batches, place, config):
    return train_segment(tiny_folder, batches, config, place / "out", states=place / "states", **NAMES)


def kill_at(monkeypatch, step):
    """Let training die just before the state of a step is kept."""
    keep = SavedStates.keep

    def killing(self, tensors, document):
        if document["step"] == step:
            raise Killed
        keep(self, tensors, document)

    monkeypatch.setattr(SavedStates, "keep", killing)


CONFIGS = {
    "float32": SFTConfig(learning_rate=1e-3, precision="float32", compile="off"),
    "bfloat16": SFTConfig(learning_rate=1e-3, precision="bfloat16", compile="off"),
    "float16": SFTConfig(learning_rate=1e-3, precision="float16", compile="off"),
    "adapters": SFTConfig(learning_rate=1e-3, precision="bfloat16", compile="off", lora_rank=4),
    "compiled": SFTConfig(learning_rate=1e-3, precision="bfloat16", compile="on"),
}


@pytest.mark.parametrize("name", [n for n in CONFIGS if n != "compiled" or shutil.which("g++")])
def test_a_killed_segment_ends_with_the_weights_of_an_undisturbed_one(
    tiny_folder, batches, tmp_path, monkeypatch, often, name, capsys
):
    config, steps = CONFIGS[name], batches * 2
    whole = train(tiny_folder, steps, tmp_path / "whole", config)
    with monkeypatch.context() as patch:
        kill_at(patch, 4)
        with pytest.raises(Killed):
            train(tiny_folder, steps, tmp_path / "killed", config)
    torch._dynamo.reset()  # as in a new process
    torch.manual_seed(7)
    record = train(tiny_folder, steps, tmp_path / "killed", config)
    assert "flat/stage_1: continues after step 3 of 6" in capsys.readouterr().out
    assert record == whole
    assert metrics(tmp_path / "killed" / "out") == metrics(tmp_path / "whole" / "out")
    orders = [(tmp_path / n / "out" / "order.jsonl").read_bytes() for n in ("whole", "killed")]
    assert orders[0] == orders[1]


def test_a_finished_segment_is_kept_unless_anything_about_it_changed(tiny_folder, batches, tmp_path, capsys):
    config = CONFIGS["float32"]
    first = train(tiny_folder, batches, tmp_path, config)
    assert not list((tmp_path / "states").glob("state-*"))
    assert train(tiny_folder, batches, tmp_path, config) == first
    assert "trained by an earlier try, kept" in capsys.readouterr().out
    train(tiny_folder, batches, tmp_path, config.model_copy(update={"learning_rate": 2e-3}))
    assert "kept" not in capsys.readouterr().out
    weights = tmp_path / "out" / "checkpoint" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    again = train(tiny_folder, batches, tmp_path, config.model_copy(update={"learning_rate": 2e-3}))
    assert "kept" not in capsys.readouterr().out
    assert again.weights_sha256 != first.weights_sha256


@pytest.fixture
def states(tmp_path):
    """Two states of a segment, of steps 1 and 2."""
    saved = SavedStates(tmp_path, "key", every=0.0)
    for step in (1, 2):
        saved.keep({"0.master": torch.full((4,), float(step))}, {"step": step})
    return tmp_path


def test_the_newest_state_is_used_and_the_older_one_overwritten(states):
    saved = SavedStates(states, "key", every=0.0)
    assert saved.newest().document == {"step": 2}
    saved.keep({"0.master": torch.full((4,), 3.0)}, {"step": 3})
    assert sorted(read_json(path)["step"] for path in states.glob("*/state.json")) == [2, 3]
    assert saved.newest().tensors["0.master"].tolist() == [3.0] * 4


def newest_place(states):
    return max(states.glob("state-*"), key=lambda place: read_json(place / "state.json")["step"])


@pytest.mark.parametrize("fault", ["flipped", "truncated", "missing", "no JSON", "other JSON"])
def test_a_torn_state_is_named_and_the_one_before_it_used(states, capsys, fault):
    place = newest_place(states)
    tensors = place / "000.safetensors"
    if fault == "flipped":
        tensors.write_bytes(tensors.read_bytes()[:-1] + b"\x01")
    elif fault == "truncated":
        os.truncate(tensors, 10)
    elif fault == "missing":
        tensors.unlink()
    elif fault == "no JSON":
        (place / "state.json").write_text('{"step": 2,', encoding="utf-8")
    else:
        write_json(place / "state.json", {"step": 2, "key": "key", "files": [3]})
    found = SavedStates(states, "key").newest()
    assert found.document == {"step": 1}
    if fault != "no JSON":  # then it is not even clear that it is the newer one
        assert "saved state not used" in capsys.readouterr().err


def test_a_state_of_other_rows_settings_or_code_is_refused_and_leaves_its_place(states, capsys):
    saved = SavedStates(states, "another key", every=0.0)
    assert saved.newest() is None
    assert capsys.readouterr().err.count("it belongs to other weights, rows, settings or code") == 2
    saved.keep({"0.master": torch.zeros(4)}, {"step": 1})
    assert saved.newest().document == {"step": 1}


def test_a_state_that_was_never_finished_is_passed_over_without_a_word(states, capsys):
    (newest_place(states) / "state.json").unlink()
    assert SavedStates(states, "key").newest().document == {"step": 1}
    assert capsys.readouterr().err == ""


def test_training_goes_on_when_the_disk_is_too_small_for_a_state(
    tiny_folder, batches, tmp_path, monkeypatch, often, capsys
):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(resume.shutil, "disk_usage", lambda place: usage._replace(free=1000))
    train(tiny_folder, batches, tmp_path, CONFIGS["float32"])
    said = capsys.readouterr().err
    assert "state of step 1 not kept, training goes on:" in said
    assert str(tmp_path) not in said, "an executed notebook says nothing of the machine"


def test_a_large_state_is_cut_into_files(tmp_path, monkeypatch):
    monkeypatch.setattr(resume, "LARGEST_FILE", 100)
    tensors = {f"{i}.master": torch.full((20,), float(i)) for i in range(4)}
    saved = SavedStates(tmp_path, "key")
    saved.keep(tensors, {"step": 1})
    assert len(list(tmp_path.glob("state-0/*.safetensors"))) == 4
    found = saved.newest().tensors
    assert all(torch.equal(found[name], tensor) for name, tensor in tensors.items())


def test_a_state_is_due_when_its_cost_is_a_fortieth_of_the_time_since_the_last(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(resume.time, "monotonic", lambda: now[0])
    saved = SavedStates(tmp_path, "key")
    saved.cost = 3.0
    for seconds, due in ((59, False), (119, False), (120, True)):
        now[0] = float(seconds)
        assert saved.due() is due
    saved.cost = 0.1
    now[0] = 61.0
    assert saved.due()
    assert not SavedStates(None, "key").due()
