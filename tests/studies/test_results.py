"""Known answers of studies: a planted effect is found, a planted null is called one, and the report says the claims."""

import pytest
from studies.study_runs import bar_of, planted, write_runs

from tunixlib.analysis.claim_kinds import render_claim
from tunixlib.analysis.gate import Refusal
from tunixlib.studies import gate, results
from tunixlib.studies.claims import build_study_claims
from tunixlib.studies.figure import study_effects, study_png
from tunixlib.studies.report import render_study
from tunixlib.studies.results import right_answers, study_comparisons, study_runs, study_verdict

RECORD = {"file": "notebooks/profiles/studies/orders.yaml", "sha256": "a" * 64, "commit": "c" * 40, "committed": True}


@pytest.fixture
def fair(monkeypatch):
    monkeypatch.setattr(results, "refusals", lambda *sides: [])


@pytest.mark.parametrize(
    ("gain", "smallest", "verdict"),
    [(0.2, 0.05, "supported"), (0.0, 0.05, "not supported"), (0.06, 0.05, "supported"), (0.0, 0.001, "undecided")],
)
def test_a_planted_effect_is_found_and_a_planted_null_is_not(tmp_path, fair, gain, smallest, verdict):
    bar = bar_of(smallest_effect=smallest)
    write_runs(tmp_path, bar, planted(200, gain))
    (found,) = study_comparisons(tmp_path, bar)
    assert found["difference"] == pytest.approx(gain - 1 / 200)
    assert found["low"] <= found["difference"] <= found["high"]
    assert (found["seeds"], found["items"], found["verdict"]) == (3, 200, verdict)
    assert [one["seed"] for one in found["by_seed"]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("low", "high", "p", "verdict"),
    [
        (0.01, 0.20, 0.01, "supported"),
        (0.01, 0.20, 0.06, "undecided"),
        (-0.01, 0.20, 0.01, "undecided"),
        (0.01, 0.04, 0.001, "not supported"),
        (-0.04, 0.04, 0.9, "not supported"),
        (-0.05, 0.05, 0.9, "not supported"),
        (-0.20, -0.06, 0.001, "not supported"),
        (-0.20, 0.04, 0.2, "undecided"),
    ],
)
def test_the_verdict_follows_the_written_rule(low, high, p, verdict):
    assert study_verdict({"low": low, "high": high, "p_holm": p, "refused": []}, bar_of()) == verdict
    assert study_verdict({"low": low, "high": high, "refused": ["leak"]}, bar_of()) == "undecided"


def test_several_comparisons_are_adjusted_together(tmp_path, fair):
    conditions = [{"name": name, "arm": name} for name in ("flat", "curriculum", "reverse")]
    bar = bar_of(conditions=conditions, comparisons=[{"a": "curriculum", "b": "flat"}, {"a": "reverse", "b": "flat"}])
    write_runs(tmp_path, bar, planted(100, 0.1))
    first, second = study_comparisons(tmp_path, bar)
    assert first["p_holm"] == pytest.approx(min(1, 2 * first["p_value"]))
    assert second["p_holm"] >= second["p_value"]


def test_seeds_that_were_asked_other_items_are_not_compared(tmp_path):
    bar = bar_of()
    write_runs(tmp_path, bar, planted(50, 0.1))
    path = tmp_path / "orders-s2" / "predictions" / "eval-core" / "flat.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[::-1]), encoding="utf-8")
    with pytest.raises(ValueError, match="run 'orders-s2': found other items of eval-core"):
        right_answers(tmp_path, bar, "flat", bar.seeds, "eval-core")


def test_the_gate_is_asked_for_every_seed_and_a_reason_stops_the_comparison(tmp_path, monkeypatch):
    asked = []

    def refuse(run_a, arm_a, run_b, arm_b, *, treatment, eval_sets):
        asked.append((run_a.run_id, arm_a, run_b.run_id, arm_b, treatment, eval_sets))
        return [Refusal("tokens", "found more on one side")] if run_a.run_id.endswith("s2") else []

    monkeypatch.setattr(gate, "refuse_unfair", refuse)
    bar = bar_of()
    write_runs(tmp_path, bar, planted(50, 0.3))
    (found,) = study_comparisons(tmp_path, bar)
    assert asked[0] == ("orders-s1", "curriculum", "orders-s1", "flat", ("order",), ["eval-core"])
    assert len(asked) == 3
    assert found["refused"] == ["seed 2, tokens: found more on one side"]
    assert found["verdict"] == "undecided" and "p_holm" not in found
    claims = build_study_claims(tmp_path, bar)["claims"]
    text = render_study(bar, claims, RECORD)
    assert "Undecided: the comparison was refused." in text and "found more on one side" in text
    assert study_png(bar, claims).startswith(b"\x89PNG")


def test_every_number_of_the_analysis_is_a_claim_with_its_files(tmp_path, fair):
    bar = bar_of(pilot={"discordant_share": 0.2, "item_share": 0.5, "seed_sd": 0.02})
    write_runs(tmp_path, bar, planted(100, 0.2))
    claims = build_study_claims(tmp_path, bar)["claims"]
    known = {claim["id"]: claim for claim in claims}
    assert known["eval-core/flat/s1"]["value"] == 0.49
    assert known["eval-core/flat/s1"]["source"]["files"][0]["file"] == "orders-s1/predictions/eval-core/flat.jsonl"
    assert known["eval-core/base"]["value"] == 0
    assert len(known["eval-core/curriculum-vs-flat"]["source"]["files"]) == 6
    assert all(claim["text"] == render_claim(claim) for claim in claims)
    text = render_study(bar, claims, RECORD)
    assert known["eval-core/curriculum-vs-flat"]["text"] in text
    assert known["resolution"]["text"] in text
    assert "| flat | 49.0 % | 49.0 % | 49.0 % | 49.0 % |" in text
    assert "**Verdict.** Supported: a gain of curriculum over flat." in text


def test_the_figure_draws_each_comparison_and_then_its_seeds(tmp_path, fair):
    bar = bar_of()
    write_runs(tmp_path, bar, planted(100, 0.2))
    effects = list(study_effects(bar, build_study_claims(tmp_path, bar)["claims"]))
    assert [effect.whole for effect in effects] == [True, False, False, False]
    assert effects[0].difference == pytest.approx(0.19)


def test_a_rehearsal_says_that_nothing_shows_the_bar_came_first(tmp_path, fair):
    bar = bar_of()
    write_runs(tmp_path, bar, planted(50, 0.1))
    claims = build_study_claims(tmp_path, bar)["claims"]
    assert "A rehearsal:" in render_study(bar, claims, {**RECORD, "committed": False})


def test_runs_are_named_with_manifest_commit_and_seed(tmp_path):
    bar = bar_of()
    write_runs(tmp_path, bar, planted(20, 0.0))
    found = study_runs(tmp_path, bar)
    assert [(run["run_id"], run["seed"], run["dirty"]) for run in found] == [
        ("orders-s1", 1, False), ("orders-s2", 2, False), ("orders-s3", 3, False)
    ]  # fmt: skip
    assert all(run["commit"] == "c" * 40 and len(run["manifest_sha256"]) == 64 for run in found)
