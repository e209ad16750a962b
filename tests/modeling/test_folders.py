"""A model folder that cannot be used is refused before anything is loaded, with what is wrong and what to do."""

import json
import shutil

import pytest

from tunixlib.modeling.models import ModelError, load_checkpoint, load_tokenizer, model_folder


@pytest.fixture
def folder(tiny_folder, tmp_path):
    """A copy of the tiny model, to be damaged."""
    return shutil.copytree(tiny_folder, tmp_path / "model")


def change_config(folder, **values):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def shard(folder):
    """Two shards with an index, of which the second is not there."""
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    names = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))


def truncate(folder, size):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:size])


def pickled(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


DAMAGES = {
    "pickled weights only": (pickled, r"found .*pytorch_model\.bin.*; expected config\.json and \*\.safetensors"),
    "no config": (lambda f: (f / "config.json").unlink(), r"expected config\.json and \*\.safetensors"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), r"expected config\.json and \*\.safetensors"),
    "config is no JSON": (lambda f: (f / "config.json").write_text("{"), r"config\.json: found no JSON .*download"),
    "config is a list": (lambda f: (f / "config.json").write_text("[]"), "found list, expected a JSON object"),
    "truncated header": (lambda f: truncate(f, 100), r"model\.safetensors is damaged \(.*\); download it again"),
    "truncated weights": (lambda f: truncate(f, -1), r"model\.safetensors is damaged \(.*\); download it again"),
    "missing shard": (shard, r"found 1 of 2 shards; .* names model-00002-of-00002\.safetensors: download"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), r"found no tokenizer; expected tokenizer\.json"),
    "remote code": (
        lambda f: change_config(f, model_type="novel", auto_map={"AutoModel": "modeling_novel.Novel"}),
        r"model type 'novel' and code of its own \(auto_map\), which is never run; expected an architecture",
    ),
    "encoder-decoder": (
        lambda f: change_config(f, model_type="t5", is_encoder_decoder=True), "model type 't5', an encoder-decoder;",
    ),
    "an encoder": (lambda f: change_config(f, model_type="vit"), "model type 'vit', no causal language model;"),
    "quantised": (
        lambda f: change_config(f, quantization_config={"quant_method": "gptq"}),
        r"the weights are quantised \(gptq\), and rounded weights cannot be trained; expected float32",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_a_folder_that_cannot_be_used_is_refused_by_its_headers(folder, name):
    assert model_folder(str(folder)) == folder
    damage, words = DAMAGES[name]
    damage(folder)
    with pytest.raises(ModelError, match=words):
        model_folder(str(folder))


def test_all_faults_of_a_folder_are_named_at_once(folder):
    truncate(folder, 100)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"is damaged .*; found no tokenizer"):
        model_folder(str(folder))


def test_a_tokenizer_that_cannot_be_read_is_one_line(folder):
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match=r"the tokenizer cannot be read \(.*download it again") as caught:
        load_tokenizer(str(folder))
    assert "\n" not in str(caught.value)


def test_a_vocabulary_larger_than_the_embedding_is_refused_but_a_special_token_beyond_it_is_not(folder):
    tokenizer = load_tokenizer(str(folder))
    rows = len(tokenizer)
    change_config(folder, vocab_size=rows)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image_soft_token>"]})  # as Gemma 3 1B has it
    tokenizer.save_pretrained(folder)
    load_tokenizer(str(folder))
    tokenizer.add_tokens(["reasoning-word"])
    tokenizer.save_pretrained(folder)
    with pytest.raises(ModelError, match=f"knows {rows + 2} tokens, .* embedding has {rows} rows.*'reasoning-word'"):
        load_tokenizer(str(folder))


def test_a_tensor_that_is_missing_is_an_error_and_never_drawn_at_random(folder):
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lack 1 tensors of the architecture, such as model\.layers\.1\.mlp\.up_proj"):
        load_checkpoint(folder)
