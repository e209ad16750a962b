"""A study of self-correction: errors shown are counted apart from false alarms, and an aim has a verdict."""

import json

import pytest
import yaml
from studies.study_runs import CORRECTION, RECORD, bar_of, planted, write_runs, write_second_pass, write_shown

from tunixlib.analysis.claim_kinds import render_claim
from tunixlib.artifacts import read_json, read_jsonl, write_bytes, write_json, write_jsonl
from tunixlib.evaluation.correction_scores import d_prime
from tunixlib.evaluation.intervals import proportion
from tunixlib.evaluation.second_pass import second_pass_scorecard
from tunixlib.studies import results
from tunixlib.studies import run_study as running
from tunixlib.studies import verify_study as verifying
from tunixlib.studies.bar import Aim, Bar, BarError, parse_bar
from tunixlib.studies.claims import build_study_claims
from tunixlib.studies.correction import aim_reached, correction_results
from tunixlib.studies.document import study_document, study_figure, study_texts
from tunixlib.studies.figure import figure_faults, figure_names, study_png
from tunixlib.studies.parameters import planned_faults, uneven_faults
from tunixlib.studies.plan import planned_runs
from tunixlib.studies.pooled import pooled_sensitivity
from tunixlib.studies.report import render_study
from tunixlib.studies.results import measure_on, right_answers, study_comparisons
from tunixlib.studies.run_study import check_shown, study_words
from tunixlib.studies.second_pass import second_pass_results

PAIRS = 40


@pytest.fixture
def fair(monkeypatch):
    monkeypatch.setattr(results, "refusals", lambda *sides: [])


def checks(**changes):
    return Bar.model_validate({**CORRECTION, **changes})


def outcomes(condition, seed):
    """Contrastive finds 36 of 40 errors, other ones with each seed, and is alarmed once; surface says always right."""
    if condition == "surface":
        return [("assured", "accepted")] * PAIRS
    wrong = ["repaired"] * 20 + ["localised"] * 10 + ["detected"] * 6 + ["assured"] * 3 + ["unparseable"]
    clean = ["accepted"] * 38 + ["alarmed", "unparseable"]
    turn = 5 * seed
    return list(zip(wrong[turn:] + wrong[:turn], clean, strict=True))


@pytest.fixture
def made(tmp_path, fair):
    write_runs(tmp_path, checks(), planted(60, 0.2), eval_sets=["eval-core"])
    write_shown(tmp_path, checks(), outcomes)
    return tmp_path


def counts(rate):
    return rate["k"], rate["n"]


def test_conditions_of_correction_arms_come_out_of_runs_that_train_them_in_their_order():
    conditions = [{"name": name, "arm": name} for name in ("retry", "control")]
    runs = planned_runs(checks(conditions=conditions, comparisons=[{"a": "retry", "b": "control"}]))
    assert [run.run_id for run in runs] == ["checks-s1", "checks-s2", "checks-s3"]
    assert runs[0].parameters == {
        "EPOCHS": [1, 1, 1], "SEED": 1, "ARMS": ["curriculum"], "CORRECTION_ARMS": ["control", "retry"],
        "CHECKPOINTS": ["base", "control", "retry", "stage_c"], "EVAL_SETS": ["eval-correction", "eval-core"],
        "EVAL_ITEMS": 0,
    }  # fmt: skip


def test_a_bar_without_them_says_nothing_of_them():
    assert all(run.parameters["CORRECTION_ARMS"] == [] for run in planned_runs(bar_of()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"set": {"CORRECTION_ARMS": ["retry"]}}, "found CORRECTION_ARMS under set"),
        (
            {"conditions": [{"name": "x", "arm": "verify"}]},
            "'verify' is unknown, expected one of flat, curriculum, rev",
        ),
        ({"aim": {"detection": 85, "false_alarms": 0.05}}, "aim/detection: Input should be less than 1"),
        ({"aim": {"detection": 0.85}}, "aim/false_alarms: Field required"),
        ({"measure": "hope"}, "measure: Input should be 'correct', 'lenient_correct' or 'judged'"),
        (
            {
                "conditions": [{"name": "flat", "arm": "flat"}, {"name": "curriculum"}],
                "comparisons": [{"a": "curriculum", "b": "flat"}],
            },
            "found an aim and no condition of arm control, surface, contrastive, retry, expected one of them",
        ),
    ],
)
def test_a_bar_that_cannot_be_kept_is_refused(changes, message):
    with pytest.raises(BarError) as error:
        parse_bar(yaml.safe_dump({**CORRECTION, **changes}).encode(), "x.yaml")
    assert message in str(error.value)


@pytest.mark.parametrize("asked", [{"measure": "judged", "aim": None}, {"measure": "correct"}])
def test_verdicts_are_not_asked_of_evaluation_sets_that_show_no_works(asked):
    with pytest.raises(BarError, match=r"eval_sets eval-core, which show no works.*name eval-correction"):
        check_shown(checks(eval_sets=["eval-core"], **asked))
    check_shown(checks(**asked))


def test_rates_are_counted_over_all_seeds_with_one_seeds_worth_of_certainty(made):
    found = correction_results(made, checks())
    assert list(found) == ["eval-correction"]
    rates = found["eval-correction"]["contrastive"]["rates"]
    assert {name: counts(rate) for name, rate in rates.items() if "k" in rate} == {
        "detection": (108, 120), "localisation": (90, 120), "repair": (60, 120), "false_assurance": (9, 120),
        "false_alarms": (3, 120), "acceptance": (114, 120), "unparseable": (6, 240),
    }  # fmt: skip
    alone, pooled = proportion(36, 40), proportion(108, 120)
    assert rates["detection"]["low"] == pytest.approx(alone["low"], abs=0.02)
    assert rates["detection"]["low"] < pooled["low"] < pooled["high"] < rates["detection"]["high"]
    assert rates["detection"]["effective"] <= 40
    assert rates["balanced_accuracy"]["value"] == pytest.approx((0.9 + 0.95) / 2)
    counted = d_prime(108, 120, 6, 120)
    assert rates["d_prime"]["value"] == counted["value"]
    assert rates["d_prime"]["low"] < counted["low"] < counted["high"] < rates["d_prime"]["high"]
    seeds = found["eval-correction"]["contrastive"]["by_seed"]
    assert [(one["seed"], one["detection"]) for one in seeds] == [(seed, alone) for seed in (1, 2, 3)]


def test_always_right_has_no_detection_no_false_alarm_and_no_sensitivity(made):
    surface = correction_results(made, checks())["eval-correction"]["surface"]
    assert (surface["rates"]["detection"]["rate"], surface["rates"]["false_alarms"]["rate"]) == (0, 0)
    assert (surface["rates"]["d_prime"]["value"], surface["rates"]["balanced_accuracy"]["informedness"]) == (0, 0)
    assert surface["aim"]["found"] == {"detection": "missed", "acceptance": "not shown"}
    assert surface["aim"]["finding"] == "missed"


def test_kinds_of_error_are_counted_apart(made):
    kinds = correction_results(made, checks())["eval-correction"]["contrastive"]["by_kind"]
    assert {kind: counts(rates["detection"]) for kind, rates in kinds.items()} == {
        "changed_result": (54, 60), "miscopied_operand": (54, 60)
    }  # fmt: skip
    assert {kind: counts(rates["false_alarms"]) for kind, rates in kinds.items()} == {
        "changed_result": (3, 60), "miscopied_operand": (0, 60)
    }  # fmt: skip


def rate(low, high):
    return {"n": 100, "low": low, "high": high}


@pytest.mark.parametrize(
    ("detection", "accepted", "found"),
    [
        (rate(0.85, 0.9), rate(0.95, 1.0), ("met", "met", "met")),
        (rate(0.849, 0.9), rate(0.95, 1.0), ("not shown", "met", "not shown")),
        (rate(0.5, 0.85), rate(0.95, 1.0), ("not shown", "met", "not shown")),
        (rate(0.5, 0.849), rate(0.95, 1.0), ("missed", "met", "missed")),
        (rate(0.9, 0.99), rate(0.949, 0.99), ("met", "not shown", "not shown")),
        (rate(0.9, 0.99), rate(0.8, 0.95), ("met", "not shown", "not shown")),
        (rate(0.9, 0.99), rate(0.8, 0.949), ("met", "missed", "missed")),
        (rate(0.8, 0.99), rate(0.8, 0.949), ("not shown", "missed", "missed")),
        ({"k": 0, "n": 0}, rate(0.99, 1.0), ("not shown", "met", "not shown")),
    ],
)
def test_an_aim_is_met_only_where_the_whole_interval_lies_on_the_right_side(detection, accepted, found):
    aim = Aim(detection=0.85, false_alarms=0.05)
    reached = aim_reached(aim, {"detection": detection, "acceptance": accepted})
    assert (*reached["found"].values(), reached["finding"]) == found


def test_garbage_on_right_works_raises_no_alarm_and_misses_the_aim(made):
    write_shown(made, checks(), lambda condition, seed: [("repaired", "unparseable")] * PAIRS)
    found = correction_results(made, checks())["eval-correction"]["contrastive"]
    assert (found["rates"]["detection"]["rate"], found["rates"]["false_alarms"]["rate"]) == (1, 0)
    assert found["aim"]["found"] == {"detection": "met", "acceptance": "missed"}
    assert found["aim"]["finding"] == "missed"
    claims = {claim["id"]: claim for claim in build_study_claims(made, checks())["claims"]}
    assert (
        "Detection 120 of 120: met; acceptance 0 of 120: missed." in claims["eval-correction/contrastive/aim"]["text"]
    )


def test_always_right_against_no_verdict_is_no_gain(made):
    says = {"contrastive": [("assured", "accepted")] * PAIRS, "surface": [("unparseable",) * 2] * PAIRS}
    write_shown(made, checks(), lambda condition, seed: says[condition])
    first = study_comparisons(made, checks())[0]
    assert (first["difference"], first["p_holm"] < 0.001, first["low"] > 0.05) == (0.5, True, True)
    assert (first["finding"], first["verdict"]) == ("nothing", "undecided")
    claims = build_study_claims(made, checks())["claims"]
    known = {claim["id"]: claim for claim in claims}
    assert known["eval-correction/contrastive/balanced-accuracy"]["value"] == 0.5
    words = "**Verdict.** Undecided: contrastive is not shown to tell wrong works from right ones"
    assert words in render_study(checks(), claims, RECORD)


def test_the_guard_of_verdicts_leaves_other_measures_alone(made):
    says = {"contrastive": [("assured", "accepted")] * PAIRS, "surface": [("unparseable",) * 2] * PAIRS}
    write_shown(made, checks(), lambda condition, seed: says[condition])
    assert study_comparisons(made, checks(measure="correct"))[0]["verdict"] == "supported"


def test_the_point_of_d_prime_does_not_move_with_the_interval():
    """Twenty works, or sixty that are worth twenty: the correction for few cases is that of those that were counted."""
    share = {"k": 60, "n": 60, "rate": 1.0, "low": 0.84, "high": 1.0}
    alone, loose = ({**share, "effective": worth} for worth in (60.0, 20.0))
    found = [pooled_sensitivity({"detection": one, "acceptance": one}, 0.95)["d_prime"] for one in (alone, loose)]
    assert found[0]["value"] == found[1]["value"] == d_prime(60, 60, 0, 60)["value"]
    assert found[1]["low"] < found[0]["low"]


def test_both_sensitivities_have_the_level_of_the_bar():
    share = {"k": 45, "n": 60, "rate": 0.75, "low": 0.6, "high": 0.9, "effective": 20.0}
    wide, narrow = (pooled_sensitivity({"detection": share, "acceptance": share}, level) for level in (0.99, 0.9))
    for name in ("balanced_accuracy", "d_prime"):
        assert wide[name]["value"] == narrow[name]["value"]
        assert wide[name]["low"] < narrow[name]["low"] < narrow[name]["high"] < wide[name]["high"]


def test_judged_counts_verdicts_on_shown_works_and_answers_elsewhere(made):
    bar = checks()
    assert [measure_on(made, bar, name) for name in bar.eval_sets] == ["judged", "correct"]
    judged = right_answers(made, bar, "eval-correction")
    assert {who: sum(right.values()) for who, right in judged.items() if who[1] == 1} == {
        ("surface", 1): 40, ("contrastive", 1): 74
    }  # fmt: skip
    answers = right_answers(made, bar, "eval-core")
    plain = right_answers(made, checks(measure="correct"), "eval-core")
    assert answers == plain
    exact = right_answers(made, checks(measure="correct"), "eval-correction")
    assert sum(exact["contrastive", 1].values()) == 58, "the very verdict, with line and answer"


def test_the_primary_comparison_is_the_difference_of_balanced_accuracy(made):
    first, second = study_comparisons(made, checks())
    assert (first["eval_set"], second["eval_set"], first["family_low"] < first["low"]) == (
        *CORRECTION["eval_sets"],
        True,
    )
    assert (first["rate_a"], first["rate_b"], first["difference"]) == (0.925, 0.5, 0.425)
    assert (first["finding"], first["verdict"]) == ("gain", "supported")


def test_the_analysis_says_verdicts_aim_kinds_and_seeds_and_every_number_is_a_claim(made):
    bar = checks()
    claims = build_study_claims(made, bar)["claims"]
    known = {claim["id"]: claim for claim in claims}
    assert len(known) == len(claims) and all(claim["text"] == render_claim(claim) for claim in claims)
    assert known["eval-correction/contrastive/s1"]["text"].startswith(
        "contrastive with seed 1 judges 74 of 80 shown works of eval-correction rightly: 92.5 %"
    )
    assert known["eval-correction/base"]["text"].startswith("The base model judges 40 of 80 shown works")
    assert known["eval-core/base"]["text"].startswith("Of all items of eval-core, the base model answers")
    assert known["eval-correction/contrastive/repair"]["text"].startswith(
        "contrastive on eval-correction, 3 seeds: 60 of 120 wrong works have that line named and the right answer given"
    )
    assert len(known["eval-correction/contrastive/detection"]["source"]["files"]) == 3
    assert known["eval-correction/surface/aim"]["verdict"] == "not supported"
    assert known["eval-core/contrastive-vs-surface"]["text"].startswith(
        "Claim: on eval-core, contrastive answers more items right than surface. Measured over 3 seeds and 60 items"
    )
    text = render_study(bar, claims, RECORD)
    for words in (
        "## Right verdicts on eval-correction", "## Right answers on eval-core", "## Shown errors on eval-correction",
        "Claim: on eval-correction, contrastive judges more works rightly than surface.",
        "Measure: `judged`, on sets that show no works `correct`.", "figures/shown_errors.png",
        "The aim, set before the runs: detection of 85 % or more with false alarms of 5 % or fewer, where a right",
        "as a false alarm: acceptance of 95 % or more.",
        "| surface | missed | not shown | not supported |", "| changed_result: contrastive | 90.0 %",
        "| contrastive, seed 3 | 90.0 % [76.9, 96.0] | 75.0 %",
    ):  # fmt: skip
        assert words in text


def test_a_study_without_these_arms_has_none_of_it(tmp_path, fair):
    write_runs(tmp_path, bar_of(), planted(60, 0.2))
    files = study_texts(tmp_path, bar_of(), b"", RECORD)
    assert list(study_figure(bar_of(), files)) == ["figures/order_effect.png"]
    assert not {"correction", "second_pass"} & study_document(tmp_path, bar_of(), RECORD, files).keys()
    assert b"Shown" not in files["analysis.md"]


def test_both_figures_are_drawn_and_found_when_swapped(made):
    bar = checks()
    claims = build_study_claims(made, bar)["claims"]
    assert figure_names(bar, claims) == ("order_effect.png", "shown_errors.png")
    pictures = [study_png(bar, claims, name) for name in figure_names(bar, claims)]
    for name, png, other in zip(figure_names(bar, claims), pictures, pictures[::-1], strict=True):
        assert list(figure_faults(png, bar, claims, name)) == []
        assert list(figure_faults(other, bar, claims, name)) == ["other pixels than drawing it again gives"]


def test_what_the_study_says_follows_from_the_predictions(made):
    bar = checks()
    files = study_texts(made, bar, b"", RECORD)
    before = study_document(made, bar, RECORD, files)
    path = made / "checks-s2" / "predictions" / "eval-correction" / "contrastive.jsonl"
    rows = [row for _, row in read_jsonl(path)]
    rows[0] = {**rows[0], "completion": rows[0]["completion"].replace("line 1 is wrong", "right")}
    write_jsonl(path, rows)
    after = study_document(made, bar, RECORD, study_texts(made, bar, b"", RECORD))
    assert counts(before["correction"]["eval-correction"]["contrastive"]["rates"]["detection"]) == (108, 120)
    assert counts(after["correction"]["eval-correction"]["contrastive"]["rates"]["detection"]) == (107, 120)
    assert after["files"]["claims.json"] != before["files"]["claims.json"]


@pytest.fixture
def written(made, monkeypatch):
    """The study's folder as it is written, and what verify asks of it: the files, the results and the figures."""
    monkeypatch.setattr(running, "PROJECT_ROOT", made)
    monkeypatch.setattr(running, "capture_commit", lambda: {"commit": "c" * 40, "dirty": False})
    write_second_pass(made, checks(), second)
    content = yaml.safe_dump(CORRECTION).encode()
    folder = running.write_study(made / "checks", checks(), "notebooks/profiles/studies/checks.yaml", content)

    def problems():
        study = verifying.Study(folder, made, read_json(folder / "study.json"), content, checks())
        looked = (verifying._bytes, verifying._results, verifying._figure)
        return [str(problem) for look in looked for problem in look(study)]

    return folder, problems


def test_a_whole_study_of_self_correction_has_no_problem(written):
    folder, problems = written
    assert problems() == []
    found = read_json(folder / "study.json")
    assert sorted(found["files"]) == [
        "analysis.md", "bar.yaml", "claims.json", "figures/order_effect.png", "figures/shown_errors.png"
    ]  # fmt: skip
    assert counts(found["correction"]["eval-correction"]["contrastive"]["rates"]["repair"]) == (60, 120)
    assert counts(found["second_pass"]["eval-core"]["contrastive"]["mended"]) == (6, 15)


@pytest.mark.parametrize(
    "place",
    [
        ("correction", "eval-correction", "contrastive", "rates", "false_alarms"),
        ("correction", "eval-correction", "contrastive", "by_kind", "changed_result", "repair"),
        ("second_pass", "eval-core", "contrastive", "mended"),
    ],
)
def test_a_changed_number_of_study_json_is_found(written, place):
    folder, problems = written
    document = part = read_json(folder / "study.json")
    for name in place:
        part = part[name]
    part["k"] += 1
    write_json(folder / "study.json", document)
    (found,) = problems()
    assert f"/{'/'.join(place)}/k" in found and "from the bar, the runs and their commits" in found


def test_a_study_without_its_part_on_shown_errors_is_found(written):
    folder, problems = written
    document = read_json(folder / "study.json")
    del document["correction"]
    write_json(folder / "study.json", document)
    assert any("/correction" in found for found in problems())


def test_a_changed_second_pass_is_found(written):
    folder, problems = written
    path = folder.parent / "checks-s1" / "second_pass" / "eval-core" / "contrastive.jsonl"
    rows = [row for _, row in read_jsonl(path)]
    write_jsonl(path, [{**rows[-1], "correct": True} if row is rows[-1] else row for row in rows])
    assert any("/second_pass/eval-core/contrastive/after/k" in found for found in problems())


def second(condition, seed):
    """Of 10 answers 5 are right: contrastive mends 2 of the wrong ones and breaks a right one, surface neither."""
    if condition == "surface":
        return [(n < 5, "right", n < 5) for n in range(10)]
    right = [(True, "right", True)] * 3 + [(True, "wrong", False), (True, "none", True)]
    wrong = [(False, "wrong", True)] * 2 + [(False, verdict, False) for verdict in ("wrong", "unshown", "right")]
    return right + wrong


def test_the_second_pass_counts_what_is_mended_and_what_is_broken(made):
    bar = checks()
    assert second_pass_results(made, bar) == {}
    write_second_pass(made, bar, second)
    found = second_pass_results(made, bar)["eval-core"]
    assert {name: counts(found["contrastive"][name]) for name in found["contrastive"] if name != "difference"} == {
        "before": (15, 30), "after": (18, 30), "mended": (6, 15), "broken": (3, 15), "detection": (9, 12),
        "false_alarms": (3, 15),
    }  # fmt: skip
    change = found["contrastive"]["difference"]
    assert (change["difference"], change["only_a"], change["only_b"]) == (0.1, 6, 3)
    assert counts(found["surface"]["mended"]) == (0, 15)
    claims = {claim["id"]: claim for claim in build_study_claims(made, bar)["claims"]}
    claim = claims["eval-core/contrastive/second-pass"]
    assert "15 of 30 answers are right before and 18 after, +10.0 percentage points" in claim["text"]
    assert "; 6 of 15 wrong ones mended: 40.0 % [" in claim["text"]
    assert claim["source"]["files"][0]["file"] == "checks-s1/second_pass/eval-core/contrastive.jsonl"
    text = render_study(bar, list(claims.values()), RECORD)
    assert "## Second pass on eval-core" in text and claim["text"] in text


def test_the_second_pass_of_one_seed_is_that_of_its_run(made):
    write_second_pass(made, checks(), second)
    rows = [row for _, row in read_jsonl(made / "checks-s1" / "second_pass" / "eval-core" / "contrastive.jsonl")]
    of_run = second_pass_scorecard(rows)
    found = second_pass_results(made, checks())["eval-core"]["contrastive"]
    for name in ("before", "after", "mended", "broken", "detection", "false_alarms"):
        assert counts(found[name]) == (3 * of_run[name]["k"], 3 * of_run[name]["n"])


def test_a_second_pass_on_other_questions_is_an_error_that_names_the_file(made):
    write_second_pass(made, checks(), second)
    path = made / "checks-s3" / "second_pass" / "eval-core" / "contrastive.jsonl"
    rows = [row for _, row in read_jsonl(path)]
    write_jsonl(path, [{**rows[0], "question": "Another?"}, *rows[1:]])
    with pytest.raises(ValueError, match=r"checks-s3/second_pass/eval-core/contrastive\.jsonl: found other items"):
        second_pass_results(made, checks())


def test_a_second_pass_that_one_seed_lacks_is_not_shown(made):
    write_second_pass(made, checks(), second)
    (made / "checks-s3" / "second_pass" / "eval-core" / "contrastive.jsonl").unlink()
    assert list(second_pass_results(made, checks())["eval-core"]) == ["surface"]


def test_the_end_of_a_study_says_what_became_of_the_aim(made):
    folder = made / "checks"
    for name, content in study_texts(made, checks(), json.dumps(CORRECTION).encode(), RECORD).items():
        write_bytes(folder / name, content)
    assert "eval-correction/contrastive/aim: undecided\n  Claim: contrastive reaches the aim" in study_words(folder)


def test_a_run_with_other_arms_is_not_what_the_bar_asks_for(made):
    bar, run = checks(), made / "checks-s2"
    planned = planned_runs(bar)[1]
    assert list(planned_faults(run, bar, planned)) == []
    path = run / "provenance.json"
    document = read_json(path)
    stage = next(stage for stage in document["stages"] if stage["stage"] == "04_self_correction")
    stage["parameters"]["CORRECTION_ARMS"] = ["retry"]
    write_json(path, document)
    (sentence,) = planned_faults(run, bar, planned)
    assert sentence == "CORRECTION_ARMS = ['retry'] in place of ['surface', 'contrastive']"


def test_runs_without_the_arms_of_others_are_even(tmp_path, fair):
    conditions = [{"name": "curriculum"}, {"name": "contrastive", "arm": "contrastive", "seeds": 3}]
    bar = checks(seeds=[1, 2, 3, 4], conditions=conditions, comparisons=[{"a": "contrastive", "b": "curriculum"}])
    write_runs(tmp_path, bar, planted(60, 0.2), eval_sets=["eval-core"])
    assert [run.parameters.get("CORRECTION_ARMS") for run in planned_runs(bar)] == [["contrastive"]] * 3 + [[]]
    assert list(uneven_faults(tmp_path, bar)) == []
