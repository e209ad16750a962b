"""Two processes share every step's rows and make the update of one; what goes wrong in them is said by the parent."""

import os
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tunixlib.artifacts import read_json, read_jsonl, write_json
from tunixlib.modeling.models import load_checkpoint
from tunixlib.modeling.processes import driver, what_happened
from tunixlib.modeling.tokenization import TokenizationError, encode_trace, make_batch
from tunixlib.progress import PROGRESS_VARIABLE, STOP_FILE
from tunixlib.runs import RunError
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.distributed import pack, share, unpack
from tunixlib.training.plan import Choice
from tunixlib.training.sft import train_here, train_segment
from tunixlib.training.workers import work
from tunixlib.trees import PROJECT_ROOT

NAMES = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "d" * 64}


def same(one, other):
    assert one.trace_ids == other.trace_ids
    for name in ("input_ids", "pad_mask", "loss_mask"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_batch_survives_its_way_to_a_worker(batches):
    for batch in batches:
        same(unpack(pack(batch)), batch)


def test_a_wrong_line_stays_without_loss_on_its_way_to_a_worker(tiny, traces, retry):
    rows = [encode_trace(tiny[1], trace) for trace in (retry, *traces[:3])]
    batch = make_batch(rows, pad_id=0)
    sent = unpack(pack(batch))
    same(sent, batch)
    assert rows[0].unsupervised and not sent.loss_mask[0, list(rows[0].unsupervised)].any()
    same(share(sent, 0, 2), share(batch, 0, 2))


def test_shares_hold_every_row_once(batches):
    parts = [share(batches[0], process, 3) for process in range(3)]
    assert [len(part.trace_ids) for part in parts] == [2, 1, 1]
    assert sorted(i for part in parts for i in part.trace_ids) == sorted(batches[0].trace_ids)
    assert sum(part.target_tokens for part in parts) == batches[0].target_tokens
    same(share(batches[0], 0, 1), batches[0])


def test_two_processes_train_what_one_trains(tiny_folder, batches, tmp_path, monkeypatch):
    """The last step has one row, so one process has none; the pipeline's progress file hears of every step."""
    steps = [*batches, share(batches[0], 0, 4)]
    monkeypatch.setenv(PROGRESS_VARIABLE, str(tmp_path / "progress.json"))
    records, losses, weights = [], [], []
    for processes in (1, 2):
        out = tmp_path / str(processes)
        config = SFTConfig(learning_rate=1e-3, precision="float32", compile="off", processes=processes, lora_rank=4)
        records.append(train_segment(tiny_folder, steps, config, out, **NAMES))
        losses.append([row["loss"] for _, row in read_jsonl(out / "metrics.jsonl")])
        weights.append(load_checkpoint(out / "checkpoint")[0].state_dict())
    assert records[1].chosen["processes"] == 2 and records[1].chosen["rows_at_once"] == 2
    assert losses[1] == pytest.approx(losses[0], abs=1e-5)
    assert max((weights[0][name] - weights[1][name]).abs().max().item() for name in weights[0]) < 1e-4
    assert (tmp_path / "2" / "order.jsonl").read_bytes() == (tmp_path / "1" / "order.jsonl").read_bytes()
    shown = read_json(tmp_path / "progress.json")
    assert (shown["label"], shown["done"], shown["total"]) == ("flat/stage_1", 4, 4)


def test_a_worker_that_cannot_go_on_leaves_its_message(tiny_folder, batches, tmp_path):
    choice = Choice("cpu", "float32", "asked for by name", 1, 4, False)
    bent = replace(batches[0], input_ids=batches[0].input_ids * 0)  # no row ends on the end token
    job = {
        "parent": str(tiny_folder), "out": str(tmp_path / "a"), "config": SFTConfig(compile="off").model_dump(),
        "choice": choice.record(), "names": {**NAMES, "arm_tokens": 1}, "batches": [pack(bent)], "driver": driver(),
    }  # fmt: skip
    write_json(tmp_path / "job.json", job)
    with pytest.raises(TokenizationError):
        work(tmp_path / "job.json")
    said = what_happened(tmp_path, 2)
    assert said.startswith(f"process 1 of 2 stopped: trace {bent.trace_ids[0]}: its loss mask does not end")


@pytest.mark.parametrize(
    ("surroundings", "planned", "named"),
    [
        ({}, 2, "found 1 processes at work, expected the 2 that were planned"),
        ({"ACCELERATE_USE_FSDP": "true"}, 1, "found a process with the settings of ENGINE fsdp"),
    ],
)
def test_a_worker_that_was_started_otherwise_than_planned_trains_nothing(
    tiny_folder, batches, tmp_path, monkeypatch, surroundings, planned, named
):
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    choice, names = Choice("cpu", "float32", "asked for by name", planned, 4, False), {**NAMES, "arm_tokens": 1}
    here = SimpleNamespace(num_processes=1, process_index=0, device=torch.device("cpu"), is_main_process=True)
    with pytest.raises(TrainingError, match=named):
        config = SFTConfig(compile="off")
        train_here(tiny_folder, batches, config, tmp_path / "a", choice, {**names, "key": "", "states": ""}, here)
    assert not (tmp_path / "a").exists()


@pytest.fixture
def launched(monkeypatch):
    """Start stand-ins for the processes: Python code with the job's path in ``sys.argv[1]``. Lists what was started."""
    found = []

    def launch(code):
        popen = subprocess.Popen

        def start(command, **how):
            found.append((command, how["env"], popen([sys.executable, "-c", code, command[-1]], **how)))
            return found[-1][2]

        monkeypatch.setattr(subprocess, "Popen", start)
        return found

    return launch


def test_processes_use_local_addresses_only_and_its_failure_is_raised(tiny_folder, batches, tmp_path, launched):
    started = launched("print('out of luck'); raise SystemExit(3)")
    with pytest.raises(TrainingError, match=r"flat/stage_1: 2 processes stopped without a message(.|\n)*out of luck"):
        train_segment(tiny_folder, batches, SFTConfig(processes=2), tmp_path / "a", **NAMES)
    command, environment, _ = started[0]
    assert command[1:3] == ["-m", "tunixlib.training.workers"] and environment["WORLD_SIZE"] == "2"
    assert environment["PYTHONPATH"].split(os.pathsep)[0] == str(PROJECT_ROOT), "a kernel has us on sys.path only"
    assert sys.platform != "linux" or environment["NCCL_SOCKET_IFNAME"] == environment["GLOO_SOCKET_IFNAME"] == "lo"


def test_an_early_end_that_the_pipeline_asks_for_ends_the_processes(
    tiny_folder, batches, tmp_path, launched, monkeypatch
):
    monkeypatch.setenv(PROGRESS_VARIABLE, str(tmp_path / "progress.json"))
    (tmp_path / STOP_FILE).write_text("no time left", encoding="utf-8")
    report = "pathlib.Path(sys.argv[1]).with_name('progress.json').write_text(json.dumps(dict(done=1, note='')))"
    started = launched(f"import json, pathlib, sys, time; {report}; time.sleep(300)")
    with pytest.raises(RunError, match="flat/stage_1, 1 of 3 done: no time left"):
        train_segment(tiny_folder, batches, SFTConfig(processes=2), tmp_path / "a", **NAMES)
    assert len(started) == 2 and all(process.poll() is not None for _, _, process in started)
