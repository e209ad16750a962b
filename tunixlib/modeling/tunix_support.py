"""Which models Google Tunix 0.1.7 computes rightly, told from ``config.json`` before anything is loaded.

    check_supported(model_folder("tiny"))          # "qwen3"
    check_supported(model_folder("smollm2"))       # ModelError: ... rope theta 100000, expected 1000000 ...

Tunix writes some settings into its code and ignores what a config says of them: Qwen3 and Llama rotate with theta 1e6
whatever they are told, Gemma 3 takes five local layers and a global one, and all Gemmas an epsilon of 1e-6. Such a
model would be trained as another one without a word, so it is refused by name. No JAX is imported here.
"""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tunixlib.modeling.models import LOCAL, ModelError, weight_files

MODULES = ("tunix", "jax", "qwix")
# What requirements-tunix.txt pins and numbers depend on.
PACKAGES = ("google-tunix", "jax", "jaxlib", "flax", "optax", "qwix", "orbax-checkpoint")
INSTALL = "`make setup-tunix`, or `pip install -r requirements-tunix.txt` where there is no make"

SLIDING, FULL = "sliding_attention", "full_attention"
# What a check finds: the setting, its value here, the value that Tunix computes with.
Finding = tuple[str, Any, Any]


def require_tunix() -> None:
    """Raise ModelError with the command that installs the engine, where it is not. Imports nothing."""
    missing = [name for name in MODULES if importlib.util.find_spec(name) is None]
    if missing:
        raise ModelError(
            f"ENGINE tunix: found no package {', '.join(missing)}, expected Google Tunix; run {INSTALL}; or set "
            "ENGINE torch"
        )


def check_supported(folder: Path) -> str:
    """The model type of a folder. Raises ModelError listing all that Tunix would compute in another way."""
    from transformers import AutoConfig

    config: Any = AutoConfig.from_pretrained(folder, **LOCAL)
    if config.model_type not in CHECKS:
        raise ModelError(
            f"ENGINE tunix: found model type {config.model_type}, expected one of {', '.join(CHECKS)}; set ENGINE torch"
        )
    findings = [*CHECKS[config.model_type](config), ("tensor types in one file", *_types(folder))]
    wrong = [f"{name} {found}, expected {expected}" for name, found, expected in findings if found != expected]
    if wrong:
        raise ModelError(
            f"ENGINE tunix: Google Tunix 0.1.7 would compute this {config.model_type} as another model: found "
            f"{'; '.join(wrong)}; set ENGINE torch, or take another model"
        )
    return str(config.model_type)


def _types(folder: Path) -> tuple[int, int]:
    """The most types of tensors in one file, and the one that Tunix reads: it takes all for the type of the first."""
    from safetensors import safe_open

    most = 0
    for path in weight_files(folder):
        with safe_open(path, framework="numpy") as file:
            most = max(most, len({file.get_slice(name).get_dtype() for name in file.keys()}))  # noqa: SIM118
    return most, 1


def _rope(config: Any, kind: str = "") -> dict[str, Any]:
    found = config.rope_parameters
    return found[kind] if kind else found


def _llama(config: Any) -> Iterator[Finding]:
    yield "rope theta", _plain(_rope(config)["rope_theta"]), 1_000_000
    yield "rope type", _rope(config).get("rope_type", "default"), "default"
    yield "activation", config.hidden_act, "silu"
    yield "biases of attention", config.attention_bias, False
    yield "biases of the MLP", getattr(config, "mlp_bias", False), False
    yield "sliding windows", SLIDING in (getattr(config, "layer_types", None) or ()), False


def _gemma(config: Any) -> Iterator[Finding]:
    yield "norm epsilon", config.rms_norm_eps, 1e-6
    yield "activation", config.hidden_activation, "gelu_pytorch_tanh"
    yield "biases of attention", config.attention_bias, False
    yield "tied embeddings", config.tie_word_embeddings, True


def _gemma2(config: Any) -> Iterator[Finding]:
    yield from _gemma(config)
    yield "rope theta", _plain(_rope(config)["rope_theta"]), 10_000
    yield "rope type", _rope(config).get("rope_type", "default"), "default"
    yield "layers", _pattern(config.layer_types), _pattern((SLIDING, FULL) * config.num_hidden_layers, config)
    yield "query scale", _plain(config.query_pre_attn_scalar), config.head_dim


def _gemma3(config: Any) -> Iterator[Finding]:
    yield from _gemma(config)
    for kind in (SLIDING, FULL):
        rope = _rope(config, kind)
        scaled = rope.get("rope_type", "default")
        yield f"rope type of {kind}", scaled, "linear" if scaled == "linear" else "default"
    yield "caps of scores", config.attn_logit_softcapping, None
    yield "caps of logits", config.final_logit_softcapping, None
    yield "attention in both directions", bool(getattr(config, "use_bidirectional_attention", False)), False
    whole = ((SLIDING,) * 5 + (FULL,)) * config.num_hidden_layers
    yield "layers", _pattern(config.layer_types), _pattern(whole, config)
    scale, width = _plain(config.query_pre_attn_scalar), config.hidden_size // config.num_attention_heads
    yield "query scale", scale, width if scale == width else config.head_dim


def _pattern(kinds: Any, config: Any = None) -> str:
    """Kinds of layers in a few letters: ``LLLLLG``, local and global."""
    count = config.num_hidden_layers if config else len(kinds)
    return "".join("L" if kind == SLIDING else "G" for kind in kinds[:count])


def _plain(number: float) -> float:
    """A whole number without its point, as configs mix both."""
    return int(number) if number == int(number) else number


CHECKS: dict[str, Callable[[Any], Iterator[Finding]]] = {
    "qwen3": _llama, "llama": _llama, "gemma3_text": _gemma3, "gemma2": _gemma2,
}  # fmt: skip
