"""Claims about the gate: fair twins pass, and each way of being unfair is named."""

import pytest
from made_arms import RIGHT, answer, make_run, traces, write_correction

from tunixlib.analysis.consumed import place_of, prediction_name, read_consumed
from tunixlib.analysis.gate import TREATMENTS, refuse_unfair
from tunixlib.artifacts import ArtifactError, read_json, read_jsonl, write_json, write_jsonl


@pytest.fixture
def run(tmp_path):
    return make_run(tmp_path / "one", arms=("flat", "curriculum", "reverse"))


def kinds(*sides, **conditions):
    return [refusal.kind for refusal in refuse_unfair(*sides, **conditions)]


def change_rows(path, change):
    write_jsonl(path, [change(row) or row for _, row in read_jsonl(path)])


@pytest.mark.parametrize("twin", ["flat", "reverse"])
def test_fair_twins_differ_in_order_only_and_pass(run, twin):
    if twin == "reverse":
        rows = [answer(n, n % 3 == 1) for n in range(40)]
        write_jsonl(run.path("predictions", "eval-core", "reverse.jsonl"), rows)
    orders = [[s.trace_ids for s in read_consumed(run, name).segments] for name in ("curriculum", twin)]
    assert orders[0] != orders[1]
    assert refuse_unfair(run, "curriculum", run, twin) == []


def test_two_runs_that_differ_in_the_seed_only_pass(run, tmp_path):
    right = {"flat": lambda n: n % 3 == 0}
    other = make_run(tmp_path / "two", right, config={"seed": 43}, chosen={"threads": 8, "device": "cuda"})
    assert refuse_unfair(run, "flat", other, "flat") == []


def test_another_epoch_is_other_counts_tokens_steps_and_schedule(run, tmp_path):
    longer = make_run(tmp_path / "two", {"flat": lambda n: n % 3 == 0}, epochs=(1, 1, 3))
    assert kinds(run, "flat", longer, "flat") == ["counts", "tokens", "steps", "schedule"]
    assert kinds(run, "flat", longer, "flat", treatment=["data"]) == []
    assert kinds(run, "flat", longer, "flat", treatment=["counts", "tokens"]) == ["steps", "schedule"]


def test_rows_are_compared_trace_by_trace(run, tmp_path):
    other = make_run(tmp_path / "two", {"flat": lambda n: n % 3 == 0}, made=[*traces()[:-1], *traces(1, start=99)])
    (refusal,) = refuse_unfair(run, "flat", other, "flat")
    assert refusal.kind == "rows"
    assert refusal.reason.startswith("found 1 traces only in one/flat and 1 only in two/flat, such as ")
    assert refusal.reason.endswith("train both alike, or state the treatment (rows, data, training)")


def test_a_trace_repeated_in_place_of_another_is_other_counts(run, tmp_path):
    """Stage C is trained on twice: once one trace takes the place of another of the same length."""
    other = make_run(tmp_path / "two", {"flat": lambda n: n % 3 == 0})
    for side in (run, other):
        path = side.path("training", "flat", "lengths.json")
        write_json(path, dict.fromkeys(read_json(path), 20))
    gone, more, replaced = traces()[2].trace_id, traces()[5].trace_id, 0
    for path in sorted(other.path("training", "flat").glob("*/order.jsonl")):
        rows = [row for _, row in read_jsonl(path)]
        for row in rows:
            if gone in row["trace_ids"] and not replaced:
                row["trace_ids"][row["trace_ids"].index(gone)], replaced = more, 1
        write_jsonl(path, rows)
    assert replaced
    (refusal,) = refuse_unfair(run, "flat", other, "flat")
    assert refusal.kind == "counts"
    assert refusal.reason.startswith(f"found 2 traces repeated more often on one side, such as {min(gone, more)}")


def test_another_learning_rate_is_another_schedule_and_another_setting(run, tmp_path):
    other = make_run(tmp_path / "two", {"flat": lambda n: n % 3 == 0}, rate=2e-4)
    found = refuse_unfair(run, "flat", other, "flat")
    assert [refusal.kind for refusal in found] == ["schedule", "settings"]
    assert "learning rate 5e-05 in one/flat and 0.0001 in two/flat at step 1" in found[0].reason
    assert "found learning_rate 0.0001 in one/flat and 0.0002 in two/flat" in found[1].reason
    assert kinds(run, "flat", other, "flat", treatment=["training"]) == []


def test_segments_cut_at_other_lengths_are_another_schedule(run):
    folder = run.path("training", "flat", "stage_1")
    moved = [row for _, row in read_jsonl(folder / "metrics.jsonl")]
    write_jsonl(folder / "metrics.jsonl", moved[:-1])
    found = refuse_unfair(run, "curriculum", run, "flat")
    assert [refusal.kind for refusal in found] == ["tokens", "steps", "schedule"]
    assert "found segments of [2, 2, 3] steps in one/curriculum and [1, 2, 3] in one/flat" in found[2].reason


def test_a_skipped_step_is_no_step(run):
    path = run.path("training", "flat", "stage_2", "metrics.jsonl")
    change_rows(path, lambda row: {**row, "skipped": row["step"] == 1})
    assert kinds(run, "curriculum", run, "flat") == ["steps"]


def test_other_precision_adapters_and_base_models_are_no_twins(run, tmp_path):
    right = {"flat": lambda n: n % 3 == 0}
    adapters = make_run(tmp_path / "two", right, config={"lora_rank": 16}, chosen={"precision": "bfloat16"})
    assert kinds(run, "flat", adapters, "flat") == ["settings", "settings"]
    path = adapters.path("training", "flat", "stage_1", "checkpoint", "checkpoint.json")
    write_json(path, {**read_json(path), "parent_sha256": "f" * 64})
    assert kinds(run, "flat", adapters, "flat")[0] == "model"
    assert kinds(run, "flat", adapters, "flat", treatment=["settings", "model"]) == []


def test_the_base_model_differs_from_a_trained_one_by_the_treatment_training(run):
    assert kinds(run, "flat", run, "base") == ["rows", "counts", "tokens", "steps", "schedule"]
    assert kinds(run, "flat", run, "base", treatment=["training"]) == []


def test_a_stage_in_the_middle_has_consumed_less(run):
    assert read_consumed(run, "stage_b").steps < read_consumed(run, "stage_c").steps == read_consumed(run, "flat").steps
    assert kinds(run, "stage_b", run, "stage_c") == ["rows", "counts", "tokens", "steps", "schedule"]


@pytest.fixture
def corrected(run):
    """Two arms of self-correction, one of which has other and longer rows."""
    for arm, start, tokens in (("control", 0, 20), ("contrastive", 50, 40)):
        write_correction(run, arm, traces(8, start=start), tokens)
        rows = [answer(n, n % 5 == len(arm) % 5) for n in range(40)]
        write_jsonl(run.path("predictions", "eval-core", f"{arm}.jsonl"), rows)
    return run


def test_an_arm_of_self_correction_has_consumed_the_curriculum_and_its_own_segment(corrected):
    found, before = read_consumed(corrected, "contrastive"), read_consumed(corrected, "stage_c")
    assert [segment.name for segment in found.segments] == ["stage_a", "stage_b", "stage_c", "stage_d"]
    assert (found.steps, found.tokens[0]) == (before.steps + 2, before.tokens[0] + sum(range(40, 48)))
    assert found.base_sha256 == before.base_sha256
    assert place_of(corrected, "contrastive") == ("contrastive", "stage_d")
    assert prediction_name(corrected, "contrastive/stage_d") == "contrastive"


def test_arms_of_self_correction_are_compared_when_their_rows_are_the_treatment(corrected):
    sides = (corrected, "contrastive", corrected, "control")
    assert kinds(*sides) == ["rows", "counts", "tokens"]
    assert kinds(*sides, treatment=["data"]) == []
    assert kinds(*sides, treatment=["order"]) == ["rows", "counts", "tokens"]


def test_more_steps_of_an_arm_of_self_correction_are_no_matter_of_rows(corrected):
    write_correction(corrected, "contrastive", traces(8, start=50), size=2)
    found = kinds(corrected, "contrastive", corrected, "control", treatment=["rows", "counts", "tokens"])
    assert found == ["steps", "schedule"]


def test_an_arm_of_self_correction_from_other_weights_is_an_error(corrected):
    path = corrected.path("training", "control", "stage_d", "checkpoint", "checkpoint.json")
    write_json(path, {**read_json(path), "parent_sha256": "f" * 64})
    with pytest.raises(ArtifactError, match=r"found stage_d of a self-correction arm begun from weights of sha256 fff"):
        refuse_unfair(corrected, "contrastive", corrected, "control", treatment=["data"])


def test_a_question_among_the_rows_of_an_arm_of_self_correction_is_a_leak(corrected):
    rows = [row for _, row in read_jsonl(corrected.path("predictions", "eval-core", "control.jsonl"))]
    change_rows(
        corrected.path("training", "contrastive", "dataset.jsonl"),
        lambda row: {**row, "prompt": f"Check this work.\nQuestion: {rows[3]['prompt']}\nLine 1: 1 = 1\nAnswer: 1"},
    )
    found = refuse_unfair(corrected, "contrastive", corrected, "control", treatment=["data"])
    assert [refusal.kind for refusal in found] == ["leak"]


def test_answers_in_another_precision_or_length_are_other_answers(run, tmp_path):
    other = make_run(tmp_path / "two", {"flat": lambda n: n % 3 == 0})
    write_json(other.path("eval_summary.json"), {**read_json(other.path("eval_summary.json")), "precision": "bfloat16"})
    for side, limit in ((run, 160), (other, 400)):
        stages = [{"parameters": {"SEED": 42}}, {"parameters": {"MAX_NEW_TOKENS": limit}}]
        write_json(side.path("provenance.json"), {"stages": stages})
    assert kinds(run, "flat", other, "flat") == ["decoding", "decoding"]
    assert kinds(run, "flat", other, "flat", treatment=["decoding"]) == []


def test_a_question_that_was_trained_on_is_found_however_it_is_written(run):
    rows = [row for _, row in read_jsonl(run.path("predictions", "eval-core", "flat.jsonl"))]
    path = run.path("data", "dataset.jsonl")
    data = [row for _, row in read_jsonl(path)]
    write_jsonl(path, [{**data[0], "prompt": rows[5]["prompt"].upper()}, *data[1:]])
    (refusal,) = refuse_unfair(run, "curriculum", run, "flat", treatment=["training"])
    assert refusal.kind == "leak"
    assert "found 1 of 40 items of eval-core in the training data of one, such as eval-core/0005" in refusal.reason


def test_a_question_that_was_trained_on_behind_a_system_turn_is_found(run):
    rows = [row for _, row in read_jsonl(run.path("predictions", "eval-core", "flat.jsonl"))]
    path = run.path("data", "dataset.jsonl")
    data = [row for _, row in read_jsonl(path)]
    write_jsonl(path, [{**data[0], "prompt": f"You are helpful.\n\n{rows[5]['prompt']}"}, *data[1:]])
    (refusal,) = refuse_unfair(run, "curriculum", run, "flat", treatment=["training"])
    assert refusal.kind == "leak" and "such as eval-core/0005" in refusal.reason


def test_identical_predictions_are_refused_whatever_the_treatment(run):
    for name in ("flat", "stage_c"):
        rows = [answer(n, RIGHT["flat"](n)) for n in range(40)]
        write_jsonl(run.path("predictions", "eval-core", f"{name}.jsonl"), rows)
    (refusal,) = refuse_unfair(run, "curriculum", run, "flat", treatment=["training"])
    assert str(refusal).startswith("identical: found identical predictions on all 40 items of eval-core")


def test_too_few_items_for_the_effect_of_interest_are_refused(run):
    (refusal,) = refuse_unfair(run, "curriculum", run, "flat", smallest_effect=0.05)
    assert refusal.kind == "resolution"
    assert refusal.reason.startswith("found 40 items of eval-core, 5 of them answered differently, which resolve ")
    assert refuse_unfair(run, "curriculum", run, "flat", smallest_effect=0.3) == []
    with pytest.raises(ValueError, match=r"smallest effect 5, expected a share"):
        refuse_unfair(run, "curriculum", run, "flat", smallest_effect=5)


def test_without_a_common_item_there_is_nothing_to_compare(run):
    change_rows(run.path("predictions", "eval-core", "flat.jsonl"), lambda row: {**row, "prompt": row["prompt"] + "?"})
    assert kinds(run, "curriculum", run, "flat") == ["items"]


def test_an_unknown_treatment_or_checkpoint_is_an_error_that_lists_the_known(run):
    with pytest.raises(ValueError, match="found treatment 'luck', expected one of order, model, rows"):
        refuse_unfair(run, "curriculum", run, "flat", treatment=["luck"])
    with pytest.raises(ArtifactError, match="found no training of 'stage_d', expected one of base, curriculum, flat"):
        refuse_unfair(run, "stage_d", run, "flat")
    assert TREATMENTS["order"] == ()


def test_names_of_arms_and_checkpoints_lead_to_their_segments(run):
    assert place_of(run, "flat") == ("flat", "stage_3")
    assert place_of(run, "curriculum") == place_of(run, "stage_c") == ("curriculum", "stage_c")
    assert place_of(run, "reverse/stage_1") == ("reverse", "stage_1")
    names = ("base", "flat", "curriculum", "stage_a", "reverse", "reverse/stage_1")
    assert [prediction_name(run, name) for name in names] == [
        "base", "flat", "stage_c", "stage_a", "reverse", "reverse/stage_1",
    ]  # fmt: skip


def test_a_trace_without_a_length_is_an_error(run):
    write_json(run.path("training", "flat", "lengths.json"), {})
    with pytest.raises(ArtifactError, match=r"order\.jsonl: found trace \w{16}, expected only traces of lengths\.json"):
        read_consumed(run, "flat")
