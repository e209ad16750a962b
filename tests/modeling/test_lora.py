"""Adapters start as nothing, are all that is trained, and fold into a plain model that computes the same."""

import sys

import pytest
import torch

from tunixlib.modeling.lora import adapted_layers, add_adapters, merge_adapters
from tunixlib.modeling.models import ModelError, load_checkpoint

IDS = torch.arange(5, 45).view(2, 20)


def logits(model):
    with torch.no_grad():
        return model(input_ids=IDS).logits.float()


def learn(model):
    """Move every adapter by something that a forward pass notices."""
    generator = torch.Generator().manual_seed(1)
    for param in model.parameters():
        if param.requires_grad:
            param.data += 0.05 * torch.randn(param.shape, generator=generator)


def test_adapters_sit_beside_every_linear_layer_of_attention_and_mlp(gemma_folder):
    model, _ = load_checkpoint(gemma_folder)
    add_adapters(model, rank=4, seed=42)
    names = {name.rpartition(".")[2] for name, _ in adapted_layers(load_checkpoint(gemma_folder)[0])}
    assert names == {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
    trainable = [name for name, param in model.named_parameters() if param.requires_grad]
    assert len(trainable) == 2 * 7 * model.config.num_hidden_layers  # A and B
    assert all("lora_" in name for name in trainable)


def test_fresh_adapters_change_nothing_and_follow_from_the_seed(tiny_folder):
    plain = load_checkpoint(tiny_folder)[0]
    made = []
    for seed in (42, 42, 43):
        model = load_checkpoint(tiny_folder)[0]
        torch.manual_seed(torch.seed())
        add_adapters(model, rank=4, seed=seed)
        made.append(model)
    assert torch.equal(logits(made[0]), logits(plain))
    a, b, c = (dict(model.named_parameters())["model.layers.0.mlp.up_proj.lora_A.default.weight"] for model in made)
    assert torch.equal(a, b) and not torch.equal(a, c)


def test_merged_weights_compute_what_the_adapters_computed(tiny_folder):
    model, _ = load_checkpoint(tiny_folder)
    add_adapters(model, rank=4, seed=42)
    learn(model)
    merged = merge_adapters(model, tiny_folder)
    assert torch.allclose(logits(merged), logits(model), atol=1e-4)
    assert (logits(merged) - logits(load_checkpoint(tiny_folder)[0])).abs().max() > 0.01
    assert merged.state_dict().keys() == load_checkpoint(tiny_folder)[0].state_dict().keys(), "a plain model"


def test_merging_sums_in_float32_and_rounds_once_to_the_parents_dtype(gemma_folder):
    """Trained in float32 beside weights that lie in bf16, merged into bf16: half a unit in the last place at most."""
    model, _ = load_checkpoint(gemma_folder, "float32")
    add_adapters(model, rank=4, seed=42)
    learn(model)
    merged = merge_adapters(model, gemma_folder)
    assert merged.dtype == torch.bfloat16
    layer = model.get_decoder().layers[0].mlp.up_proj
    exact = layer.base_layer.weight + layer.get_delta_weight("default")
    assert torch.equal(merged.get_decoder().layers[0].mlp.up_proj.weight, exact.to(torch.bfloat16))


def test_without_peft_the_error_says_what_to_do(tiny_folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(ModelError, match=r"LORA_RANK 4: found no package peft; run `pip install"):
        add_adapters(load_checkpoint(tiny_folder)[0], rank=4, seed=42)
