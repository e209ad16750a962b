"""Attention for training on short rows on a CPU: plain matrix products, where the fused kernel is slow.

    name = choose_attention(folder, "cpu", tokens=180)      # "matmul"
    with_attention(model, name)

PyTorch's fused attention works in blocks that are longer than our rows: its backward pass in bf16 took a seventh of a
training step of SmolLM2 on two cores, at 105 tokens a row. Plain products of all query heads that share a key head,
scores in float32, make the whole step about a seventh faster. They keep the scores, so long rows do without.
"""

from pathlib import Path
from typing import Any

from torch import Tensor, arange, matmul, nn

# Rows up to so many tokens: beyond, the scores outgrow what they save.
LONGEST_ROW = 256

MATMUL = "matmul"
_REGISTERED = "tunixlib_matmul"


def choose_attention(folder: Path, device: str, tokens: int) -> str:
    """How attention is computed in training on rows of at most ``tokens`` tokens: ``matmul``, or what the model has."""
    from transformers import AutoConfig

    from tunixlib.modeling.models import LOCAL, attention_for

    config = AutoConfig.from_pretrained(folder, **LOCAL)
    own = attention_for(config).get("attn_implementation", "sdpa")
    text = config.get_text_config()
    plain = own == "sdpa" and set(getattr(text, "layer_types", None) or ["full_attention"]) == {"full_attention"}
    plain = plain and not any(getattr(text, name, None) for name in ("sliding_window", "use_sliding_window"))
    return MATMUL if plain and device == "cpu" and tokens <= LONGEST_ROW else own


def without_dropout(model: Any) -> None:
    """Switch off dropout, which older configs ask for (GPT-2): rows computed at once or apart must give one update.

    The same weights on every machine, killed or not, could not be promised with it.
    """
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        elif isinstance(getattr(module, "attention_dropout", None), float):
            module.attention_dropout = 0.0


def with_attention(model: Any, name: str) -> None:
    """Let a model compute its attention as ``choose_attention`` said."""
    if name == MATMUL:
        from transformers.masking_utils import AttentionMaskInterface, sdpa_mask
        from transformers.modeling_utils import AttentionInterface

        AttentionInterface.register(_REGISTERED, matmul_attention)
        AttentionMaskInterface.register(_REGISTERED, sdpa_mask)
        model.set_attn_implementation(_REGISTERED)


def matmul_attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None = None,
    scaling: float | None = None, **kwargs: Any,
) -> tuple[Tensor, None]:  # fmt: skip
    """Causal attention over rows padded on the right: query (B, H, T, D), key and value (B, H / G, T, D).

    Returns (B, T, H, D). Raises ValueError for a mask, a cache or a window: nothing here heeds them.
    """
    batch, heads, tokens, width = query.shape
    shared = key.shape[1]
    if attention_mask is not None or key.shape[2] != tokens or kwargs.get("sliding_window"):
        raise ValueError("found a mask, a cache or a window, expected whole rows padded on the right; use sdpa there")
    side_by_side = query.reshape(batch, shared, -1, width)  # the G heads that share a key head: (B, H / G, G * T, D)
    scores = matmul(side_by_side, key.transpose(-1, -2)).view(batch, shared, -1, tokens, tokens).float()
    place = arange(tokens, device=query.device)
    scores = (scores * (scaling or width**-0.5)).masked_fill(place[None, :] > place[:, None], float("-inf"))
    weights = scores.softmax(-1).to(query.dtype).view(batch, shared, -1, tokens)
    return matmul(weights, value).view(batch, heads, tokens, width).transpose(1, 2).contiguous(), None
