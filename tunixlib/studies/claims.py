"""The claims of a study: every number that its analysis says, each with the prediction files it is computed from.

    document = build_study_claims(Path("submission_runs"), bar)
    document["claims"][0]["text"]      # "flat with seed 1 answers 14 of 120 items of eval-core right: 11.7 % ..."

Files are named relative to the folder that holds all runs. The claims have the form of a run's, see ``claims``.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tunixlib.analysis.claim_kinds import SHARE, make_claim
from tunixlib.analysis.comparisons import ALL, LENIENT, LENIENT_RULE, NUMERIC, numeric_rows
from tunixlib.analysis.run_files import BASE, predictions_path, read_predictions
from tunixlib.analysis.verdicts import MEASURED, NOT_SUPPORTED, SUPPORTED
from tunixlib.artifacts import sha256_file
from tunixlib.evaluation.correction_scores import judge_rows
from tunixlib.evaluation.intervals import proportion
from tunixlib.runs import Run
from tunixlib.studies.bar import JUDGED, Bar
from tunixlib.studies.correction_claims import correction_claims
from tunixlib.studies.gate import expected_resolution
from tunixlib.studies.plan import planned_runs
from tunixlib.studies.results import measure_on, right_answers, sources, study_comparisons
from tunixlib.studies.second_pass import second_pass_claims

STUDY_CLAIMS_VERSION = "1.1"

RATE = "{condition} with seed {seed} answers {k} of {n} items of {eval_set} right" + SHARE
MEAN = "{condition} answers {value_percent:.1f} % of {items} items of {eval_set} right on average over {seeds} seeds."
BASE_RATE = "Of {items} of {eval_set}, the base model answers {k} of {n} right, graded " + LENIENT_RULE
NO_ITEMS = "None of the items of {eval_set} has a number as its expected answer."
JUDGED_RATE = "{condition} with seed {seed} judges {k} of {n} shown works of {eval_set} rightly" + SHARE
JUDGED_MEAN = (
    "{condition} judges {value_percent:.1f} % of {items} shown works of {eval_set} rightly on average over {seeds} "
    "seeds."
)
JUDGED_BASE = "The base model judges {k} of {n} shown works of {eval_set} rightly" + SHARE
ANSWERED = "Claim: on {eval_set}, {a} answers more items right than {b}."
JUDGES = "Claim: on {eval_set}, {a} judges more works rightly than {b}."
DIFFERENCE = (
    " Measured over {seeds} seeds and {items} items: "
    "{rate_a_percent:.1f} % against {rate_b_percent:.1f} %, a difference of {value_percent:+.1f} percentage points "
    "({level_percent:.0f} % interval {low_percent:+.1f} to {high_percent:+.1f}, items and seeds both varying; "
    "p = {p_value:.2g}, by Holm over {family} in all {p_holm:.2g}). The smallest effect of interest was "
    "set to {smallest_percent:.1f} points before the runs."
)
SHARED = (
    " With alpha divided by the {family} comparisons the interval is {family_low_percent:+.1f} to "
    "{family_high_percent:+.1f}."
)
REFUSED = (
    "The comparison of {a} with {b} on {eval_set} is refused: {reasons}. Among the {family} comparisons of the study "
    "it counts with p = 1."
)
BY_SEED = (
    "With seed {seed}, {a} minus {b} on {eval_set} is {value_percent:+.1f} points "
    "(95 % interval {low_percent:+.1f} to {high_percent:+.1f}, items varying; one seed alone decides nothing)."
)
RESOLUTION = (
    "Reckoned before the runs: {items} items and {seeds} seeds show a true difference of {value_percent:.1f} points "
    "four times in five at a level of {level:.3g}, alpha divided by the number of planned comparisons ({family}), if "
    "the two disagree on {discordant_share_percent:.1f} % of the items."
)


def build_study_claims(root: Path, bar: Bar) -> dict[str, Any]:
    """The claims document of a study whose runs are all sealed. Raises ArtifactError when a file is missing."""
    found = study_comparisons(root, bar)
    claims = [
        *_rates(root, bar), *_base(root, bar),
        *(claim for result in found for claim in _differences(root, bar, result)),
        *correction_claims(root, bar), *second_pass_claims(root, bar),
    ]  # fmt: skip
    if resolution := _resolution(bar, found[0]):
        claims.append(resolution)
    return {"claims_version": STUDY_CLAIMS_VERSION, "claims": claims}


def _rates(root: Path, bar: Bar) -> Iterator[dict[str, Any]]:
    for eval_set in bar.eval_sets:
        answers = right_answers(root, bar, eval_set)
        judged = measure_on(root, bar, eval_set) == JUDGED
        rate, average = (JUDGED_RATE, JUDGED_MEAN) if judged else (RATE, MEAN)
        for condition in bar.conditions:
            name, seeds = condition.name, bar.seeds_of(condition.name)
            files = list(sources(root, bar, [name], eval_set))
            results = [list(answers[name, seed].values()) for seed in seeds]
            names = {"condition": name, "eval_set": eval_set}
            for seed, right, file in zip(seeds, results, files, strict=True):
                share = proportion(sum(right), len(right))
                fields = {**names, "seed": seed, "k": share["k"], "n": share["n"]}
                source, ends = {"recompute": "right_answers", "files": [file]}, (share["low"], share["high"])
                yield make_claim(f"{eval_set}/{name}/s{seed}", rate, fields, source, MEASURED, share["rate"], ends)
            mean = round(sum(map(sum, results)) / (len(seeds) * len(results[0])), 6)
            fields = {**names, "seeds": len(seeds), "items": len(results[0])}
            source = {"recompute": "right_answers", "files": files}
            yield make_claim(f"{eval_set}/{name}/mean", average, fields, source, MEASURED, mean)


def _base(root: Path, bar: Bar) -> Iterator[dict[str, Any]]:
    """The base model as the first run asked it, lenient: on all items, and where that rule can count every answer.

    On shown works that are judged: by its verdicts.
    """
    run = Run(root / planned_runs(bar)[0].run_id)
    for eval_set in bar.eval_sets:
        path = predictions_path(run, eval_set, BASE)
        file = {"file": path.relative_to(root).as_posix(), "sha256": sha256_file(path)}
        every = read_predictions(run, eval_set, BASE)
        if measure_on(root, bar, eval_set) == JUDGED:
            share = proportion(sum(judged.rightly for judged in judge_rows(every)), len(every))
            fields, ends = {"eval_set": eval_set, "k": share["k"], "n": share["n"]}, (share["low"], share["high"])
            source = {"recompute": "right_answers", "files": [file]}
            yield make_claim(f"{eval_set}/{BASE}", JUDGED_BASE, fields, source, MEASURED, share["rate"], ends)
            continue
        source = {"recompute": LENIENT, "files": [file]}
        for ending, items, rows in (("", ALL, every), ("/numeric", NUMERIC, numeric_rows(every))):
            claim_id, share = f"{eval_set}/{BASE}{ending}", proportion(sum(row[LENIENT] for row in rows), len(rows))
            fields = {"eval_set": eval_set, "items": items, "k": share["k"], "n": share["n"]}
            if not rows:
                yield make_claim(claim_id, NO_ITEMS, fields, source, MEASURED)
                continue
            ends = (share["low"], share["high"])
            yield make_claim(claim_id, BASE_RATE + SHARE, fields, source, MEASURED, share["rate"], ends)


def _differences(root: Path, bar: Bar, found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The claim of a comparison, and the difference of each seed; of a refused one only the refusal."""
    eval_set, a, b = found["eval_set"], found["a"], found["b"]
    start, names = f"{eval_set}/{a}-vs-{b}", {"eval_set": eval_set, "a": a, "b": b}
    source = {"recompute": "study_comparisons", "files": list(sources(root, bar, [a, b], eval_set))}
    fields = {**names, "finding": found["finding"], "family": bar.family, "p_holm": found["p_holm"]}
    if found["refused"]:
        fields["reasons"] = "; ".join(found["refused"])
        yield make_claim(start, REFUSED, fields, source, found["verdict"])
        return
    numbers = (
        "rate_a", "rate_b", "seeds", "items", "differing", "only_a", "only_b", "p_value", "family_low", "family_high",
        "nothing",
    )  # fmt: skip
    fields |= {name: found[name] for name in numbers}
    fields |= {"smallest": bar.smallest_effect, "level": round(1 - bar.alpha, 6)}
    claimed = JUDGES if measure_on(root, bar, eval_set) == JUDGED else ANSWERED
    template = claimed + DIFFERENCE + (SHARED if bar.family > 1 else "")
    ends = (found["low"], found["high"])
    yield make_claim(start, template, fields, source, found["verdict"], found["difference"], ends)
    for one in found["by_seed"]:
        fields, ends = {**names, "seed": one["seed"]}, (one["low"], one["high"])
        yield make_claim(f"{start}/s{one['seed']}", BY_SEED, fields, source, MEASURED, one["difference"], ends)


def _resolution(bar: Bar, primary: Mapping[str, Any]) -> dict[str, Any] | None:
    """The claim that the runs could show the smallest effect of interest, from the pilot in the bar."""
    expected = expected_resolution(bar, primary["items"], primary["seeds"])
    if expected is None or "value" not in expected:
        return None
    value = expected.pop("value")
    verdict = SUPPORTED if value <= bar.smallest_effect else NOT_SUPPORTED
    source = {"recompute": "expected_resolution", "files": []}
    return make_claim("resolution", RESOLUTION, expected, source, verdict, value)
