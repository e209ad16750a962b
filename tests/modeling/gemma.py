"""A small random Gemma laid out as Kaggle mounts the real one: sharded bf16 weights, Gemma's template and end tokens.

    folder = save_gemma(tmp_path, "gemma2")     # tmp_path/gemma-2/transformers/gemma-2-2b-it/2

Gemma has no system turn, starts with <bos>, and ends a turn with <end_of_turn> while its eos_token is <eos>.
"""

import json
from pathlib import Path
from typing import Any

PLACES = {
    "gemma2": "gemma-2/transformers/gemma-2-2b-it/2",
    "gemma3_text": "gemma-3/transformers/gemma-3-1b-it/1",
}
SPECIAL = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<start_of_turn>", "<end_of_turn>"]
VOCABULARY = 768

TEMPLATES = {
    "gemma2": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}"
        "{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
        "{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}"
        "{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"
    ),
    # Gemma 3 puts a system turn before the first question instead of refusing it.
    "gemma3_text": (
        "{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}"
        "{%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}{%- set loop_messages = messages[1:] -%}"
        "{%- else -%}{%- set first_user_prefix = '' -%}{%- set loop_messages = messages -%}{%- endif -%}"
        "{%- for message in loop_messages -%}{%- if (message['role'] == 'assistant') -%}{%- set role = 'model' -%}"
        "{%- else -%}{%- set role = message['role'] -%}{%- endif -%}"
        "{{ '<start_of_turn>' + role + '\n' + (first_user_prefix if loop.first else '') }}"
        "{{ message['content'] | trim }}{{ '<end_of_turn>\n' }}{%- endfor -%}"
        "{%- if add_generation_prompt -%}{{'<start_of_turn>model\n'}}{%- endif -%}"
    ),
}


def save_gemma(root: Path, family: str) -> Path:
    """Write the folder below ``root``, as an attached model lies below Kaggle's input folder, and return it."""
    import torch

    folder = root / PLACES[family]
    tokenizer = _tokenizer(family)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = _model(family, tokenizer).to(torch.bfloat16)
    model.save_pretrained(folder, max_shard_size="150KB")
    tokenizer.save_pretrained(folder)
    _as_on_kaggle(folder, family, tokenizer)
    return folder


def _model(family: str, tokenizer: Any) -> Any:
    from transformers import Gemma2Config, Gemma2ForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig

    shape = {
        "vocab_size": VOCABULARY, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "query_pre_attn_scalar": 16,
        "max_position_embeddings": 2048, "sliding_window": 64, "initializer_range": 0.1,
        "bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }  # fmt: skip
    if family == "gemma2":
        return Gemma2ForCausalLM(Gemma2Config(**shape))
    kinds = ["sliding_attention", "full_attention"]
    return Gemma3ForCausalLM(Gemma3TextConfig(**shape, layer_types=kinds))


def _tokenizer(family: str) -> Any:
    """Gemma's own kind: BPE with byte fallback over text whose spaces are ▁, digits one by one."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import GemmaTokenizer

    from tunixlib.modeling.tiny import CORPUS

    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.Replace(" ", "▁")
    digits = pre_tokenizers.Digits(individual_digits=True)
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split("▁", "merged_with_next"), digits])
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256))],
        initial_alphabet=[*map(chr, range(33, 127)), "▁", "\n"], show_progress=False,
    )  # fmt: skip
    made.train_from_iterator(CORPUS * 2, trainer)
    learned = json.loads(made.to_str())["model"]
    merges = [tuple(pair) for pair in learned["merges"]]
    tokenizer = GemmaTokenizer(vocab=learned["vocab"], merges=merges, model_max_length=2048)
    tokenizer.add_special_tokens({"additional_special_tokens": SPECIAL[-2:]})
    tokenizer.chat_template = TEMPLATES[family]
    return tokenizer


def _as_on_kaggle(folder: Path, family: str, tokenizer: Any) -> None:
    """The template inside tokenizer_config.json, and the generation settings of the real model."""
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text()) | {"chat_template": TEMPLATES[family]}
    path.write_text(json.dumps(settings, indent=2))
    (folder / "chat_template.jinja").unlink()
    ends = [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<end_of_turn>")]
    generation = {"bos_token_id": tokenizer.bos_token_id, "pad_token_id": tokenizer.pad_token_id, "eos_token_id": ends}
    sampling = {"do_sample": True, "top_k": 64, "top_p": 0.95} if family == "gemma3_text" else {"eos_token_id": 1}
    found = {**generation, **sampling, "_from_model_config": True, "cache_implementation": "hybrid"}
    (folder / "generation_config.json").write_text(json.dumps(found, indent=2))
