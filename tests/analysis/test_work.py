"""Claims about answers and work: the counts, the claims on form, and what analysis.md says of them."""

from types import SimpleNamespace

import pytest

from tunixlib.analysis.claims import build_claims, differences, read_claims, write_claims
from tunixlib.analysis.report_text import render_analysis
from tunixlib.analysis.work_table import work_counts, work_of
from tunixlib.artifacts import ArtifactError, read_json, read_jsonl, sha256_file, write_json, write_jsonl
from tunixlib.evaluation.canned import CANNED, CANNED_COMPLETION


@pytest.fixture
def claims(run):
    write_claims(run)
    return read_claims(run)


def row(correct, *verdicts):
    return {"correct": correct, "steps": [{"text": "", "verdict": verdict} for verdict in verdicts]}


def test_all_true_needs_a_checkable_step_and_one_false_step_is_false_work():
    assert work_of(row(True, "unchecked", "true")) == "all_true"
    assert work_of(row(True, "true", "false", "true")) == "false_work"
    assert work_of(row(True, "unchecked")) == work_of(row(True)) == "no_checkable"


def test_the_six_cells_add_up_to_the_rows():
    rows = [row(True, "true"), row(True, "false"), row(True), row(False, "true"), row(False, "false"), row(False)]
    assert work_counts(rows + rows[:1]) == {
        "right_all_true": 2,
        "right_false_work": 1,
        "right_no_checkable": 1,
        "wrong_all_true": 1,
        "wrong_false_work": 1,
        "wrong_no_checkable": 1,
    }


def test_the_counts_of_the_scorecard_are_the_same(run):
    card = next(card for card in read_json(run.path("eval_summary.json"))["scorecards"] if card["checkpoint"] == "flat")
    counts = work_counts([found for _, found in read_jsonl(run.path("predictions", "eval-core", "flat.jsonl"))])
    assert {name: card[name] for name in counts if name in card} == {k: v for k, v in counts.items() if k in card}
    assert card["no_checkable"] == counts["right_no_checkable"] + counts["wrong_no_checkable"]
    assert card["right_all_true"] == counts["right_all_true"] == 20


def test_the_claim_on_work_gives_right_answers_that_stand_on_a_false_step(run, claims):
    claim = claims["eval-core/stage_b/work"]
    rows = [found for _, found in read_jsonl(run.path("predictions", "eval-core", "stage_b.jsonl"))]
    right = [found for found in rows if found["correct"]]
    false = [found for found in right if any(step["verdict"] == "false" for step in found["steps"])]
    assert (claim["fields"]["k"], claim["fields"]["checkable"]) == (len(false), len(right)) == (7, 20)
    assert claim["value"] == 0.35 and claim["verdict"] == "measured"
    assert claim["source"]["files"] == [
        {
            "file": "predictions/eval-core/stage_b.jsonl",
            "sha256": sha256_file(run.path("predictions", "eval-core", "stage_b.jsonl")),
        }
    ]
    assert claim["text"].endswith(
        "7 of 20 right answers with checkable steps stand on a false one: 35.0 % (95 % interval 18.1 % to 56.7 %)."
    )


def test_a_checkpoint_without_right_answers_on_steps_has_no_share_of_false_work(claims):
    claim = claims["eval-core/base/work"]
    assert "value" not in claim and claim["verdict"] == "undecided"
    assert claim["fields"]["right_no_checkable"] == 0 and claim["fields"]["wrong_no_checkable"] == 40


def test_every_measure_of_form_is_a_claim_of_every_checkpoint_and_of_the_template(claims):
    keys = {claim_id.split("/")[-1] for claim_id in claims if claim_id.startswith("eval-core/flat/form/")}
    for name in ("base", "stage_c", CANNED):
        found = {claim_id.split("/")[-1] for claim_id in claims if claim_id.startswith(f"eval-core/{name}/form/")}
        assert found >= keys - {"template-ahead"}
    assert claims["eval-core/flat/form/formula_first"]["text"] == (
        "40 of 40 completions state an equation or formula in their first step, flat on eval-core: 100.0 % "
        "(95 % interval 91.2 % to 100.0 %)."
    )
    assert claims["eval-core/flat/form/steps"]["text"] == (
        "Mean steps per completion, flat on eval-core, 40 completions: 2.0."
    )
    assert claims[f"eval-core/{CANNED}/accuracy"]["fields"]["completion"] == CANNED_COMPLETION


def test_where_the_template_is_ahead_the_claim_says_so_in_words(claims):
    claim = claims["eval-core/flat/form/template-ahead"]
    assert claim["text"] == (
        "The canned template, which answers 0 of 40 items, is ahead of flat on: steps per trace, two computed steps, "
        "check step, setup language."
    )
    assert claim["value"] == 4


def test_changed_form_claims_are_found_by_recomputing(run, claims):
    document = read_json(run.path("claims.json"))
    target = next(c for c in document["claims"] if c["id"] == "eval-core/flat/form/template-ahead")
    target["fields"]["titles"] = ""
    write_json(run.path("claims.json"), document)
    assert [found[0].split("/", 3)[3] for found in differences(document, build_claims(run), "")] == ["fields/titles"]


def test_a_changed_step_contradicts_the_claims_on_work(run, claims):
    path = run.path("predictions", "eval-core", "flat.jsonl")
    rows = [found for _, found in read_jsonl(path)]
    rows[0]["steps"][0]["verdict"] = "false"
    write_jsonl(path, rows)
    place = list(claims).index("eval-core/flat/work")
    faults = list(differences(read_json(run.path("claims.json")), build_claims(run), ""))
    assert (f"/claims/{place}/fields/right_false_work", "0", "1") in faults


def test_the_analysis_shows_work_and_form_with_the_template_beside_them(run, claims):
    text = render_analysis(run)
    assert "### Answers and work on eval-core" in text
    assert "| stage_b | 13 | 7 | 0 | 13 | 7 | 0 | 35.0 % [18.1, 56.7] | " in text
    assert "| measure | base | flat | stage_a | stage_b | stage_c | canned template |" in text
    assert "- The canned template, which answers 0 of 40 items, is ahead of flat on: steps per trace" in text
    assert f"```text\n{CANNED_COMPLETION}\n```" in text
    for figure in ("families", "answer_work", "order_effect"):
        assert f"(figures/{figure}.png)" in text


def test_claims_from_before_the_table_of_work_are_refused(run, claims):
    document = read_json(run.path("claims.json"))
    document["claims"] = [claim for claim in document["claims"] if not claim["id"].endswith("/work")]
    write_json(run.path("claims.json"), document)
    with pytest.raises(ArtifactError, match=r"found no claim eval-core/base/work"):
        render_analysis(run)


def test_a_set_with_one_item_has_claims_and_an_analysis(bare_run, made):
    made.evaluation(bare_run, checkpoints=("base", "flat"), items=1)
    write_claims(bare_run)
    assert build_claims(bare_run) == read_json(bare_run.path("claims.json"))
    claim = SimpleNamespace(**read_claims(bare_run)["eval-core/flat/form/steps"])
    assert claim.text == "Mean steps per completion, flat on eval-core, 1 completions: 2.0."
    assert "| steps per trace | 0.0 | 2.0 | 4.0 |" in render_analysis(bare_run)
