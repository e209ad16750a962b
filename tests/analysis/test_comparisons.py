"""Claims about paired comparisons and the fixed list of them."""

import pytest

from tunixlib.analysis.comparisons import compare, compare_run, numeric_rows, planned_comparisons, resolvable
from tunixlib.analysis.run_files import Summary, read_summary
from tunixlib.artifacts import ArtifactError, write_jsonl


def rows(results, measure="correct", start=1):
    return [{"id": f"q{number}", measure: result} for number, result in enumerate(results, start=start)]


def test_a_difference_is_a_minus_b_over_the_same_items():
    found = compare(rows([True, True, True, False]), rows([False, True, False, False]))
    assert (found["n"], found["rate_a"], found["rate_b"], found["difference"]) == (4, 0.75, 0.25, 0.5)
    assert [found[name] for name in ("only_a", "only_b", "both", "neither")] == [2, 0, 1, 1]
    assert found["p_value"] == 0.5
    assert found["low"] < 0.5 < found["high"]


def test_each_side_is_read_by_its_own_measure():
    a = [{"id": "q1", "correct": True, "lenient_correct": False}]
    b = [{"id": "q1", "correct": True, "lenient_correct": False}]
    assert compare(a, b)["difference"] == 0
    assert compare(a, b, "correct", "lenient_correct")["difference"] == 1
    assert compare(a, b, "lenient_correct", "correct")["difference"] == -1


def test_the_first_item_that_differs_is_named():
    with pytest.raises(ValueError, match=r"item 2: found id 'q2' on one side and 'q3' on the other"):
        compare(rows([True, True, True]), rows([True]) + rows([True, True], start=3))


def test_an_item_on_one_side_only_is_named():
    with pytest.raises(ValueError, match=r"item 3: found id 'q3' on one side only \(2 and 3 items\)"):
        compare(rows([True, True]), rows([True, True, True]))


def test_no_items_are_no_comparison():
    with pytest.raises(ValueError, match="found no items"):
        compare([], [])


def test_each_trained_checkpoint_meets_the_lenient_base_and_the_last_stage_meets_flat(run):
    planned = [(c.id, c.measure_a, c.measure_b) for c in planned_comparisons(read_summary(run))]
    against_base = [
        (f"eval-core/{name}-vs-base{ending}", "correct", "lenient_correct")
        for name in ("flat", "stage_a", "stage_b", "stage_c")
        for ending in ("", "/numeric")
    ]
    assert planned == [*against_base, ("eval-core/stage_c-vs-flat", "correct", "correct")]


@pytest.mark.parametrize(
    ("checkpoints", "expected"),
    [
        ((), []),
        (("base",), []),
        (("base", "flat"), ["s/flat-vs-base", "s/flat-vs-base/numeric"]),
        (("flat", "stage_a", "stage_b"), ["s/stage_b-vs-flat"]),
        (("stage_a", "stage_b"), []),
    ],
)
def test_what_was_not_evaluated_is_not_compared(checkpoints, expected):
    cards = [{"eval_set": "s", "checkpoint": name} for name in checkpoints]
    summary = Summary({"checkpoints": list(checkpoints), "scorecards": cards})
    assert [c.id for c in planned_comparisons(summary)] == expected


def test_p_values_are_adjusted_over_all_comparisons_of_the_run(run):
    results = {c.id: result for c, result in compare_run(run)}
    smallest = min(results.values(), key=lambda result: result["p_value"])
    assert smallest["p_holm"] == pytest.approx(9 * smallest["p_value"], rel=1e-5)
    # base is right on every fourth item, flat on every second, stage_c on all but every eighth
    assert results["eval-core/flat-vs-base"]["difference"] == 0.25
    assert results["eval-core/stage_c-vs-flat"]["difference"] == 0.375


def test_a_missing_prediction_file_is_named(run):
    run.path("predictions", "eval-core", "flat.jsonl").unlink()
    with pytest.raises(ArtifactError, match=r"flat\.jsonl: found no file"):
        compare_run(run)


def test_a_prediction_without_a_grade_is_named_with_its_line(run):
    path = run.path("predictions", "eval-core", "flat.jsonl")
    write_jsonl(path, [{"id": "eval-core/0000"}])
    with pytest.raises(ArtifactError, match=r"flat\.jsonl, line 1: found no prompt.* run 05_evaluate\.ipynb again"):
        compare_run(run)


def test_what_items_can_resolve_depends_on_how_often_two_checkpoints_disagree():
    often, seldom = ({"n": 500, "only_a": k, "only_b": k} for k in (50, 10))
    assert 0.02 < resolvable(seldom) < resolvable(often) < 0.1
    assert resolvable({"n": 500, "only_a": 0, "only_b": 0}) is None
    assert resolvable({"n": 10, "only_a": 1, "only_b": 0}) is None
    assert resolvable(often, family=9) > resolvable(often)
    assert 0.2 < resolvable({"n": 120, "only_a": 60, "only_b": 60}) < 0.3


def test_number_items_are_those_whose_expected_answer_is_one_number():
    expected = ["12", "$1,200.50", "3 1/2", "25 %", "12 cm", "yes", "2, 4, 6", "twelve", "zofzof", "3:05 pm"]
    found = numeric_rows([{"id": str(n), "expected_answer": answer} for n, answer in enumerate(expected)])
    assert [row["expected_answer"] for row in found] == ["12", "$1,200.50", "3 1/2", "25 %", "12 cm"]
