import pytest
import torch

from tunixlib.modeling.models import ModelError
from tunixlib.modeling.precision import choose_precision, model_type_of


@pytest.fixture
def hardware(monkeypatch):
    """Say what CPU and GPU compute."""

    def say(bfloat16):
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: bfloat16)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bfloat16)

    return say


@pytest.mark.parametrize(
    ("bfloat16", "device", "model", "expected", "reason"),
    [
        (True, "cpu", "llama", "bfloat16", "the CPU computes bfloat16"),
        (True, "cuda", "gemma3_text", "bfloat16", "the GPU computes bfloat16"),
        (False, "cpu", "gemma2", "float32", "the CPU has no bfloat16"),
        (False, "cuda", "gemma2", "float16", "the GPU has no bfloat16, and gemma2 stays within float16"),
        (False, "cuda", "qwen3", "float16", "the GPU has no bfloat16, and qwen3 stays within float16"),
        (False, "cuda", "gemma3_text", "float32", "the GPU has no bfloat16, and gemma3_text exceeds float16"),
        (False, "cuda", "novel", "float32", "the GPU has no bfloat16, and novel is not known to stay within float16"),
    ],
)
def test_auto_follows_hardware_and_model(hardware, bfloat16, device, model, expected, reason):
    hardware(bfloat16)
    assert choose_precision("auto", device, model) == (expected, reason)


@pytest.mark.parametrize("wish", ["float32", "bfloat16", "float16"])
def test_a_precision_by_name_is_kept(hardware, wish):
    hardware(False)
    assert choose_precision(wish, "cuda", "gemma2") == (wish, "asked for by name")


@pytest.mark.parametrize("model", ["gemma3", "gemma3_text", "gemma3n"])
def test_float16_is_refused_where_activations_overflow(model):
    with pytest.raises(ModelError, match=f"{model}, whose activations exceed float16's range; expected auto, bfloat16"):
        choose_precision("float16", "cuda", model)


def test_the_model_type_is_read_from_the_folder(gemma_folder, tiny_folder, tmp_path):
    assert model_type_of(gemma_folder) in ("gemma2", "gemma3_text")
    assert model_type_of(tiny_folder) == "qwen3"
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="found model_type None"):
        model_type_of(tmp_path)
