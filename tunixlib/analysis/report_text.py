"""analysis.md: what a run found, in plain English; every number in it is the number of a claim in claims.json.

    write_analysis(run)      # reads claims.json, writes analysis.md
    print(render_analysis(run).splitlines()[2])

The verdict comes first; a null result is said as such, with its interval and what the items could have resolved.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tunixlib.analysis.claim_kinds import NOT_SUPPORTED, SUPPORTED, UNDECIDED
from tunixlib.analysis.claims import read_claims
from tunixlib.analysis.examples import choose_examples, render_example
from tunixlib.analysis.report_checkpoints import COLUMNS, item_count, render_checkpoints
from tunixlib.analysis.report_work import render_template, render_work
from tunixlib.analysis.run_files import Summary, read_summary
from tunixlib.artifacts import ArtifactError, write_text
from tunixlib.runs import Run
from tunixlib.tables import markdown_table

Claims = Mapping[str, dict[str, Any]]


def write_analysis(run: Run) -> str:
    """Write ``analysis.md`` from ``claims.json`` and the predictions, and return its text."""
    text = render_analysis(run)
    write_text(run.path("analysis.md"), text)
    return text


def render_analysis(run: Run) -> str:
    """The text of ``analysis.md``. Raises ArtifactError when ``claims.json`` has not been written."""
    claims, summary = read_claims(run), read_summary(run)
    _refuse_old_claims(claims, summary)
    parts = [f"# Analysis of run `{run.run_id}`", _verdict(claims, summary)]
    for eval_set in summary.eval_sets:
        parts += [f"## Checkpoints on {eval_set}", *render_checkpoints(claims, summary, eval_set)]
    parts += [COLUMNS, "![Scores of the checkpoints with intervals](figures/scorecards.png)"]
    parts += ["![Accuracy by section](figures/sections.png)", "![Right answers by family](figures/families.png)"]
    parts += ["## Answers, work and form", *_work(claims, summary)]
    parts += ["## Training", *_training(claims)]
    parts += ["## Comparisons", *_comparisons(claims)]
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


def _differences(claims: Claims) -> list[dict[str, Any]]:
    return [claim for claim in claims.values() if "how_a" in claim["fields"]]


def _verdict(claims: Claims, summary: Summary) -> str:
    """One sentence on the last checkpoint against base, and on curriculum against flat where both were trained."""
    found = [claim for claim in _differences(claims) if claim["fields"]["eval_set"] == summary.eval_sets[0]]
    against = {claim["fields"]["b"]: claim for claim in found}  # the last one against base is the last checkpoint
    phrases = [_finding(claim) for claim in against.values()]
    if not phrases:
        return "**Verdict.** No two checkpoints were evaluated, so there is nothing to compare."
    return f"**Verdict.** On {summary.eval_sets[0]}, " + ", and ".join(phrases) + "."


def _finding(claim: Mapping[str, Any]) -> str:
    fields = claim["fields"]
    sides = f"{100 * fields['rate_a']:.1f} % against {100 * fields['rate_b']:.1f} %"
    measured = f"{sides}, difference {_points(claim)}, adjusted p = {fields['p_holm']:.2g}"
    a, b = f"{fields['a']} ({fields['how_a']})", f"{fields['b']} ({fields['how_b']})"
    if claim["verdict"] == SUPPORTED:
        return f"{a} answers more items correctly than {b}: {measured}"
    if claim["verdict"] == NOT_SUPPORTED:
        return f"{a} answers fewer items correctly than {b}: {measured}"
    return f"{a} and {b} cannot be told apart on these {fields['n']} items: {measured}"


def _points(claim: Mapping[str, Any]) -> str:
    low, high = claim["interval"]
    return f"{100 * claim['value']:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"


def _work(claims: Claims, summary: Summary) -> Iterator[str]:
    yield "![Answers by truth of the steps](figures/answer_work.png)"
    for eval_set in summary.eval_sets:
        yield from render_work(claims, eval_set, [card["checkpoint"] for card in summary.cards(eval_set)])
    yield render_template(claims, summary.eval_sets[0])


def _training(claims: Claims) -> Iterator[str]:
    arms = [claim["fields"]["arm"] for claim_id, claim in claims.items() if claim_id.endswith("/final_loss")]
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
        yield "Both arms had the same steps and tokens." if equal else f"The arms differ in size. {same['text']}"
    yield "The last batches of two arms hold different traces, so their last losses are no comparison of the arms."
    yield "![Loss of both arms](figures/loss_curves.png)"
    yield "![Lengths of the training traces by stage](figures/trace_lengths.png)"


def _comparisons(claims: Claims) -> Iterator[str]:
    found = _differences(claims)
    if not found:
        yield "There are no two checkpoints to compare."
        return
    header = ("claim", "difference", "p", "adjusted p", "verdict")
    rows = []
    for claim in found:
        f = claim["fields"]
        stated = f"{f['eval_set']}: {f['a']} ({f['how_a']}) above {f['b']} ({f['how_b']})"
        rows.append((stated, _points(claim), f"{f['p_value']:.2g}", f"{f['p_holm']:.2g}", claim["verdict"]))
    yield markdown_table(header, rows)
    yield (
        "Differences are paired on the same items, in percentage points with 95 % intervals; p is the exact McNemar "
        f"test, adjusted by Holm over these {found[0]['fields']['family']} comparisons. The base model never saw the "
        "tags, so it is taken at its lenient accuracy."
    )
    undecided = [_null_result(claim) for claim in found if claim["verdict"] == UNDECIDED]
    if undecided:
        yield "\n".join(undecided)
    if any(claim["fields"]["b"] == "flat" for claim in found):
        yield "![Curriculum minus flat with its interval](figures/order_effect.png)"
        yield (
            "Curriculum against flat has one seed here: it measures these two checkpoints on these items, not the two "
            "orders of training as methods. A study over several seeds would."
        )


def _null_result(claim: Mapping[str, Any]) -> str:
    f = claim["fields"]
    found = f"- Null result, {f['eval_set']}: {f['a']} against {f['b']} is undecided, {_points(claim)}."
    found += f" The two disagree on {f['only_a'] + f['only_b']} of {f['n']} items: "
    if "resolves" not in f:
        return found + "too few to show any difference."
    found += (
        f"a true difference of {100 * f['resolves']:.1f} points would show four times in five (p under 0.05 before "
    )
    return found + "adjustment), a smaller one less often."


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
            "- The lenient figure takes the last number of an untagged text. Where the answer is no number it cannot "
            "help the base model, so the comparison with the base also measures knowing the form.",
            "- No question of an evaluation set was trained on, but small numbers under other names can meet again.",
            "- Steps of one completion hang together, so the interval of step truth is narrower than it should be.",
        ]
    )


def _recheck(run: Run) -> str:
    return (
        "Offline, without weights or GPU:\n\n"
        f"```\npython -m tunixlib verify submission_runs/{run.run_id}\n```\n\n"
        "It hashes every file again, grades every completion again and recomputes every claim. The claims with the "
        "files they come from are in `claims.json`."
    )
