"""A checkpoint that holds an adapter alone computes what a merged one computes, on the base that it names."""

import json
import shutil

import pytest
import torch

from tunixlib.modeling.checkpoints import verified_checkpoint
from tunixlib.modeling.models import ModelError, load_checkpoint, weight_files, weights_sha256
from tunixlib.training.config import SFTConfig
from tunixlib.training.sft import train_segment

NAMES = {"arm": "flat", "dataset_sha256": "d" * 64}


def stages(tiny_folder, batches, out, form, model):
    """Two stages, the second from the first; their folders."""
    config = SFTConfig(learning_rate=5e-3, lora_rank=4, lora_checkpoints=form, precision="float32", compile="off")
    parent, made = tiny_folder, []
    for stage in ("stage_1", "stage_2"):
        train_segment(parent, batches, config, out / stage, stage=stage, model=model, **NAMES)
        parent, _ = verified_checkpoint(out / stage / "checkpoint")
        made.append(parent)
    return made


@pytest.fixture
def adapters(tiny_folder, batches, tmp_path):
    return stages(tiny_folder, batches, tmp_path / "adapter", "adapter", "tiny")


def test_adapter_and_merged_checkpoints_hold_the_same_weights_stage_after_stage(
    adapters, tiny_folder, batches, tmp_path
):
    merged = stages(tiny_folder, batches, tmp_path / "merged", "merged", "tiny")
    for one, other in zip(adapters, merged, strict=True):
        found, expected = load_checkpoint(one)[0].state_dict(), load_checkpoint(other)[0].state_dict()
        assert found.keys() == expected.keys()
        assert all(torch.allclose(found[name], expected[name], atol=1e-6) for name in found)


def test_the_folder_holds_the_adapter_alone_and_its_record_names_the_base(adapters, tiny_folder):
    for number, folder in enumerate(adapters, start=1):
        assert [path.name for path in weight_files(folder)] == ["adapter_model.safetensors"]
        record = verified_checkpoint(folder)[1]
        assert record.base == {"model_id": "tiny", "weights_sha256": weights_sha256(tiny_folder)}
        assert (record.chosen["saved"], record.config["lora_checkpoints"]) == ("adapter", "adapter")
        assert json.loads((folder / "adapter_config.json").read_text())["r"] == 4 * number


def test_peft_itself_reads_the_folder_to_the_same_logits(adapters, tiny_folder):
    from peft import PeftModel

    ids = torch.arange(5, 45).view(2, 20)
    theirs = PeftModel.from_pretrained(load_checkpoint(tiny_folder)[0], adapters[-1], local_files_only=True).eval()
    with torch.no_grad():
        ours = load_checkpoint(adapters[-1])[0](input_ids=ids).logits
        assert torch.allclose(theirs(input_ids=ids).logits, ours, atol=1e-5)


def test_another_base_than_the_recorded_one_is_refused(tiny_folder, batches, tmp_path):
    base = shutil.copytree(tiny_folder, tmp_path / "base")
    folder = stages(base, batches, tmp_path, "adapter", str(base))[0]
    load_checkpoint(folder)
    data = bytearray((base / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (base / "model.safetensors").write_bytes(data)
    with pytest.raises(ModelError, match=r"its adapter was trained on .* put the recorded base back"):
        load_checkpoint(folder)


def test_adapter_checkpoints_without_adapters_are_refused():
    with pytest.raises(ValueError, match="LORA_CHECKPOINTS adapter with LORA_RANK 0"):
        SFTConfig(lora_checkpoints="adapter")


def test_the_record_of_a_merged_checkpoint_is_what_it_always_was():
    assert "lora_checkpoints" not in SFTConfig(lora_rank=4).record()
