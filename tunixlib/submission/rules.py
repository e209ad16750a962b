"""The contest's rules that a program can check, and those that only a person can follow.

    print(rules_table(check_rules(run)))

    | rule | found | required | |
    | completions in the text form | 147 of 150 (98.0 %) | at least 98 % | met |
    | video | | public, linked from the writeup | for you to do |

A rule that is not met is a result, not an error: a random model cannot write the text form.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tunixlib.artifacts import read_json
from tunixlib.runs import Run
from tunixlib.seeding import datasets
from tunixlib.seeding.datasets import load_traces
from tunixlib.seeding.gate import LeakError, check_disjoint
from tunixlib.submission.facts import FINAL, Facts, read_facts
from tunixlib.submission.leaks import leaks_in
from tunixlib.submission.sealing import evidence_files
from tunixlib.tables import markdown_table

LEAST_SHARE = 0.98  # of completions in the text form, and ended by themselves
MOST_TOKENS = 1_000  # a completion has fewer
LARGEST_FILE = 5_000_000  # bytes; a file has fewer
LONGEST_SESSION = 9 * 3600  # seconds: a TPU session on Kaggle

BY_HAND = (
    ("video", "public, linked from the writeup"),
    ("cover image", "attached to the writeup"),
    ("account", "rules accepted, notebook and model public"),
    ("writing", "the writeup itself"),
)


@dataclass(frozen=True)
class Rule:
    """One rule: what was found, what is required; ``ok`` is None where only a person can tell."""

    name: str
    found: str
    required: str
    ok: bool | None


def check_rules(run: Run) -> list[Rule]:
    """Every rule with what the run, sealed or not, has to say to it. Raises ArtifactError when a stage is missing."""
    facts = read_facts(run)
    checked = [*_completion_rules(facts), *_file_rules(facts), _gate_rule(facts), *_session_rules(facts)]
    checked.append(_public_rule(facts))
    return [*checked, *(Rule(name, "", required, None) for name, required in BY_HAND)]


def rules_table(rules: list[Rule]) -> str:
    """The rules as Markdown, each with its verdict in words."""
    words = {True: "met", False: "not met", None: "for you to do"}
    header = ("rule", "found", "required", "verdict")
    return markdown_table(header, [(rule.name, rule.found, rule.required, words[rule.ok]) for rule in rules])


def _completion_rules(facts: Facts) -> Iterator[Rule]:
    rows = facts.final_rows
    shares = (
        (f"completions of {FINAL} in the text form", sum(row["well_formed"] for row in rows)),
        ("answers in answer tags", sum(row["extraction_rule"] == "tagged" for row in rows)),
        ("completions that end by themselves", sum(row["finish_reason"] == "eos" for row in rows)),
    )
    for name, count in shares:
        found = f"{count} of {len(rows)} ({100 * count / len(rows):.1f} %)"
        yield Rule(name, found, f"at least {100 * LEAST_SHARE:.0f} %", count >= LEAST_SHARE * len(rows))
    longest = max(row["tokens"] for row in rows)
    yield Rule("longest completion", f"{longest} tokens", f"under {MOST_TOKENS:,} tokens", longest < MOST_TOKENS)


def _file_rules(facts: Facts) -> Iterator[Rule]:
    run = facts.run
    names = evidence_files(run.root)
    largest = max(names, key=lambda name: run.path(name).stat().st_size)
    size = run.path(largest).stat().st_size
    yield Rule("largest file", f"{size:,} bytes, {largest}", f"under {LARGEST_FILE:,} bytes", size < LARGEST_FILE)
    leaking = [name for name in names if not name.endswith(".png") and _leaks(run, name)]
    found = ", ".join(leaking) or f"none in {len(names)} files"
    yield Rule("absolute paths and secrets", found, "none", not leaking)


def _leaks(run: Run, name: str) -> bool:
    text = run.path(name).read_text(encoding="utf-8")
    value: Any
    if name.endswith(".jsonl"):
        value = [json.loads(line) for line in text.splitlines() if line]
    else:
        value = text if name.endswith(".md") else json.loads(text)
    return any(leaks_in(name, text, value))


def _gate_rule(facts: Facts) -> Rule:
    traces = load_traces(facts.run.path("data", "dataset.jsonl"))
    try:
        compared = check_disjoint((row["prompt"] for row in facts.final_rows), (trace.prompt for trace in traces))
    except LeakError as error:
        return Rule("questions trained on", str(error), "none", False)
    found = f"none of {len(facts.final_rows)} among {compared} traces"
    return Rule("questions trained on", found, "none", True)


def _session_rules(facts: Facts) -> Iterator[Rule]:
    yield Rule(
        "single session", facts.command or "notebooks run by hand", "one command for all stages", bool(facts.command)
    )
    limit = f"at most {LONGEST_SESSION / 3600:.0f} hours"
    yield Rule("time of all stages", f"{facts.seconds / 60:.1f} minutes", limit, facts.seconds <= LONGEST_SESSION)


def _public_rule(facts: Facts) -> Rule:
    used = {facts.split["dataset_key"]: facts.split["sha256"]}
    used |= {name: entry["sha256"] for name, entry in facts.summary.document["eval_sets"].items()}
    missing = [key for key, sha in used.items() if not _is_committed(key, sha)]
    found = f"not there, or other bytes: {', '.join(missing)}" if missing else f"{', '.join(used)} in data/"
    return Rule("data is public", found, "all data in the repository", not missing)


def _is_committed(key: str, sha: str) -> bool:
    manifest = datasets.DATA_ROOT / key / "manifest.json"
    return manifest.is_file() and read_json(manifest)["sha256"] == sha
