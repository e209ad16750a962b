"""Claims about the growing cache: what is written stays, rows move and join, unused slots are zero."""

import torch

from tunixlib.evaluation.cache import ROOM, grouped_attention, join_rows, keep_rows, new_cache


def states(rows, slots, start=1.0):
    """Distinct numbers, (rows, 2 heads, slots, 3)."""
    return torch.arange(start, start + rows * 2 * slots * 3).view(rows, 2, slots, 3)


def filled(rows, slots, start=1.0):
    cache = new_cache()
    cache.update(states(rows, slots, start), -states(rows, slots, start), 0)
    return cache


def test_keys_and_values_read_back_as_they_were_written_past_several_enlargements():
    cache, written = new_cache(), states(2, 3 * ROOM)
    for slot in range(3 * ROOM):
        keys, values = cache.update(written[:, :, slot : slot + 1], -written[:, :, slot : slot + 1], 0)
        assert cache.get_seq_length() == slot + 1
    assert torch.equal(keys, written)
    assert torch.equal(values, -written)


def test_a_token_is_written_without_copying_the_others():
    cache = filled(2, 4)
    cache.update(states(2, 1), states(2, 1), 0)
    place = cache.layers[0].keys.data_ptr()
    for _ in range(ROOM):
        cache.update(states(2, 1), states(2, 1), 0)
    assert cache.layers[0].keys.data_ptr() == place


def test_rows_move_into_the_places_of_those_that_left_and_lose_their_oldest_slots():
    cache, written = filled(4, 5), states(4, 5)
    keep_rows(cache, [0, 3], width=2)
    assert torch.equal(cache.layers[0].keys, written[[0, 3], :, 3:])
    assert torch.equal(cache.layers[0].values, -written[[0, 3], :, 3:])
    assert cache.get_seq_length() == 2


def test_joining_rows_are_aligned_at_the_right_and_padded_with_zeros():
    cache = filled(1, 2)
    join_rows(cache, filled(2, 4, start=100.0))
    keys = cache.layers[0].keys
    assert keys.shape == (3, 2, 4, 3)
    assert torch.equal(keys[:1, :, 2:], states(1, 2))
    assert torch.equal(keys[:1, :, :2], torch.zeros(1, 2, 2, 3))
    assert torch.equal(keys[1:], states(2, 4, start=100.0))


def test_grouped_attention_equals_attention_over_repeated_keys():
    torch.manual_seed(0)
    query, keys, values = torch.randn(3, 6, 1, 8), torch.randn(3, 2, 5, 8), torch.randn(3, 2, 5, 8)
    mask = torch.ones(3, 1, 1, 5, dtype=torch.bool)
    mask[1, ..., :2] = False
    out, _ = grouped_attention(torch.nn.Module(), query, keys, values, mask, scaling=0.3)
    weights = (query @ keys.repeat_interleave(3, 1).transpose(2, 3) * 0.3).masked_fill(~mask, -torch.inf).softmax(-1)
    expected = (weights @ values.repeat_interleave(3, 1)).transpose(1, 2)
    assert out.shape == (3, 1, 6, 8)
    torch.testing.assert_close(out, expected)
