"""The kinds of claims a run makes, each with its sentence, its value and the place its value comes from.

    >>> fields, source = {"k": 1, "n": 2}, {"file": "eval_summary.json", "pointer": "/scorecards/0/accuracy/rate"}
    >>> make_claim("rate", "{k} of {n}: {value_percent:.0f} %.", fields, source, "measured", 0.5)["text"]
    '1 of 2: 50 %.'

``scorecard_claims`` point into eval_summary.json; those of ``comparison_claims``, ``training_claims``, ``trace_claims``
and ``correction_claims`` name the files that they are computed from. The sentence is always its template filled with
the claim's own fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.analysis.comparisons import LENIENT_RULE
from tunixlib.analysis.run_files import MEASURES, read_summary
from tunixlib.analysis.verdicts import MEASURED, UNDECIDED
from tunixlib.artifacts import sha256_file
from tunixlib.runs import Run

# Measure of a scorecard -> what is counted.
PROPORTIONS = {
    "accuracy": "{checkpoint} answers {k} of {n} items of {eval_set} correctly inside the answer tags",
    "lenient_accuracy": "{checkpoint} answers {k} of {n} items of {eval_set} correctly, graded " + LENIENT_RULE,
    "format_rate": "{k} of {n} completions of {checkpoint} on {eval_set} have exactly the text form and end there",
    "eos_rate": "{k} of {n} completions of {checkpoint} on {eval_set} end by themselves",
    "step_truth": "{k} of {n} checkable steps of {checkpoint} on {eval_set} are true",
    "step_coverage": "{k} of {n} steps of {checkpoint} on {eval_set} state something that can be checked",
    "all_steps_true": "{checkpoint} on {eval_set}: {k} of {n} completions have a checkable step and no false one",
    "right_answer_false_work": "{checkpoint} on {eval_set}: {k} of {n} completions are right and yet hold a false step",
    "answer_follows": (
        "{checkpoint} on {eval_set}: {k} of {n} tagged answers, where it can be told, are stated by their last step"
    ),
    "invented": "{checkpoint} on {eval_set}: {k} of {n} completions compute with a number from nowhere",
}
# Measures that scorecards have had since steps are checked against the prompt.
WORK_MEASURES = ("answer_follows", "invented")
SECTION = "{checkpoint} answers {k} of {n} items of section {section} of {eval_set} correctly inside the answer tags"
SHARE = ": {value_percent:.1f} % (95 % interval {low_percent:.1f} % to {high_percent:.1f} %)."
# Wilson's interval takes its cases for independent.
SHARE_OF_STEPS = SHARE[:-2] + "; steps of one completion hang together, so it is narrower than it should be)."
OF_STEPS = ("step_truth", "step_coverage")
NOTHING_TO_MEASURE = ": nothing to measure."


def make_claim(
    claim_id: str,
    template: str,
    fields: Mapping[str, Any],
    source: Mapping[str, Any],
    verdict: str,
    value: float | int | None = None,
    interval: Sequence[float] | None = None,
) -> dict[str, Any]:
    """A claim with its sentence; ``value`` and ``interval`` are left out where there is nothing to measure."""
    claim: dict[str, Any] = {"id": claim_id, "template": template, "fields": dict(fields), "source": dict(source)}
    if value is not None:
        claim["value"] = value
    if interval is not None:
        claim["interval"] = list(interval)
    return {**claim, "verdict": verdict, "text": render_claim(claim)}


def render_claim(claim: Mapping[str, Any]) -> str:
    """The sentence of a claim: its template filled with fields, ``value``, ``low``, ``high`` and shares in percent."""
    scope = dict(claim["fields"])
    if "value" in claim:
        scope["value"] = claim["value"]
    if "interval" in claim:
        scope["low"], scope["high"] = claim["interval"]
    percents = {f"{name}_percent": 100 * share for name, share in scope.items() if isinstance(share, float)}
    return str(claim["template"].format(**scope, **percents))


def scorecard_claims(run: Run) -> Iterator[dict[str, Any]]:
    """Every proportion of every scorecard, accuracy by section, and the mean length of completions."""
    summary = read_summary(run)
    file = {"file": "eval_summary.json", "sha256": sha256_file(run.path("eval_summary.json"))}
    for eval_set in summary.eval_sets:
        for card in summary.cards(eval_set):
            names = {"checkpoint": card["checkpoint"], "eval_set": eval_set}
            start = f"{eval_set}/{card['checkpoint']}"
            place = f"/scorecards/{summary.places[eval_set, card['checkpoint']]}"
            for measure in (*MEASURES, *(name for name in WORK_MEASURES if name in card)):
                subject = PROPORTIONS[measure]
                pointer = f"{place}/{measure}"
                yield _proportion(f"{start}/{measure}", subject, names, card[measure], file, pointer)
            for section, part in card["by_section"].items():
                pointer = f"{place}/by_section/{escape_pointer(section)}/accuracy"
                section_names = {**names, "section": section}
                yield _proportion(f"{start}/section/{section}", SECTION, section_names, part["accuracy"], file, pointer)
            measure = "mean_completion_tokens"
            yield make_claim(
                f"{start}/{measure}",
                "The mean completion of {checkpoint} on {eval_set} has {value:.1f} tokens.",
                names,
                {**file, "pointer": f"{place}/{measure}"},
                MEASURED,
                card[measure],
            )


def _proportion(
    claim_id: str,
    subject: str,
    names: Mapping[str, str],
    proportion: Mapping[str, Any],
    file: Mapping[str, str],
    pointer: str,
) -> dict[str, Any]:
    fields = {**names, "k": proportion["k"], "n": proportion["n"]}
    if not proportion["n"]:
        source = {**file, "pointer": f"{pointer}/n"}
        return make_claim(claim_id, subject + NOTHING_TO_MEASURE, fields, source, UNDECIDED)
    source, interval = {**file, "pointer": f"{pointer}/rate"}, (proportion["low"], proportion["high"])
    share = SHARE_OF_STEPS if pointer.rpartition("/")[2] in OF_STEPS else SHARE
    return make_claim(claim_id, subject + share, fields, source, MEASURED, proportion["rate"], interval)


def rate_claim(
    claim_id: str, subject: str, fields: Mapping[str, Any], found: Mapping[str, float], source: Mapping[str, Any]
) -> dict[str, Any]:
    """A claim of a recomputed proportion ``{"k", "n", "rate", "low", "high"}``; ``subject`` is its sentence so far."""
    if "rate" not in found:
        return make_claim(claim_id, subject + NOTHING_TO_MEASURE, fields, source, UNDECIDED)
    interval = (found["low"], found["high"])
    return make_claim(claim_id, subject + SHARE, fields, source, MEASURED, found["rate"], interval)


def escape_pointer(part: str) -> str:
    """One part of a JSON pointer (RFC 6901): ``~`` and ``/`` inside it are written ``~0`` and ``~1``."""
    return part.replace("~", "~0").replace("/", "~1")


def file_records(run: Run, paths: Sequence[Path]) -> list[dict[str, str]]:
    """Files of a run with their sha256, as sources name them."""
    return [{"file": run.relative(path), "sha256": sha256_file(path)} for path in paths]
