"""The model card and the data set card of a run, in the form of Hugging Face, rendered from measured facts only.

print(model_card(run))

---
base_model: HuggingFaceTB/SmolLM2-135M-Instruct
language: en
...
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import yaml

from tunixlib.checking.steps import check_steps
from tunixlib.runs import Run
from tunixlib.seeding.datasets import STAGES
from tunixlib.seeding.recipes import DEFAULT_TRACES
from tunixlib.submission.facts import FINAL, Facts, read_facts
from tunixlib.tables import markdown_table, percent
from tunixlib.traces import ReasoningTrace, read_traces, render_completion

# The names by which others know the models that we call by short names.
BASE_MODELS = {"smollm2": "HuggingFaceTB/SmolLM2-135M-Instruct"}
LICENSE = "apache-2.0"
MEASURES = {"accuracy": "accuracy", "lenient_accuracy": "lenient", "format_rate": "format", "step_truth": "step truth"}

USE = """```python
from transformers import AutoModelForCausalLM, AutoTokenizer

folder = "submission_runs/{run_id}/training/curriculum/{final}/checkpoint"
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder)
turns = [{{"role": "user", "content": {prompt!r}}}]
inputs = tokenizer.apply_chat_template(
    turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
)
output = model.generate(**inputs, max_new_tokens={limit}, do_sample=False)
print(tokenizer.decode(output[0][inputs["input_ids"].shape[1] :]))
```"""


def model_card(run: Run) -> str:
    """The model card as Markdown with YAML front matter. Raises ArtifactError when a stage has not run."""
    facts = read_facts(run)
    model = PurePath(facts.parameters["MODEL"]).name
    front = {
        "license": LICENSE,
        "base_model": BASE_MODELS.get(model, model),
        "language": "en",
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["reasoning", "curriculum-learning", "sft", "verified-steps"],
    }
    return "\n\n".join(
        [
            _front_matter(front),
            f"# {model}, taught to show its work (run `{run.run_id}`)",
            f"`{model}` after supervised fine-tuning on worked problems in three stages of rising difficulty, to write "
            "its steps between `<reasoning>` tags and its answer between `<answer>` tags, and to stop. This is the "
            f"checkpoint `curriculum/{FINAL}`; below, format is how often it does so.",
            "## Training",
            _training(facts),
            "## Results",
            *_results(facts),
            "## Limits",
            _limits(facts),
            "## Use",
            USE.format(
                run_id=run.run_id,
                final=FINAL,
                prompt=facts.final_rows[0]["prompt"],
                limit=facts.parameters["MAX_NEW_TOKENS"],
            ),
            "## Verify",
            _verify(run),
        ]
    ) + "\n"  # fmt: skip


def _front_matter(values: Mapping[str, Any]) -> str:
    return f"---\n{yaml.safe_dump(dict(values), sort_keys=True, allow_unicode=True)}---"


def _training(facts: Facts) -> str:
    split, p = facts.split, facts.parameters
    counts = ", ".join(f"{stage.upper()} {split['stages'][stage]['traces']}" for stage in STAGES)
    rows = []
    for arm, segments in facts.metrics.items():
        steps = [row for found in segments.values() for row in found]
        tokens = (sum(row[name] for row in steps) for name in ("tokens", "target_tokens"))
        rows.append((arm, len(segments), f"{len(steps):,}", *(f"{count:,}" for count in tokens)))
    words = (
        f"{split['total']} traces of `{split['dataset_key']}` (stages {counts}), passes over the stages "
        f"{'/'.join(str(count) for count in p['EPOCHS'])}, {p['TRACES_PER_STEP']} traces per step, peak learning rate "
        f"{p['LEARNING_RATE']:g}, seed {p['SEED']}. The arm `flat` holds the same rows in random order."
    )
    return words + "\n\n" + markdown_table(("arm", "segments", "steps", "tokens", "supervised tokens"), rows)


def _results(facts: Facts) -> list[str]:
    blocks = []
    for eval_set in facts.summary.eval_sets:
        cards = facts.summary.cards(eval_set)
        rows = [(c["checkpoint"], *(percent(c[m], True) for m in MEASURES), percent(c["step_coverage"])) for c in cards]
        table = markdown_table(("checkpoint", *MEASURES.values(), "coverage"), rows)
        blocks.append(f"{eval_set}, {cards[0]['n']} items, 95 % intervals in brackets.\n\n{table}")
    return [
        *blocks,
        "Accuracy counts answers inside their tags; lenient counts an untagged last number, too, which is the fair "
        "figure for the base model. Step truth is the share of true steps among those that state something checkable; "
        "coverage is the share that does.",
    ]


def _limits(facts: Facts) -> str:
    card = facts.summary.cards(facts.summary.eval_sets[0])[-1]
    coverage = card["step_coverage"]
    checked = (
        f"{coverage['k']} of {coverage['n']} steps of `{card['checkpoint']}` could be checked ({percent(coverage)})"
    )
    return "\n".join(
        [
            "- The questions are mostly short arithmetic in English; other kinds of reasoning were hardly trained.",
            f"- One seed ({facts.parameters['SEED']}): the intervals cover the choice of questions, not of the seed.",
            f"- {checked}; nothing is known of the truth of the others.",
            "- A right answer can follow from a false step, and a true step can be useless.",
        ]
    )


def _verify(run: Run) -> str:
    return (
        "Every number above follows from files of the run, without weights or GPU:\n\n"
        f"```\npython -m tunixlib verify submission_runs/{run.run_id}\n```"
    )


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
            _front_matter(front),
            f"# {key}",
            f"{len(traces)} problems with worked steps and a final answer, one JSON document per line, sha256 `{sha}`.",
            f"One of them, as a model sees it:\n\n```text\n{traces[0].prompt}\n\n{render_completion(traces[0])}\n```",
            "## What it holds",
            _breadth(traces),
            "## Truth",
            _truth(traces),
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


def _truth(traces: list[ReasoningTrace]) -> str:
    found = Counter(
        step.verdict for trace in traces for step in check_steps([step.content for step in trace.steps]).steps
    )
    return (
        f"Of {sum(found.values())} steps, {found['true']} state something that was checked and is true, "
        f"{found['false']} are false, and {found['unchecked']} state nothing that a program can check."
    )


def _remake(key: str, count: int, seed: Any) -> str:
    if key not in DEFAULT_TRACES:
        return "This data was ingested from a file: there is no recipe to make it again."
    command = f"python -m tunixlib seed --dataset {key} --traces {count} --seed {seed} --out data/{key}"
    return f"The same bytes come from\n\n```\n{command}\n```"
