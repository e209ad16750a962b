"""analysis.md of a study: the question, the verdict, what every seed showed, the bar; each number is a claim's.

text = render_study(bar, claims, bar_record)      # claims: those of claims.json; bar_record: "bar" of study.json
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.studies.bar import Bar
from tunixlib.studies.results import NOT_SUPPORTED, SUPPORTED
from tunixlib.tables import markdown_table

FIGURE = "order_effect.png"

RULE = (
    "*Supported*: the interval lies above 0 and reaches beyond the smallest effect of interest, and the adjusted p is "
    "below alpha. *Not supported*: the interval lies between minus and plus the smallest effect, so that whatever "
    "difference there is does not matter, or it lies below 0. *Undecided*: otherwise."
)

Claims = Mapping[str, Mapping[str, Any]]


def render_study(bar: Bar, claims: Sequence[Mapping[str, Any]], bar_record: Mapping[str, Any]) -> str:
    """The text of ``analysis.md``. Raises KeyError when a claim of the bar is missing."""
    known = {claim["id"]: claim for claim in claims}
    primary = known[comparison_ids(bar)[0]]
    parts = [f"# Study `{bar.study}`", bar.question, f"**Verdict.** {verdict_words(primary)} {primary['text']}"]
    parts += [
        f"![Differences with their intervals](figures/{FIGURE})",
        "## Comparisons",
        _comparisons(bar, known),
        RULE,
    ]
    for eval_set in bar.eval_sets:
        parts += [f"## Right answers on {eval_set}", _rates(bar, known, eval_set), known[f"{eval_set}/base"]["text"]]
    parts += ["## The bar", *_bar(bar, known, bar_record), "## Limits", _limits(), "## How to recheck", _recheck(bar)]
    return "\n\n".join(parts) + "\n"


def comparison_ids(bar: Bar) -> list[str]:
    """The ids of the claims of comparison, the primary one first."""
    return [f"{eval_set}/{one.a}-vs-{one.b}" for eval_set in bar.eval_sets for one in bar.comparisons]


def verdict_words(claim: Mapping[str, Any]) -> str:
    """The verdict on one comparison as a sentence."""
    if "interval" not in claim:
        return "Undecided: the comparison was refused."
    low, high = claim["interval"]
    smallest, names = claim["fields"]["smallest"], f"{claim['fields']['a']} over {claim['fields']['b']}"
    if claim["verdict"] == SUPPORTED:
        return f"Supported: a gain of {names}."
    if claim["verdict"] == NOT_SUPPORTED and -smallest <= low and high <= smallest:
        return f"Not supported, a null result: no gain of {names} that matters, and none the other way."
    if claim["verdict"] == NOT_SUPPORTED:
        return f"Not supported: the difference goes the other way, no gain of {names}."
    return f"Undecided: these items and seeds neither show a gain of {names} nor rule one out."


def _comparisons(bar: Bar, known: Claims) -> str:
    rows = []
    for claim_id in comparison_ids(bar):
        claim = known[claim_id]
        f = claim["fields"]
        cells = (points(claim), f"{f['p_value']:.2g}", f"{f['p_holm']:.2g}") if "interval" in claim else ("–", "–", "–")
        rows.append((f"{f['eval_set']}: {f['a']} above {f['b']}", *cells, claim["verdict"]))
    refused = [f"- {known[i]['text']}" for i in comparison_ids(bar) if "interval" not in known[i]]
    table = markdown_table(("claim", "difference", "p", "adjusted p", "verdict"), rows)
    return "\n\n".join([table, *(["\n".join(refused)] if refused else [])])


def points(claim: Mapping[str, Any]) -> str:
    """A difference with its interval, in percentage points."""
    low, high = claim["interval"]
    return f"{100 * claim['value']:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"


def _rates(bar: Bar, known: Claims, eval_set: str) -> str:
    rows = []
    for condition in bar.conditions:
        start, own = f"{eval_set}/{condition.name}", bar.seeds_of(condition.name)
        cells = [f"{100 * known[f'{start}/s{seed}']['value']:.1f} %" if seed in own else "–" for seed in bar.seeds]
        rows.append((condition.name, *cells, f"{100 * known[f'{start}/mean']['value']:.1f} %"))
    pairs = [one for one in bar.comparisons if f"{eval_set}/{one.a}-vs-{one.b}/s{bar.seeds[0]}" in known]
    for one in pairs:
        start, own = f"{eval_set}/{one.a}-vs-{one.b}", bar.seeds_of(one.a, one.b)
        cells = [f"{100 * known[f'{start}/s{seed}']['value']:+.1f}" if seed in own else "–" for seed in bar.seeds]
        rows.append((f"{one.a} minus {one.b}, points", *cells, f"{100 * known[start]['value']:+.1f}"))
    return markdown_table(("condition", *(f"seed {seed}" for seed in bar.seeds), "mean"), rows)


def _bar(bar: Bar, known: Claims, record: Mapping[str, Any]) -> Iterator[str]:
    where = f"`{record['file']}`, sha256 `{record['sha256'][:16]}…`, is a copy in `bar.yaml`"
    if record["committed"]:
        yield f"Written before the runs: {where}. The runs name commit `{record['commit'][:12]}`, which holds it."
    else:
        yield f"A rehearsal: {where} and was in no commit when the runs were made, so nothing shows that it came first."
    smallest = f"{100 * bar.smallest_effect:.1f} percentage points"
    yield f"Smallest effect of interest: {smallest}. Alpha: {bar.alpha:g}. Measure: `{bar.measure}`."
    if claim := known.get("resolution"):
        enough = claim["verdict"] == SUPPORTED
        words = (
            "That is enough" if enough else "That is coarser than the smallest effect of interest: a null was unlikely"
        )
        yield f"{claim['text']} {words}."


def _limits() -> str:
    return "\n".join(
        [
            "- The interval covers the choice of items and of seeds; a few seeds tell little about how seeds vary.",
            "- One model and one recipe of data: other models or data may order otherwise.",
            "- Last checkpoints are compared, after the same rows, steps and tokens unless the bar says otherwise.",
        ]
    )


def _recheck(bar: Bar) -> str:
    return (
        f"```\npython -m tunixlib verify submission_runs/{bar.study}\n```\n\n"
        "It compares the bar with the commit that the runs name, verifies every run, and computes every claim again."
    )
