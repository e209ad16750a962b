"""The contest's rules that a run itself meets or does not: its completions, its files, its data, its session.

for rule in run_rules(read_facts(run)):
    print(rule.name, rule.found, rule.required, rule.ok)
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tunixlib.artifacts import read_json
from tunixlib.evidence.environment import is_untracked
from tunixlib.evidence.leaks import leaks_in
from tunixlib.evidence.sealing import evidence_files
from tunixlib.runs import Run
from tunixlib.seeding import datasets
from tunixlib.seeding.datasets import load_traces
from tunixlib.seeding.gate import LeakError, check_disjoint
from tunixlib.stages import FINAL
from tunixlib.submission.facts import Facts

LEAST_SHARE = 0.98  # of completions in the text form, and ended by themselves
MOST_TOKENS = 1_000  # a completion has fewer
LARGEST_FILE = 5_000_000  # bytes; a file has fewer
LONGEST_SESSION = 9 * 3600  # seconds: a TPU session on Kaggle


@dataclass(frozen=True)
class Rule:
    """One rule: what was found, what is required; ``ok`` is None where only a person can tell, or do it."""

    name: str
    found: str
    required: str
    ok: bool | None


def run_rules(facts: Facts) -> Iterator[Rule]:
    """Every rule that the run's own files decide."""
    yield from _form_rules(facts)
    yield _length_rule(facts)
    yield _size_rule(facts)
    yield _leak_rule(facts)
    yield _gate_rule(facts)
    yield _session_rule(facts)
    yield _time_rule(facts)
    yield _public_rule(facts)


def _form_rules(facts: Facts) -> Iterator[Rule]:
    rows = facts.final_rows
    shares = (
        (f"completions of {FINAL} in the text form", sum(row["well_formed"] for row in rows)),
        ("answers in answer tags", sum(row["extraction_rule"] == "tagged" for row in rows)),
        ("completions that end by themselves", sum(row["finish_reason"] == "eos" for row in rows)),
    )
    for name, count in shares:
        found = f"{count} of {len(rows)} ({100 * count / len(rows):.1f} %)"
        yield Rule(name, found, f"at least {100 * LEAST_SHARE:.0f} %", count >= LEAST_SHARE * len(rows))


def _length_rule(facts: Facts) -> Rule:
    longest = max(row["tokens"] for row in facts.final_rows)
    return Rule("longest completion", f"{longest} tokens", f"under {MOST_TOKENS:,} tokens", longest < MOST_TOKENS)


def _size_rule(facts: Facts) -> Rule:
    run = facts.run
    largest = max(evidence_files(run.root), key=lambda name: run.path(name).stat().st_size)
    size = run.path(largest).stat().st_size
    return Rule("largest file", f"{size:,} bytes, {largest}", f"under {LARGEST_FILE:,} bytes", size < LARGEST_FILE)


def _leak_rule(facts: Facts) -> Rule:
    names = evidence_files(facts.run.root)
    leaking = [name for name in names if not name.endswith(".png") and _leaks(facts.run, name)]
    found = ", ".join(leaking) or f"none in {len(names)} files"
    return Rule("absolute paths and secrets", found, "none", not leaking)


def _leaks(run: Run, name: str) -> bool:
    text = run.path(name).read_text(encoding="utf-8")
    value: Any
    if name.endswith(".jsonl"):
        value = [json.loads(line) for line in text.split("\n") if line]
    else:
        value = text if name.endswith(".md") else json.loads(text)
    return any(leaks_in(name, text, value))


def _gate_rule(facts: Facts) -> Rule:
    files = [facts.run.path("data", "dataset.jsonl")]
    files += [facts.run.path("training", arm, "dataset.jsonl") for arm in facts.correction_arms]
    traces = [trace for file in files for trace in load_traces(file)]
    try:
        compared = check_disjoint((row["prompt"] for row in facts.final_rows), (trace.prompt for trace in traces))
    except LeakError as error:
        return Rule("questions trained on", str(error), "none", False)
    found = f"none of {len(facts.final_rows)} among {compared} traces"
    return Rule("questions trained on", found, "none", True)


def _session_rule(facts: Facts) -> Rule:
    found = facts.command or "notebooks run by hand"
    return Rule("single session", found, "one command for all stages", bool(facts.command))


def _time_rule(facts: Facts) -> Rule:
    limit = f"at most {LONGEST_SESSION / 3600:.0f} hours"
    return Rule("time of all stages", f"{facts.seconds / 60:.1f} minutes", limit, facts.seconds <= LONGEST_SESSION)


def _public_rule(facts: Facts) -> Rule:
    used = facts.data_sha256
    missing = [key for key, sha in used.items() if not _is_committed(key, sha)]
    found = f"not committed, or other bytes: {', '.join(missing)}" if missing else f"{', '.join(used)} in data/"
    return Rule("data is public", found, "all data in the repository, committed", not missing)


def _is_committed(key: str, sha: str) -> bool:
    manifest = datasets.DATA_ROOT / key / "manifest.json"
    return manifest.is_file() and read_json(manifest)["sha256"] == sha and not is_untracked(manifest)
