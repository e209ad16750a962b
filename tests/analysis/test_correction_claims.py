"""Claims about the claims of self-correction: exact counts, and nothing for who always says "right"."""

import re

import pytest
from shown_arms import NOTHING, RIGHT, SAYS, WRONG, add_arms, add_second_pass, check, good

from tunixlib.analysis.claims import build_claims, read_claims, write_claims
from tunixlib.analysis.comparisons import fixed_comparisons
from tunixlib.analysis.correction_claims import correction_claims
from tunixlib.analysis.report_text import render_analysis
from tunixlib.analysis.run_files import read_summary
from tunixlib.analysis.shown_works import question_sets, shown_work_sets
from tunixlib.artifacts import ArtifactError, read_json, read_jsonl, write_jsonl
from tunixlib.seeding.correction.twins import KINDS
from tunixlib.stages import CORRECTION_ARMS

START = "eval-correction/{}/correction/"


@pytest.fixture
def arms(run):
    add_arms(run)
    return run


def of(run):
    return {claim["id"]: claim for claim in correction_claims(run)}


def counts(claims, name, *measures):
    return [tuple(claims[START.format(name) + measure]["fields"][key] for key in "kn") for measure in measures]


def section(run):
    write_claims(run)
    text = render_analysis(run)
    return text[text.index("## Self-correction") : text.index("## Four examples")]


def test_rates_have_their_exact_counts(arms):
    claims = of(arms)
    measures = ("detection", "localisation", "repair", "false_alarms", "false_assurance", "unparseable")
    assert counts(claims, "contrastive", *measures) == [(21, 24), (21, 24), (21, 24), (3, 24), (3, 24), (0, 48)]
    assert counts(claims, "retry", *measures) == [(24, 24), (0, 24), (0, 24), (24, 24), (0, 24), (0, 48)]
    assert counts(claims, "control", *measures) == [(0, 24), (0, 24), (0, 24), (0, 24), (0, 24), (48, 48)]
    assert [name for name in SAYS if START.format(name) + "detection" in claims] == [
        "stage_c", "control", "surface", "contrastive", "retry",
    ]  # fmt: skip
    assert claims[START.format("contrastive") + "balanced_accuracy"]["value"] == 0.875


def test_a_claim_of_detection_is_a_sentence_with_its_interval_and_its_file(arms):
    claim = of(arms)[START.format("contrastive") + "detection"]
    assert claim["text"] == (
        "contrastive on eval-correction calls 21 of 24 wrong works wrong: 87.5 % (95 % interval 69.0 % to 95.7 %)."
    )
    assert [file["file"] for file in claim["source"]["files"]] == ["predictions/eval-correction/contrastive.jsonl"]


def test_kinds_share_out_the_wrong_works(arms):
    claims = of(arms)
    found = {kind: counts(claims, "contrastive", f"kind/{kind}/detection")[0] for kind in KINDS}
    # Pairs 8, 16 and 24 are called right: their kinds have the places 8 % 6, 16 % 6 and 24 % 6.
    missed = {KINDS[2], KINDS[4], KINDS[0]}
    assert found == {kind: (3 if kind in missed else 4, 4) for kind in KINDS}


def test_failure_classes_are_counted_with_examples(arms):
    claims = of(arms)
    failure = claims[START.format("retry") + "failure/detects_elsewhere"]
    assert (failure["fields"]["k"], failure["fields"]["n"]) == (24, 48)
    assert failure["fields"]["examples"] == [f"eval-correction/000{pair}/wrong" for pair in (1, 2, 3)]
    assert counts(claims, "retry", "failure/corrects_a_true_step") == [(24, 48)]
    assert counts(claims, "contrastive", "failure/cascade") == [(0, 48)]


def test_always_right_detects_nothing_and_no_claim_of_it_is_supported(run):
    add_arms(run, says={**SAYS, "contrastive": RIGHT, "retry": RIGHT})
    claims = of(run)
    start = START.format("contrastive")
    assert counts(claims, "contrastive", "detection", "false_alarms", "false_assurance") == [(0, 24), (0, 24), (24, 24)]
    assert (claims[start + "d_prime"]["value"], claims[start + "balanced_accuracy"]["value"]) == (0.0, 0.5)
    assert {claim["verdict"] for claim in claims.values()} == {"measured", "undecided", "not supported"}
    assert claims[start + "aim"]["verdict"] == "not supported" and not claims[start + "aim"]["fields"]["met"]
    over_control = claims["correction/eval-correction/contrastive-vs-control/judged"]
    assert over_control["value"] == 0.5 and over_control["fields"]["p_holm"] < 1e-5
    assert over_control["verdict"] == "undecided"
    assert "contrastive is not shown to tell wrong works from right ones" in over_control["text"]


def test_always_wrong_is_no_better_and_the_one_that_sees_is(arms):
    claims = of(arms)
    assert claims[START.format("retry") + "d_prime"]["value"] == 0.0
    assert claims["correction/eval-correction/retry-vs-control/judged"]["verdict"] == "undecided"
    found = claims["correction/eval-correction/contrastive-vs-surface/judged"]
    assert [found["fields"][name] for name in ("rate_a", "rate_b", "only_a", "only_b")] == [0.875, 0.5, 21, 3]
    assert found["verdict"] == "supported" and found["value"] == 0.375


def test_the_comparisons_are_one_declared_family(arms):
    add_second_pass(arms, "retry", lambda n, row: f"right: {row['final_answer']}")
    found = {name: claim for name, claim in of(arms).items() if name.startswith("correction/")}
    assert list(found) == [
        *(f"correction/eval-correction/{pair}/judged" for pair in (
            "contrastive-vs-surface", "contrastive-vs-control", "retry-vs-control")),
        *(f"correction/eval-core/{arm}-vs-stage_c/accuracy" for arm in CORRECTION_ARMS),
        *(f"correction/eval-core/{arm}-vs-control/accuracy" for arm in CORRECTION_ARMS[1:]),
        "correction/eval-core/retry/second-pass",
    ]  # fmt: skip
    assert {claim["fields"]["family"] for claim in found.values()} == {11}


def test_what_learning_to_check_costs_is_a_paired_difference(arms):
    claim = of(arms)["correction/eval-core/contrastive-vs-stage_c/accuracy"]
    assert (claim["value"], claim["verdict"]) == (-0.375, "not supported")  # 20 of 40 right, stage_c 35
    assert "contrastive answers more items of eval-core correctly than stage_c" in claim["text"]


def test_the_family_of_the_other_comparisons_is_as_if_no_arm_had_been_trained(run):
    before = fixed_comparisons(run)
    add_arms(run)
    assert fixed_comparisons(run) == before and len(before) == 9


def test_the_second_pass_is_claimed_with_what_it_mends_and_breaks(arms):
    """Of 40 answers every second is right. Retry mends those of numbers 1 and 3 and breaks that of number 0."""

    def verdict(number, row):
        answer = {1: row["expected_answer"], 3: row["expected_answer"], 0: "0"}.get(number)
        return f"line 1 is wrong: {answer}" if answer else f"right: {row['final_answer']}"

    add_second_pass(arms, "retry", verdict)
    claims = of(arms)
    found = {name: claims[f"eval-core/retry/second_pass/{name}"] for name in ("before", "after", "mended", "broken")}
    assert [(c["fields"]["k"], c["fields"]["n"]) for c in found.values()] == [(20, 40), (21, 40), (2, 20), (1, 20)]
    seen = [claims[f"eval-core/retry/second_pass/{name}"]["fields"]["k"] for name in ("detection", "false_alarms")]
    assert seen == [2, 1]
    assert claims["eval-core/retry/second_pass/shown"]["value"] == 40
    assert claims["correction/eval-core/retry/second-pass"]["value"] == 0.025
    assert claims["correction/eval-core/retry/second-pass"]["verdict"] == "undecided"
    assert "### The second pass" in section(arms)
    assert build_claims(arms) == read_json(arms.path("claims.json"))


def test_a_second_pass_without_its_verdicts_is_refused_with_file_row_and_notebook(arms):
    add_second_pass(arms, "retry", lambda n, row: "right: 1")
    path = arms.path("second_pass", "eval-core", "retry.jsonl")
    rows = [row for _, row in read_jsonl(path)]
    del rows[2]["verdict"]
    write_jsonl(path, rows)
    with pytest.raises(ArtifactError, match=r"retry\.jsonl, row 3: found no verdict, expected .* run 05_evaluate"):
        of(arms)


def test_a_run_without_such_arms_has_none_of_this_whatever_it_was_asked(run):
    before = {claim["id"] for claim in build_claims(run)["claims"]}
    add_arms(run, arms=())  # works are shown, to checkpoints that were never trained on checks
    after = {claim["id"] for claim in build_claims(run)["claims"]}
    assert of(run) == {} and shown_work_sets(run, read_summary(run)) == ()
    assert {name.split("/")[0] for name in after - before} == {"eval-correction"}
    assert not [name for name in after if "/correction/" in name]
    write_claims(run)
    assert "Self-correction" not in render_analysis(run)


def test_claims_are_recomputed_from_the_predictions(arms):
    write_claims(arms)
    assert build_claims(arms) == read_json(arms.path("claims.json"))
    path = arms.path("predictions", "eval-correction", "surface.jsonl")
    rows = [row for _, row in read_jsonl(path)]
    rows[0]["completion"] = good(1, 1)
    write_jsonl(path, rows)
    found = {claim["id"]: claim["value"] for claim in build_claims(arms)["claims"] if "value" in claim}
    assert read_claims(arms)["eval-correction/surface/correction/detection"]["value"] == 0
    assert found["eval-correction/surface/correction/detection"] == pytest.approx(0.041667, abs=1e-6)


@pytest.mark.parametrize(
    ("says", "verdict", "words"),
    [
        (good, "undecided", "By the measured rates the aim is met; the intervals leave open which it is."),
        (RIGHT, "not supported", "By the measured rates the aim is missed; an interval lies outside of it."),
        (WRONG, "not supported", "By the measured rates the aim is missed; an interval lies outside of it."),
        (NOTHING, "not supported", "with no verdict that can be read on 100.0 % of the works. By the measured rates"),
    ],
)
def test_the_section_ends_with_the_aim_by_rule(run, says, verdict, words):
    add_arms(run, says={**SAYS, "contrastive": says})
    text = section(run)
    assert of(run)[START.format("contrastive") + "aim"]["verdict"] == verdict
    assert words in text.strip().split("\n\n")[-1]


def test_the_aim_is_supported_only_by_both_intervals(run):
    add_arms(run, says={**SAYS, "contrastive": good}, pairs=80)
    claim = of(run)[START.format("contrastive") + "aim"]
    assert claim["verdict"] == "supported" and claim["fields"]["accepted_low"] > 0.95
    assert "the aim is met; both intervals keep to it." in section(run)


def test_garbage_on_right_works_raises_no_alarm_and_misses_the_aim(run):
    garbage = lambda pair, wrong: good(pair, wrong) if wrong else NOTHING(pair, wrong)  # noqa: E731
    add_arms(run, says={**SAYS, "contrastive": garbage}, pairs=80)
    claims = of(run)
    claim = claims[START.format("contrastive") + "aim"]
    assert counts(claims, "contrastive", "detection", "false_alarms") == [(80, 80), (0, 80)]
    assert claim["verdict"] == "not supported" and not claim["fields"]["met"]
    assert "acceptance 0.0 % (0.0 % to 4.6 %); false alarms 0.0 %, no verdict" in claim["text"]
    assert "accepts 0.0 % [0.0, 4.6], with false alarms of 0.0 %" in section(run)


def test_the_limits_say_that_some_families_were_never_trained_on(arms):
    assert "some come from families that no arm was trained on." in section(arms)


def test_the_section_opens_with_the_verdict_and_has_its_tables(arms):
    text = section(arms)
    opening = text.split("\n\n")[1]
    assert opening.startswith(
        "**Verdict.** On eval-correction contrastive judges more works rightly than surface: 87.5 %"
    )
    assert "on eval-core it is undecided whether contrastive answers more items correctly than control" in opening
    assert (
        "| contrastive | 87.5 % [69.0, 95.7] | 87.5 % [69.0, 95.7] | 87.5 % [69.0, 95.7] | 12.5 % [4.3, 31.0] |" in text
    )
    assert "| detects elsewhere | 0 of 48 | 0 of 48 | 0 of 48 | 0 of 48 | 24 of 48 | – |" in text
    for name in ("correction_rates", "correction_kinds", "marked_works"):
        assert f"(figures/{name}.png)" in text
    assert "### Answers and work on eval-correction" not in render_analysis(arms)


def test_every_number_of_the_section_is_one_of_a_claim(arms):
    """Percentages of the tables come from values and intervals of claims, not from a second computation."""
    text = section(arms)
    claims = read_claims(arms)
    known = {f"{100 * number:.1f}" for claim in claims.values() for number in [
        *([claim["value"]] if "value" in claim else []), *claim.get("interval", []),
        *(value for value in claim["fields"].values() if isinstance(value, float)),
    ]}  # fmt: skip
    shown = [number for line in text.splitlines() for number in re.findall(r"(?<![\d.+-])(\d+\.\d) %", line)]
    assert len(shown) > 80 and [number for number in shown if number not in known] == []


def test_an_arm_that_was_never_shown_works_has_its_cost_and_says_what_is_missing(run):
    add_arms(run, pairs=0)
    text = section(run)
    assert text.split("\n\n")[1].startswith(
        "**Verdict.** There is no set of shown works on which contrastive can be held"
    )
    assert "### Does learning to check cost anything?" in text and "correction_rates" not in text
    assert "**The aim**" not in text


def test_one_row_that_shows_no_work_makes_a_set_of_questions(arms):
    path = arms.path("predictions", "eval-correction", "control.jsonl")
    rows = [row for _, row in read_jsonl(path)]
    rows[-1]["expected_answer"] = "17"
    write_jsonl(path, rows)
    assert shown_work_sets(arms, read_summary(arms)) == ()
    assert question_sets(arms, read_summary(arms)) == ("eval-core", "eval-correction")


def test_training_of_the_arms_is_claimed_beside_that_of_the_others(arms, made):
    for arm, steps in zip(CORRECTION_ARMS, (5, 5, 5, 4), strict=True):
        made.training(arms, arm, ("stage_d",), steps=steps)
    claims = {claim["id"]: claim for claim in build_claims(arms)["claims"]}
    assert [claims[f"training/{arm}/steps"]["value"] for arm in CORRECTION_ARMS] == [5, 5, 5, 4]
    same = claims["training/self-correction/same-steps"]
    assert (same["verdict"], same["value"]) == ("not supported", 1)
    assert claims["training/same-size"]["verdict"] == "supported"
    text = section(arms)
    assert "| retry | 4 | 1,200 | 400 |" in text and "The arms differ in size." in text
    whole = render_analysis(arms)
    training = whole[whole.index("## Training") : whole.index("## Comparisons")]
    assert "| flat |" in training and "| retry |" not in training


def test_marks_without_a_verdict_are_unparseable_whatever_they_say(run):
    lines = ("Line 1: 1 * 3 = 3, shown 4: wrong",)
    add_arms(run, says={**SAYS, "contrastive": lambda pair, wrong: check("it is wrong", *lines)})
    assert counts(of(run), "contrastive", "unparseable", "detection") == [(48, 48), (0, 24)]
