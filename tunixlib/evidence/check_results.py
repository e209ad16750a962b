"""Checks of results: every completion graded again, every scorecard counted again, every claim recomputed.

for problem in check_predictions(evidence):
    print(problem)        # predictions/eval-core/flat.jsonl: found row 3 (eval-core/0003) says correct is True ...
"""

from collections.abc import Iterator
from typing import Any

from tunixlib.analysis.claim_kinds import render_claim
from tunixlib.analysis.claims import build_claims, differences
from tunixlib.analysis.report_text import render_analysis
from tunixlib.analysis.run_files import BASE
from tunixlib.evaluation.scoring import ITEM_FIELDS, rescore
from tunixlib.evaluation.second_pass import SECOND_PASS
from tunixlib.evidence.check_data import committed_items, committed_problems
from tunixlib.evidence.check_second_pass import check_second_pass
from tunixlib.evidence.problems import Problem, same, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.stages import BASIC_ARMS, CHECKPOINTS, FINAL, FINAL_ARM

SUMMARY, CLAIMS = "eval_summary.json", "claims.json"
EVALUATE = "run 05_evaluate again"
ANALYSE = "run 06_analysis again"


def check_predictions(evidence: Evidence) -> Iterator[Problem]:
    """Predictions answer the evaluation sets' questions, carry their true grades, and give the scorecards."""
    summary, parameters = evidence.summary, evidence.parameters("05_evaluate")
    if sorted(summary["eval_sets"]) != sorted(evidence.eval_sets):
        yield Problem(SUMMARY, f"eval_sets {sorted(summary['eval_sets'])}", f"{sorted(evidence.eval_sets)}", EVALUATE)
    names = _checkpoints(evidence, parameters.get("CHECKPOINTS", []))
    if summary["checkpoints"] != names:
        asked = f"{names}, as CHECKPOINTS and the arms give"
        yield Problem(SUMMARY, f"checkpoints {summary['checkpoints']}", asked, EVALUATE)
    files = {f"predictions/{e}/{c}.jsonl" for e in evidence.eval_sets for c in summary["checkpoints"]}
    for name in sorted(files ^ evidence.below("predictions").keys()):
        found, expected = ("no file", "one") if name in files else ("a file", "none")
        yield Problem(name, f"{found} of predictions", f"{expected} as {SUMMARY} says", EVALUATE)
    for eval_set in evidence.eval_sets:
        yield from _questions(evidence, eval_set, parameters)
        for checkpoint in summary["checkpoints"]:
            name, rows = f"predictions/{eval_set}/{checkpoint}.jsonl", evidence.predictions(eval_set, checkpoint)
            yield from (Problem(name, sentence, "the grade of its completion", EVALUATE) for sentence in rescore(rows))
            yield from _lengths(name, rows, parameters["MAX_NEW_TOKENS"])
    yield from check_second_pass(evidence)
    for name in evidence.below(SECOND_PASS):
        yield from _lengths(name, evidence.rows(name), parameters["MAX_NEW_TOKENS"])
    yield from _scorecards(evidence)
    yield from _headline_numbers(evidence)


def _checkpoints(evidence: Evidence, asked: list[str]) -> list[str]:
    """The base model, then the last checkpoints of arms and of the curriculum's stages: all, or those asked for."""
    here = [n for n, (arm, _) in CHECKPOINTS.items() if arm in BASIC_ARMS or evidence.below(f"training/{arm}")]
    names = [BASE, *here]
    return [name for name in names if not asked or name in asked]


def _questions(evidence: Evidence, eval_set: str, parameters: dict[str, Any]) -> Iterator[Problem]:
    entry = evidence.summary["eval_sets"][eval_set]
    yield from committed_problems(SUMMARY, eval_set, entry["sha256"])
    items = committed_items(eval_set, entry["sha256"])
    first = items if items is not None else evidence.predictions(eval_set, evidence.summary["checkpoints"][0])
    count = parameters["EVAL_ITEMS"] or len(first)
    if type(entry["items"]) is not int or entry["items"] != min(count, len(first)):
        found = f"{entry['items']} items of {eval_set}"
        yield Problem(
            SUMMARY, found, f"{min(count, len(first))}, as EVAL_ITEMS = {parameters['EVAL_ITEMS']} gives", EVALUATE
        )
    for checkpoint in evidence.summary["checkpoints"]:
        name, rows = f"predictions/{eval_set}/{checkpoint}.jsonl", evidence.predictions(eval_set, checkpoint)
        if len(rows) != entry["items"]:
            yield Problem(name, f"{len(rows)} rows", f"{entry['items']} rows", EVALUATE)
        for number, (row, item) in enumerate(zip(rows, first, strict=False), start=1):
            for field in (*ITEM_FIELDS, *(["family"] if "family" in item else [])):
                if row.get(field) != item[field]:
                    found = f"{field} {shorten(row.get(field), 40)} in line {number}"
                    yield Problem(name, found, f"{shorten(item[field], 40)} as in {eval_set}", EVALUATE)


def _lengths(name: str, rows: list[dict[str, Any]], limit: int) -> Iterator[Problem]:
    for number, row in enumerate(rows, start=1):
        cut = row["finish_reason"] == "length"
        if row["tokens"] > limit or (cut and row["tokens"] != limit):
            found = f"{row['tokens']} tokens ended by {row['finish_reason']} in line {number}"
            yield Problem(name, found, f"{'exactly' if cut else 'at most'} MAX_NEW_TOKENS = {limit}", EVALUATE)


def _scorecards(evidence: Evidence) -> Iterator[Problem]:
    summary = evidence.summary
    expected = [(c, e) for c in summary["checkpoints"] for e in evidence.eval_sets]
    found = [(card["checkpoint"], card["eval_set"]) for card in summary["scorecards"]]
    if found != expected:
        yield Problem(SUMMARY, f"scorecards of {shorten(found)}", f"{shorten(expected)}", EVALUATE)
        return
    for index, (checkpoint, eval_set) in enumerate(expected):
        counted = evidence.scorecard(eval_set, checkpoint)
        for place, one, other in differences(summary["scorecards"][index], counted, f"/scorecards/{index}"):
            source = f"{other} from predictions/{eval_set}/{checkpoint}.jsonl"
            yield Problem(SUMMARY, f"{place} {one}", source, EVALUATE)


def _headline_numbers(evidence: Evidence) -> Iterator[Problem]:
    summary = evidence.summary
    card = evidence.scorecard(evidence.eval_sets[0], FINAL)
    loss = evidence.rows(f"training/{FINAL_ARM}/{FINAL}/metrics.jsonl")[-1]["loss"]
    wish = evidence.parameters("05_evaluate")["EVAL_DTYPE"]  # auto leaves the choice to the machine
    facts = (
        ("primary_score", summary["primary_score"], card["accuracy"]["rate"]),
        ("metrics/answer_correctness", summary["metrics"]["answer_correctness"], card["accuracy"]),
        ("metrics/final_loss", summary["metrics"]["final_loss"], loss),
        ("precision", summary["precision"], wish if wish != "auto" else summary["precision"]),
    )
    for name, found, expected in facts:
        if not same(found, expected):
            yield Problem(SUMMARY, f"{name} {shorten(found)}", shorten(expected), EVALUATE)


def check_claims(evidence: Evidence) -> Iterator[Problem]:
    """Every claim follows from the files it names, and the analysis says what the claims say."""
    document, expected = evidence.json(CLAIMS), build_claims(evidence.run)
    wrong = list(differences(_without_texts(document), _without_texts(expected), ""))
    for pointer, found, wanted in wrong:
        yield Problem(CLAIMS, f"{pointer} {shorten(found)}", shorten(wanted), ANALYSE)
    for claim in () if wrong else document["claims"]:
        if claim["text"] != render_claim(claim):
            yield Problem(CLAIMS, f"{claim['id']}: {shorten(claim['text'])}", shorten(render_claim(claim)), ANALYSE)
    text, rendered = evidence.text("analysis.md"), render_analysis(evidence.run)
    if text != rendered:
        lines = zip(f"{text}\n".split("\n"), f"{rendered}\n".split("\n"), strict=False)
        number = next((n for n, (one, other) in enumerate(lines, start=1) if one != other), text.count("\n") + 1)
        yield Problem("analysis.md", f"other words from line {number} on", "the text that claims.json gives", ANALYSE)


def _without_texts(document: dict[str, Any]) -> dict[str, Any]:
    """A sentence may differ in its last digit where a value does, within the tolerance for values."""
    claims = [{key: value for key, value in claim.items() if key != "text"} for claim in document["claims"]]
    return {**document, "claims": claims}
