"""WRITEUP.md: what a write-up needs from the run's numbers, with ``[[places]]`` for the words that only a person has.

    text = writeup(run)
    word_count(text), placeholders(text)[0]      # 640, "Title: what you did, in a few words"

The last line is a mark by which the skeleton is told from a text that somebody has written into, so that building the
bundle again does not overwrite their work.
"""

import re

from tunixlib.artifacts import ArtifactError, sha256_text
from tunixlib.runs import Run
from tunixlib.stages import FINAL, FINAL_ARM
from tunixlib.submission.cards import limits_text, result_blocks, training_text, verify_text
from tunixlib.submission.data_card import truth_text
from tunixlib.submission.facts import Facts, read_facts
from tunixlib.traces import read_traces

MOST_WORDS = 1_500  # of a write-up: the contest's rule

_MARK = re.compile(r"<!-- skeleton ([0-9a-f]{16}) -->\n?")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PLACE = re.compile(r"\[\[(.+?)\]\]", re.DOTALL)

FORM = """```
<reasoning>
one step per line
</reasoning>
<answer>the answer</answer>
```"""


def writeup(run: Run) -> str:
    """The skeleton as Markdown. Raises ArtifactError when the analysis has not been written."""
    facts = read_facts(run)
    parts = [
        "# [[Title: what you did, in a few words]]",
        "[[Subtitle: what came out, in one sentence]]",
        "## What was done",
        _strategy(facts),
        "[[Why this way: what you tried before, and what made you drop it]]",
        "## Data",
        _data(facts),
        "[[Data of your own, if you added any: where it comes from, and that it is public]]",
        "## Prompt and form",
        "The prompt is the question alone, through the model's chat template, without a system turn. A completion is",
        FORM,
        "and then the end token, which is trained like every other token of the completion.",
        "## Training",
        training_text(facts),
        f"All notebooks together took {facts.seconds / 60:.1f} minutes.",
        "## Results",
        *result_blocks(facts),
        _verdict(run),
        _length(facts),
        "[[What you conclude, in your own words: one completion that convinces, one that fails]]",
        "## What the numbers do not say",
        limits_text(facts),
        "## Check them",
        verify_text(run),
        "## Links",
        "- Video: [[link, at most 3 minutes]]\n- Notebook: [[link to the public kernel]]\n- Model: [[Kaggle model id]]",
    ]
    text = "\n\n".join(parts) + "\n"
    return f"{text}\n<!-- skeleton {sha256_text(text)[:16]} -->\n"


def word_count(text: str) -> int:
    """Words as an editor counts them: what stands between spaces and holds a letter or digit; no HTML comments."""
    return sum(any(sign.isalnum() for sign in word) for word in _COMMENT.sub(" ", text).split())


def placeholders(text: str) -> list[str]:
    """The places that are still to be filled in by a person."""
    return _PLACE.findall(text)


def is_edited(text: str) -> bool:
    """Whether somebody has written into a skeleton, or the text is no skeleton at all."""
    mark = _MARK.search(text)
    return mark is None or sha256_text(text[: mark.start()].removesuffix("\n"))[:16] != mark[1]


def _strategy(facts: Facts) -> str:
    return (
        f"`{facts.base_model}` was fine-tuned to write true reasoning steps, then the answer, then stop: first on the "
        "easiest problems (stage A), then on those of three steps (B), then on longer ones and edge cases (C), each "
        f"stage from the checkpoint before it. The last checkpoint, `{FINAL_ARM}/{FINAL}`, is the one to judge. The "
        "baseline `flat` saw the same rows in random order, with the same number of steps."
    )


def _data(facts: Facts) -> str:
    split, traces = facts.split, list(read_traces(facts.run.path("data", "dataset.jsonl")))
    return (
        f"{split['total']} worked problems, `{split['dataset_key']}`, sha256 `{split['sha256'][:16]}…`. "
        f"{truth_text(traces)} No question of an evaluation set is among them: a gate compares them at seeding and "
        "again at evaluation."
    )


def _verdict(run: Run) -> str:
    """The verdict of ``analysis.md``, word for word."""
    path = run.path("analysis.md")
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    for part in text.split("\n\n"):
        if part.startswith("**Verdict.**"):
            return part.strip()
    raise ArtifactError(f"{path}: found no verdict, expected one; run 06_analysis.ipynb again")


def _length(facts: Facts) -> str:
    tokens = [row["tokens"] for row in facts.final_rows]
    formed = sum(row["well_formed"] for row in facts.final_rows)
    return (
        f"Of {len(tokens)} completions of the last checkpoint {formed} have exactly the form above. They are "
        f"{sum(tokens) / len(tokens):.0f} tokens long on average, the longest {max(tokens)}."
    )
