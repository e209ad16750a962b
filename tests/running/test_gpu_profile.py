"""The gpu profile says before it starts that there is no GPU; bad models of any profile are refused before it, too."""

import shutil

import pytest

from tunixlib.modeling.models import ModelError
from tunixlib.running import batch, preparing
from tunixlib.running.batch import BatchError, plan_batch
from tunixlib.running.parameters import check_parameters, merge_declared, stage_notebooks
from tunixlib.running.pipeline import run_pipeline
from tunixlib.running.preparing import check_inputs
from tunixlib.running.profiles import Profile, ProfileError, load_profile


def test_without_a_gpu_the_profile_names_the_two_that_need_none_and_starts_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(preparing, "best_device", lambda: "cpu")
    with pytest.raises(ProfileError, match=r"found no NVIDIA GPU .* --profile cpu .* or --profile full"):
        run_pipeline("gpu", "never", {"RUNS_ROOT": str(tmp_path / "runs")})
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("name", ["gpu", "notebooks/profiles/gpu.yaml"])
def test_a_batch_and_the_path_of_the_profile_need_a_gpu_too(monkeypatch, tmp_path, name):
    monkeypatch.setattr(preparing, "best_device", lambda: "cpu")
    monkeypatch.setattr(batch, "check_inputs", lambda parameters: None)
    overrides = {"RUNS_ROOT": str(tmp_path / "runs")}
    with pytest.raises(ProfileError, match="found no NVIDIA GPU"):
        preparing.prepare(name, "never", overrides)
    with pytest.raises(BatchError, match="found no NVIDIA GPU"):
        plan_batch([name], seeds=(1, 2), overrides=overrides)


def test_what_a_sealed_run_recorded_is_reproduced_without_a_gpu_too(monkeypatch):
    monkeypatch.setattr(preparing, "best_device", lambda: "cpu")
    recorded = Profile("gpu", load_profile("gpu").parameters, recorded=True)
    assert preparing.prepare(recorded, "again").run.run_id == "again"


def test_every_parameter_of_the_profile_is_declared_and_of_its_type():
    known = {name: kind for found in merge_declared(stage_notebooks()).values() for name, kind in found.items()}
    check_parameters(load_profile("gpu").parameters, known)
    with pytest.raises(ProfileError, match="LORA_CHECKPOINTS: found 'both', expected one of merged, adapter"):
        check_parameters({"LORA_CHECKPOINTS": "both"}, known)


def test_a_model_without_a_chat_template_is_refused_before_anything_starts(tiny_folder, tmp_path):
    folder = shutil.copytree(tiny_folder, tmp_path / "m")
    check_inputs({"MODEL": str(folder)})
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(ModelError, match="without a chat template"):
        check_inputs({"MODEL": str(folder)})
