"""The claims of a study: every number that its analysis says, each with the prediction files it is computed from.

    document = build_study_claims(Path("submission_runs"), bar)
    document["claims"][0]["text"]      # "flat with seed 1 answers 14 of 120 items of eval-core right: 11.7 % ..."

Files are named relative to the folder that holds all runs. The claims have the form of a run's, see ``claims``.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tunixlib.analysis.claim_kinds import make_claim
from tunixlib.analysis.run_files import BASE, predictions_path, read_predictions
from tunixlib.artifacts import sha256_file
from tunixlib.evaluation.intervals import proportion
from tunixlib.runs import Run
from tunixlib.studies.bar import Bar, planned_runs
from tunixlib.studies.gate import expected_resolution
from tunixlib.studies.results import (
    NOT_SUPPORTED,
    SUPPORTED,
    UNDECIDED,
    right_answers,
    sources,
    study_comparisons,
)

STUDY_CLAIMS_VERSION = "1.0"

RATE = (
    "{condition} with seed {seed} answers {k} of {n} items of {eval_set} right: {value_percent:.1f} % "
    "(95 % interval {low_percent:.1f} % to {high_percent:.1f} %)."
)
MEAN = "{condition} answers {value_percent:.1f} % of {items} items of {eval_set} right on average over {seeds} seeds."
BASE_RATE = (
    "The base model answers {k} of {n} items of {eval_set} right, with or without tags: {value_percent:.1f} % "
    "(95 % interval {low_percent:.1f} % to {high_percent:.1f} %)."
)
DIFFERENCE = (
    "Claim: on {eval_set}, {a} answers more items right than {b}. Measured over {seeds} seeds and {items} items: "
    "{rate_a_percent:.1f} % against {rate_b_percent:.1f} %, a difference of {value_percent:+.1f} percentage points "
    "({level_percent:.0f} % interval {low_percent:+.1f} to {high_percent:+.1f}, items and seeds both varying; "
    "p = {p_value:.2g}, by Holm over {family} in all {p_holm:.2g}). The smallest effect of interest was "
    "set to {smallest_percent:.1f} points before the runs."
)
REFUSED = "The comparison of {a} with {b} on {eval_set} is refused: {reasons}."
BY_SEED = (
    "With seed {seed}, {a} minus {b} on {eval_set} is {value_percent:+.1f} points "
    "(95 % interval {low_percent:+.1f} to {high_percent:+.1f}, items varying)."
)
RESOLUTION = (
    "Reckoned before the runs: {items} items and {seeds} seeds show a true difference of {value_percent:.1f} points "
    "four times in five, if the two disagree on {discordant_share_percent:.1f} % of the items."
)


def build_study_claims(root: Path, bar: Bar) -> dict[str, Any]:
    """The claims document of a study whose runs are all sealed. Raises ArtifactError when a file is missing."""
    found = study_comparisons(root, bar)
    claims = [
        *_rates(root, bar), *_base(root, bar),
        *(claim for result in found for claim in _differences(root, bar, result, len(found))),
    ]  # fmt: skip
    if resolution := _resolution(bar, found[0]):
        claims.append(resolution)
    return {"claims_version": STUDY_CLAIMS_VERSION, "claims": claims}


def _rates(root: Path, bar: Bar) -> Iterator[dict[str, Any]]:
    for eval_set in bar.eval_sets:
        for condition in bar.conditions:
            name, seeds = condition.name, bar.seeds_of(condition.name)
            files, results = list(sources(root, bar, [name], eval_set)), right_answers(root, bar, name, seeds, eval_set)
            names = {"condition": name, "eval_set": eval_set}
            for seed, right, file in zip(seeds, results, files, strict=True):
                share = proportion(sum(right), len(right))
                fields = {**names, "seed": seed, "k": share["k"], "n": share["n"]}
                source, ends = {"recompute": "right_answers", "files": [file]}, (share["low"], share["high"])
                yield make_claim(f"{eval_set}/{name}/s{seed}", RATE, fields, source, SUPPORTED, share["rate"], ends)
            mean = round(sum(map(sum, results)) / (len(seeds) * len(results[0])), 6)
            fields = {**names, "seeds": len(seeds), "items": len(results[0])}
            source = {"recompute": "right_answers", "files": files}
            yield make_claim(f"{eval_set}/{name}/mean", MEAN, fields, source, SUPPORTED, mean)


def _base(root: Path, bar: Bar) -> Iterator[dict[str, Any]]:
    """The base model as the first run asked it, lenient: it has never seen the tags."""
    run = Run(root / planned_runs(bar)[0].run_id)
    for eval_set in bar.eval_sets:
        path = predictions_path(run, eval_set, BASE)
        rows = read_predictions(run, eval_set, BASE)
        share = proportion(sum(row["lenient_correct"] for row in rows), len(rows))
        file = {"file": path.relative_to(root).as_posix(), "sha256": sha256_file(path)}
        fields = {"eval_set": eval_set, "k": share["k"], "n": share["n"]}
        source, ends = {"recompute": "lenient_correct", "files": [file]}, (share["low"], share["high"])
        yield make_claim(f"{eval_set}/{BASE}", BASE_RATE, fields, source, SUPPORTED, share["rate"], ends)


def _differences(root: Path, bar: Bar, found: Mapping[str, Any], family: int) -> Iterator[dict[str, Any]]:
    """The claim of a comparison, and the difference of each seed; of a refused one only the refusal."""
    eval_set, a, b = found["eval_set"], found["a"], found["b"]
    start, names = f"{eval_set}/{a}-vs-{b}", {"eval_set": eval_set, "a": a, "b": b}
    source = {"recompute": "study_comparisons", "files": list(sources(root, bar, [a, b], eval_set))}
    if found["refused"]:
        yield make_claim(start, REFUSED, {**names, "reasons": "; ".join(found["refused"])}, source, UNDECIDED)
        return
    numbers = ("rate_a", "rate_b", "seeds", "items", "only_a", "only_b", "p_value", "p_holm")
    fields = {**names, **{name: found[name] for name in numbers}, "family": family}
    fields |= {"smallest": bar.smallest_effect, "level": round(1 - bar.alpha, 6)}
    ends = (found["low"], found["high"])
    yield make_claim(start, DIFFERENCE, fields, source, found["verdict"], found["difference"], ends)
    for one in found["by_seed"]:
        fields, ends = {**names, "seed": one["seed"]}, (one["low"], one["high"])
        yield make_claim(f"{start}/s{one['seed']}", BY_SEED, fields, source, SUPPORTED, one["difference"], ends)


def _resolution(bar: Bar, primary: Mapping[str, Any]) -> dict[str, Any] | None:
    """The claim that the runs could show the smallest effect of interest, from the pilot in the bar."""
    expected = expected_resolution(bar, primary["items"], primary["seeds"])
    if expected is None or "value" not in expected:
        return None
    value = expected.pop("value")
    verdict = SUPPORTED if value <= bar.smallest_effect else NOT_SUPPORTED
    source = {"recompute": "expected_resolution", "files": []}
    return make_claim("resolution", RESOLUTION, expected, source, verdict, value)
