"""Claims about the comparison of two checkpoints of sealed runs, as data and as text."""

import pytest
from made_arms import ITEMS, answer, make_run, seal

from tunixlib.analysis.comparisons import pair_up
from tunixlib.analysis.run_comparison import choose_set, compare_sides, open_side, verdict
from tunixlib.analysis.run_comparison_text import comparison_text
from tunixlib.analysis.statistics import mcnemar_exact
from tunixlib.artifacts import ArtifactError, write_jsonl


@pytest.fixture
def run(tmp_path):
    return make_run(tmp_path / "one")


def sides(run, baseline, checkpoint=None):
    return open_side(run, checkpoint), open_side(baseline, checkpoint)


def test_only_items_with_the_same_id_prompt_and_answer_are_paired_and_all_are_counted():
    rows = [answer(n, True) for n in range(6)]
    other = [answer(5, True), {**answer(1, True), "prompt": "another"}, {**answer(2, True), "expected_answer": "0"}]
    other += [answer(9, True), answer(0, False)]
    a, b, counts = pair_up(rows, other)
    assert [(x["id"], x["correct"], y["correct"]) for x, y in zip(a, b, strict=True)] == [
        ("eval-core/0000", True, False),
        ("eval-core/0005", True, True),
    ]
    assert counts == {"common": 2, "changed": 2, "only_a": 2, "only_b": 1}


def test_the_curriculum_meets_flat_overall_by_section_and_by_family(run):
    found = compare_sides(open_side(run, None), open_side(run, "flat"), "eval-core")
    assert (found.a.checkpoint, found.b.checkpoint, found.refusals) == ("stage_c", "flat", [])
    assert (found.overall["n"], found.overall["only_a"], found.overall["only_b"]) == (40, 5, 0)
    assert found.overall["p_value"] == mcnemar_exact(5, 0) == 0.0625
    assert {name: r["n"] for name, r in found.groups["section"].items()} == {"core": 27, "edge_case": 13}
    assert sum(r["only_a"] for r in found.groups["family"].values()) == 5
    assert found.groups["family"]["family_1"]["only_a"] == 5
    # six tests in all: two sections and four families; the smallest p is multiplied by six
    assert found.groups["family"]["family_1"]["p_holm"] == 6 * 0.0625
    assert not found.worse
    assert 0 < found.overall["bootstrap_low"] < 0.125 < found.overall["bootstrap_high"] < 0.3


def test_where_every_item_differs_by_the_same_nothing_is_resampled(tmp_path):
    run = make_run(tmp_path / "one", {"flat": lambda n: True, "stage_c": lambda n: False})
    found = compare_sides(open_side(run, None), open_side(run, "flat"), "eval-core")
    assert "bootstrap_low" not in found.overall
    assert found.worse and "Resampling" not in comparison_text(found)


def test_items_that_changed_sides_are_listed_the_lost_ones_first(tmp_path):
    before = make_run(tmp_path / "before", {"stage_c": lambda n: n < 20})
    after = make_run(tmp_path / "after", {"stage_c": lambda n: 2 <= n < 21})
    found = compare_sides(*sides(after, before), "eval-core")
    assert [(c.id[-2:], c.gained) for c in found.changed] == [("00", False), ("01", False), ("20", True)]
    assert (found.changed[0].before, found.changed[0].after, found.changed[0].expected) == ("13", "14", "13")


@pytest.mark.parametrize(("right_before", "right_after", "worse"), [(20, 14, True), (20, 15, False), (14, 20, False)])
def test_worse_means_the_interval_below_zero_and_the_exact_p_below_one_in_twenty(
    tmp_path, right_before, right_after, worse
):
    """Six items lost and none gained: p = 2/64 = 0.031; five: 2/32 = 0.0625."""
    before = make_run(tmp_path / "before", {"stage_c": lambda n: n < right_before})
    after = make_run(tmp_path / "after", {"stage_c": lambda n: n < right_after})
    assert compare_sides(*sides(after, before), "eval-core").worse is worse


def test_a_verdict_needs_both_interval_and_p_value():
    assert verdict({"low": 0.01, "high": 0.2}, 0.01) == "better"
    assert verdict({"low": -0.2, "high": -0.01}, 0.01) == "worse"
    assert verdict({"low": 0.01, "high": 0.2}, 0.06) == "undecided"
    assert verdict({"low": -0.01, "high": 0.2}, 0.01) == "undecided"


def test_the_base_model_is_graded_lenient(run):
    found = compare_sides(open_side(run, "flat"), open_side(run, "base"), "eval-core", ["training"])
    assert found.measures == ("correct", "lenient_correct")
    assert (found.overall["rate_a"], found.overall["rate_b"]) == (0.5, 0.25)
    assert {refusal.kind for refusal in found.excused} == {"rows", "counts", "tokens", "steps", "schedule"}
    assert found.numeric["n"] == 40
    text = comparison_text(found)
    assert "| the items whose expected answer is a number | 40 | 50.0 % | 25.0 % |" in text
    assert "Lenient: by the last number where there are no tags; a text answer without tags counts as wrong" in text
    assert compare_sides(open_side(run, None), open_side(run, "flat"), "eval-core").numeric == {}


def test_a_run_that_is_not_sealed_is_refused(tmp_path):
    run = make_run(tmp_path / "one", sealed=False)
    found = compare_sides(open_side(run, None), open_side(run, "flat"), "eval-core")
    assert [refusal.kind for refusal in found.refusals] == ["unsealed"]
    assert (found.overall, found.groups, found.changed, found.worse) == ({}, {}, [], False)


def test_predictions_changed_after_sealing_are_refused(run):
    rows = [answer(n, True) for n in range(ITEMS)]
    write_jsonl(run.path("predictions", "eval-core", "stage_c.jsonl"), rows)
    found = compare_sides(open_side(run, None), open_side(run, "flat"), "eval-core")
    assert [refusal.kind for refusal in found.refusals] == ["changed"]
    seal(run)
    assert compare_sides(open_side(run, None), open_side(run, "flat"), "eval-core").refusals == []


def test_checkpoints_and_sets_that_are_not_there_are_named(run, tmp_path):
    assert open_side(run, "curriculum").checkpoint == "stage_c"
    with pytest.raises(ArtifactError, match=r"found no training of 'reverse', expected one of base, curriculum, flat"):
        open_side(run, "reverse")
    pair = sides(run, run)
    assert choose_set(*pair, None) == "eval-core"
    with pytest.raises(ArtifactError, match="found eval-core answered by both, expected eval-unseen"):
        choose_set(*pair, "eval-unseen")


def test_the_text_holds_tables_counts_changes_and_the_verdict(run):
    text = comparison_text(compare_sides(open_side(run, None), open_side(run, "flat"), "eval-core"))
    assert "run       one/stage_c, graded strict" in text
    assert "items     40 of eval-core that both answered" in text
    assert "| all items | 40 | 62.5 % | 50.0 % | +12.5 points [+" in text
    assert "Resampling the items (BCa) gives [+" in text
    assert "3 of 4 families, 30 items, have no change." in text
    assert "adjusted by Holm over these 6 sections and families" in text
    assert "| eval-core/0001 | right | Ada has $11 and earns $4. How many dollars has she? | 16 → 15 | 15 |" in text
    assert text.endswith("Verdict: one/stage_c and one/flat cannot be told apart on these items.")


def test_a_refusal_is_text_without_numbers_to_misread(run):
    text = comparison_text(compare_sides(open_side(run, "flat"), open_side(run, "base"), "eval-core"))
    assert "Refused:\n- rows: found 18 traces only in one/flat and 0 only in one/base" in text
    assert "points" not in text and "Verdict" not in text


def test_a_stated_treatment_is_shown_with_the_result(run):
    text = comparison_text(compare_sides(open_side(run, "flat"), open_side(run, "base"), "eval-core", ["training"]))
    assert "stated    rows: 18 traces only in one/flat and 0 only in one/base" in text
    assert "Verdict: one/flat is significantly better than one/base on these items." in text


def test_items_on_one_side_only_are_counted_in_the_text(run, tmp_path):
    shorter = make_run(tmp_path / "two", {"stage_c": lambda n: n % 3 == 0}, items=30)
    text = comparison_text(compare_sides(*sides(run, shorter), "eval-core"))
    assert "items     30 of eval-core that both answered\nleft out  10 answered only by the run" in text
