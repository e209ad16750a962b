"""What `make bench` says of its readings; no speed is tested."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import bench
import rows
import tables

from tunixlib.artifacts import read_json


def reading(rate, seconds=2.0):
    return {"rate": rate, "seconds": seconds, "peak_mb": 10.0}


def test_a_ratio_is_taken_within_a_round(monkeypatch):
    rates = iter([30.0, 10.0, 8.0, 2.0])  # ours, theirs; then on a slower machine
    monkeypatch.setattr(bench, "measure", lambda name, options: {**reading(next(rates)), "check": [1.0, 2.0]})
    row = rows.Row("training", "tokens", {"ours": ("a", {}), "TRL": ("b", {})}, (("ours", "TRL", 2.2),))
    found = bench.run_row(row, 2)
    assert found["ratios"] == [
        {
            "of": "ours",
            "to": "TRL",
            "target": 2.2,
            "agreement": "2 losses: means within 0.00 %, each within 0.00 %",
            "values": [3.0, 4.0],
        }
    ]
    assert found["median"] == {"ours": 19.0, "TRL": 6.0}
    assert "| training | ours: 19 tokens/s | TRL: 6 tokens/s | 2 | 3.50 [3.00, 4.00] | – | 2.2 |" in tables.ratio_table(
        [found]
    )


def test_a_side_that_takes_long_is_measured_in_the_first_round_only(monkeypatch):
    rates = iter([30.0, 10.0, 8.0])
    monkeypatch.setattr(bench, "measure", lambda name, options: {**reading(next(rates)), "check": None})
    row = rows.Row("training", "tokens", {"ours": ("a", {}), "TRL": ("b", {})}, (("ours", "TRL", None),), {}, ("TRL",))
    assert bench.run_row(row, 2)["ratios"][0]["values"] == [3.0]


def test_rounds_that_are_added_later_keep_their_ratios_and_commits(monkeypatch):
    rates = iter([30.0, 10.0, 8.0, 2.0])
    monkeypatch.setattr(bench, "measure", lambda name, options: {**reading(next(rates)), "check": [1.0]})
    row = rows.Row("training", "tokens", {"ours": ("a", {}), "TRL": ("b", {})}, (("ours", "TRL", 2.2),), {"steps": 9})
    first, second = (bench.run_row(row, 1) | {"commits": [commit]} for commit in ("b", "a"))
    found = bench.joined(first, second)
    assert found["ratios"][0]["values"] == [3.0, 4.0]
    assert (found["rounds"], found["commits"], found["median"]) == (2, ["a", "b"], {"ours": 19.0, "TRL": 6.0})
    with pytest.raises(SystemExit, match="did other work; measure it without --more"):
        bench.joined(first, second | {"options": {"steps": 8}})


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ([2.0, 1.0], [2.0, 1.25, 9.0], "2 losses: means within 7.69 %, each within 20.00 %"),  # the other went on
        ({"0": [1], "8": [2]}, {"0": [1], "8": [3], "9": [4]}, "1 of 2 texts equal"),
        (None, None, ""),
        (3, 4, "3 here, 4 there"),
    ],
)
def test_agreement_says_how_far_both_did_the_same(ours, theirs, said):
    assert bench.agreement(ours, theirs) == said


@pytest.mark.parametrize("power", [0, 1, 2])
def test_the_exponent_of_a_power_is_found(power):
    points = [{"size": size, "seconds": 3.0 * size**power} for size in (1, 10, 40)]
    assert tables.exponent(points, "seconds") == pytest.approx(power)


def test_the_seconds_of_the_main_job_are_all_told():
    job = rows.main_job_seconds()
    seconds = read_json(rows.MAIN_JOB / "run_manifest.json")["seconds"]
    assert sum(job["parts"].values()) == pytest.approx(sum(seconds.values()))
    assert min(job["parts"].values()) > 0


def test_a_side_that_fails_says_why():
    with pytest.raises(RuntimeError, match=r"data/validate failed with 1(?s:.)*nowhere\.jsonl"):
        bench.measure("data/validate", {"file": "nowhere.jsonl", "traces": 1})


def test_every_planned_side_is_there():
    import data_sides
    import generation_sides
    import profile_sides
    import program_sides
    import training_sides

    modules = (data_sides, generation_sides, profile_sides, program_sides, training_sides)
    known = {name for module in modules for name in module.SIDES}
    planned = {name for row in rows.planned_rows(True, Path()) for name, _ in row.sides.values()}
    planned |= {growth.side for growth in rows.planned_growth(True, Path())}
    assert planned == known


def test_training_is_compared_over_the_steps_that_both_did():
    ours = {"work": [5, 5, 5, 10, 90], "took": [9.0, 1.0, 1.0, 1.0, 1.0]}
    theirs = {"work": [5, 5, 5, 10], "took": [1.0, 1.0, 1.0, 2.0]}
    found = bench.compared([(ours, theirs)])
    assert found == {"steps": 4, "values": [2.0], "with_first_steps": [(25 / 12) / (25 / 5)]}


@pytest.mark.parametrize(("peaks", "said"), [((100, 110, 101), "flat"), ((100, 150, 300), "1.00"), ((9, 9, 90), "–")])
def test_the_growth_of_memory_is_that_beyond_the_first_size(peaks, said):
    points = [{"size": size, "peak_mb": float(peak)} for size, peak in zip((1, 10, 40), peaks, strict=True)]
    assert tables.memory_growth(points) == said


def test_the_parts_of_a_training_step_add_up_to_it():
    found = {"seconds": 10.0, "parts": {"matrix products": 6.0, "copies": 1.0}, "units": 90, "padded_tokens": 100}
    text = tables.training_profile([{"name": rows.TRAINING_PROFILE, "readings": {"ours": [found]}}])
    assert "| matrix products | 6.00 | 60 % |\n| outside of these | 3.00 | 30 % |" in text
    assert text.endswith("10 % of the tokens were padding.")


def test_the_profile_of_generation_tells_prompts_from_steps_and_the_rate_of_its_products():
    found = {"seconds": 2.0, "parts": {"matrix products": 1.0}, "units": 100, "steps": 10,
             "fed": [[4, 30, 1.0], [4, 1, 2.0], [2, 1, 1.0]]}  # fmt: skip
    peak = {"name": "matrix peak", "median": {"float32": 2.69e10 * 2}}
    text = tables.generation_profile([peak, {"name": rows.GENERATION_PROFILE, "readings": {"float32": [found]}}])
    assert "part of a step of generation in float32" in text
    assert "10 rows to a step; their products did 27 GFLOP/s, 50 % of the 54 that large products reach." in text
    assert text.endswith("Of all 4 s, reading prompts took 25 %; a step had 3 rows on average.")
