"""LoRA (Hu et al., 2021): train small matrices beside frozen ones, then fold them in.

    model, tokenizer = load_checkpoint(parent, "bfloat16")
    add_adapters(model, rank=16, seed=42)            # only the adapters are trainable now, in float32
    ...
    merged = merge_adapters(model, parent)           # a plain model in the parent's own dtype

Every linear layer inside the decoder gets an adapter W + (alpha / rank) B A with alpha = 2 * rank and no dropout;
embeddings and the head get none. Merging starts from the parent's files, not from the copy training computed with, so
nothing is lost to a lower precision: the sum is made in float32 and rounded once to the parent's dtype.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tunixlib.modeling.models import ModelError, load_checkpoint

ADAPTER = "default"
ALPHA = 2  # times the rank, so that the product of the two matrices is always doubled
PEFT_INSTALL = "pip install -r requirements.txt"


def add_adapters(model: Any, rank: int, seed: int) -> None:
    """Freeze the model and put a fresh float32 adapter of ``rank`` beside every linear layer of the decoder.

    B starts at zero, so the model computes what it computed before; A is drawn from ``seed``. Raises ModelError when
    peft is missing or the model has no linear layers in its decoder.
    """
    import torch

    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError:
        raise ModelError(f"LORA_RANK {rank}: found no package peft; run `{PEFT_INSTALL}` or set LORA_RANK 0") from None
    targets = [name for name, _ in adapted_layers(model)]
    if not targets:
        raise ModelError(f"LORA_RANK {rank}: found no linear layers in the decoder of {type(model).__name__}")
    torch.manual_seed(seed)  # what was loaded before must not decide the draw
    config = LoraConfig(
        r=rank, lora_alpha=ALPHA * rank, lora_dropout=0.0, target_modules=targets, bias="none", init_lora_weights=True
    )
    inject_adapter_in_model(config, model, adapter_name=ADAPTER)
    for param in model.parameters():
        if param.requires_grad:  # peft makes them in the dtype of the frozen weights
            param.data = param.data.float()


def adapted_layers(model: Any) -> Iterator[tuple[str, Any]]:
    """Name and module of every linear layer that gets an adapter: attention and MLP, all layers of the decoder."""
    from torch import nn

    inside = {id(module) for layer in decoder_layers(model) for module in layer.modules()}
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear) and id(module) in inside:
            yield name, module


def decoder_layers(model: Any) -> Any:
    """The decoder's layers, which architectures name differently. Raises ModelError for one that has none."""
    decoder = model.get_decoder()
    for name in ("layers", "h", "blocks"):
        if hasattr(decoder, name):
            return getattr(decoder, name)
    raise ModelError(f"found no list of layers in {type(decoder).__name__}; expected a decoder such as Llama's")


def learned_adapters(model: Any) -> dict[str, tuple[Any, Any]]:
    """Name of a linear layer -> its A (rank, in) and B (out, rank), float32 on the CPU."""
    from peft.tuners.lora import Linear

    found: dict[str, tuple[Any, Any]] = {}
    for name, layer in model.named_modules():
        if isinstance(layer, Linear):
            parts: Any = (layer.lora_A, layer.lora_B)
            down, up = (part[ADAPTER].weight.detach().to("cpu").float().clone() for part in parts)
            found[name] = (down, up)
    return found


def merge_adapters(model: Any, parent: Path) -> Any:
    """A plain model: the parent's weights in their own dtype plus what the adapters learned, on the CPU.

    ``model`` is the trained one with float32 adapters; it stays as it is. One more copy of the weights is in memory.
    """
    import torch
    from peft.tuners.lora import Linear

    merged, _ = load_checkpoint(parent, "auto")
    layers = dict(merged.named_modules())
    with torch.no_grad():
        for name, layer in model.named_modules():
            if isinstance(layer, Linear):
                weight = layers[name].weight
                delta = layer.get_delta_weight(ADAPTER).to("cpu", torch.float32)
                weight.copy_(weight.float() + delta)
    return merged
