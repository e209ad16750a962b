"""The model for tests: a random Qwen3 of 0.1 M parameters and a small BPE tokenizer, made from nothing but this file.

Qwen3 with tied embeddings, rope theta 1e6, RMS-norm epsilon 1e-6 and no attention bias is the one architecture that
Google Tunix 0.1.7 loads without adaptation, so both engines can share it. Digits are single tokens.
"""

from pathlib import Path

# Raise it when anything below changes: the cache is keyed by it.
VERSION = 1
VOCABULARY = 512
SPECIAL = ("<|pad|>", "<|im_start|>", "<|im_end|>")

# What the tokenizer's merges are learned from: the frame of every completion and the words of everyday problems.
CORPUS = (
    "<reasoning>\nAdd the tens: 17 + 20 = 37\nAdd the ones: 37 + 8 = 45\n</reasoning>\n<answer>45</answer>",
    "<reasoning>\nCost of the pens: 3 * 4 = 12\nMoney left: 20 - 12 = 8\n</reasoning>\n<answer>8</answer>",
    "What is the sum of the two numbers? How many are there in all? Answer with just the number.",
    "Ada has 12 apples and gives 5 to Ben. How many apples does she have left? Check: 7 + 5 = 12",
    "The train travels 60 km in one hour. How far does it travel in 3 hours? Write the word in capital letters.",
    "user\nassistant\nFind the area of the rectangle. Each box holds six books. Compare the prices. The answer is yes.",
)


def save(folder: Path) -> None:
    """Write the model folder: the same bytes on every machine with the pinned versions."""
    import torch
    from transformers import GenerationConfig, Qwen3Config, Qwen3ForCausalLM

    tokenizer = _tokenizer()
    ids = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    config = Qwen3Config(
        vocab_size=VOCABULARY, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=16, max_position_embeddings=1024, rms_norm_eps=1e-6,
        attention_bias=False, tie_word_embeddings=True, initializer_range=0.05,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6}, **ids,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Qwen3ForCausalLM(config)
    model.generation_config = GenerationConfig(**ids)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tokenizer():  # type: ignore[no-untyped-def]
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    from tunixlib.modeling.smollm2 import CHATML

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\d| ?[A-Za-z]+|\s|[^\sA-Za-z\d]"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=list(SPECIAL), initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS * 2, trainer)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=SPECIAL[0],
        bos_token=SPECIAL[1],
        eos_token=SPECIAL[2],
        model_max_length=1024,
    )
    wrapped.chat_template = CHATML
    return wrapped
