import numpy as np
import pytest

from tunixlib.modeling.tokenization import (
    Batch,
    TokenizationError,
    check_batches,
    encode_prompt,
    encode_trace,
    encode_traces,
    end_token,
    make_batch,
    stop_ids,
)
from tunixlib.traces import render_completion


def test_a_row_is_prompt_then_completion_then_the_end_token(tiny, traces):
    _, tokenizer = tiny
    row = encode_trace(tokenizer, traces[0])
    assert list(row.input_ids[: row.prompt_tokens]) == encode_prompt(tokenizer, traces[0].prompt)
    assert tokenizer.decode(row.input_ids[row.prompt_tokens : -1]) == render_completion(traces[0])
    assert row.input_ids[-1] == end_token(tokenizer) == tokenizer.convert_tokens_to_ids("<|im_end|>")


def test_generation_stops_where_training_ends(tiny):
    _, tokenizer = tiny
    assert end_token(tokenizer) in stop_ids(tokenizer)


def test_the_end_of_turn_is_found_even_when_eos_is_another_token(tiny):
    """Gemma ends turns with <end_of_turn> while its eos_token is <eos>."""
    import copy

    tokenizer = copy.deepcopy(tiny[1])
    tokenizer.add_special_tokens({"additional_special_tokens": ["<end_of_turn>"]})
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] + '<end_of_turn>\n' }}{% endfor %}"
    assert end_token(tokenizer) == tokenizer.convert_tokens_to_ids("<end_of_turn>") != tokenizer.eos_token_id
    assert stop_ids(tokenizer) == {end_token(tokenizer), tokenizer.eos_token_id}


def test_a_template_without_an_end_of_turn_is_refused(tiny):
    import copy

    tokenizer = copy.deepcopy(tiny[1])
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] + '\n' }}{% endfor %}"
    with pytest.raises(TokenizationError, match="expected a special token"):
        end_token(tokenizer)


def test_long_traces_are_left_out_and_counted_never_cut(tiny, traces):
    _, tokenizer = tiny
    lengths = [len(encode_trace(tokenizer, trace).input_ids) for trace in traces]
    limit = sorted(lengths)[5]
    kept, left_out = encode_traces(tokenizer, traces, limit)
    assert len(kept) + len(left_out) == len(traces)
    assert all(len(row.input_ids) <= limit for row in kept.values())
    assert all(found.tokens > limit for found in left_out) and left_out


def test_batches_are_padded_on_the_right_and_masked_by_position(tiny, traces):
    _, tokenizer = tiny
    rows = [encode_trace(tokenizer, trace) for trace in traces[:3]]
    batch = make_batch(rows, pad_id=end_token(tokenizer))  # PAD equal to the end token must not matter
    assert batch.tokens == sum(len(row.input_ids) for row in rows)
    assert batch.target_tokens == sum(row.completion_tokens for row in rows)
    for i, row in enumerate(rows):
        assert batch.input_ids[i, : len(row.input_ids)].tolist() == list(row.input_ids)
        assert not batch.loss_mask[i, : row.prompt_tokens].any()
        assert batch.loss_mask[i, row.prompt_tokens : len(row.input_ids)].all()
        assert not batch.pad_mask[i, len(row.input_ids) :].any()
    check_batches([batch], end_token(tokenizer))


def test_training_refuses_a_row_whose_loss_does_not_end_on_the_end_token(tiny, traces):
    _, tokenizer = tiny
    batch = make_batch([encode_trace(tokenizer, traces[0])], pad_id=0)
    mask = batch.loss_mask.copy()
    mask[0, -1] = False
    with pytest.raises(TokenizationError, match=traces[0].trace_id):
        check_batches([Batch(batch.trace_ids, batch.input_ids, batch.pad_mask, mask)], end_token(tokenizer))
    none = np.zeros_like(batch.loss_mask)
    with pytest.raises(TokenizationError, match="end token"):
        check_batches([Batch(batch.trace_ids, batch.input_ids, batch.pad_mask, none)], end_token(tokenizer))


def test_a_wrong_line_is_read_without_loss_and_its_correction_is_learnt(tiny, retry):
    _, tokenizer = tiny
    row = encode_trace(tokenizer, retry)
    batch = make_batch([row, row], pad_id=0)
    assert tokenizer.decode([row.input_ids[at] for at in row.unsupervised]).strip() == "Pens: 4 * 3 = 13"
    learnt = tokenizer.decode(batch.input_ids[0][batch.loss_mask[0]])
    assert "= 13" not in learnt and "Correction: Pens: 4 * 3 = 12" in learnt and "12 + 5 = 17" in learnt
    assert batch.target_tokens == 2 * row.completion_tokens
    assert row.completion_tokens == len(row.input_ids) - row.prompt_tokens - len(row.unsupervised)
    check_batches([batch], end_token(tokenizer))


def test_wrong_lines_need_a_tokenizer_that_says_where_its_tokens_lie(tiny, retry):
    class Slow:
        is_fast = False

        def __call__(self, *arguments, **options):
            return tiny[1](*arguments, **options)

        def __getattr__(self, name):
            return getattr(tiny[1], name)

    with pytest.raises(TokenizationError, match="which does not say where its tokens lie, expected a fast tokenizer"):
        encode_trace(Slow(), retry)


@pytest.mark.parametrize(
    ("wrong", "found"), [([9], "names step 9, which"), (2, "is 2,"), (["1"], "names step '1', which"), ([[]], "names")]
)
def test_wrong_steps_that_name_no_step_are_refused(tiny, retry, wrong, found):
    with pytest.raises(TokenizationError, match=f"meta.wrong_steps {found}.* expected a list of its step numbers"):
        encode_trace(tiny[1], retry.model_copy(update={"meta": {"wrong_steps": wrong}}))
