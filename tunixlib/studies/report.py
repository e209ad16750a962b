"""analysis.md of a study: the question, the verdict, what every seed showed, the bar; each number is a claim's.

text = render_study(bar, claims, record)      # claims: those of claims.json; record: "bar" and "rules" of study.json
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.verdicts import SUPPORTED
from tunixlib.studies.bar import JUDGED, Bar
from tunixlib.studies.correction_report import correction_parts, shows_errors
from tunixlib.studies.verdicts import RULE, finding_words
from tunixlib.tables import markdown_table

FIGURE = "order_effect.png"
JUDGED_RULE = (
    "A verdict is right when a wrong work is called wrong or a right one right, whatever line and answer are given. "
    "One that is always the same is right on half of the works, since each comes with its twin; "
    "so an arm is said to judge better only where the interval of its balanced accuracy, over all seeds, lies above "
    "50 %."
)

Claims = Mapping[str, Mapping[str, Any]]


def render_study(
    bar: Bar, claims: Sequence[Mapping[str, Any]], record: Mapping[str, Any], machines: Sequence[str] = ()
) -> str:
    """The text of ``analysis.md``; ``machines``: what ``machine_words`` gives. Raises KeyError without a claim."""
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
        judged = eval_set in shows_errors(bar, known) and bar.measure == JUDGED
        parts += [f"## Right {'verdicts' if judged else 'answers'} on {eval_set}", *([JUDGED_RULE] if judged else [])]
        parts += [_rates(bar, known, eval_set)]
        parts += ["\n".join(words)] if (words := list(_seed_words(bar, known, eval_set))) else []
        base = (f"{eval_set}/base{ending}" for ending in ("", "/numeric"))
        parts += [" ".join(known[claim_id]["text"] for claim_id in base if claim_id in known)]
    parts += [
        *correction_parts(bar, known),
        "## The bar",
        *_bar(bar, known, record["bar"]),
        _rules(record["rules"]),
        "## Limits",
        _limits(bool(shows_errors(bar, known)), machines),
        "## How to recheck",
        _recheck(bar),
    ]
    return "\n\n".join(parts) + "\n"


def comparison_ids(bar: Bar) -> list[str]:
    """The ids of the claims of comparison, the primary one first."""
    return [f"{eval_set}/{one.a}-vs-{one.b}" for eval_set in bar.eval_sets for one in bar.comparisons]


def verdict_words(claim: Mapping[str, Any]) -> str:
    """The verdict on one comparison as a sentence."""
    return finding_words(claim["fields"])


def _comparisons(bar: Bar, known: Claims) -> str:
    rows = []
    for claim_id in comparison_ids(bar):
        claim = known[claim_id]
        f = claim["fields"]
        cells = (points(claim), f"{f['p_value']:.2g}") if "interval" in claim else ("–", "–")
        rows.append((f"{f['eval_set']}: {f['a']} above {f['b']}", *cells, f"{f['p_holm']:.2g}", claim["verdict"]))
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


def _seed_words(bar: Bar, known: Claims, eval_set: str) -> Iterator[str]:
    """What a reader of single seeds would take for a contradiction of the verdict."""
    for one in bar.comparisons:
        whole = known[f"{eval_set}/{one.a}-vs-{one.b}"]
        if "interval" not in whole:
            continue
        seeds = {seed: known[f"{eval_set}/{one.a}-vs-{one.b}/s{seed}"] for seed in bar.seeds_of(one.a, one.b)}
        against = [str(seed) for seed, claim in seeds.items() if claim["value"] * whole["value"] < 0]
        alone = [str(seed) for seed, claim in seeds.items() if claim["interval"][0] > 0 or claim["interval"][1] < 0]
        words = f"- {one.a} minus {one.b}: "
        if against:
            yield f"{words}seed {', '.join(against)} points the other way than the mean of all seeds."
        if alone and whole["fields"]["finding"] in ("open", "small", "nothing", "null"):
            yield (
                f"{words}the interval of seed {', '.join(alone)} by itself leaves out 0. It covers the choice of items "
                "only; the verdict rests on all seeds."
            )


def _bar(bar: Bar, known: Claims, record: Mapping[str, Any]) -> Iterator[str]:
    where = f"`{record['file']}`, sha256 `{record['sha256'][:16]}…`, is a copy in `bar.yaml`"
    if record["committed"]:
        yield f"Written before the runs: {where}. The runs name commit `{record['commit'][:12]}`, which holds it."
    else:
        yield f"A rehearsal: {where} and was in no commit when the runs were made, so nothing shows that it came first."
    yield _versions(record)
    elsewhere = ", on sets that show no works `correct`" if bar.measure == JUDGED else ""
    smallest = f"{100 * bar.smallest_effect:.1f} percentage points"
    yield f"Smallest effect of interest: {smallest}. Alpha: {bar.alpha:g}. Measure: `{bar.measure}`{elsewhere}."
    if claim := known.get("resolution"):
        enough = claim["verdict"] == SUPPORTED
        words = (
            "That is enough"
            if enough
            else "That is coarser than the smallest effect of interest: an undecided end was likely"
        )
        yield f"{claim['text']} {words}."


def _versions(record: Mapping[str, Any]) -> str:
    if "versions" not in record:
        return "Its history is not known here."
    after = record["versions_after_first_run"]
    later = "none of them was" if not after else "1 of them was" if after == 1 else f"{after} of them were"
    versions = "1 version" if record["versions"] == 1 else f"{record['versions']} versions"
    return f"git knows {versions} of this file; {later} committed after the first run's commit."


def _rules(record: Mapping[str, Any]) -> str:
    if "same" not in record:
        return "The commits of the runs are not known here, so nothing is said of the rules at their time."
    if record["same"]:
        return "The verdict's rules are those of the runs' commit."
    between = f"git diff {record['runs_commit'][:12]} {record['commit'][:12]} -- tunixlib/analysis tunixlib/studies"
    return f"The rules were changed after the runs began: `{between}`"


def _limits(shown: bool, machines: Sequence[str]) -> str:
    twins = "- A work and its twin share a question; the intervals of right verdicts take the two for independent."
    return "\n".join(
        [
            "- The interval covers the choice of items and of seeds; a few seeds tell little about how seeds vary.",
            "- One model and one recipe of data: other models or data may order otherwise.",
            "- Last checkpoints are compared, after the same rows, steps and tokens unless the bar says otherwise.",
            *([twins] if shown else []),
            *(f"- {sentence}" for sentence in machines),
        ]
    )


def _recheck(bar: Bar) -> str:
    return (
        f"```\npython -m tunixlib verify submission_runs/{bar.study}\n```\n\n"
        "It compares the bar, its history and the rules with the commits that the runs name, verifies every run, "
        "computes every claim and draws the figure again."
    )
