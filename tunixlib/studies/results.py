"""What a study found, computed from the predictions of its sealed runs and nothing else.

    bar = read_bar(Path("notebooks/profiles/studies/order-135m.yaml"))
    for found in study_comparisons(Path("submission_runs"), bar):
        print(found["a"], found["b"], found["finding"], found["verdict"])

The gate is asked first: of a comparison that it refuses no number is computed. The rule is in ``verdicts``.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.analysis.crossed import crossed_difference
from tunixlib.analysis.run_files import predictions_path, read_predictions
from tunixlib.analysis.shown_works import shows_works
from tunixlib.analysis.statistics import holm, paired_difference
from tunixlib.analysis.verdicts import SUPPORTED, blind, nothing_to_see
from tunixlib.artifacts import read_json, sha256_file
from tunixlib.evaluation.correction_scores import judge
from tunixlib.runs import MANIFEST, Run
from tunixlib.studies.bar import JUDGED, Bar, Comparison
from tunixlib.studies.gate import refusals
from tunixlib.studies.history import session_commits
from tunixlib.studies.plan import planned_runs, run_of
from tunixlib.studies.pooled import judged_works, pooled_rates, pooled_sensitivity
from tunixlib.studies.verdicts import VERDICTS, finding

# (condition, seed) -> item -> 1 for right, 0 for wrong; every one has the same items in the same order.
Answers = Mapping[tuple[str, int], Mapping[str, int]]
# The same with the rows of predictions.
Rows = Mapping[tuple[str, int], Mapping[str, Mapping[str, Any]]]


def results_file(root: Path, bar: Bar, condition: str, seed: int, eval_set: str) -> Path:
    """Where the predictions of a condition with one seed lie, below the folder that holds all runs."""
    run = Run(root / run_of(bar, condition, seed).run_id)
    return predictions_path(run, eval_set, bar.condition(condition).checkpoint)


def right_answers(root: Path, bar: Bar, eval_set: str) -> Answers:
    """1 for right and 0 for wrong by the bar's measure, of every condition and seed, paired by the id of the item.

    Of shown works and the measure ``judged``: 1 for wrong work called wrong and right work called right. Raises
    ValueError as ``answered_rows`` does.
    """
    measure = measure_on(root, bar, eval_set)
    return {
        who: {item: int(judge(row).rightly if measure == JUDGED else row[measure]) for item, row in rows.items()}
        for who, rows in answered_rows(root, bar, eval_set).items()
    }


def measure_on(root: Path, bar: Bar, eval_set: str) -> str:
    """The measure on one evaluation set: the bar's, but ``correct`` in place of ``judged`` where no works are shown."""
    if bar.measure != JUDGED:
        return bar.measure
    first = bar.conditions[0]
    run = Run(root / run_of(bar, first.name, bar.seeds[0]).run_id)
    return JUDGED if shows_works(read_predictions(run, eval_set, first.checkpoint)) else "correct"


def answered_rows(root: Path, bar: Bar, eval_set: str) -> Rows:
    """The prediction rows of every condition and seed by the id of the item, in the order of the study's first run.

    Raises ValueError, naming the run and the item, unless all were asked the same: id, prompt and expected answer.
    """
    found: dict[tuple[str, int], dict[str, Mapping[str, Any]]] = {}
    first: dict[str, Mapping[str, Any]] = {}
    for condition in bar.conditions:
        for seed in bar.seeds_of(condition.name):
            run = run_of(bar, condition.name, seed).run_id
            rows = read_predictions(Run(root / run), eval_set, condition.checkpoint)
            there: dict[str, Mapping[str, Any]] = {row["id"]: row for row in rows}
            first = first or there
            for sentence in other_items(first, there, len(rows)):
                raise ValueError(
                    f"run {run!r}, {condition.name} on {eval_set}: {sentence} as in the study's first run; evaluate "
                    "it again on the same set"
                )
            found[condition.name, seed] = {item: there[item] for item in first}
    return found


def other_items(
    first: Mapping[str, Mapping[str, Any]], there: Mapping[str, Mapping[str, Any]], rows: int
) -> Iterator[str]:
    """Where one run was asked other items than the first: a sentence each."""
    if len(there) != rows:
        yield f"found {rows} rows of {len(there)} items, expected each item once"
    for item in sorted(first.keys() ^ there.keys()):
        yield f"found {'no' if item in first else 'an'} item {item}, expected {'one' if item in first else 'none'}"
    for item in first.keys() & there.keys():
        for name in ("prompt", "expected_answer"):
            if there[item][name] != first[item][name]:
                yield f"found another {name} of item {item}, expected the same"


def study_runs(root: Path, bar: Bar) -> list[dict[str, Any]]:
    """Every run of the study with the sha256 of its manifest, its commit, those of all its sessions,
    and whether the tree differed from them.

    Raises ArtifactError when one of them is not sealed.
    """
    found = []
    for planned in planned_runs(bar):
        manifest = read_json(root / planned.run_id / MANIFEST)
        entry = {"run_id": planned.run_id, "seed": planned.seed, "conditions": list(planned.conditions)}
        entry |= {"commit": manifest["commit"], "commits": session_commits(manifest), "dirty": manifest["dirty"]}
        found.append({**entry, "manifest_sha256": sha256_file(root / planned.run_id / MANIFEST)})
    return found


def study_comparisons(root: Path, bar: Bar) -> list[dict[str, Any]]:
    """Every comparison of the bar on every evaluation set, the primary one first, with its verdict by the rule.

    Beside what ``crossed_difference`` gives: a, b, eval_set, rate_a, rate_b, family_low and family_high (the interval
    at alpha divided by the number of comparisons), p_holm, by_seed (a paired difference for each seed), nothing (why
    there is nothing to see, or ""), finding and verdict. Of a refused one: the reasons, and no number.
    """
    found = [
        _compared(root, bar, one, eval_set, answers)
        for eval_set in bar.eval_sets
        for answers in [right_answers(root, bar, eval_set)]
        for one in bar.comparisons
    ]
    adjusted = holm([result.get("p_value", 1.0) for result in found])
    return [_decided(root, result, p_holm, bar) for result, p_holm in zip(found, adjusted, strict=True)]


def _compared(root: Path, bar: Bar, one: Comparison, eval_set: str, answers: Answers) -> dict[str, Any]:
    seeds = bar.seeds_of(one.a, one.b)
    a, b = ([list(answers[name, seed].values()) for seed in seeds] for name in (one.a, one.b))
    names = {"a": one.a, "b": one.b, "eval_set": eval_set, "seeds": len(seeds), "items": len(a[0])}
    refused = refusals(root, bar, one, eval_set)
    return {**names, "refused": refused, **({} if refused else _measured(bar, seeds, a, b))}


def _measured(bar: Bar, seeds: Sequence[int], a: Sequence[Sequence[int]], b: Sequence[Sequence[int]]) -> dict[str, Any]:
    rates = {"rate_a": _mean(a), "rate_b": _mean(b)}
    found = crossed_difference(a, b, level=1 - bar.alpha)
    shared = crossed_difference(a, b, level=1 - bar.alpha / bar.family)
    by_seed = [
        {"seed": seed, **paired_difference([bool(x) for x in right_a], [bool(x) for x in right_b])}
        for seed, right_a, right_b in zip(seeds, a, b, strict=True)
    ]
    nothing = nothing_to_see(rates["rate_a"], rates["rate_b"], found["differing"])
    family = {"family_low": shared["low"], "family_high": shared["high"]}
    return {**rates, **found, **family, "by_seed": by_seed, "nothing": nothing}


def _mean(results: Sequence[Sequence[int]]) -> float:
    return round(sum(map(sum, results)) / sum(map(len, results)), 6)


def _decided(root: Path, result: Mapping[str, Any], p_holm: float, bar: Bar) -> dict[str, Any]:
    found = {**result, "p_holm": float(f"{p_holm:.6g}")}
    what = "refused" if found["refused"] else finding(found, bar.smallest_effect, bar.alpha)
    if VERDICTS[what] == SUPPORTED and (reason := _blind(root, bar, found["a"], found["eval_set"])):
        found["nothing"], what = reason, "nothing"
    return {**found, "finding": what, "verdict": VERDICTS[what]}


def _blind(root: Path, bar: Bar, condition: str, eval_set: str) -> str:
    """Why a condition cannot have judged better, "" where it can or nothing is judged; the rule of a run's arms, too.

    Judged by the balanced accuracy over all its seeds, with the bar's level.
    """
    if measure_on(root, bar, eval_set) != JUDGED:
        return ""
    level, works = 1 - bar.alpha, judged_works(answered_rows(root, bar, eval_set), condition)
    rates = pooled_rates(works, level, ("detection", "acceptance"))
    return blind(condition, pooled_sensitivity(rates, level)["balanced_accuracy"])


def sources(root: Path, bar: Bar, conditions: Sequence[str], eval_set: str) -> Iterator[dict[str, str]]:
    """The prediction files behind a number, relative to the folder of all runs, with their sha256."""
    for seed in bar.seeds_of(*conditions):
        for condition in conditions:
            path = results_file(root, bar, condition, seed, eval_set)
            yield {"file": path.relative_to(root).as_posix(), "sha256": sha256_file(path)}
