"""What analysis.md of a study says of shown works and of the second pass; every number is a claim's.

parts = correction_parts(bar, known)      # [] for a study without arms of self-correction; known: claims by their id
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.studies.bar import Bar
from tunixlib.studies.correction import OF_A_KIND
from tunixlib.studies.correction_claims import COUNTED
from tunixlib.tables import markdown_table

CORRECTION_FIGURE = "shown_errors.png"

READ = (
    "A wrong work has a first wrong line, or only its answer is wrong; its right twin is the same work without the "
    "error. *Detection*: a wrong work is called wrong; *localisation*: the place of its error is named, too; *repair*: "
    "and the right answer given. *False alarms*: a right work is called wrong; *acceptance*: it is called right. "
    "*False assurance*: a wrong one is called right. *No verdict*: none in the form that was taught, which counts as "
    "no success. A model that always "
    "says right has d' 0; one that gives no verdict falls below, since for d' a right work that is not called right "
    "is a false alarm. Intervals: {level:.0f} %, works and seeds both varying."
)
AIM_RULE = (
    "The aim, set before the runs: detection of {detection:.0f} % or more with false alarms of {false_alarms:.0f} % or "
    "fewer, where a right work without a verdict counts as a false alarm: acceptance of {acceptance:.0f} % or more. A "
    "rate has met it when its whole interval lies on the right side, and missed it when the whole interval "
    "lies on the wrong side. *Supported*: both met; *not supported*: one missed; *undecided*: otherwise."
)
TITLES = {
    "detection": "detection", "localisation": "localisation", "repair": "repair", "false_alarms": "false alarms",
    "acceptance": "acceptance",     "false_assurance": "false assurance", "unparseable": "no verdict",
}  # fmt: skip

Claims = Mapping[str, Mapping[str, Any]]


def correction_parts(bar: Bar, known: Claims) -> list[str]:
    """The sections of a study with arms of self-correction, in their order."""
    parts = []
    for eval_set in bar.eval_sets:
        if eval_set in shows_errors(bar, known):
            parts += [f"## Shown errors on {eval_set}", READ.format(level=100 * (1 - bar.alpha))]
            parts += [_rates(bar, known, eval_set), *_aim(bar, known, eval_set)]
            parts += [f"![Detection against right works not accepted](figures/{CORRECTION_FIGURE})"]
            parts += [f"### Each seed on {eval_set}", _seeds(bar, known, eval_set)]
            parts += [f"### Kinds of error on {eval_set}", _kinds(bar, known, eval_set)]
        if texts := list(_second_pass(bar, known, eval_set)):
            parts += [f"## Second pass on {eval_set}", "\n".join(f"- {text}" for text in texts)]
    return parts


def shows_errors(bar: Bar, claims: Claims) -> list[str]:
    """The evaluation sets of which the claims say what was seen of shown errors."""
    return [name for name in bar.eval_sets if f"{name}/{bar.conditions[0].name}/detection" in claims]


def _rates(bar: Bar, known: Claims, eval_set: str) -> str:
    rows = []
    for condition in bar.conditions:
        start = f"{eval_set}/{condition.name}"
        d_prime = known.get(f"{start}/d-prime")
        balanced = _share(known.get(f"{start}/balanced-accuracy", {}))
        shares = (_share(known[f"{start}/{name}"]) for name in COUNTED)
        rows.append((condition.name, *shares, balanced, _sensitivity(d_prime)))
    return markdown_table(("of shown works", *(TITLES[name] for name in COUNTED), "balanced accuracy", "d'"), rows)


def _share(claim: Mapping[str, Any]) -> str:
    if "value" not in claim:
        return "–"
    low, high = claim["interval"]
    return f"{100 * claim['value']:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def _sensitivity(claim: Mapping[str, Any] | None) -> str:
    return f"{claim['value']:.2f} [{claim['interval'][0]:.2f}, {claim['interval'][1]:.2f}]" if claim else "–"


def _aim(bar: Bar, known: Claims, eval_set: str) -> Iterator[str]:
    if not bar.aim:
        return
    alarms = 100 * bar.aim.false_alarms
    yield AIM_RULE.format(detection=100 * bar.aim.detection, false_alarms=alarms, acceptance=100 - alarms)
    claims = [known[f"{eval_set}/{condition.name}/aim"] for condition in bar.conditions]
    rows = [
        (f["condition"], f["detection_found"], f["acceptance_found"], claim["verdict"])
        for claim in claims
        for f in [claim["fields"]]
    ]
    yield markdown_table(("has met the aim?", "detection", "acceptance", "verdict"), rows)


def _seeds(bar: Bar, known: Claims, eval_set: str) -> str:
    rows = []
    for condition in bar.conditions:
        for seed in bar.seeds_of(condition.name):
            fields = known[f"{eval_set}/{condition.name}/shown/s{seed}"]["fields"]
            rows.append((f"{condition.name}, seed {seed}", *_cells(fields)))
    return markdown_table(("of shown works", *(TITLES[name] for name in OF_A_KIND)), rows)


def _kinds(bar: Bar, known: Claims, eval_set: str) -> str:
    rows = []
    for condition in bar.conditions:
        start = f"{eval_set}/{condition.name}/kind/"
        for fields in (known[place]["fields"] for place in known if place.startswith(start)):
            rows.append((f"{fields['kind']}: {condition.name}", *_cells(fields)))
    return markdown_table(("of shown works", *(TITLES[name] for name in OF_A_KIND)), sorted(rows, key=_kind))


def _kind(row: Sequence[Any]) -> str:
    return str(row[0]).partition(":")[0]


def _cells(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in OF_A_KIND:
        if not fields[f"{name}_n"]:
            yield "–"
            continue
        rate, low, high = (100 * fields[f"{name}_{end}"] for end in ("rate", "low", "high"))
        yield f"{rate:.1f} % [{low:.1f}, {high:.1f}]"


def _second_pass(bar: Bar, known: Claims, eval_set: str) -> Iterator[str]:
    for condition in bar.conditions:
        if claim := known.get(f"{eval_set}/{condition.name}/second-pass"):
            yield str(claim["text"])
