"""The kinds of claims a run makes, each with its sentence, its value and the place its value comes from.

    >>> fields, source = {"k": 1, "n": 2}, {"file": "eval_summary.json", "pointer": "/scorecards/0/accuracy/rate"}
    >>> make_claim("rate", "{k} of {n}: {value_percent:.0f} %.", fields, source, "supported", 0.5)["text"]
    '1 of 2: 50 %.'

``scorecard_claims`` point into eval_summary.json; ``comparison_claims`` and ``training_claims`` name the files that
they are computed from. The sentence is always its template filled with the claim's own fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.analysis.comparisons import LENIENT, Comparison, compare_run, resolvable
from tunixlib.analysis.run_files import (
    MEASURES,
    SEGMENTS,
    metrics_paths,
    predictions_path,
    read_metrics,
    read_summary,
)
from tunixlib.artifacts import sha256_file
from tunixlib.runs import Run

SUPPORTED, NOT_SUPPORTED, UNDECIDED = "supported", "not supported", "undecided"

# Measure of a scorecard -> what is counted.
PROPORTIONS = {
    "accuracy": "{checkpoint} answers {k} of {n} items of {eval_set} correctly inside the answer tags",
    "lenient_accuracy": "{checkpoint} answers {k} of {n} items of {eval_set} correctly, with or without tags",
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
MEASURED = ": {value_percent:.1f} % (95 % interval {low_percent:.1f} % to {high_percent:.1f} %)."
NOTHING_TO_MEASURE = ": nothing to measure."

DIFFERENCE = (
    "Claim: on {eval_set}, {a} ({how_a}) answers more items correctly than {b} ({how_b}). Measured on {n} items: "
    "{rate_a_percent:.1f} % against {rate_b_percent:.1f} %, a difference of {value_percent:+.1f} percentage points "
    "(95 % interval {low_percent:+.1f} to {high_percent:+.1f}; exact McNemar p = {p_value:.2g}, adjusted by Holm over "
    "{family} comparisons {p_holm:.2g})."
)
ONE_SEED = " With one seed this compares two checkpoints on these items, not two methods of training."


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


def difference_verdict(low: float, high: float, p_holm: float) -> str:
    """The verdict on "a is above b" from the interval of a - b and the adjusted p; the rule stands in ``claims``."""
    if low > 0 and p_holm < 0.05:
        return SUPPORTED
    return NOT_SUPPORTED if high < 0 else UNDECIDED


def scorecard_claims(run: Run) -> Iterator[dict[str, Any]]:
    """Every proportion of every scorecard, accuracy by section, and the mean length of completions."""
    file = {"file": "eval_summary.json", "sha256": sha256_file(run.path("eval_summary.json"))}
    summary = read_summary(run)
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
                SUPPORTED,
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
    return make_claim(claim_id, subject + MEASURED, fields, source, SUPPORTED, proportion["rate"], interval)


def escape_pointer(part: str) -> str:
    """One part of a JSON pointer (RFC 6901): ``~`` and ``/`` inside it are written ``~0`` and ``~1``."""
    return part.replace("~", "~0").replace("/", "~1")


def comparison_claims(run: Run) -> Iterator[dict[str, Any]]:
    """The fixed comparisons of the run; the field ``resolves`` is the difference that these items could have shown."""
    results = compare_run(run)
    for comparison, result in results:
        low, high = result["low"], result["high"]
        counts = ("n", "rate_a", "rate_b", "only_a", "only_b", "both", "neither", "p_value", "p_holm")
        fields = {
            "eval_set": comparison.eval_set,
            "a": comparison.a,
            "how_a": measure_name(comparison.measure_a),
            "b": comparison.b,
            "how_b": measure_name(comparison.measure_b),
            "family": len(results),
            **{name: result[name] for name in counts},
        }
        resolves = resolvable(result)
        if resolves is not None:
            fields["resolves"] = resolves
        yield make_claim(
            comparison.id,
            DIFFERENCE + (ONE_SEED if comparison.b == "flat" else ""),
            fields,
            {"recompute": "compare_run", "files": _files(run, _compared(run, comparison))},
            difference_verdict(low, high, result["p_holm"]),
            result["difference"],
            (low, high),
        )


def measure_name(measure: str) -> str:
    """``correct`` -> ``strict``, ``lenient_correct`` -> ``lenient``."""
    return "lenient" if measure == LENIENT else "strict"


def _compared(run: Run, comparison: Comparison) -> list[Path]:
    return [predictions_path(run, comparison.eval_set, name) for name in (comparison.a, comparison.b)]


def _files(run: Run, paths: Sequence[Path]) -> list[dict[str, str]]:
    return [{"file": run.relative(path), "sha256": sha256_file(path)} for path in paths]


def training_claims(run: Run) -> Iterator[dict[str, Any]]:
    """Steps, tokens and last loss of each trained arm, and whether two arms had the same amount of training."""
    sizes = {}
    for arm, segments in read_metrics(run).items():
        rows = [row for segment in segments.values() for row in segment]
        steps, tokens = len(rows), sum(row["tokens"] for row in rows)
        targets = sum(row["target_tokens"] for row in rows)
        sizes[arm] = (steps, tokens)
        source = {"recompute": "training_claims", "files": _files(run, metrics_paths(run, arm))}
        about = {"arm": arm, "segments": len(segments), "target_tokens": targets}
        for name, value, template in (
            ("steps", steps, "Arm {arm} takes {value:,} optimizer steps in {segments} segments."),
            ("tokens", tokens, "Arm {arm} trains on {value:,} tokens, {target_tokens:,} of them in completions."),
            ("final_loss", rows[-1]["loss"], "The last step of arm {arm} has a loss of {value:.3f} nats per token."),
        ):
            yield make_claim(f"training/{arm}/{name}", template, about, source, SUPPORTED, value)
    if len(sizes) == len(SEGMENTS):
        yield _same_size(run, sizes)


def _same_size(run: Run, sizes: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    a, b = SEGMENTS
    fields = {"a": a, "b": b, "steps_a": sizes[a][0], "steps_b": sizes[b][0], "tokens_a": sizes[a][1]}
    fields["tokens_b"] = sizes[b][1]
    template = (
        "Claim: arms {a} and {b} had the same amount of training. Measured: {steps_a:,} and {steps_b:,} steps, "
        "{tokens_a:,} and {tokens_b:,} tokens."
    )
    paths = [path for arm in SEGMENTS for path in metrics_paths(run, arm)]
    source = {"recompute": "training_claims", "files": _files(run, paths)}
    verdict = SUPPORTED if sizes[a] == sizes[b] else NOT_SUPPORTED
    return make_claim("training/same-size", template, fields, source, verdict, sizes[a][1] - sizes[b][1])
