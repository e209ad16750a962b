"""A model folder as a Google Tunix model on a mesh of devices, and its weights back under the folder's own names.

    mesh = device_mesh()                                       # all devices there are, 1 x n, FSDP
    model = load_tunix(folder, mesh, "float32")
    hidden = model.hidden(ids, positions, None, mask)          # (B, T, H); model(...) gives logits (B, T, V)
    by_name = to_hugging_face(folder, model, weights_of(model))    # {"model.norm.weight": array, ...}, the same values

Loading is Tunix's own. Going back turns around its table of names: every tensor of the folder is looked up, turned and
cut as it was when it was read, which also takes apart what Gemma fuses (queries, keys and values in one array).
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tunixlib.modeling.models import LOCAL, ModelError, weight_files
from tunixlib.modeling.tunix_support import FULL, SLIDING, check_supported

# Where Gemma's projections lie: the axes that bring (heads, model, width) to the (model, heads, width) of the table.
FUSED = re.compile(r"tmp\.(layers\.\d+\.attn)\.([qkv])")


def device_mesh(devices: int = 0) -> Any:
    """A mesh of all devices, or of the first few: weights and rows are shared out over all of them (FSDP)."""
    import jax

    found = jax.devices()[: devices or None]
    return jax.sharding.Mesh(np.array(found).reshape(len(found), 1), ("fsdp", "tp"))


def load_tunix(folder: Path, mesh: Any, dtype: str, recompute: bool = False) -> Any:
    """The model in a folder, on a mesh. With ``recompute`` its layers are computed again in the backward pass.

    Raises ModelError for a model that Tunix would compute in another way, or cannot load.
    """
    import jax.numpy as jnp

    kind = check_supported(folder)
    params, config = _library(kind, folder, dtype, recompute)
    try:
        model = params.create_model_from_safe_tensors(str(folder), config, mesh, dtype=getattr(jnp, dtype))
    except (ValueError, AssertionError, RuntimeError, TypeError) as error:
        reason = str(error).strip().partition("\n")[0][:300]
        raise ModelError(
            f"{folder}: Google Tunix cannot load these weights on {mesh.size} devices ({type(error).__name__}: "
            f"{reason}); set ENGINE torch, or download the folder again"
        ) from None
    # qwix, which puts adapters in, knows one method of a model by its name; so this one has to be the model's own.
    model.__class__ = type(type(model).__name__, (type(model),), {"hidden": _hidden})
    return model


def _hidden(model: Any, ids: Any, positions: Any, cache: None, mask: Any) -> Any:
    """What the head sees, (B, T, H): Tunix's own forward pass without the logits, which need not all be computed."""
    x = model.embedder.encode(ids)
    for layer in model.layers:
        _, x = layer(x, positions, cache, mask)
    return model.final_norm(x)


def head_of(model: Any) -> tuple[Any, float | None]:
    """The matrix (V, H) that makes logits of hidden states, and the cap they are put under, if any."""
    head = model.lm_head.w[...].T if hasattr(model, "lm_head") else model.embedder.input_embedding[...]
    return head, getattr(model, "final_logits_softcap", None)


def weights_of(model: Any) -> dict[str, np.ndarray]:
    """All weights by Tunix's names, ``layers.0.attn.q_proj.w``, on the host in float32."""
    from flax import nnx

    found = nnx.to_flat_state(nnx.state(model, nnx.Param))
    return {".".join(map(str, path)): _host(leaf) for path, leaf in found if not isinstance(leaf, nnx.LoRAParam)}


def _host(leaf: Any) -> np.ndarray:
    return np.array(leaf[...], dtype=np.float32)  # a copy: JAX's own may not be written to, which torch minds


def to_hugging_face(folder: Path, model: Any, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays by Tunix's names, weights or what is to be added to them, under the names and shapes of a folder's files.

    Tensors of the folder whose array is not among them are left out, and so is a head that the embedding stands for.
    """
    from tunix.utils.torch_utils import torch_key_to_jax_key

    table = _library(check_supported(folder), folder, "float32", False)[0]._get_key_and_transform_mapping(model.config)
    found = {}
    for name, shape in _shapes(folder).items():
        place, transform = torch_key_to_jax_key(table, name)
        array = _unfused(place, arrays)
        if array is not None:
            found[name] = _turned_back(array, transform, shape)
    return found


def _unfused(place: str, arrays: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """The array of a place in Tunix's table; Gemma's queries, keys and values come out of the array they share."""
    if not (match := FUSED.fullmatch(place)):
        return arrays.get(place)
    attention, part = match.groups()
    if (whole := arrays.get(f"{attention}.qkv_einsum.w")) is not None:
        array: np.ndarray | None = whole["qkv".index(part)]
    elif part == "q":
        array = arrays.get(f"{attention}.q_einsum.w")
    else:
        both = arrays.get(f"{attention}.kv_einsum.w")
        array = None if both is None else both["kv".index(part)]
    return None if array is None else array.transpose(1, 0, 2)  # (heads, model, width) -> (model, heads, width)


def _turned_back(array: np.ndarray, transform: Any, shape: tuple[int, ...]) -> np.ndarray:
    permute = (transform and transform[0]) or range(len(shape))
    turned = array.reshape([shape[axis] for axis in permute])
    return np.ascontiguousarray(turned.transpose(np.argsort(permute)))


def _shapes(folder: Path) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every tensor in a folder, from the headers alone."""
    from safetensors import safe_open

    found: dict[str, tuple[int, ...]] = {}
    for path in weight_files(folder):
        with safe_open(path, framework="numpy") as file:
            found |= {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    return found


def _library(kind: str, folder: Path, dtype: str, recompute: bool) -> tuple[Any, Any]:
    """Tunix's loader of a model type, and its config of the model in a folder."""
    from transformers import AutoConfig

    config: Any = AutoConfig.from_pretrained(folder, **LOCAL)
    library, loader, made = LIBRARIES[kind](config, dtype)
    remat = library.RematConfig.DECODER if recompute else library.RematConfig.NONE
    return loader, library.ModelConfig(**made, remat_config=remat)


def _sizes(config: Any, vocabulary: str) -> dict[str, Any]:
    heads = config.num_attention_heads
    return {
        "num_layers": config.num_hidden_layers, vocabulary: config.vocab_size, "embed_dim": config.hidden_size,
        "hidden_dim": config.intermediate_size, "num_heads": heads, "num_kv_heads": config.num_key_value_heads,
        "head_dim": getattr(config, "head_dim", None) or config.hidden_size // heads,
    }  # fmt: skip


# Module, loader and the arguments of its config.
Library = tuple[Any, Any, dict[str, Any]]


def _qwen3(config: Any, dtype: str) -> Library:
    import jax.numpy as jnp
    from tunix.models.qwen3 import model, params

    kinds = {"dtype": getattr(jnp, dtype), "param_dtype": getattr(jnp, dtype)}
    shared = {"rope_theta": 1_000_000, "norm_eps": config.rms_norm_eps, **kinds}
    tied = {"use_tied_embedding": config.tie_word_embeddings}
    return model, params, {**_sizes(config, "vocab_size"), **shared, **tied}


def _llama(config: Any, dtype: str) -> Library:
    from tunix.models.llama3 import model, params

    shared = {"rope_theta": 1_000_000, "norm_eps": config.rms_norm_eps, "weight_tying": config.tie_word_embeddings}
    return model, params, {**_sizes(config, "vocab_size"), **shared}


def _gemma2(config: Any, dtype: str) -> Library:
    from tunix.models.gemma import model, params_safetensors

    kinds = {SLIDING: model.AttentionType.LOCAL_SLIDING, FULL: model.AttentionType.GLOBAL}
    return model, params_safetensors, {
        **_sizes(config, "num_embed"), "final_logit_softcap": config.final_logit_softcapping,
        "attn_logits_soft_cap": config.attn_logit_softcapping, "sliding_window_size": config.sliding_window,
        "attention_types": tuple(kinds[kind] for kind in config.layer_types),
        "use_post_attn_norm": True, "use_post_ffw_norm": True,
    }  # fmt: skip


def _gemma3(config: Any, dtype: str) -> Library:
    import jax.numpy as jnp
    from tunix.models.gemma3 import model, params_safetensors

    local, whole = (config.rope_parameters[kind] for kind in (SLIDING, FULL))
    by = model.QueryPreAttentionNormalisation
    own = config.query_pre_attn_scalar == config.head_dim
    return model, params_safetensors, {
        **_sizes(config, "num_embed"), "sliding_window_size": config.sliding_window,
        "local_base_frequency": local["rope_theta"], "global_base_frequency": whole["rope_theta"],
        "local_scale_factor": local.get("factor", 1.0), "global_scale_factor": whole.get("factor", 1.0),
        "query_pre_attn_norm": by.BY_ONE_OVER_SQRT_HEAD_DIM if own else by.BY_ONE_OVER_SQRT_EMBED_DIM_DIV_NUM_HEADS,
        "param_dtype": getattr(jnp, dtype),
    }  # fmt: skip


LIBRARIES: dict[str, Callable[[Any, str], Library]] = {
    "qwen3": _qwen3, "llama": _llama, "gemma2": _gemma2, "gemma3_text": _gemma3,
}  # fmt: skip
