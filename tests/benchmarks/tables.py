"""The results as Markdown: ratios, single speeds, growth, and what follows from them."""

import math
import statistics
from collections.abc import Sequence
from typing import Any

from profile_sides import PRODUCTS
from rows import GENERATION_PROFILE, TRAINING_PROFILE, VALIDATION_PROFILE
from sides import WARM_UP

from tunixlib.tables import markdown_table

# Of SmolLM2-135M: parameters inside its layers, used at every token, and those of its head, at supervised tokens only.
# Each of them makes six operations in a step of training.
INSIDE, HEAD = 106.2e6, 28.3e6
FLAT = 0.25
PROFILES = (TRAINING_PROFILE, GENERATION_PROFILE, VALIDATION_PROFILE)
WATCHED = "By torch's profiler, which slows what it watches"
COMPARED = ("what", "of", "to", "rounds", "ratio [range]", "with compiling", "aimed at", "agreement")


def results_text(results: dict[str, Any]) -> str:
    """The page ``results.md``."""
    found = results["environment"]
    quick = "\n\n**Quick sizes: whether it works, no result.**" if results["quick"] else ""
    commits = {commit for item in [*results["rows"], *results["growth"]] for commit in item["commits"]}
    parts = [
        f"# Speed beside peers{quick}",
        f"{found['cpu']}, {found['cpus']} cores ({found.get('instructions') or 'no bfloat16 instructions'}); "
        f"{found['platform']}; commit {', '.join(sorted(commits))}. Medians of several rounds, each side in turn in a "
        "process of its own. Made by `make bench`; every reading is in `results.json`.",
        ratio_table(results["rows"]), "![ratios](ratios.png)", speed_table(results["rows"]),
        share_of_peak(results["rows"]), training_profile(results["rows"]), generation_profile(results["rows"]),
        validation_profile(results["rows"]),
        "## Growth", growth_table(results["growth"]), "![growth](growth.png)",
        "## Where the seconds of the main job go", main_job_text(results["main_job"]), "![main job](main_job.png)",
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def speed(rate: float, unit: str) -> str:
    """A speed in words: three digits or whole numbers, operations in billions."""
    if unit == "operations":
        return f"{rate / 1e9:,.0f} GFLOP/s"
    return f"{rate:,.0f} {unit}/s" if rate >= 100 else f"{rate:.3g} {unit}/s"


def ratio_table(rows: Sequence[dict[str, Any]]) -> str:
    """Each ratio with the range of its rounds, what was aimed at, and how far both sides did the same."""
    lines = []
    for row in rows:
        for ratio in row["ratios"]:
            a, b = (f"{label}: {speed(row['median'][label], row['unit'])}" for label in (ratio["of"], ratio["to"]))
            first = ratio.get("with_first_steps")
            what = f"{row['name']}, {ratio['steps']} steps" if first else row["name"]
            lines.append((
                what, a, b, len(ratio["values"]), ranged(ratio["values"]), ranged(first) if first else "–",
                f"{ratio['target']:g}" if ratio["target"] else "–", ratio["agreement"] or "–",
            ))  # fmt: skip
    return markdown_table(COMPARED, lines) if lines else ""


def ranged(values: Sequence[float]) -> str:
    """Median, least and most."""
    return f"{statistics.median(values):.2f} [{min(values):.2f}, {max(values):.2f}]"


def speed_table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows without a peer: how much in a second, how long one takes, peak memory."""
    lines = []
    for row in rows:
        for label, rate in row["median"].items() if not row["ratios"] and row["name"] not in PROFILES else ():
            seconds = [reading["seconds"] for reading in row["readings"][label]]
            took = f"{statistics.median(seconds):,.3g} s [{min(seconds):,.3g}, {max(seconds):,.3g}]"
            each = "–" if row["unit"] == "runs" else speed(rate, row["unit"])
            name = row["name"] if len(row["median"]) == 1 else f"{row['name']}, {label}"
            lines.append((name, each, took, f"{row['peak_mb'][label]:,.0f} MB"))
    return markdown_table(("what", "speed", "took", "peak memory"), lines) if lines else ""


def share_of_peak(rows: Sequence[dict[str, Any]]) -> str:
    """Training's share of the matrix peak: six operations for each parameter and token that passes it."""
    by_name = {row["name"]: row for row in rows}
    if not {"matrix peak", "training SmolLM2-135M"} <= by_name.keys():
        return ""
    peak = by_name["matrix peak"]["median"]["bfloat16"]
    done = statistics.median(
        6 * (INSIDE * sum(r["work"][WARM_UP:]) + HEAD * sum(r["targets"][WARM_UP:])) / sum(r["took"][WARM_UP:])
        for r in by_name["training SmolLM2-135M"]["readings"]["ours"]
    )
    return (
        f"Training SmolLM2-135M does {done / 1e9:,.0f} GFLOP/s, {100 * done / peak:.0f} % of the {peak / 1e9:,.0f} "
        "that bfloat16 products reach (6 operations for each parameter and token, of the head for supervised tokens "
        "only, padding and attention not counted; 70 % is aimed at)."
    )


def training_profile(rows: Sequence[dict[str, Any]]) -> str:
    """The groups of operations of some training steps, largest first, and how many tokens were padding."""
    row = next((row for row in rows if row["name"] == TRAINING_PROFILE), None)
    if row is None:
        return ""
    found = row["readings"]["ours"][-1]
    padding = 1 - found["units"] / found["padded_tokens"]
    table = parts_table("part of a step of training", found)
    return f"{table}\n\n{WATCHED}; {100 * padding:.0f} % of the tokens were padding."


def generation_profile(rows: Sequence[dict[str, Any]]) -> str:
    """For each precision: prompts and steps, the groups of operations of some steps, and the rate of the products."""
    by_name = {row["name"]: row for row in rows}
    texts = []
    for precision, readings in by_name.get(GENERATION_PROFILE, {"readings": {}})["readings"].items():
        found = readings[-1]
        prompts, steps = (
            sum(seconds for _, tokens, seconds in found["fed"] if (tokens == 1) == is_step) for is_step in (False, True)
        )
        rows_fed = [rows for rows, tokens, _ in found["fed"] if tokens == 1]
        done = 2 * (INSIDE + HEAD) * found["units"] / found["parts"][PRODUCTS]
        peak = by_name["matrix peak"]["median"].get(precision) if "matrix peak" in by_name else None
        share = f", {100 * done / peak:.0f} % of the {peak / 1e9:,.0f} that large products reach" if peak else ""
        texts += [
            parts_table(f"part of a step of generation in {precision}", found),
            f"{WATCHED}, {found['units'] / found['steps']:.0f} rows to a step; their products did {done / 1e9:,.0f} "
            f"GFLOP/s{share}. Of all {prompts + steps:.0f} s, reading prompts took "
            f"{100 * prompts / (prompts + steps):.0f} %; a step had {statistics.mean(rows_fed):.0f} rows on average.",
        ]
    return "\n\n".join(texts)


def validation_profile(rows: Sequence[dict[str, Any]]) -> str:
    """What reading a trace consists of, each part timed by itself."""
    row = next((row for row in rows if row["name"] == VALIDATION_PROFILE), None)
    return parts_table("part of validation", row["readings"]["ours"][-1]) if row else ""


def parts_table(of: str, found: dict[str, Any]) -> str:
    """The groups of operations that a profile saw, without those below half a percent, and what lay outside of all."""
    seconds, parts = found["seconds"], found["parts"]
    parts = {**parts, "outside of these": max(0.0, seconds - sum(parts.values()))}
    lines = [(name, f"{took:,.2f}", f"{100 * took / seconds:.0f} %") for name, took in _largest_first(parts)
             if took >= 0.005 * seconds]  # fmt: skip
    return markdown_table((of, "seconds", "share"), lines)


def exponent(points: Sequence[dict[str, Any]], of: str) -> float:
    """The slope of log(value) over log(size) by least squares: 1 is linear, 2 quadratic, 0 flat."""
    x, y = [math.log(point["size"]) for point in points], [math.log(point[of]) for point in points]
    return statistics.linear_regression(x, y).slope


def growth_table(growth: Sequence[dict[str, Any]]) -> str:
    """Fitted exponents of time, over all sizes and between the last two, and of the memory beyond the first size's."""
    lines = []
    for item in growth:
        points = item["points"]
        sizes = f"{points[0]['size']:,} to {points[-1]['size']:,} {item['variable']}"
        ends = f"{points[0]['seconds']:,.3g} to {points[-1]['seconds']:,.4g} s"
        memory = f"{points[0]['peak_mb']:,.0f} to {points[-1]['peak_mb']:,.0f} MB"
        fitted, last = (f"{exponent(part, 'seconds'):.2f}" for part in (points, points[-2:]))
        lines.append((item["name"], sizes, ends, fitted, last, memory, memory_growth(points)))
    head = ("what", "sizes", "time", "exponent", "at the end", "peak memory", "exponent of its growth")
    return markdown_table(head, lines) if lines else ""


def memory_growth(points: Sequence[dict[str, Any]]) -> str:
    """The exponent of what a size takes beyond the first one; flat where that is little beside the program itself."""
    least = points[0]["peak_mb"]
    more = [{**point, "more": point["peak_mb"] - least} for point in points[1:]]
    if max(point["more"] for point in more) < FLAT * least:
        return "flat"
    more = [point for point in more if point["more"] > 0]
    return f"{exponent(more, 'more'):.2f}" if len(more) > 1 else "–"


def main_job_text(job: dict[str, Any]) -> str:
    """The parts of the committed main job, largest first."""
    total = job["total"]
    lines = [(name, f"{took:,.0f}", f"{100 * took / total:.0f} %") for name, took in _largest_first(job["parts"])]
    intro = f"`{job['run']}`: {total / 60:.1f} minutes on {job['cpu']}, from its own evidence."
    return f"{intro}\n\n{markdown_table(('part', 'seconds', 'share'), lines)}"


def _largest_first(parts: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(parts.items(), key=lambda part: -part[1])
