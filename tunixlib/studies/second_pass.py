"""The second pass in a study: answers that were wrong at first and mended, and right ones that were broken.

    found = second_pass_results(Path("submission_runs"), bar)     # {} where 05_evaluate wrote no second pass
    found["eval-core"]["contrastive"]["mended"]                   # of the answers that were wrong at first
    found["eval-core"]["contrastive"]["difference"]               # right after less right before

A checkpoint answers, is shown its own work and judges it; where it calls the work wrong, its verdict's answer counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.analysis.claim_kinds import make_claim
from tunixlib.analysis.crossed import crossed_difference
from tunixlib.analysis.crossed_rate import crossed_proportion
from tunixlib.analysis.verdicts import MEASURED
from tunixlib.artifacts import read_jsonl, sha256_file
from tunixlib.evaluation.second_pass import SECOND_PASS
from tunixlib.studies.bar import Bar, Condition
from tunixlib.studies.plan import run_of

# Rate -> which rows are its cases, and which of them are hits.
SECOND_RATES = {
    "before": (lambda row: True, lambda row: row["first_correct"]),
    "after": (lambda row: True, lambda row: row["correct"]),
    "mended": (lambda row: not row["first_correct"], lambda row: row["correct"]),
    "broken": (lambda row: row["first_correct"], lambda row: not row["correct"]),
    "detection": (lambda row: row["shown"] and not row["first_correct"], lambda row: row["verdict"] == "wrong"),
    "false_alarms": (lambda row: row["shown"] and row["first_correct"], lambda row: row["verdict"] == "wrong"),
}
CHANGE = (
    "{condition} on {eval_set}, {seeds} seeds, shown its own work: {before_k} of {before_n} answers are right before "
    "and {after_k} after, {value_percent:+.1f} percentage points ({level_percent:.0f} % interval {low_percent:+.1f} to "
    "{high_percent:+.1f}, items and seeds both varying)"
)
COUNTED = {
    "mended": "wrong ones mended",
    "broken": "right ones broken",
    "detection": "wrong ones, of those whose work could be shown, called wrong",
    "false_alarms": "right ones called wrong",
}

Rows = Mapping[int, Sequence[Mapping[str, Any]]]  # seed -> rows, items in the same order with every seed


def second_pass_results(root: Path, bar: Bar) -> dict[str, Any]:
    """Evaluation set -> condition -> ``before``, ``after``, ``mended``, ``broken``, ``detection`` and ``false_alarms``
    of its own answers as ``crossed_proportion`` has them, and ``difference``.

    Conditions without a second pass with every one of their seeds are left out. Raises ValueError where seeds were
    asked other questions.
    """
    found: dict[str, Any] = {}
    for eval_set in bar.eval_sets if bar.corrects else ():
        for condition in bar.conditions:
            if all(path.is_file() for path in second_pass_files(root, bar, condition, eval_set)):
                rows = _rows(root, bar, condition, eval_set)
                found.setdefault(eval_set, {})[condition.name] = _measured(rows, 1 - bar.alpha)
    return found


def second_pass_files(root: Path, bar: Bar, condition: Condition, eval_set: str) -> list[Path]:
    """Where the second pass of a condition lies with each seed, whether it is there or not."""
    runs = [run_of(bar, condition.name, seed).run_id for seed in bar.seeds_of(condition.name)]
    return [root / run / SECOND_PASS / eval_set / f"{condition.checkpoint}.jsonl" for run in runs]


def _rows(root: Path, bar: Bar, condition: Condition, eval_set: str) -> Rows:
    found: dict[int, list[dict[str, Any]]] = {}
    first: dict[str, str] = {}
    files = second_pass_files(root, bar, condition, eval_set)
    for seed, path in zip(bar.seeds_of(condition.name), files, strict=True):
        there = {row["id"]: row for _, row in read_jsonl(path)}
        asked = {item: row["question"] for item, row in there.items()}
        first = first or asked
        if asked != first:
            raise ValueError(
                f"{path.relative_to(root).as_posix()}: found other items or questions than with the first seed, "
                "expected the same; evaluate the run again on the same set"
            )
        found[seed] = [there[item] for item in first]
    return found


def _measured(rows: Rows, level: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, (is_case, is_hit) in SECOND_RATES.items():
        cases = [[int(is_case(row)) for row in of_seed] for of_seed in rows.values()]
        hits = [[int(is_case(row) and is_hit(row)) for row in of_seed] for of_seed in rows.values()]
        found[name] = crossed_proportion(hits, cases, level)
    after, before = (
        [[int(row[key]) for row in seed] for seed in rows.values()] for key in ("correct", "first_correct")
    )
    found["difference"] = crossed_difference(after, before, level)
    return found


def second_pass_claims(root: Path, bar: Bar) -> Iterator[dict[str, Any]]:
    """One claim for each condition with a second pass: right before and after, mended and broken."""
    for eval_set, conditions in second_pass_results(root, bar).items():
        for name, found in conditions.items():
            condition = bar.condition(name)
            paths = second_pass_files(root, bar, condition, eval_set)
            files = [{"file": p.relative_to(root).as_posix(), "sha256": sha256_file(p)} for p in paths]
            fields = {"condition": name, "eval_set": eval_set, "seeds": len(paths), "level": round(1 - bar.alpha, 6)}
            for rate in SECOND_RATES:
                fields |= {f"{rate}_{key}": value for key, value in found[rate].items()}
            source, change = {"recompute": "second_pass_results", "files": files}, found["difference"]
            place, ends = f"{eval_set}/{name}/second-pass", (change["low"], change["high"])
            template = CHANGE + "".join(map(_part, COUNTED, (found[rate]["n"] for rate in COUNTED))) + "."
            yield make_claim(place, template, fields, source, MEASURED, change["difference"], ends)


def _part(rate: str, cases: float) -> str:
    """The words of one rate in the claim, with its share and interval where there are cases."""
    share = f": {{{rate}_rate_percent:.1f}} % [{{{rate}_low_percent:.1f}}, {{{rate}_high_percent:.1f}}]"
    return f"; {{{rate}_k}} of {{{rate}_n}} {COUNTED[rate]}{share if cases else ''}"
