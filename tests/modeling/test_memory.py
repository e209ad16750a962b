"""The projection is compared with what a forward pass really keeps and with what a process really used."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tunixlib.modeling.lora import add_adapters
from tunixlib.modeling.memory import BYTES, DeviceMemory, device_memory, model_shape, project_memory
from tunixlib.modeling.models import load_checkpoint, model_folder

ROWS, TOKENS = 4, 96

# A process that trains three steps on everything at once and prints the most memory it used beyond its imports.
TRAIN = """
import re, sys
from pathlib import Path
import torch
from transformers import LlamaForCausalLM
from tunixlib.training.masters import MasterWeights
from tunixlib.training.config import SFTConfig
from tunixlib.training.sft import CompletionLoss
torch.set_num_threads(1)
ids = torch.randint(5, 1000, (8, 128), generator=torch.Generator().manual_seed(0))
warm = torch.nn.Linear(64, 64)
warm(torch.zeros(2, 64)).sum().backward()
used = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
before = used()
model = LlamaForCausalLM.from_pretrained(sys.argv[1]).train()
optimizer = MasterWeights(model, SFTConfig(), getattr(torch, sys.argv[2]))
mask = torch.ones_like(ids, dtype=torch.bool)
for step in range(3):
    (CompletionLoss(model)(ids, mask) / 1000).backward()
    optimizer.step(1e-4)
print(used() - before)
"""


def kept_by_layers(model):
    """Bytes of the distinct tensors that autograd keeps of a forward pass, weights not counted."""
    own = {param.untyped_storage().data_ptr() for param in model.parameters()}
    seen = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            seen[storage.data_ptr()] = (storage.nbytes(), tensor)  # held, so that no address comes twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        ids = torch.arange(5, 5 + TOKENS).repeat(ROWS, 1)
        model.get_decoder()(input_ids=ids, use_cache=False)
    return sum(size for size, _ in seen.values())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("rank", [0, 8])
def test_activations_are_projected_at_one_to_one_and_three_quarters_of_what_is_kept(gemma_folder, precision, rank):
    check_activations(gemma_folder, precision, rank)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_same_holds_for_qwen(tiny_folder, precision):
    check_activations(tiny_folder, precision, 0)


def check_activations(folder, precision, rank):
    model, _ = load_checkpoint(folder, precision)
    model.train()
    if rank:
        add_adapters(model, rank, seed=1)
        for param in model.parameters():
            param.data = param.data.to(getattr(torch, precision))
    shape = model_shape(folder, rank)
    found = project_memory(shape, precision, rows=ROWS, tokens=TOKENS, targets=0)
    layers = found.activations * shape.layers / (shape.layers + 1)  # without the one whose gradient is computed
    assert 1.0 <= layers / kept_by_layers(model) <= 1.75


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_projection_is_within_a_third_of_the_peak_of_a_real_process(tmp_path):
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=16_000, hidden_size=256, intermediate_size=704, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=4, tie_word_embeddings=True,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(tmp_path), "bfloat16"], cwd=Path(__file__).parents[2],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    projected = project_memory(model_shape(tmp_path), "bfloat16", rows=8, tokens=128, targets=8 * 127)
    assert 0.75 <= projected.total / int(done.stdout) <= 1.33


def test_lora_freezes_the_weights_and_keeps_no_float32_copy_of_them():
    folder = model_folder("tiny")
    full, lora = model_shape(folder), model_shape(folder, 8)
    assert (full.trainable, full.frozen) == (106_880, 0)
    model, _ = load_checkpoint(folder)
    add_adapters(model, 8, seed=1)
    assert lora.trainable == sum(param.numel() for param in model.parameters() if param.requires_grad)
    assert lora.frozen == 106_880
    found = project_memory(lora, "bfloat16", rows=1, tokens=10, targets=5)
    assert found.weights == 2 * (106_880 + lora.trainable)
    assert (found.masters, found.gradients, found.optimizer) == tuple(n * lora.trainable for n in (4, 6, 8))


def test_logits_of_a_large_vocabulary_outweigh_the_layers():
    """Gemma 2 2B: 2,304 wide, 26 layers, 256,000 tokens."""
    from dataclasses import replace

    gemma = replace(
        model_shape(model_folder("tiny")), layers=26, hidden=2304, intermediate=9216, query_width=2048,
        key_width=1024, heads=8, norm_width=4 * 2304, vocabulary=256_000, capped=True, scores=True,
    )  # fmt: skip
    found = project_memory(gemma, "float16", rows=1, tokens=100, targets=60)
    assert found.logits == 60 * 256_000 * 22
    assert project_memory(gemma, "float16", rows=1, tokens=100, targets=60, recompute=True).activations < found.logits


def test_computing_layers_again_keeps_only_their_inputs():
    shape = model_shape(model_folder("tiny"))
    kept, again = (project_memory(shape, "float32", rows=4, tokens=50, targets=9, recompute=r) for r in (False, True))
    assert again.activations == kept.activations // 3 + 2 * 4 * 50 * 64 * 4
    assert again.total < kept.total


def test_the_table_names_every_part_and_adds_up():
    shape = model_shape(model_folder("tiny"))
    found = project_memory(shape, "float32", rows=4, tokens=50, targets=100)
    table = found.table(DeviceMemory(5 * 10**9, 16 * 10**9))
    for name in ("weights", "float32 masters", "gradients", "optimizer", "activations", "logits", "total"):
        assert f"| {name} |" in table
    assert "| free on the device | 5.00 |" in table and "| the device has | 16.00 |" in table
    assert "rows at once: 4" in table
    parts = (found.weights, found.masters, found.gradients, found.optimizer, found.activations, found.logits)
    assert found.total == sum(parts)


def test_memory_of_a_gpu_counts_what_this_process_can_use_again(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (10, 100))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: 30)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda: 5)
    assert device_memory("cuda") == DeviceMemory(35, 100)
    free, total = device_memory("cpu")
    assert 0 < free <= total
    assert set(BYTES) == {"float32", "bfloat16", "float16"}
