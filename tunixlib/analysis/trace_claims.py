"""Claims about the work in completions: answers by truth of the steps, and form beside a canned template.

    for claim in trace_claims(run):
        print(claim["text"])     # 30 of 120 completions of flat on eval-core hold a check step: 25.0 % (95 % ...

Everything is computed from the prediction rows, so ``verify`` recomputes it from them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.claim_kinds import NOTHING_TO_MEASURE, file_records, make_claim, rate_claim
from tunixlib.analysis.run_files import predictions_path, read_predictions, read_summary
from tunixlib.analysis.verdicts import MEASURED, UNDECIDED
from tunixlib.analysis.work_table import work_counts
from tunixlib.evaluation.canned import CANNED, CANNED_COMPLETION, canned_rows
from tunixlib.evaluation.intervals import proportion
from tunixlib.evaluation.reports import wins_sentence
from tunixlib.evaluation.trace_summary import MEASURES, Measure, summarise, wins
from tunixlib.runs import Run

Found = Mapping[str, Mapping[str, float]]

WORK = (
    "{checkpoint} on {eval_set}, {n} completions: right with all steps true {right_all_true}, right with a false step "
    "{right_false_work}, right with nothing checkable {right_no_checkable}; wrong with all steps true "
    "{wrong_all_true}, wrong with a false step {wrong_false_work}, wrong with nothing checkable {wrong_no_checkable}. "
    "{k} of {checkable} right answers with checkable steps stand on a false one"
)
ACCURACY = "{checkpoint} answers {k} of {n} items of {eval_set} correctly inside the answer tags"


def trace_claims(run: Run) -> Iterator[dict[str, Any]]:
    """Every measure of form, the table of answers and work, and where the canned template is ahead."""
    summary = read_summary(run)
    for eval_set in summary.eval_sets:
        names = [card["checkpoint"] for card in summary.cards(eval_set)]
        if not names:
            continue
        rows = {name: read_predictions(run, eval_set, name) for name in names}
        sources = {name: _source(run, eval_set, [name]) for name in names}
        for name in names:
            yield _work(eval_set, name, rows[name], sources[name])
        measured = {name: summarise(rows[name]) for name in names}
        measured[CANNED] = summarise(canned_rows(rows[names[0]]))
        sources[CANNED] = sources[names[0]]  # only the questions and expected answers of it
        for name, found in measured.items():
            for measure in MEASURES:
                yield _form(eval_set, name, measure, found[measure.key], sources[name])
        yield _canned_accuracy(eval_set, measured[CANNED]["accuracy"], sources[CANNED])
        for name in names:
            yield _wins(eval_set, name, measured, _source(run, eval_set, list(dict.fromkeys((names[0], name)))))


def _source(run: Run, eval_set: str, names: Sequence[str]) -> dict[str, Any]:
    paths = [predictions_path(run, eval_set, name) for name in names]
    return {"recompute": "trace_claims", "files": file_records(run, paths)}


def _work(eval_set: str, name: str, rows: Sequence[Mapping[str, Any]], source: Mapping[str, Any]) -> dict[str, Any]:
    counts = work_counts(rows)
    checkable = counts["right_all_true"] + counts["right_false_work"]
    found = proportion(counts["right_false_work"], checkable)
    fields = {"checkpoint": name, "eval_set": eval_set, "n": len(rows), **counts}
    return rate_claim(
        f"{eval_set}/{name}/work", WORK, {**fields, "checkable": checkable, "k": found["k"]}, found, source
    )


def _form(
    eval_set: str, name: str, measure: Measure, found: Mapping[str, float], source: Mapping[str, Any]
) -> dict[str, Any]:
    claim_id = f"{eval_set}/{name}/form/{measure.key}"
    fields: dict[str, Any] = {"checkpoint": name, "eval_set": eval_set, "n": found["n"]}
    if measure.kind == "rate":
        template = f"{{k}} of {{n}} {measure.sentence}, {{checkpoint}} on {{eval_set}}"
        return rate_claim(claim_id, template, {**fields, "k": found["k"]}, found, source)
    start = f"Mean {measure.sentence}, {{checkpoint}} on {{eval_set}}, {{n}} completions"
    if "mean" not in found:
        return make_claim(claim_id, start + NOTHING_TO_MEASURE, fields, source, UNDECIDED)
    value, ends = ("{value_percent:.1f} %", "{low_percent:.1f} % to {high_percent:.1f} %")
    if measure.kind == "count":
        value, ends = "{value:.1f}", "{low:.1f} to {high:.1f}"
    interval = (found["low"], found["high"]) if "low" in found else None
    template = f"{start}: {value}" + (f" (95 % interval {ends})." if interval else ".")
    return make_claim(claim_id, template, fields, source, MEASURED, found["mean"], interval)


def _canned_accuracy(eval_set: str, found: Mapping[str, float], source: Mapping[str, Any]) -> dict[str, Any]:
    fields = {"checkpoint": CANNED, "eval_set": eval_set, "k": found["k"], "n": found["n"]}
    fields["completion"] = CANNED_COMPLETION
    return rate_claim(f"{eval_set}/{CANNED}/accuracy", ACCURACY, fields, found, source)


def _wins(eval_set: str, name: str, measured: Mapping[str, Found], source: Mapping[str, Any]) -> dict[str, Any]:
    titles = wins(measured[CANNED], measured[name])
    right = measured[CANNED]["accuracy"]
    sentence = wins_sentence("{checkpoint}", ["{titles}"] if titles else [], "{k} of {n}")
    fields = {"checkpoint": name, "eval_set": eval_set, "titles": ", ".join(titles), "k": right["k"], "n": right["n"]}
    return make_claim(f"{eval_set}/{name}/form/template-ahead", sentence, fields, source, MEASURED, len(titles))
