"""A key-value cache whose rows leave and join while a batch is being written, and attention that does not copy it.

transformers' DynamicCache copies every key and value for each new token; here a token is written into room that was
made before. Rows are aligned at the right end, so a shorter row has unused slots on its left:

    slots      0  1  2  3  4  5 | room for the next tokens
    row 0      a  b  c  d  e  f |
    row 1      .  .  g  h  i  j |

    >>> cache = new_cache()
    >>> model(input_ids, attention_mask=mask, past_key_values=cache, use_cache=True)
    >>> keep_rows(cache, [0, 3, 2], width=40)    # row 3 takes the place of row 1, which has stopped
    >>> join_rows(cache, other)                  # the rows of another cache come after ours
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from torch import Tensor, nn
from transformers.cache_utils import Cache, DynamicLayer
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask
from transformers.modeling_utils import AttentionInterface

# Slots made at a time, so that the live slots are copied once every 64 tokens and not for every token.
ROOM = 64

GROUPED = "tunixlib_grouped"


class GrowingLayer(DynamicLayer):
    """Keys and values (B, H, T, D) of one layer: views of the used part of larger tensors, zero where unused."""

    keys: Tensor
    values: Tensor

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Append S tokens (B, H, S, D); returns all keys and values, (B, H, T + S, D)."""
        new = key_states.shape[-2]
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self.key_store, self.value_store, self.start, self.stop = key_states, value_states, 0, new
            self._show()
        else:
            if self.stop + new > self.key_store.shape[-2]:
                self.rebuild([(self.keys, self.values)], new + ROOM)
            self.key_store[:, :, self.stop : self.stop + new] = key_states
            self.value_store[:, :, self.stop : self.stop + new] = value_states
            self.stop += new
            self._show()
        return self.keys, self.values

    def rebuild(self, parts: Sequence[tuple[Tensor, Tensor]], room: int) -> None:
        """New stores holding the rows of all parts, right ends aligned, and ``room`` free slots after them."""
        width = max(keys.shape[-2] for keys, _ in parts)
        rows = sum(len(keys) for keys, _ in parts)
        stores = []
        for tensors in zip(*parts, strict=True):
            first = tensors[0]
            store = first.new_zeros(rows, first.shape[1], width + room, first.shape[3])
            row = 0
            for tensor in tensors:
                store[row : row + len(tensor), :, width - tensor.shape[-2] : width] = tensor
                row += len(tensor)
            stores.append(store)
        self.key_store, self.value_store = stores
        self.start, self.stop = 0, width
        self._show()

    def keep(self, places: Sequence[int], width: int) -> None:
        """Row i becomes what was row ``places[i]``; every row forgets all but its last ``width`` slots."""
        self.start = self.stop - width
        for place, source in enumerate(places):
            if place != source:
                self.key_store[place, :, self.start : self.stop] = self.key_store[source, :, self.start : self.stop]
                self.value_store[place, :, self.start : self.stop] = self.value_store[source, :, self.start : self.stop]
        self.key_store, self.value_store = self.key_store[: len(places)], self.value_store[: len(places)]
        self._show()

    def _show(self) -> None:
        self.keys = self.key_store[:, :, self.start : self.stop]
        self.values = self.value_store[:, :, self.start : self.stop]


def new_cache() -> Cache:
    """An empty cache; it gets one layer for each layer of the model that fills it."""
    return Cache(layer_class_to_replicate=GrowingLayer)


def keep_rows(cache: Cache, places: Sequence[int], width: int) -> None:
    """Row i becomes what was row ``places[i]``, itself or a later one, and keeps its last ``width`` slots."""
    for layer in _layers(cache):
        layer.keep(places, width)


def join_rows(cache: Cache, other: Cache) -> None:
    """Put the rows of ``other`` after those of ``cache``, right ends aligned."""
    for layer, joining in zip(_layers(cache), _layers(other), strict=True):
        layer.rebuild([(layer.keys, layer.values), (joining.keys, joining.values)], ROOM)


def _layers(cache: Cache) -> list[GrowingLayer]:
    return cast(list[GrowingLayer], cache.layers)


def grouped_attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **kwargs: Any
) -> tuple[Tensor, None]:
    """transformers' SDPA attention, but for one new token (B, H * G, 1, D) keys (B, H, T, D) are not repeated G times.

    The G query heads that share a key head are laid side by side as if they were G tokens: (B, H, G, D).
    """
    groups = query.shape[1] // key.shape[1]
    if query.shape[2] > 1 or groups == 1:
        return sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
    batch, heads, _, width = query.shape
    side_by_side = query.view(batch, heads // groups, groups, width)
    out = nn.functional.scaled_dot_product_attention(
        side_by_side, key, value, attn_mask=attention_mask, scale=kwargs.get("scaling")
    )
    return out.reshape(batch, 1, heads, width), None


@contextmanager
def grouped(model: Any) -> Iterator[None]:
    """Let a model that uses SDPA use ``grouped_attention`` inside the block; other models stay as they are."""
    before = model.config._attn_implementation
    if before == "sdpa":
        AttentionInterface.register(GROUPED, grouped_attention)
        AttentionMaskInterface.register(GROUPED, sdpa_mask)
        model.set_attn_implementation(GROUPED)
    try:
        yield
    finally:
        if before == "sdpa":
            model.set_attn_implementation(before)
