"""analysis.md: what a run found, in plain English; every number in it is the number of a claim in claims.json.

    write_analysis(run)      # reads claims.json, writes analysis.md
    print(render_analysis(run).splitlines()[2])

The verdict comes first. What is undecided is said as such, with its interval and what the items could have resolved;
what is said about the base model rests on the items whose expected answer is a number.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tunixlib.analysis.beside_claims import render_beside
from tunixlib.analysis.claims import read_claims
from tunixlib.analysis.examples import choose_examples, render_example
from tunixlib.analysis.report_checkpoints import COLUMNS, item_count, render_checkpoints
from tunixlib.analysis.report_comparisons import render_comparisons, render_verdict
from tunixlib.analysis.report_correction import render_correction
from tunixlib.analysis.report_work import render_template, render_work
from tunixlib.analysis.run_files import Summary, read_summary
from tunixlib.analysis.verdicts import SUPPORTED
from tunixlib.artifacts import ArtifactError, write_text
from tunixlib.runs import CORRECTION_ARMS, FINAL, Run
from tunixlib.tables import markdown_table

Claims = Mapping[str, dict[str, Any]]

_PICTURE = re.compile(r"(?m)^!\[(.+)\]\(figures/\w+\.png\)$")


def write_analysis(run: Run) -> str:
    """Write ``analysis.md`` from ``claims.json`` and the predictions, and return its text."""
    text = render_analysis(run)
    write_text(run.path("analysis.md"), text)
    return text


def shown_analysis(run: Run) -> str:
    """``analysis.md`` as 06_analysis shows it, below its figures."""
    return without_pictures(run.path("analysis.md").read_text(encoding="utf-8"))


def without_pictures(text: str) -> str:
    """Markdown with words in place of its pictures, whose paths start at the run's folder and not at a notebook's.

    >>> without_pictures("![Loss of both arms](figures/loss_curves.png)")
    '*Loss of both arms: the figure is above.*'
    """
    return _PICTURE.sub(r"*\1: the figure is above.*", text)


def render_analysis(run: Run) -> str:
    """The text of ``analysis.md``. Raises ArtifactError when ``claims.json`` has not been written."""
    claims, summary = read_claims(run), read_summary(run)
    _refuse_old_claims(claims, summary)
    parts = [f"# Analysis of run `{run.run_id}`", render_verdict(claims, summary)]
    for eval_set in summary.eval_sets:
        parts += [f"## Checkpoints on {eval_set}", *render_checkpoints(claims, summary, eval_set)]
    parts += [COLUMNS, "![Scores of the checkpoints with intervals](figures/scorecards.png)"]
    parts += ["![Accuracy by section](figures/sections.png)", "![Right answers by family](figures/families.png)"]
    parts += ["## Answers, work and form", *_work(claims, summary)]
    parts += ["## Training", *_training(claims)]
    parts += ["## Comparisons", *render_comparisons(claims)]
    parts += render_correction(claims, summary)
    parts += render_beside(claims)
    parts += ["## Four examples", *_examples(run, summary)]
    parts += ["## Limits", *_limits(claims, summary), "## How to recheck", _recheck(run)]
    return "\n\n".join(parts) + "\n"


def _refuse_old_claims(claims: Claims, summary: Summary) -> None:
    if not summary.eval_sets:
        raise ArtifactError(
            "eval_summary.json: found no scorecards, expected at least one; run 05_evaluate.ipynb first"
        )
    starts = [f"{card['eval_set']}/{card['checkpoint']}" for card in summary.scorecards]
    missing = [name for start in starts for name in (f"{start}/accuracy", f"{start}/work") if name not in claims]
    if missing:
        raise ArtifactError(f"claims.json: found no claim {missing[0]}, expected one; write the claims again first")


def _work(claims: Claims, summary: Summary) -> Iterator[str]:
    yield "![Answers by truth of the steps](figures/answer_work.png)"
    for eval_set in summary.eval_sets:
        if f"{eval_set}/{FINAL}/correction/detection" in claims:
            continue  # verdicts on works, which a section of their own is about
        yield from render_work(claims, eval_set, [card["checkpoint"] for card in summary.cards(eval_set)])
    yield render_template(claims, summary.eval_sets[0])


def _training(claims: Claims) -> Iterator[str]:
    arms = [claim["fields"]["arm"] for claim_id, claim in claims.items() if claim_id.endswith("/final_loss")]
    arms = [arm for arm in arms if arm not in CORRECTION_ARMS]  # these have a section of their own
    if not arms:
        yield "No arm was trained."
        return
    rows = []
    for arm in arms:
        steps, tokens, loss = (claims[f"training/{arm}/{name}"] for name in ("steps", "tokens", "final_loss"))
        targets = f"{tokens['fields']['target_tokens']:,}"
        rows.append((arm, f"{steps['value']:,}", f"{tokens['value']:,}", targets, f"{loss['value']:.3f}"))
    yield markdown_table(("arm", "steps", "tokens", "of them in completions", "loss at the last step"), rows)
    same = claims.get("training/same-size")
    if same:
        equal = same["verdict"] == SUPPORTED
        yield (
            "Both arms had the same steps, tokens and tokens of completions."
            if equal
            else f"The arms differ in size. {same['text']}"
        )
    yield "The last batches of two arms hold different traces, so their last losses are no comparison of the arms."
    yield "![Loss of both arms](figures/loss_curves.png)"
    yield "![Lengths of the training traces by stage](figures/trace_lengths.png)"


def _examples(run: Run, summary: Summary) -> Iterator[str]:
    yield (
        f"From {summary.eval_sets[0]}, the first item of each situation in the order of the set, by a rule fixed "
        "before the results. Long texts are cut at an ellipsis."
    )
    yield "![Completions side by side](figures/examples.png)"
    for example in choose_examples(run, summary.eval_sets[0]):
        yield render_example(example)


def _limits(claims: Claims, summary: Summary) -> Iterator[str]:
    counts = [f"{item_count(claims, summary, eval_set)} of {eval_set}" for eval_set in summary.eval_sets]
    yield "\n".join(
        [
            "- One model, one seed: nothing here says how much another seed would change.",
            f"- Items: {', '.join(counts)}. Intervals cover the choice of items, not the choice of seed.",
            "- The questions are mostly arithmetic with short worked answers; other reasoning was hardly asked for.",
            "- Only steps that state a numeric relation can be checked. A true step need not be a useful one.",
            "- Lenient takes the last number of a text without tags and so never counts a text answer without them: on "
            "all items the comparison with the base measures knowing the form, too.",
            "- No question of an evaluation set was trained on, but small numbers under other names can meet again.",
            "- Steps of one completion hang together, so the intervals of step truth and coverage are too narrow.",
        ]
    )


def _recheck(run: Run) -> str:
    return (
        "Offline, without weights or GPU:\n\n"
        f"```\npython -m tunixlib verify submission_runs/{run.run_id}\n```\n\n"
        "It hashes every file again, grades every completion again and recomputes every claim. The claims with the "
        "files they come from are in `claims.json`."
    )
