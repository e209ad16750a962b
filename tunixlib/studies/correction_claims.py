"""The claims of a study about shown works: rates over all seeds, of each seed, by kind of error, and the aim.

for claim in correction_claims(Path("submission_runs"), bar):
    print(claim["id"])       # eval-correction/contrastive/detection, .../shown/s1, .../kind/miscopied, .../aim
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tunixlib.analysis.claim_kinds import NOTHING_TO_MEASURE, make_claim
from tunixlib.analysis.verdicts import MEASURED, NOT_SUPPORTED, SUPPORTED, UNDECIDED
from tunixlib.studies.bar import Bar
from tunixlib.studies.correction import MET, MISSED, NOT_SHOWN, OF_A_KIND, correction_results, shown_sets
from tunixlib.studies.results import sources

# Rate -> what is counted, after "of N".
COUNTED = {
    "detection": "wrong works are called wrong",
    "localisation": "wrong works have their first wrong line named",
    "repair": "wrong works have that line named and the right answer given",
    "false_alarms": "right works are called wrong",
    "acceptance": "right works are called right",
    "false_assurance": "wrong works are called right",
    "unparseable": "works get no verdict",
}
INTERVAL = "{value_percent:.1f} % ({level_percent:.0f} % interval {low_percent:.1f} % to {high_percent:.1f} %"
POOLED = "{condition} on {eval_set}, {seeds} seeds: {k} of {n} "
CROSSED = ": " + INTERVAL + ", works and seeds both varying)."
D_PRIME = (
    "{condition} on {eval_set}, {seeds} seeds: d' of {value:.2f} ({level_percent:.0f} % interval {low:.2f} to "
    "{high:.2f}; 0 for a verdict that is always the same)."
)
BALANCED = (
    "{condition} on {eval_set}, {seeds} seeds: balanced accuracy, the mean of detection and acceptance, of "
    f"{INTERVAL}; 50 % for a verdict that is always the same)."
)
OF_SEED = "{condition} with seed {seed} on {eval_set}: "
OF_KIND = "{condition} on errors of kind {kind} in {eval_set}, {seeds} seeds: "
AIM = (
    "Claim: {condition} reaches the aim on {eval_set}: {detection_percent:.0f} % or more of wrong works called wrong, "
    "and all but {false_alarms_percent:.0f} % or fewer of right ones accepted. Detection {k} of {n}: "
    "{detection_found}; acceptance {accepted_k} of {accepted_n}: {acceptance_found}."
)
AIM_VERDICTS = {MET: SUPPORTED, MISSED: NOT_SUPPORTED, NOT_SHOWN: UNDECIDED}


def correction_claims(root: Path, bar: Bar) -> Iterator[dict[str, Any]]:
    """Every claim about shown works; none for a bar without arms of self-correction."""
    for eval_set, condition, found in shown_sets(correction_results(root, bar)):
        files = list(sources(root, bar, [condition], eval_set))
        source = {"recompute": "correction_results", "files": files}
        names = {"condition": condition, "eval_set": eval_set, "seeds": len(files)}
        level = {"level": round(1 - bar.alpha, 6)}
        yield from _rates(names | level, found["rates"], source)
        for one, file in zip(found["by_seed"], files, strict=True):
            own = {"condition": condition, "eval_set": eval_set, "seed": one["seed"]}
            place = f"{eval_set}/{condition}/shown/s{one['seed']}"
            yield _several(place, OF_SEED, own, one, {**source, "files": [file]})
        for kind, rates in found["by_kind"].items():
            yield _several(f"{eval_set}/{condition}/kind/{kind}", OF_KIND, {**names, "kind": kind}, rates, source)
        if "aim" in found:
            yield _aim(names, found, source)


def _rates(
    names: Mapping[str, Any], rates: Mapping[str, Mapping[str, Any]], source: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    start = f"{names['eval_set']}/{names['condition']}"
    for name, counted in COUNTED.items():
        rate = rates[name]
        fields = {**names, "k": rate["k"], "n": rate["n"]}
        if not rate["n"]:
            yield make_claim(f"{start}/{name}", POOLED + counted + NOTHING_TO_MEASURE, fields, source, UNDECIDED)
            continue
        fields["effective"], ends = rate["effective"], (rate["low"], rate["high"])
        template = POOLED + counted + CROSSED
        yield make_claim(f"{start}/{name}", template, fields, source, MEASURED, rate["rate"], ends)
    for name, template in (("d_prime", D_PRIME), ("balanced_accuracy", BALANCED)):
        if found := rates[name]:
            place, ends = f"{start}/{name.replace('_', '-')}", (found["low"], found["high"])
            yield make_claim(place, template, names, source, MEASURED, found["value"], ends)


def _several(
    place: str, start: str, names: Mapping[str, Any], rates: Mapping[str, Mapping[str, Any]], source: Mapping[str, Any]
) -> dict[str, Any]:
    """One claim of several rates, which are among its fields: ``repair_rate``, ``repair_low`` and so on."""
    fields, parts = dict(names), []
    for name in OF_A_KIND:
        rate = rates[name]
        fields |= {f"{name}_{key}": rate[key] for key in ("k", "n", "rate", "low", "high") if key in rate}
        share = f": {{{name}_rate_percent:.1f}} % [{{{name}_low_percent:.1f}}, {{{name}_high_percent:.1f}}]"
        parts.append(f"{{{name}_k}} of {{{name}_n}} {COUNTED[name]}{share if rate['n'] else ''}")
    return make_claim(place, start + "; ".join(parts) + ".", fields, source, MEASURED)


def _aim(names: Mapping[str, Any], found: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    aim, rates = found["aim"], found["rates"]
    fields = {
        **names, "detection": aim["detection"], "false_alarms": aim["false_alarms"], "finding": aim["finding"],
        "detection_found": aim["found"]["detection"], "acceptance_found": aim["found"]["acceptance"],
        "k": rates["detection"]["k"], "n": rates["detection"]["n"],
        "accepted_k": rates["acceptance"]["k"], "accepted_n": rates["acceptance"]["n"],
    }  # fmt: skip
    place = f"{names['eval_set']}/{names['condition']}/aim"
    return make_claim(place, AIM, fields, source, AIM_VERDICTS[aim["finding"]])
