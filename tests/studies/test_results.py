"""Known answers of studies: a planted effect is found, a planted null is called one, and the report says the claims."""

import doctest

import pytest
from analysis.made_arms import make_run
from studies.study_runs import RECORD, bar_of, planted, write_runs

from tunixlib.analysis.claim_kinds import render_claim
from tunixlib.analysis.gate import Refusal
from tunixlib.artifacts import read_json, read_jsonl, write_json, write_jsonl
from tunixlib.studies import gate, results, verdicts
from tunixlib.studies.claims import build_study_claims
from tunixlib.studies.figure import study_effects, study_png
from tunixlib.studies.report import render_study
from tunixlib.studies.results import right_answers, study_comparisons, study_runs
from tunixlib.studies.verdicts import VERDICTS, finding, finding_words


@pytest.fixture
def fair(monkeypatch):
    monkeypatch.setattr(results, "refusals", lambda *sides: [])


def two_sided(items, differing):
    """The curriculum gains and loses ``differing`` / 2 items each, the same with every seed."""

    def answers(condition, seed):
        right = [number % 2 == 0 for number in range(items)]
        for number in range(differing) if condition == "curriculum" else ():
            right[number] = not right[number]
        right[items - seed] = True
        return right

    return answers


@pytest.mark.parametrize(
    ("gain", "smallest", "found"),
    [(0.2, 0.05, "gain"), (0.0, 0.06, "null"), (0.06, 0.05, "gain"), (0.06, 0.1, "small"), (0.0, 0.001, "open")],
)
def test_a_planted_effect_is_found_and_a_planted_null_is_not(tmp_path, fair, gain, smallest, found):
    bar = bar_of(smallest_effect=smallest)
    write_runs(tmp_path, bar, planted(200, gain))
    (got,) = study_comparisons(tmp_path, bar)
    assert got["difference"] == pytest.approx(gain - 1 / 200)
    assert got["low"] <= got["difference"] <= got["high"]
    assert (got["seeds"], got["items"], got["finding"], got["verdict"]) == (3, 200, found, VERDICTS[found])
    assert [one["seed"] for one in got["by_seed"]] == [1, 2, 3]
    text = render_study(bar, build_study_claims(tmp_path, bar)["claims"], RECORD)
    assert f"**Verdict.** {finding_words({**got, 'seeds': 3})}" in text


@pytest.mark.parametrize(
    ("low", "high", "p", "found"),
    [
        (0.01, 0.20, 0.01, "gain"),
        (0.01, 0.20, 0.06, "open"),
        (-0.01, 0.20, 0.01, "open"),
        (0.01, 0.08, 0.001, "small"),
        (0.01, 0.04, 0.001, "small"),
        (-0.04, 0.04, 0.9, "null"),
        (-0.05, 0.05, 0.9, "null"),
        (-0.20, -0.06, 0.001, "loss"),
        (-0.20, -0.06, 0.06, "open"),
        (-0.08, -0.01, 0.001, "small loss"),
        (-0.20, 0.04, 0.2, "open"),
    ],
)
def test_the_finding_follows_the_written_rule(low, high, p, found):
    numbers = {"low": low, "high": high, "family_low": low, "family_high": high, "difference": (low + high) / 2}
    assert finding({**numbers, "p_holm": p, "nothing": ""}, 0.05, 0.05) == found
    assert finding({**numbers, "p_holm": p, "nothing": "nothing to see"}, 0.05, 0.05) == "nothing"


def test_only_a_gain_is_supported_and_only_losses_and_nulls_are_not():
    by_verdict = {verdict: {name for name, own in VERDICTS.items() if own == verdict} for verdict in VERDICTS.values()}
    assert by_verdict["supported"] == {"gain"}
    assert by_verdict["not supported"] == {"loss", "small loss", "null"}
    words = finding_words({"a": "x", "b": "y", "finding": "small"})
    assert words == "Undecided: a difference in favour of x, not shown to be one that matters."


def test_a_null_is_one_at_the_level_that_all_comparisons_share():
    numbers = {"low": -0.04, "high": 0.04, "family_low": -0.06, "family_high": 0.06, "difference": 0, "p_holm": 1.0}
    assert finding({**numbers, "nothing": ""}, 0.05, 0.05) == "open"


def test_the_example_of_the_rule_is_what_it_computes():
    done = doctest.testmod(verdicts)
    assert (done.failed, done.attempted > 0) == (0, True)


@pytest.mark.parametrize(("right", "where"), [(False, "floor"), (True, "ceiling")])
def test_at_the_floor_and_at_the_ceiling_there_is_no_null_result(tmp_path, fair, right, where):
    bar = bar_of()
    write_runs(tmp_path, bar, lambda condition, seed: [right] * 400)
    (found,) = study_comparisons(tmp_path, bar)
    assert (found["finding"], found["verdict"], found["difference"]) == ("nothing", "undecided", 0)
    assert -0.05 < found["low"] < 0 < found["high"] < 0.05
    text = render_study(bar, build_study_claims(tmp_path, bar)["claims"], RECORD)
    assert f"**Verdict.** Undecided: nothing to see at the {where}" in text
    assert "a null result" not in text.split("## Right answers")[0].split("*Supported*")[0]


@pytest.mark.parametrize(("differing", "found"), [(5, "nothing"), (6, "null")])
def test_fewer_than_six_items_that_differ_show_nothing(tmp_path, fair, differing, found):
    bar = bar_of()
    write_runs(tmp_path, bar, two_sided(400, differing))
    (got,) = study_comparisons(tmp_path, bar)
    assert (got["differing"], got["finding"]) == (differing, found)


def test_several_comparisons_are_adjusted_together_on_every_set(tmp_path, fair):
    conditions = [{"name": name, "arm": name} for name in ("flat", "curriculum", "reverse")]
    sets = ["eval-core", "eval-unseen"]
    pairs = [{"a": "curriculum", "b": "flat"}, {"a": "reverse", "b": "flat"}]
    bar = bar_of(conditions=conditions, comparisons=pairs, eval_sets=sets)
    write_runs(tmp_path, bar, planted(100, 0.1), eval_sets=sets)
    found = study_comparisons(tmp_path, bar)
    assert bar.family == len(found) == 4
    assert found[0]["p_holm"] == pytest.approx(4 * found[0]["p_value"], rel=1e-5)
    assert found[0]["family_low"] < found[0]["low"] and found[0]["high"] < found[0]["family_high"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prompt": "Another?"}, "found another prompt of item eval-core/0007"),
        ({"expected_answer": "0"}, "found another expected_answer of item eval-core/0007"),
        ({"id": "eval-core/9999"}, "found no item eval-core/0007, expected one"),
        ({"id": "eval-core/0006"}, "found 50 rows of 49 items, expected each item once"),
    ],
)
@pytest.mark.parametrize("name", ["flat", "stage_c"])
def test_conditions_and_seeds_that_were_asked_other_items_are_an_error_that_names_them(tmp_path, name, change, message):
    bar = bar_of()
    write_runs(tmp_path, bar, planted(50, 0.1))
    path = tmp_path / "orders-s2" / "predictions" / "eval-core" / f"{name}.jsonl"
    rows = [row for _, row in read_jsonl(path)]
    rows[7] = {**rows[7], **change}
    write_jsonl(path, rows)
    with pytest.raises(ValueError, match=f"run 'orders-s2', .* on eval-core: {message}"):
        right_answers(tmp_path, bar, "eval-core")


def test_answers_are_paired_by_item_and_not_by_place(tmp_path):
    bar = bar_of()
    write_runs(tmp_path, bar, planted(50, 0.1))
    before = right_answers(tmp_path, bar, "eval-core")
    path = tmp_path / "orders-s2" / "predictions" / "eval-core" / "flat.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[::-1]), encoding="utf-8")
    after = right_answers(tmp_path, bar, "eval-core")
    assert [list(items.items()) for items in after.values()] == [list(items.items()) for items in before.values()]


def refuse_seed_2_of(arm, asked):
    def refuse(run_a, arm_a, run_b, arm_b, *, treatment, eval_sets):
        asked.append((run_a.run_id, arm_a, run_b.run_id, arm_b, treatment, eval_sets))
        refused = arm_a == arm and run_a.run_id.endswith("s2")
        return [Refusal("tokens", "found more on one side")] if refused else []

    return refuse


def test_a_refused_comparison_has_no_number_and_keeps_its_place_with_p_1(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(gate, "refuse_unfair", refuse_seed_2_of("reverse", asked))
    conditions = [{"name": name, "arm": name} for name in ("flat", "curriculum", "reverse")]
    bar = bar_of(conditions=conditions, comparisons=[{"a": "reverse", "b": "flat"}, {"a": "curriculum", "b": "flat"}])
    write_runs(tmp_path, bar, planted(100, 0.1))
    refused, other = study_comparisons(tmp_path, bar)
    assert asked[0] == ("orders-s1", "reverse", "orders-s1", "flat", ("order",), ["eval-core"])
    assert len(asked) == 6
    assert refused == {
        "a": "reverse", "b": "flat", "eval_set": "eval-core", "seeds": 3, "items": 100, "p_holm": 1.0,
        "refused": ["seed 2, tokens: found more on one side"], "finding": "refused", "verdict": "undecided",
    }  # fmt: skip
    assert other["p_holm"] == pytest.approx(2 * other["p_value"], rel=1e-5)
    claims = build_study_claims(tmp_path, bar)["claims"]
    text = render_study(bar, claims, RECORD)
    assert "Undecided: the comparison was refused." in text and "found more on one side" in text
    assert "Among the 2 comparisons of the study it counts with p = 1." in text
    assert "| eval-core: reverse above flat | – | – | 1 | undecided |" in text
    assert "by Holm over 2 in all" in {c["id"]: c for c in claims}["eval-core/curriculum-vs-flat"]["text"]
    assert study_png(bar, claims).startswith(b"\x89PNG")


def test_the_gate_is_asked_before_numbers_are_computed(tmp_path, monkeypatch):
    monkeypatch.setattr(gate, "refuse_unfair", refuse_seed_2_of("curriculum", []))
    monkeypatch.setattr(results, "crossed_difference", lambda *arms, **level: pytest.fail("a number was computed"))
    bar = bar_of()
    write_runs(tmp_path, bar, planted(50, 0.3))
    assert [found["finding"] for found in study_comparisons(tmp_path, bar)] == ["refused"]


@pytest.fixture
def trained(tmp_path):
    """Three sealed runs of fair twins, trained and evaluated as the gate reads them: no stub anywhere."""
    for seed in (1, 2, 3):
        right = {
            "flat": lambda n, seed=seed: n % 4 == 0 or n == seed,
            "stage_c": lambda n, seed=seed: n % 4 < 2 or n == 4 * seed + 2,
        }
        run = make_run(tmp_path / f"orders-s{seed}", right, items=60, config={"seed": seed})
        path = run.path("run_manifest.json")
        write_json(path, {**read_json(path), "commit": "c" * 40, "dirty": False, "notes": []})
    return tmp_path


def test_a_study_of_fair_runs_passes_the_real_gate_and_finds_the_planted_effect(trained):
    (found,) = study_comparisons(trained, bar_of())
    assert found["refused"] == []
    assert (found["items"], found["only_a"], found["only_b"], found["differing"]) == (60, 47, 2, 20)
    assert (found["finding"], found["difference"]) == ("gain", 0.25)


def test_the_real_gate_refuses_a_study_with_one_run_that_is_no_fair_twin(trained):
    path = trained / "orders-s2" / "training" / "flat" / "stage_2" / "metrics.jsonl"
    rows = [row for _, row in read_jsonl(path)]
    write_jsonl(path, [{**rows[0], "skipped": True}, *rows[1:]])
    (found,) = study_comparisons(trained, bar_of())
    (reason,) = found["refused"]
    assert reason.startswith("seed 2, steps: found 7 optimizer steps in orders-s2/curriculum and 6 optimizer steps in")
    assert (found["finding"], "difference" in found) == ("refused", False)


def test_every_number_of_the_analysis_is_a_claim_with_its_files(tmp_path, fair):
    bar = bar_of(pilot={"discordant_share": 0.2, "item_share": 0.5, "seed_sd": 0.02})
    write_runs(tmp_path, bar, planted(100, 0.2))
    claims = build_study_claims(tmp_path, bar)["claims"]
    known = {claim["id"]: claim for claim in claims}
    assert known["eval-core/flat/s1"]["value"] == 0.49
    assert known["eval-core/flat/s1"]["source"]["files"][0]["file"] == "orders-s1/predictions/eval-core/flat.jsonl"
    assert len(known["eval-core/curriculum-vs-flat"]["source"]["files"]) == 6
    assert all(claim["text"] == render_claim(claim) for claim in claims)
    text = render_study(bar, claims, RECORD)
    assert known["eval-core/curriculum-vs-flat"]["text"] in text
    assert known["resolution"]["text"] in text
    assert "| flat | 49.0 % | 49.0 % | 49.0 % | 49.0 % |" in text
    assert "**Verdict.** Supported: a gain of curriculum over flat." in text
    measured = [
        claim["verdict"] for claim in claims if claim["id"] not in ("resolution", "eval-core/curriculum-vs-flat")
    ]
    assert set(measured) == {"measured"}


def test_what_the_base_model_is_graded_by_is_said_and_number_items_stand_beside(tmp_path, fair):
    bar = bar_of()
    write_runs(tmp_path, bar, planted(100, 0.2))
    path = tmp_path / "orders-s1" / "predictions" / "eval-core" / "base.jsonl"
    rows = [row for _, row in read_jsonl(path)]
    rows[0] |= {"expected_answer": "a text"}
    rows[1] |= {"lenient_correct": True}
    write_jsonl(path, rows)
    known = {claim["id"]: claim for claim in build_study_claims(tmp_path, bar)["claims"]}
    assert known["eval-core/base"]["text"].startswith(
        "Of all items of eval-core, the base model answers 1 of 100 right, graded by the last number where there are "
        "no tags; a text answer without tags counts as wrong: 1.0 %"
    )
    assert known["eval-core/base/numeric"]["text"].startswith(
        "Of the items whose expected answer is a number of eval-core, the base model answers 1 of 99 right"
    )


def test_seeds_that_seem_to_contradict_the_verdict_have_a_word(tmp_path, fair):
    def answers(condition, seed):
        right = [number % 2 == 0 for number in range(100)]
        if condition == "curriculum":
            for number in range(1, 26, 2):
                right[number] = seed != 3
            for number in range(0, 4, 2):
                right[number] = seed != 3
        return right

    bar = bar_of()
    write_runs(tmp_path, bar, answers)
    claims = build_study_claims(tmp_path, bar)["claims"]
    text = render_study(bar, claims, RECORD)
    assert "seed 3 points the other way than the mean of all seeds" in text
    assert "the interval of seed 1, 2 by itself leaves out 0. It covers the choice of items only" in text


def test_the_figure_draws_each_comparison_and_then_its_seeds(tmp_path, fair):
    bar = bar_of()
    write_runs(tmp_path, bar, planted(100, 0.2))
    effects = list(study_effects(bar, build_study_claims(tmp_path, bar)["claims"]))
    assert [effect.whole for effect in effects] == [True, False, False, False]
    assert effects[0].difference == pytest.approx(0.19)


@pytest.mark.parametrize(
    ("part", "changes", "words"),
    [
        ("bar", {"committed": False}, "A rehearsal:"),
        ("bar", {}, "git knows 3 versions of this file; 1 of them was committed after the first run's commit."),
        ("rules", {}, "The verdict's rules are those of the runs' commit."),
        (
            "rules",
            {"same": False},
            "The rules were changed after the runs began: `git diff cccccccccccc dddddddddddd -- tunixlib/analysis "
            "tunixlib/studies`",
        ),
    ],
)
def test_the_analysis_says_what_git_says_of_bar_and_rules(tmp_path, fair, part, changes, words):
    bar = bar_of()
    write_runs(tmp_path, bar, planted(50, 0.1))
    record = {**RECORD, part: {**RECORD[part], **changes}}
    assert words in render_study(bar, build_study_claims(tmp_path, bar)["claims"], record)


def test_runs_are_named_with_manifest_commits_and_seed(tmp_path):
    bar = bar_of()
    write_runs(tmp_path, bar, planted(20, 0.0))
    found = study_runs(tmp_path, bar)
    assert [(run["run_id"], run["seed"], run["dirty"]) for run in found] == [
        ("orders-s1", 1, False), ("orders-s2", 2, False), ("orders-s3", 3, False)
    ]  # fmt: skip
    assert all(run["commits"] == ["c" * 40] and len(run["manifest_sha256"]) == 64 for run in found)


def test_power_is_reckoned_at_alpha_divided_by_the_planned_comparisons():
    pilot = {"discordant_share": 0.125, "item_share": 0.5, "seed_sd": 0.02}
    alone = gate.expected_resolution(bar_of(pilot=pilot), 120, 3)
    shared = gate.expected_resolution(bar_of(pilot=pilot, eval_sets=["eval-core", "eval-unseen"]), 120, 3)
    assert (alone["level"], alone["value"]) == (0.05, 0.088021)
    assert (shared["level"], shared["family"]) == (0.025, 2)
    assert shared["value"] > alone["value"]
    assert gate.expected_resolution(bar_of(), 120, 3) is None
