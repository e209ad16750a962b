"""The model card of a run, in the form of Hugging Face, rendered from measured facts only.

print(model_card(run))

---
base_model: HuggingFaceTB/SmolLM2-135M-Instruct
language: en
...
"""

from collections.abc import Mapping
from typing import Any

import yaml

from tunixlib.runs import Run
from tunixlib.seeding.datasets import STAGES
from tunixlib.stages import FINAL, FINAL_ARM
from tunixlib.submission.facts import Facts, read_facts
from tunixlib.tables import markdown_table, percent

MEASURES = {"accuracy": "accuracy", "lenient_accuracy": "lenient", "format_rate": "format", "step_truth": "step truth"}

USE = """```python
from transformers import AutoModelForCausalLM, AutoTokenizer

folder = "{folder}"
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder)
turns = [{{"role": "user", "content": {prompt!r}}}]
inputs = tokenizer.apply_chat_template(
    turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
)
output = model.generate(**inputs, max_new_tokens={limit}, do_sample=False)
print(tokenizer.decode(output[0][inputs["input_ids"].shape[1] :]))
```"""


def model_card(run: Run, folder: str | None = None) -> str:
    """The model card as Markdown with YAML front matter; ``folder`` is where its reader finds the checkpoint.

    Raises ArtifactError when a stage has not run.
    """
    facts = read_facts(run)
    front = {
        "license": facts.base_license or "other",
        **({} if facts.base_license else {"license_name": "that-of-the-base-model"}),
        "base_model": facts.base_model,
        "language": "en",
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["reasoning", "curriculum-learning", "sft", "verified-steps"],
    }
    parts = [
        front_matter(front),
        f"# {facts.model}, taught to show its work (run `{run.run_id}`)",
        f"`{facts.model}` after supervised fine-tuning on worked problems in three stages of rising difficulty, to "
        "write its steps between `<reasoning>` tags and its answer between `<answer>` tags, and to stop. This is the "
        f"checkpoint `{FINAL_ARM}/{FINAL}`; below, format is how often it does so.",
        "## Training",
        training_text(facts),
        "## Results",
        *result_blocks(facts),
        "## Limits",
        limits_text(facts),
        "## Use",
        USE.format(
            folder=folder or f"submission_runs/{run.run_id}/{run.relative(facts.final_folder)}",
            prompt=facts.final_rows[0]["prompt"],
            limit=facts.parameters["MAX_NEW_TOKENS"],
        ),
        "## Verify",
        verify_text(run),
    ]
    return "\n\n".join(parts) + "\n"


def model_summary(run: Run) -> str:
    """Some sentences on the model without any tags: the client turns those of a description into plain text."""
    facts = read_facts(run)
    found = []
    for eval_set in facts.summary.eval_sets:
        card = facts.final_card(eval_set)
        found.append(f"{percent(card['accuracy'], True)} on {card['n']} items of {eval_set}")
    return (
        f"{facts.base_model}, fine-tuned on {facts.split['total']} worked problems to write reasoning steps, then the "
        f"answer, then stop. Accuracy of this checkpoint with 95 % intervals: {'; '.join(found)}. Every number can be "
        f"checked offline from the evidence of run {run.run_id}; README.md among the files is the whole card."
    )


def front_matter(values: Mapping[str, Any]) -> str:
    """The YAML head of a card."""
    return f"---\n{yaml.safe_dump(dict(values), sort_keys=True, allow_unicode=True)}---"


def training_text(facts: Facts) -> str:
    """Data, passes and settings in a sentence, then steps and tokens of each arm as a table."""
    split, p = facts.split, facts.parameters
    counts = ", ".join(f"{stage.upper()} {split['stages'][stage]['traces']}" for stage in STAGES)
    rows = []
    for arm, segments in facts.metrics.items():
        steps = [row for found in segments.values() for row in found]
        tokens = (sum(row[name] for row in steps) for name in ("tokens", "target_tokens"))
        rows.append((arm, len(segments), f"{len(steps):,}", *(f"{count:,}" for count in tokens)))
    for arm, steps in facts.correction_metrics.items():
        tokens = (sum(row[name] for row in steps) for name in ("tokens", "target_tokens"))
        rows.append((arm, 1, f"{len(steps):,}", *(f"{count:,}" for count in tokens)))
    words = (
        f"{split['total']} traces of `{split['dataset_key']}` (stages {counts}), passes over the stages "
        f"{'/'.join(str(count) for count in p['EPOCHS'])}, {p['TRACES_PER_STEP']} traces per step, peak learning rate "
        f"{p['LEARNING_RATE']:g}, seed {p['SEED']}, {_trained(p)}. The arm `flat` holds the same rows in random order."
        + correction_text(facts)
    )
    return words + "\n\n" + markdown_table(("arm", "segments", "steps", "tokens", "supervised tokens"), rows)


def correction_text(facts: Facts) -> str:
    """What the arms of self-correction are, in two sentences; nothing for a run without them."""
    if not facts.correction_arms:
        return ""
    p, arms = facts.parameters, ", ".join(f"`{arm}`" for arm in facts.correction_arms)
    shown = f"; shown works are those of `{facts.shown_works}`" if facts.shown_works else ""
    return (
        f" To study self-correction, {arms} went on from `{FINAL_ARM}/{FINAL}`, one segment of "
        f"{p['CORRECTION_TRACES']} rows each, {p['REPLAY_TRACES']} of them stage C again{shown}. "
        "They are compared, not published."
    )


def _trained(parameters: Mapping[str, Any]) -> str:
    rank = parameters.get("LORA_RANK", 0)  # runs made before this parameter existed trained all weights
    return f"LoRA of rank {rank}, merged into the weights after each segment" if rank else "all weights trained"


def result_blocks(facts: Facts) -> list[str]:
    """One table of checkpoints for each evaluation set, then what the columns mean."""
    blocks = []
    for eval_set in facts.summary.eval_sets:
        cards = facts.summary.cards(eval_set)
        rows = [(c["checkpoint"], *(percent(c[m], True) for m in MEASURES), percent(c["step_coverage"])) for c in cards]
        table = markdown_table(("checkpoint", *MEASURES.values(), "coverage"), rows)
        blocks.append(f"{eval_set}, {cards[0]['n']} items, 95 % intervals in brackets.\n\n{table}")
    return [
        *blocks,
        "Accuracy counts answers inside their tags. Lenient grades by the last number where there are no tags: a text "
        "answer without tags counts as wrong there. Step truth is the share of true steps among those that state "
        "something checkable; coverage is the share that does.",
    ]


def limits_text(facts: Facts) -> str:
    """What the numbers do not say, as a Markdown list."""
    card = facts.final_card(facts.summary.eval_sets[0])
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


def verify_text(run: Run) -> str:
    """How to check every number of the run."""
    return (
        "Every number above follows from files of the run, without weights or GPU:\n\n"
        f"```\npython -m tunixlib verify submission_runs/{run.run_id}\n```"
    )
