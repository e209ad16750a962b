"""Training's attention for short rows gives the losses and gradients of PyTorch's, and is taken only where allowed."""

import copy

import pytest
import torch
from modeling.gemma import save_gemma

from tunixlib.modeling.attention import LONGEST_ROW, MATMUL, choose_attention, matmul_attention, with_attention
from tunixlib.training.sft import CompletionLoss


def gradients(model, batch):
    model.zero_grad()
    loss = CompletionLoss(model)(torch.from_numpy(batch.input_ids), torch.from_numpy(batch.loss_mask))
    loss.backward()
    return float(loss.detach()), [param.grad.clone() for param in model.parameters()]


def test_losses_and_gradients_are_those_of_sdpa_up_to_rounding(tiny, tiny_folder, traces):
    from tunixlib.modeling.tokenization import encode_trace, make_batch

    batch = make_batch([encode_trace(tiny[1], trace) for trace in traces[:4]], pad_id=0)
    model = copy.deepcopy(tiny[0])
    assert model.config.num_key_value_heads < model.config.num_attention_heads, "or sharing a key head is not tried"
    expected, expected_gradients = gradients(model, batch)
    with_attention(model, choose_attention(tiny_folder, "cpu", LONGEST_ROW))
    loss, found = gradients(model, batch)
    assert loss == pytest.approx(expected, rel=1e-6)
    for mine, theirs in zip(found, expected_gradients, strict=True):
        assert torch.allclose(mine, theirs, atol=1e-5, rtol=1e-4)


def test_long_rows_other_devices_and_capped_scores_keep_the_models_own(tiny_folder, tmp_path):
    assert choose_attention(tiny_folder, "cpu", LONGEST_ROW) == MATMUL
    assert choose_attention(tiny_folder, "cpu", LONGEST_ROW + 1) == "sdpa"
    assert choose_attention(tiny_folder, "cuda", 100) == "sdpa"
    assert choose_attention(save_gemma(tmp_path, "gemma2"), "cpu", 100) == "eager"


@pytest.mark.parametrize("wrong", ["mask", "cache", "window"])
def test_what_it_does_not_heed_is_refused(wrong):
    query, key = torch.zeros(1, 2, 3, 4), torch.zeros(1, 1, 4 if wrong == "cache" else 3, 4)
    mask = torch.zeros(1, 1, 3, 3) if wrong == "mask" else None
    with pytest.raises(ValueError, match="expected whole rows padded on the right"):
        matmul_attention(None, query, key, key, mask, sliding_window=2 if wrong == "window" else None)
