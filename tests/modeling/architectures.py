"""Tiny random models of many architectures, each with a chat template in the form of the real one.

    folder = save_architecture(tmp_path, "llama3")     # a system turn with a date, <|eot_id|> is not the eos_token

One tokenizer for all, the tiny model's, with the special tokens that the template needs.
"""

from pathlib import Path
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """How an architecture is made: config class, what it needs besides sizes, template, end of turn, eos_token."""

    config: str
    extra: dict[str, Any]
    template: str
    end: str
    eos: str
    specials: tuple[str, ...] = ()


CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# Qwen2.5 and SmolLM2: a system turn where none is given.
SYSTEM = (
    "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are helpful.<|im_end|>\n' }}{% endif %}"
    + CHATML
)
# Qwen3: an empty block of thoughts where enable_thinking is false.
QWEN3 = CHATML.replace(
    "'<|im_start|>assistant\n' }}",
    "'<|im_start|>assistant\n' }}{% if enable_thinking is defined and enable_thinking is false %}"
    "{{ '<think>\n\n</think>\n\n' }}{% endif %}",
)
# Qwen3-Thinking and the distilled R1: a block of thoughts opened whatever is asked.
THINKING = CHATML.replace("'<|im_start|>assistant\n' }}", "'<|im_start|>assistant\n<think>\n' }}")
LLAMA3 = (
    "{{ bos_token }}{% if not date_string is defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}"
    "{{ '<|start_header_id|>system<|end_header_id|>\n\nToday Date: ' + date_string + '\n\n<|eot_id|>' }}"
    "{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim"
    " + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
MISTRAL = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
    "{% else %}{{ m['content'] + eos_token }}{% endif %}{% endfor %}"
)
GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('No system role') }}{% endif %}"
    "{% for m in messages %}{{ '<start_of_turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\n'"
    " + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
PHI = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}"
)
PLAIN = (
    "{% for m in messages %}{{ m['content'] }}{% if m['role'] == 'assistant' %}{{ eos_token }}{% endif %}\n{% endfor %}"
)

IM_END, EOT = "<|im_end|>", "<|endoftext|>"
GEMMA_MARKS = ("<start_of_turn>", "<end_of_turn>")
SMALL_GEMMA = {"head_dim": 16, "query_pre_attn_scalar": 16}
KINDS = {
    "llama": Kind("LlamaConfig", {}, SYSTEM, IM_END, IM_END),
    "llama3": Kind(
        "LlamaConfig", {}, LLAMA3, "<|eot_id|>", EOT, ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
    ),
    "qwen2": Kind("Qwen2Config", {"tie_word_embeddings": True}, SYSTEM, IM_END, EOT),
    "qwen3": Kind("Qwen3Config", {"head_dim": 16}, QWEN3, IM_END, IM_END, ("<think>", "</think>")),
    "qwen3-thinking": Kind("Qwen3Config", {"head_dim": 16}, THINKING, IM_END, IM_END, ("<think>", "</think>")),
    "gemma2": Kind("Gemma2Config", SMALL_GEMMA, GEMMA, "<end_of_turn>", EOT, GEMMA_MARKS),
    "gemma3": Kind("Gemma3TextConfig", SMALL_GEMMA, GEMMA, "<end_of_turn>", EOT, GEMMA_MARKS),
    "mistral": Kind("MistralConfig", {"sliding_window": 512}, MISTRAL, EOT, EOT),
    "phi": Kind("PhiConfig", {"resid_pdrop": 0.1}, PHI, "<|end|>", EOT, ("<|end|>",)),
    "phi3": Kind("Phi3Config", {"pad_token_id": 0}, PHI, "<|end|>", EOT, ("<|end|>",)),
    "gpt2": Kind("GPT2Config", {"attn_pdrop": 0.1}, PLAIN, EOT, EOT),
}


def save_architecture(folder: Path, name: str, **extra: Any) -> Path:
    """Write the folder of one of ``KINDS``, random weights of seed 0, and return it."""
    import torch
    import transformers

    kind = KINDS[name]
    tokenizer = _tokenizer(kind)
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    sizes = {
        "vocab_size": len(tokenizer), "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 4 if name in ("phi", "gpt2") else 2,
        "max_position_embeddings": 1024, "initializer_range": 0.05,
    }  # fmt: skip
    config = getattr(transformers, kind.config)(**{**sizes, **ids, "pad_token_id": 0, **kind.extra, **extra})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = transformers.AutoModelForCausalLM.from_config(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(kind: Kind) -> Any:
    from transformers import AutoTokenizer

    from tunixlib.modeling.models import LOCAL, model_folder

    tokenizer = AutoTokenizer.from_pretrained(model_folder("tiny"), **LOCAL)
    tokenizer.add_special_tokens({"additional_special_tokens": [EOT, *kind.specials]})
    tokenizer.eos_token = kind.eos
    tokenizer.chat_template = kind.template
    return tokenizer
