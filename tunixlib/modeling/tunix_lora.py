"""LoRA on a Tunix model, by qwix: adapters beside every projection of the decoder, and what they add to its weights.

    model = add_adapters(model, mesh, rank=16, seed=42)       # LoRAParam, float32; all else is frozen
    by_name = to_hugging_face(folder, model, learned(model))  # what to add to the folder's own tensors

As in ``modeling.lora``: W + 2 B A, A drawn from the distribution that peft draws from, B zero. Where Tunix fuses keys
and values (Gemma) they share their A, so there the two engines differ.
"""

from typing import Any

import numpy as np

from tunixlib.modeling.lora import ALPHA

A, B = "_lora_a", "_lora_b"


def add_adapters(model: Any, mesh: Any, rank: int, seed: int) -> Any:
    """The model with fresh float32 adapters of ``rank`` in every layer; it computes what it computed before."""
    import jax
    import jax.numpy as jnp
    import qwix
    from flax import nnx

    uniform = jax.nn.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # +-1 / sqrt(inputs)
    provider = qwix.LoraProvider(
        module_path="layers/.*", rank=rank, alpha=float(ALPHA * rank), lora_a_initializer=uniform
    )
    rows = mesh.size  # one for each device
    ids, mask = jnp.ones((rows, 2), jnp.int32), jnp.ones((rows, 2, 2), bool)
    with mesh:
        adapted = qwix.apply_lora_to_model(
            model, provider, ids, ids, None, mask, methods=("hidden",), rngs=nnx.Rngs(seed)
        )
    fresh = nnx.state(adapted, nnx.LoRAParam)
    nnx.update(adapted, jax.tree.map(lambda leaf: leaf.astype(jnp.float32), fresh))
    return adapted


def learned(model: Any) -> dict[str, np.ndarray]:
    """What the adapters add to each weight, in its shape, by Tunix's names; float32 on the host."""
    from flax import nnx

    pairs: dict[tuple[Any, ...], np.ndarray] = {
        path: np.asarray(leaf[...], dtype=np.float32)
        for path, leaf in nnx.to_flat_state(nnx.state(model, nnx.LoRAParam))
    }
    found = {}
    for path, down in pairs.items():
        if path[-1].endswith(A):
            name = path[-1].removesuffix(A)
            up = pairs[(*path[:-1], name + B)]
            found[".".join(map(str, (*path[:-1], name)))] = ALPHA * _product(_at(model, path[:-1]), name, down, up)
    return found


def _product(module: Any, name: str, down: np.ndarray, up: np.ndarray) -> np.ndarray:
    """B A in the shape of the weight: a matrix for a linear layer, else as qwix noted it beside the einsum."""
    noted = getattr(module, f"{name}_lora_einsum_str", None)
    if noted is None:
        return np.asarray(down @ up)
    _, of_down, of_up = noted.partition("->")[0].split(",")
    weight = module.einsum_str.partition("->")[0].split(",")[1]
    return np.einsum(f"{of_down},{of_up}->{weight}", down, up, optimize=True)


def _at(model: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        model = model[part] if isinstance(part, int) else getattr(model, part)
    return model
