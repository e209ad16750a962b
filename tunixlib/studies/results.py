"""What a study found, computed from the predictions of its sealed runs and nothing else.

    bar = read_bar(Path("notebooks/profiles/studies/order-135m.yaml"))
    for found in study_comparisons(Path("submission_runs"), bar):
        print(found["a"], found["b"], found["difference"], found["low"], found["high"], found["verdict"])

The rule for verdicts, fixed before any run. The claim "a answers more items correctly than b" is *supported* when the
interval of a - b lies above 0 and reaches beyond the smallest effect of interest, and p, adjusted by Holm over all
comparisons of the study, is below alpha. It is *not supported* when the interval lies between minus and plus the
smallest effect (whatever difference there is, it is too small to matter) or below 0. Otherwise it is *undecided*; a
comparison that the gate refuses is undecided, too, with the reasons beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.analysis.run_files import predictions_path, read_predictions
from tunixlib.analysis.statistics import crossed_bootstrap, holm, paired_difference
from tunixlib.artifacts import read_json, sha256_file
from tunixlib.runs import MANIFEST, Run
from tunixlib.studies.bar import Bar, Comparison, planned_runs, run_of
from tunixlib.studies.gate import refusals

SUPPORTED, NOT_SUPPORTED, UNDECIDED = "supported", "not supported", "undecided"


def results_file(root: Path, bar: Bar, condition: str, seed: int, eval_set: str) -> Path:
    """Where the predictions of a condition with one seed lie, below the folder that holds all runs."""
    run = Run(root / run_of(bar, condition, seed).run_id)
    return predictions_path(run, eval_set, bar.condition(condition).checkpoint)


def right_answers(root: Path, bar: Bar, condition: str, seeds: Sequence[int], eval_set: str) -> list[list[int]]:
    """1 for right and 0 for wrong by the bar's measure, (seeds, items).

    Raises ValueError when two seeds were asked different items: they have the same ids in the same order.
    """
    found: list[list[int]] = []
    first: list[str] = []
    for seed in seeds:
        run = run_of(bar, condition, seed).run_id
        rows = read_predictions(Run(root / run), eval_set, bar.condition(condition).checkpoint)
        ids = [row["id"] for row in rows]
        if ids != (first := first or ids):
            raise ValueError(
                f"run {run!r}: found other items of {eval_set} than in the study's first run; run it again"
            )
        found.append([int(row[bar.measure]) for row in rows])
    return found


def study_runs(root: Path, bar: Bar) -> list[dict[str, Any]]:
    """Every run of the study with the sha256 of its manifest, its commit, and whether the tree differed from it.

    Raises ArtifactError when one of them is not sealed.
    """
    found = []
    for planned in planned_runs(bar):
        manifest = read_json(root / planned.run_id / MANIFEST)
        entry = {"run_id": planned.run_id, "seed": planned.seed, "conditions": list(planned.conditions)}
        entry |= {"commit": manifest["commit"], "dirty": manifest["dirty"]}
        found.append({**entry, "manifest_sha256": sha256_file(root / planned.run_id / MANIFEST)})
    return found


def study_comparisons(root: Path, bar: Bar) -> list[dict[str, Any]]:
    """Every comparison of the bar on every evaluation set, the primary one first, with its verdict by the rule.

    Beside what ``crossed_bootstrap`` gives: a, b, eval_set, rate_a, rate_b, p_holm, by_seed (a paired difference for
    each seed), refused (why the gate does not let it stand) and verdict.
    """
    found = [_measured(root, bar, one, eval_set) for eval_set in bar.eval_sets for one in bar.comparisons]
    standing = [result for result in found if not result["refused"]]
    adjusted = holm([result["p_value"] for result in standing])
    for result, p_holm in zip(standing, adjusted, strict=True):
        result["p_holm"] = float(f"{p_holm:.6g}")
    return [{**result, "verdict": study_verdict(result, bar)} for result in found]


def _measured(root: Path, bar: Bar, one: Comparison, eval_set: str) -> dict[str, Any]:
    seeds = bar.seeds_of(one.a, one.b)
    a, b = (right_answers(root, bar, name, seeds, eval_set) for name in (one.a, one.b))
    rates = {"rate_a": _mean(a), "rate_b": _mean(b)}
    found = crossed_bootstrap(a, b, level=round(1 - bar.alpha, 6))
    by_seed = [
        {"seed": seed, **paired_difference([bool(x) for x in right_a], [bool(x) for x in right_b])}
        for seed, right_a, right_b in zip(seeds, a, b, strict=True)
    ]
    names = {"a": one.a, "b": one.b, "eval_set": eval_set}
    return {**names, **rates, **found, "by_seed": by_seed, "refused": refusals(root, bar, one, eval_set)}


def _mean(results: Sequence[Sequence[int]]) -> float:
    return round(sum(map(sum, results)) / sum(map(len, results)), 6)


def study_verdict(found: Mapping[str, Any], bar: Bar) -> str:
    """The verdict on "a is above b" by the rule in this module's description."""
    low, high, smallest = found["low"], found["high"], bar.smallest_effect
    if found["refused"]:
        return UNDECIDED
    if -smallest <= low and high <= smallest:
        return NOT_SUPPORTED
    if low > 0 and found["p_holm"] < bar.alpha:
        return SUPPORTED
    return NOT_SUPPORTED if high < 0 else UNDECIDED


def sources(root: Path, bar: Bar, conditions: Sequence[str], eval_set: str) -> Iterator[dict[str, str]]:
    """The prediction files behind a number, relative to the folder of all runs, with their sha256."""
    for seed in bar.seeds_of(*conditions):
        for condition in conditions:
            path = results_file(root, bar, condition, seed, eval_set)
            yield {"file": path.relative_to(root).as_posix(), "sha256": sha256_file(path)}
