"""A model folder as files: what must lie in it, and what is refused before anything of it is loaded.

    check_folder(Path("models/my-model"))     # config, safetensors, tokenizer: all there, whole, of a kind we can train
    # ModelError: models/my-model: found pytorch_model.bin; expected config.json and *.safetensors, nothing pickled

Only headers are read, so it takes milliseconds whatever the weights weigh.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tunixlib.artifacts import sha256_file, sha256_text

INDEX = "model.safetensors.index.json"
ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
# One of these holds the vocabulary.
TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model", "tekken.json")


class ModelError(ValueError):
    """A model cannot be found or used. The message says what to install, attach or change."""


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model folder, sorted. Raises ModelError when the folder is not a model."""
    files = sorted(folder.glob("*.safetensors"))
    if not (folder / "config.json").is_file() or not files:
        found = ", ".join(sorted(path.name for path in folder.iterdir())[:8]) or "nothing"
        raise ModelError(f"{folder}: found {found}; expected config.json and *.safetensors, nothing pickled")
    return files


def weights_sha256(folder: Path) -> str:
    """The sha256 of a model's weights: of its one file, or of the list of names and hashes when there are several."""
    files = weight_files(folder)
    if len(files) == 1:
        return sha256_file(files[0])
    return sha256_text("".join(f"{sha256_file(path)}  {path.name}\n" for path in files))


def check_folder(folder: Path) -> None:
    """Raise ModelError naming everything that keeps this folder from being a causal language model we can use."""
    files = weight_files(folder)
    config = _json_object(folder / "config.json")
    problems = [*_config_problems(config), *_shard_problems(folder), *_header_problems(files)]
    if not any((folder / name).is_file() for name in TOKENIZERS):
        problems.append("found no tokenizer; expected tokenizer.json beside the weights: download the folder whole")
    if problems:
        raise ModelError(f"{folder}: " + "; ".join(problems))


def _json_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file of others, which need not be of our form."""
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError, OSError) as error:
        raise ModelError(f"{path}: found no JSON ({error}); download the file again") from None
    if not isinstance(found, dict):
        raise ModelError(f"{path}: found {type(found).__name__}, expected a JSON object; download the file again")
    return found


def _config_problems(config: dict[str, Any]) -> Iterator[str]:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in CONFIG_MAPPING_NAMES:
        remote = " and code of its own (auto_map), which is never run" if config.get("auto_map") else ""
        yield (
            f"config.json names model type {kind!r}{remote}; expected an architecture that the installed transformers "
            "knows, such as llama, qwen3 or gemma2"
        )
    elif config.get("is_encoder_decoder") or kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        what = "an encoder-decoder" if config.get("is_encoder_decoder") else "no causal language model"
        yield f"config.json names model type {kind!r}, {what}; expected one that writes on from its prompt"
    quantised = config.get("quantization_config")
    if quantised:
        method = quantised.get("quant_method", "unknown") if isinstance(quantised, dict) else "unknown"
        yield (
            f"the weights are quantised ({method}), and rounded weights cannot be trained; expected float32, bfloat16 "
            "or float16: take the model this one was quantised from"
        )


def _shard_problems(folder: Path) -> Iterator[str]:
    """Shards that the index names and that do not lie here."""
    if not (folder / INDEX).is_file():
        return
    shards = _json_object(folder / INDEX).get("weight_map")
    if not isinstance(shards, dict) or not all(isinstance(name, str) for name in shards.values()):
        yield f"{INDEX} holds no weight_map of file names; download it again"
        return
    missing = sorted(name for name in set(shards.values()) if not (folder / name).is_file())
    if missing:
        yield (
            f"found {len(set(shards.values())) - len(missing)} of {len(set(shards.values()))} shards; {INDEX} also "
            f"names {', '.join(missing[:4])}: download the rest"
        )


def _header_problems(files: list[Path]) -> Iterator[str]:
    """Files that end early or are no safetensors: the header holds the place of every tensor, up to the last byte."""
    from safetensors import SafetensorError, safe_open

    for path in files:
        try:
            with safe_open(path, framework="numpy") as opened:
                empty = not list(opened.keys())
        except (SafetensorError, OSError) as error:
            yield f"{path.name} is damaged ({str(error) or type(error).__name__}); download it again"
            continue
        if empty:
            yield f"{path.name} holds no tensor; download it again"
