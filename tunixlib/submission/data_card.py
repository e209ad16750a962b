"""The card of the data that a run was trained on, in the form of Hugging Face, rendered from the traces themselves.

print(dataset_card(run))

---
language: en
license: apache-2.0
...
"""

from collections import Counter
from typing import Any

from tunixlib.checking.steps import check_steps
from tunixlib.runs import Run
from tunixlib.seeding.recipes import DEFAULT_TRACES
from tunixlib.submission.cards import front_matter
from tunixlib.submission.facts import Facts, read_facts
from tunixlib.tables import markdown_table
from tunixlib.traces import ReasoningTrace, read_traces, render_completion

LICENSE = "apache-2.0"  # the data is ours; a model has the licence of its base


def dataset_card(run: Run) -> str:
    """The card of the data that a run was trained on, as Markdown with YAML front matter."""
    facts = read_facts(run)
    traces = list(read_traces(run.path("data", "dataset.jsonl")))
    key, sha = facts.split["dataset_key"], facts.split["sha256"]
    front = {
        "license": LICENSE,
        "language": "en",
        "pretty_name": key,
        "size_categories": [_size_category(len(traces))],
        "task_categories": ["text-generation"],
        "tags": ["reasoning", "synthetic", "verified-steps"],
    }
    return "\n\n".join(
        [
            front_matter(front),
            f"# {key}",
            f"{len(traces)} problems with worked steps and a final answer, one JSON document per line, sha256 `{sha}`.",
            f"One of them, as a model sees it:\n\n```text\n{traces[0].prompt}\n\n{render_completion(traces[0])}\n```",
            "## What it holds",
            _breadth(traces),
            "## Truth",
            truth_text(traces),
            *_shown_works(facts),
            "## Make it again",
            _remake(key, len(traces), traces[0].meta.get("seed")),
        ]
    ) + "\n"  # fmt: skip


def _size_category(count: int) -> str:
    """The bucket in which Hugging Face counts data sets."""
    for limit, name in ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")):
        if count < limit:
            return name
    return "n>1M"


def _breadth(traces: list[ReasoningTrace]) -> str:
    rows = []
    for category in sorted({str(trace.meta.get("category", "unknown")) for trace in traces}):
        found = [trace for trace in traces if str(trace.meta.get("category", "unknown")) == category]
        steps = [len(trace.steps) for trace in found]
        families = len({trace.meta.get("family") for trace in found})
        rows.append((category, len(found), families, f"{min(steps)}–{max(steps)}"))
    return markdown_table(("category", "traces", "families", "steps"), rows)


def truth_text(traces: list[ReasoningTrace]) -> str:
    """How many steps state something that a program can check, and how many of those are true."""
    found = Counter(
        step.verdict
        for trace in traces
        for step in check_steps([step.content for step in trace.steps], trace.prompt).steps
    )
    return (
        f"Of {sum(found.values())} steps, {found['true']} state something that was checked and is true, "
        f"{found['false']} are false, and {found['unchecked']} state nothing that a program can check."
    )


def _shown_works(facts: Facts) -> list[str]:
    """What the arms of self-correction learnt from beside it; nothing for a run without them."""
    if not facts.correction_arms:
        return []
    run = facts.run
    counts = [
        (arm, len(list(read_traces(run.path("training", arm, "dataset.jsonl"))))) for arm in facts.correction_arms
    ]
    sha = facts.data_sha256.get(facts.shown_works)
    shown = f"The works that are shown come from `{facts.shown_works}`, sha256 `{sha}`. " if sha else ""
    return [
        "## Self-correction",
        f"{shown}Each arm's traces, some of stage C among them, lie in the evidence as `training/<arm>/dataset.jsonl`. "
        "Wrong lines in them are marked as such by `meta`, and were proven wrong when they were made.",
        markdown_table(("arm", "distinct traces"), counts),
    ]


def _remake(key: str, count: int, seed: Any) -> str:
    if key not in DEFAULT_TRACES:
        return "This data was ingested from a file: there is no recipe to make it again."
    command = f"python -m tunixlib seed --dataset {key} --traces {count} --seed {seed} --out data/{key}"
    return f"The same bytes come from\n\n```\n{command}\n```"
