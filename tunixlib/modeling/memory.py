"""What training will need of a device's memory, worked out from the model's config before anything is loaded.

    shape = model_shape(model_folder("smollm2"), lora_rank=0)
    found = project_memory(shape, "bfloat16", rows=8, tokens=200, targets=900)
    print(found.table(device_memory("cpu")))        # weights, gradients, ..., total, as Markdown

Sizes of weights, gradients and optimizer are exact; activations follow from what the layers of Llama, Qwen and Gemma
keep for the backward pass. With a vocabulary of 256 K the logits of the supervised positions outweigh many layers.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from tunixlib.modeling.lora import adapted_layers, decoder_layers
from tunixlib.modeling.models import LOCAL, attention_for, weight_files
from tunixlib.tables import markdown_table

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


@dataclass(frozen=True)
class ModelShape:
    """The sizes of a model that memory depends on; parameters are counted, tied ones once."""

    parameters: int
    trainable: int  # all of them, or the adapters' alone
    frozen: int
    layers: int
    hidden: int
    intermediate: int
    query_width: int  # heads times their width
    key_width: int  # key-value heads times their width
    heads: int
    norm_width: int  # of all norms of a layer, those of queries and keys included
    vocabulary: int
    capped: bool  # logits go through tanh
    scores: bool  # attention keeps its scores, (heads, T, T) for each row


def model_shape(folder: Path, lora_rank: int = 0) -> ModelShape:
    """The shape of a model folder, from its config alone: no weights are read. ``lora_rank`` 0 trains all weights."""
    weight_files(folder)
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(folder, **LOCAL)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    model.tie_weights()  # transformers 5.0.0 ties none on the meta device: shared embeddings would count twice
    text: Any = config.get_text_config()
    parameters = sum(param.numel() for param in model.parameters())
    adapters = (
        sum(lora_rank * (layer.in_features + layer.out_features) for _, layer in adapted_layers(model))
        if lora_rank
        else 0
    )
    width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    shared = getattr(text, "num_key_value_heads", None) or text.num_attention_heads
    queries, keys = text.num_attention_heads * width, shared * width
    inner = getattr(text, "intermediate_size", None) or getattr(text, "n_inner", None) or 4 * text.hidden_size
    names = [name for name, _ in decoder_layers(model)[0].named_modules()]
    norms = sum(("norm" in name or name.startswith("ln_")) and "." not in name for name in names) * text.hidden_size
    norms += sum(wide for norm, wide in (("q_norm", queries), ("k_norm", keys)) if f"self_attn.{norm}" in names)
    return ModelShape(
        parameters=parameters, trainable=adapters or parameters, frozen=parameters if adapters else 0,
        layers=text.num_hidden_layers, hidden=text.hidden_size, intermediate=inner,
        query_width=queries, key_width=keys, heads=text.num_attention_heads, norm_width=norms,
        vocabulary=text.vocab_size, capped=bool(getattr(text, "final_logit_softcapping", None)),
        scores=bool(attention_for(config)),
    )  # fmt: skip


@dataclass(frozen=True)
class MemoryProjection:
    """Bytes on one device at the worst moment of a step, by what they hold."""

    weights: int
    masters: int  # float32 copies of trainable weights that compute in less
    gradients: int
    optimizer: int  # AdamW's two moments
    activations: int
    logits: int
    micro_batch: int  # rows computed at once
    recompute: bool  # layers are computed again in the backward pass instead of being kept

    @property
    def total(self) -> int:
        """The sum, bytes. Activations and logits are at their peak together, when the backward pass begins."""
        return self.weights + self.masters + self.gradients + self.optimizer + self.activations + self.logits

    def table(self, memory: "DeviceMemory") -> str:
        """The projection as Markdown, with what the device has."""
        names = ("weights", "masters", "gradients", "optimizer", "activations", "logits", "total")
        rows = [(name.replace("masters", "float32 masters"), gigabytes(getattr(self, name))) for name in names]
        rows += [("free on the device", gigabytes(memory.free)), ("the device has", gigabytes(memory.total))]
        how = f"rows at once: {self.micro_batch}" + (", layers recomputed" if self.recompute else "")
        return markdown_table((f"memory ({how})", "GB"), rows)


def project_memory(
    shape: ModelShape, precision: str, *, rows: int, tokens: int, targets: int, recompute: bool = False
) -> MemoryProjection:
    """The memory of one step over ``rows`` rows of ``tokens`` tokens each, with ``targets`` targets in all."""
    size = BYTES[precision]
    copied = size < 4  # then masters and their gradients are float32 beside the weights that compute
    positions = rows * tokens
    layer = positions * _layer_bytes(shape, size, tokens)
    kept = shape.layers * (positions * shape.hidden * size if recompute else layer)
    # log-softmax, its gradient, the cross-entropy's gradient; logits themselves; tanh and its gradient
    per_logit = 12 + (size if copied else 0) + (8 if shape.capped else 0)
    return MemoryProjection(
        weights=(shape.trainable + shape.frozen) * size,
        masters=shape.trainable * 4 * copied,
        gradients=shape.trainable * (size + 4 * copied),
        optimizer=shape.trainable * 8,
        activations=kept + layer,  # one more layer while its gradient is computed
        logits=targets * shape.vocabulary * per_logit,
        micro_batch=rows,
        recompute=recompute,
    )


def shared_out(found: MemoryProjection, shape: ModelShape, precision: str, processes: int) -> MemoryProjection:
    """The same step where weights, gradients and optimizer, all float32, are shared out over processes (FSDP2).

    What is together at one time, in the precision that computes, weights and gradients: embedding and head, counted
    apart even where they are one, the layer at work and the one that is fetched meanwhile.
    """
    ends = shape.vocabulary * shape.hidden
    together = 2 * ends + 2 * (shape.parameters - ends) // shape.layers
    own, whole = shape.parameters * 4 // processes, together * BYTES[precision]
    return replace(found, weights=own + whole, masters=0, gradients=own + whole, optimizer=2 * own)


def _layer_bytes(shape: ModelShape, size: int, tokens: int) -> int:
    """What one layer keeps for the backward pass, bytes per token."""
    norms = shape.norm_width * (8 + size)  # computed in float32: its input, the normalised, the rounded
    inputs = 2 * shape.hidden * size  # of attention and of the MLP
    attention = size * (3 * shape.query_width + 2 * shape.key_width)  # query, output twice; key, value
    mlp = 4 * shape.intermediate * size  # gate, its activation, up, their product
    if shape.scores:  # capped, softmax in float32, rounded; keys and values repeated for each head
        attention += shape.heads * tokens * 8 + 2 * shape.query_width * size
    return norms + inputs + attention + mlp


class DeviceMemory(NamedTuple):
    """A device's memory, bytes: what this process can have now, and all there is."""

    free: int
    total: int


def device_memory(device: str) -> DeviceMemory:
    """Memory of the first GPU (``cuda``) or of the machine (``cpu``)."""
    if device == "cuda":
        import torch

        free, total = torch.cuda.mem_get_info()
        # what this process has reserved and does not use can be used again
        return DeviceMemory(free + torch.cuda.memory_reserved() - torch.cuda.memory_allocated(), total)
    import psutil

    found = psutil.virtual_memory()
    return DeviceMemory(found.available, found.total)


def gigabytes(count: int) -> str:
    """Bytes as GB of 10^9 bytes, for people."""
    return f"{count / 1e9:.2f}"
