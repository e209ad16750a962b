"""An exploratory study: what sealed runs show that were made without a bar. Rates and intervals, and no verdict.

    files = exploratory_texts(design, reason)             # {"claims.json": b"...", "analysis.md": b"..."}
    document = exploratory_document(design, reason, files)          # study.json

Whoever looks at results first and compares then finds differences that are none; so the first sentence says what this
is, and intervals are of each comparison by itself.
"""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.claim_kinds import make_claim
from tunixlib.analysis.crossed import crossed_difference
from tunixlib.analysis.gate import refuse_unfair
from tunixlib.analysis.run_files import predictions_path, read_predictions
from tunixlib.analysis.statistics import paired_difference
from tunixlib.analysis.verdicts import MEASURED, UNDECIDED
from tunixlib.artifacts import pretty_json, read_json, sha256_bytes, sha256_file
from tunixlib.evaluation.intervals import proportion
from tunixlib.evidence.problems import counted
from tunixlib.runs import MANIFEST, Run
from tunixlib.studies.bar import LEAST_SEEDS
from tunixlib.studies.claims import BY_SEED, RATE, STUDY_CLAIMS_VERSION
from tunixlib.studies.design import SEED, Condition, Design
from tunixlib.studies.document import STUDY_VERSION
from tunixlib.studies.history import session_commits
from tunixlib.studies.results import other_items
from tunixlib.studies.without_bar import REASONS, limits
from tunixlib.tables import markdown_table

EXPLORATORY = "exploratory"  # the key of study.json that says why there was no bar: one of ``REASONS``

SPREAD = (
    "{condition} answers {value_percent:.1f} % of {items} items of {eval_set} right on average over {seeds} seeds, "
    "from {least_percent:.1f} % to {most_percent:.1f} %; the seeds' standard deviation is {sd_percent:.1f} points."
)
DIFFERENCE = (
    "Over {seeds} seeds and {items} items of {eval_set}, {a} minus {b} is {value_percent:+.1f} percentage points "
    "(95 % interval {low_percent:+.1f} to {high_percent:+.1f}, items and seeds both varying, this comparison alone)."
)
REFUSED = "The comparison of {a} with {b} on {eval_set} is refused: {reasons}."

# Condition, seed -> item -> right or wrong
Answers = Mapping[tuple[str, int], Mapping[str, int]]


def exploratory_claims(design: Design) -> list[dict[str, Any]]:
    """Every rate, spread and difference as a claim with its prediction files. Raises ValueError where items differ."""
    found: list[dict[str, Any]] = []
    for eval_set in design.eval_sets:
        answers = _answers(design, eval_set)
        for condition in design.conditions:
            found += _rates(condition, eval_set, answers)
        for a, b in design.comparisons:
            found += _difference(design, a, b, eval_set, answers)
    return found


def _answers(design: Design, eval_set: str) -> Answers:
    found: dict[tuple[str, int], dict[str, int]] = {}
    first: dict[str, Mapping[str, Any]] = {}
    for condition in design.conditions:
        for seed, run in condition.runs.items():
            rows = read_predictions(run, eval_set, condition.checkpoint)
            there: dict[str, Mapping[str, Any]] = {row["id"]: row for row in rows}
            first = first or there
            for sentence in other_items(first, there, len(rows)):
                raise ValueError(f"run {run.run_id!r}, {condition.name} on {eval_set}: {sentence} as in the first run")
            found[condition.name, seed] = {item: int(there[item]["correct"]) for item in first}
    return found


def _file(run: Run, eval_set: str, checkpoint: str) -> dict[str, str]:
    path = predictions_path(run, eval_set, checkpoint)
    return {"file": path.relative_to(run.root.parent).as_posix(), "sha256": sha256_file(path)}


def _source(eval_set: str, *conditions: Condition) -> dict[str, Any]:
    files = [_file(run, eval_set, one.checkpoint) for one in conditions for run in one.runs.values()]
    return {"recompute": "exploratory_claims", "files": files}


def _rates(condition: Condition, eval_set: str, answers: Answers) -> Iterator[dict[str, Any]]:
    names = {"condition": condition.name, "eval_set": eval_set}
    shares = []
    for seed, run in condition.runs.items():
        right = answers[condition.name, seed].values()
        share = proportion(sum(right), len(right))
        shares.append(share["rate"])
        fields = {**names, "seed": seed, "k": share["k"], "n": share["n"]}
        source = {"recompute": "exploratory_claims", "files": [_file(run, eval_set, condition.checkpoint)]}
        ends = (share["low"], share["high"])
        yield make_claim(f"{eval_set}/{condition.name}/s{seed}", RATE, fields, source, MEASURED, share["rate"], ends)
    if len(shares) > 1:
        fields = {**names, "seeds": len(shares), "items": len(right), "least": min(shares), "most": max(shares)}
        fields["sd"] = round(statistics.stdev(shares), 6)
        mean, source = round(statistics.fmean(shares), 6), _source(eval_set, condition)
        yield make_claim(f"{eval_set}/{condition.name}/spread", SPREAD, fields, source, MEASURED, mean)


def _difference(
    design: Design, a: Condition, b: Condition, eval_set: str, answers: Answers
) -> Iterator[dict[str, Any]]:
    start, names = f"{eval_set}/{a.name}-vs-{b.name}", {"eval_set": eval_set, "a": a.name, "b": b.name}
    source = _source(eval_set, a, b)
    if reasons := refusals(design, a, b, eval_set):
        yield make_claim(start, REFUSED, {**names, "reasons": "; ".join(reasons)}, source, UNDECIDED)
        return
    right_of_a, right_of_b = ([list(answers[one.name, seed].values()) for seed in design.seeds] for one in (a, b))
    if len(design.seeds) >= LEAST_SEEDS:
        found = crossed_difference(right_of_a, right_of_b)
        fields = {**names, **{name: found[name] for name in ("seeds", "items", "differing", "only_a", "only_b")}}
        ends = (found["low"], found["high"])
        yield make_claim(start, DIFFERENCE, fields, source, MEASURED, found["difference"], ends)
    for seed, right_a, right_b in zip(design.seeds, right_of_a, right_of_b, strict=True):
        one = paired_difference([bool(x) for x in right_a], [bool(x) for x in right_b])
        files = [_file(side.runs[seed], eval_set, side.checkpoint) for side in (a, b)]
        fields, ends = {**names, "seed": seed}, (one["low"], one["high"])
        own = {**source, "files": files}
        yield make_claim(f"{start}/s{seed}", BY_SEED, fields, own, MEASURED, one["difference"], ends)


def refusals(design: Design, a: Condition, b: Condition, eval_set: str) -> list[str]:
    """Why two conditions cannot be compared on an evaluation set, for whichever seed has the reason."""
    found: list[str] = []
    for seed in design.seeds:
        sides = (a.runs[seed], a.checkpoint, b.runs[seed], b.checkpoint)
        reasons = refuse_unfair(*sides, treatment=design.treatment_of(a, b), eval_sets=[eval_set])
        found += [f"seed {seed}, {reason}" for reason in reasons]
    return found


def exploratory_texts(design: Design, reason: str) -> dict[str, bytes]:
    """Relative path -> bytes of claims and analysis; ``reason`` is a key of ``REASONS``."""
    claims = exploratory_claims(design)
    document = {"claims_version": STUDY_CLAIMS_VERSION, "claims": claims}
    return {
        "claims.json": pretty_json(document).encode("utf-8"),
        "analysis.md": render_exploratory(design, reason, claims).encode("utf-8"),
    }


def exploratory_document(design: Design, reason: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    """``study.json`` of a study without a bar: why there is none, what varies, the runs with their manifests."""
    return {
        "study_version": STUDY_VERSION,
        "study": design.study,
        EXPLORATORY: reason,
        "varies": design.varies,
        "seeds": list(design.seeds),
        "conditions": [condition.name for condition in design.conditions],
        "runs": [run_entry(run) for run in design.runs],
        "files": {name: sha256_bytes(content) for name, content in sorted(files.items())},
    }


def run_entry(run: Run) -> dict[str, Any]:
    """A run as the document that puts it beside others names it: commits, dirty or not, sha256 of its manifest."""
    manifest = read_json(run.path(MANIFEST))
    entry = {"run_id": run.run_id, "commits": session_commits(manifest), "dirty": manifest["dirty"]}
    return {**entry, "manifest_sha256": sha256_file(run.path(MANIFEST))}


def render_exploratory(design: Design, reason: str, claims: Sequence[Mapping[str, Any]]) -> str:
    """The text of ``analysis.md``. Its first sentence says that this is exploratory."""
    known = {claim["id"]: claim for claim in claims}
    varies = "the seed" if design.varies == SEED else f"{design.varies}, each value with the same seeds"
    parts = [
        f"# Study `{design.study}`",
        f"Exploratory: {REASONS[reason]}, so there are intervals here and no verdict.",
        f"What varies between {', '.join(f'`{run.run_id}`' for run in design.runs)}: {varies}. "
        f"{counted(len(design.seeds), 'seed')}, {counted(len(design.comparisons), 'comparison')} on each evaluation "
        "set; intervals are of each by itself.",
    ]
    for eval_set in design.eval_sets:
        parts += [f"## Right answers on {eval_set}", _table(design, known, eval_set)]
        said = [known[i]["text"] for i in known if i.startswith(f"{eval_set}/") and is_whole(i)]
        parts += ["\n".join(f"- {text}" for text in said)] if said else []
    recheck = f"```\npython -m tunixlib verify submission_runs/{design.study}\n```"
    return (
        "\n\n".join([*parts, "## Limits", limits(design.runs, len(design.seeds)), "## How to recheck", recheck]) + "\n"
    )


def is_whole(claim_id: str) -> bool:
    """Whether a claim is about all seeds: a spread, a difference over all, or a refusal."""
    last = claim_id.rpartition("/")[2]
    return not (last.startswith("s") and last[1:].isdigit())


def _table(design: Design, known: Mapping[str, Mapping[str, Any]], eval_set: str) -> str:
    """One row a condition and a comparison, one column a seed, each with its interval over items."""
    rows = []
    for name in (condition.name for condition in design.conditions):
        rows.append((name, *(_share(known[f"{eval_set}/{name}/s{seed}"], "{:.1f}") for seed in design.seeds)))
    for a, b in design.comparisons:
        start = f"{eval_set}/{a.name}-vs-{b.name}"
        cells = [_share(known[f"{start}/s{s}"], "{:+.1f}") if f"{start}/s{s}" in known else "–" for s in design.seeds]
        rows.append((f"{a.name} minus {b.name}", *cells))
    return markdown_table(("percent [95 % interval over items]", *(f"seed {seed}" for seed in design.seeds)), rows)


def _share(claim: Mapping[str, Any], form: str) -> str:
    value, low, high = (form.format(100 * number) for number in (claim["value"], *claim["interval"]))
    return f"{value} [{low}, {high}]"
