"""Claims about weights that processes share: what is learned, kept and saved is what one process would."""

from dataclasses import replace

import pytest
import torch
from pydantic import ValidationError
from training.test_distributed import NAMES

from tunixlib.artifacts import read_jsonl
from tunixlib.modeling.checkpoints import companions, verified_checkpoint
from tunixlib.modeling.memory import model_shape, project_memory, shared_out
from tunixlib.modeling.models import load_checkpoint
from tunixlib.modeling.tokenization import encode_trace
from tunixlib.running import preparing
from tunixlib.training import plan
from tunixlib.training.common_states import CommonStates
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.loop import Part, rows_of, run_steps
from tunixlib.training.masters import MasterWeights
from tunixlib.training.plan import plan_segment, plan_training
from tunixlib.training.resume import SavedStates
from tunixlib.training.sft import CompletionLoss, train_segment
from tunixlib.training.sharded import ShardedWeights, StatesOfAll, full_weights, shard

CONFIG = SFTConfig(learning_rate=1e-3, precision="float32", compile="off", engine="fsdp", processes=2, micro_batch=1)
CPU = torch.device("cpu")


@pytest.fixture
def alone(monkeypatch):
    """A group of this one process, with what `accelerate launch` hands on: sharding without a second process."""
    monkeypatch.setenv("FSDP_VERSION", "2")
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def test_two_processes_that_share_the_weights_learn_what_one_learns(tiny_folder, batches, tmp_path):
    """Uneven steps of three rows and one: a process has fewer than the other, or none. Rows one at a time."""
    steps = [*batches, batches[0].cut(slice(3)), batches[1].cut(slice(1))]
    configs = {"torch": CONFIG.model_copy(update={"engine": "torch", "processes": 1}), "fsdp": CONFIG}
    rows, weights, records = {}, {}, {}
    for name, config in configs.items():
        records[name] = train_segment(tiny_folder, steps, config, tmp_path / name, **NAMES)
        rows[name] = [row for _, row in read_jsonl(tmp_path / name / "metrics.jsonl")]
        folder, _ = verified_checkpoint(tmp_path / name / "checkpoint")
        weights[name] = load_checkpoint(folder)[0].state_dict()
    for field in ("loss", "grad_norm"):
        one, two = ([row[field] for row in rows[name]] for name in ("torch", "fsdp"))
        assert two == pytest.approx(one, abs=1e-5), field
    assert weights["torch"].keys() == weights["fsdp"].keys()
    assert max((weights["torch"][name] - tensor).abs().max().item() for name, tensor in weights["fsdp"].items()) < 1e-5
    assert companions(tmp_path / "fsdp" / "checkpoint") == companions(tmp_path / "torch" / "checkpoint")
    assert (records["fsdp"].chosen["engine"], records["fsdp"].chosen["processes"]) == ("fsdp", 2)
    assert (tmp_path / "fsdp" / "order.jsonl").read_bytes() == (tmp_path / "torch" / "order.jsonl").read_bytes()


def test_every_process_takes_part_as_often_and_rows_in_its_place_have_no_targets(batches):
    whole = batches[0].cut(slice(3))
    parts = [Part(CPU, process, 2, 1, sharded=True) for process in range(2)]
    first, second = (list(rows_of(whole, part)) for part in parts)
    assert [rows.trace_ids for rows in first] == [whole.trace_ids[:1], whole.trace_ids[2:]]
    assert [rows.trace_ids for rows in second] == [whole.trace_ids[1:2], whole.trace_ids[:1]]
    assert [rows.target_tokens > 0 for rows in second] == [True, False]
    assert sum(rows.target_tokens for rows in (*first, *second)) == whole.target_tokens
    alike = [len(list(rows_of(whole, replace(part, sharded=False)))) for part in parts]
    assert alike == [2, 1], "a process that has all weights waits for nobody"


def train(loss, optimizer, steps, saved):
    part = Part(CPU, rows_at_once=2, sharded=isinstance(optimizer, ShardedWeights))
    return [row["loss"] for row in run_steps(loss, optimizer, steps, CONFIG, part, "flat/stage_1", saved)]


def learner(tiny_folder, precision, *, sharded):
    loss = CompletionLoss(load_checkpoint(tiny_folder, "float32")[0].train())
    if not sharded:
        return loss, MasterWeights(loss.model, CONFIG, getattr(torch, precision))
    shard(loss, CPU, precision)
    return loss, ShardedWeights(loss.model, CONFIG)


def test_in_bfloat16_masters_stay_float32_and_the_losses_are_those_of_copied_masters(tiny_folder, batches, alone):
    copied, shared = (learner(tiny_folder, "bfloat16", sharded=sharded) for sharded in (False, True))
    expected, found = (train(*pair, batches, SavedStates(None, "")) for pair in (copied, shared))
    assert found == pytest.approx(expected, abs=2e-3)
    assert found != train(*learner(tiny_folder, "float32", sharded=False), batches, SavedStates(None, ""))
    weights = full_weights(shared[0].model)
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}
    copied[1].restore()
    others = copied[0].model.state_dict()
    assert max((others[name] - tensor).abs().max().item() for name, tensor in weights.items()) < 2e-3


def test_a_killed_training_goes_on_from_the_parts_that_were_kept(tiny_folder, batches, alone, tmp_path):
    undisturbed, optimizer = learner(tiny_folder, "float32", sharded=True)
    losses = train(undisturbed, optimizer, batches, StatesOfAll(None, "k", 0, CPU))

    class Killed(StatesOfAll):
        def keep(self, tensors, document):
            super().keep(tensors, document)
            if document["step"] == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(*learner(tiny_folder, "float32", sharded=True), batches, Killed(tmp_path, "k", 0, CPU, every=0))
    loss, optimizer = learner(tiny_folder, "float32", sharded=True)
    assert train(loss, optimizer, batches, StatesOfAll(tmp_path, "k", 0, CPU)) == losses
    expected = full_weights(undisturbed.model)
    assert all(torch.equal(expected[name], tensor) for name, tensor in full_weights(loss.model).items())
    assert {path.parent.name for path in tmp_path.glob("*/state-*")} == {"state-of-0"}


@pytest.mark.parametrize(("others", "expected"), [((2, 1), 2), ((1, 1), 1), ((0, 0), None), ((2, 0), None)])
@pytest.mark.parametrize("kind", [StatesOfAll, CommonStates])
def test_processes_go_on_from_a_step_that_all_of_them_have(tmp_path, monkeypatch, capsys, kind, others, expected):
    """``others``: the newest step of another process, and whether that one found what was agreed upon."""
    states = StatesOfAll(tmp_path, "k", 1, CPU) if kind is StatesOfAll else CommonStates(tmp_path, "k", CPU)
    for step in (1, 2):
        states.keep({"0.master": torch.full((3,), float(step))}, {"step": step})
    says = iter(others)
    monkeypatch.setattr(kind, "_least", lambda self, mine: min(mine, next(says)))
    found = states.newest()
    assert (found and found.document["step"]) == expected
    assert found is None or found.tensors["0.master"].tolist() == [float(expected)] * 3
    word = "saved state of step 2 not used: not every process found one of the same step"
    assert (word in capsys.readouterr().err) == (found is None)


@pytest.mark.parametrize(
    ("unfit", "named"),
    [
        ({"lora_rank": 16}, "found LORA_RANK 16 with ENGINE fsdp"),
        ({"precision": "float16"}, "found PRECISION float16 with ENGINE fsdp"),
        ({"compile": "on"}, "found COMPILE on with ENGINE fsdp"),
    ],
)
def test_what_shared_weights_cannot_do_is_refused_by_name(unfit, named):
    with pytest.raises(ValidationError, match=named):
        SFTConfig(engine="fsdp", **unfit)


def test_one_device_and_a_device_of_float16_are_refused(tiny_folder, monkeypatch):
    with pytest.raises(TrainingError, match="found one device with ENGINE fsdp, expected at least two"):
        plan_segment(tiny_folder, 4, 60, 40, CONFIG.model_copy(update={"processes": 1}))
    monkeypatch.setattr(preparing, "visible_processes", lambda: 1)
    with pytest.raises(TrainingError, match="found one device with ENGINE fsdp"):
        preparing.check_inputs({"ENGINE": "fsdp"})
    monkeypatch.setattr(preparing, "visible_processes", lambda: 2)
    preparing.check_inputs({"ENGINE": "fsdp"})
    monkeypatch.setattr(plan, "choose_precision", lambda *asked: ("float16", "an older card"))
    with pytest.raises(TrainingError, match="found ENGINE fsdp and float16, the precision of this device"):
        plan_segment(tiny_folder, 4, 60, 40, CONFIG)


def test_processes_that_were_started_with_another_config_say_so(tiny_folder, alone, monkeypatch):
    monkeypatch.delenv("FSDP_VERSION")
    with pytest.raises(TrainingError, match="without the settings of ENGINE fsdp"):
        shard(CompletionLoss(load_checkpoint(tiny_folder)[0]), CPU, "float32")


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_what_is_shared_out_shrinks_with_the_processes_and_activations_do_not(tiny_folder, precision):
    shape = model_shape(tiny_folder)
    whole = project_memory(shape, precision, rows=2, tokens=100, targets=50)
    two, four = (shared_out(whole, shape, precision, processes) for processes in (2, 4))
    assert two.optimizer == 2 * four.optimizer == whole.optimizer // 2
    assert two.weights - four.weights == two.gradients - four.gradients == shape.parameters
    assert (two.masters, two.activations, two.logits) == (0, whole.activations, whole.logits)


def test_the_plan_counts_the_share_of_each_process(tiny_folder, tiny, traces):
    rows = {trace.trace_id: encode_trace(tiny[1], trace) for trace in traces}
    found = plan_training("tiny", rows, 4, CONFIG)
    assert (found.choice.engine, found.choice.processes, found.choice.rows_at_once) == ("fsdp", 2, 1)
    assert found.projection.optimizer == model_shape(tiny_folder).parameters * 4
    assert "| engine | fsdp |" in found.table()
