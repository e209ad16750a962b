"""What ingest shows at its end: what was read, kept and rejected, whether the steps are true, what to do next.

print(ingest_words(manifest))
"""

from collections.abc import Mapping
from typing import Any

from tunixlib.seeding.ingest.records import REASONS
from tunixlib.tables import markdown_table
from tunixlib.visible import visible


def ingest_words(manifest: Mapping[str, Any]) -> str:
    """The tables and the next command, for a terminal or a notebook."""
    came, key = manifest["ingest"], manifest["dataset_key"]
    packed = ", gzip" if came["compression"] == "gzip" else ""
    parts = [
        f"{on_one_line(came['source'])} ({came['format']}{packed}, {came['encoding']}): {came['read']} records read, "
        f"{came['kept']} kept, {sum(came['rejected'].values())} rejected",
        reasons_table(came["rejected"]) if came["rejected"] else "",
        _asides(came),
        truth_by_stage(manifest["step_truth"]),
        *_warnings(manifest),
        f"made    data/{key}/ with dataset.jsonl, rejects.jsonl, manifest.json\n"
        f"next    python -m tunixlib run --run-id my-try --set DATASET={key}",
    ]
    return "\n\n".join(part for part in parts if part)


def on_one_line(text: str) -> str:
    r"""What comes from a source, safe to print: control characters and ends of lines as ``\x1b``, ``\n``."""
    return visible(text).replace("\n", "\\n")


def reasons_table(rejected: Mapping[str, int]) -> str:
    """Rejects by reason, the most frequent first, as Markdown."""
    rows = sorted(rejected.items(), key=lambda item: (-item[1], item[0]))
    return markdown_table(
        ("rejected because", "records"), [(f"{name}: {REASONS[name]}", count) for name, count in rows]
    )


def truth_by_stage(step_truth: Mapping[str, Mapping[str, int]]) -> str:
    """Traces and the truth of their steps by stage, as Markdown."""
    columns = ("traces", "true", "unchecked", "false")
    rows = [(f"stage {stage.upper()}", *(found[name] for name in columns)) for stage, found in step_truth.items()]
    total = ("all", *(sum(found[name] for found in step_truth.values()) for name in columns))
    return markdown_table(("what came in", "traces", "true steps", "unchecked", "false"), [*rows, total])


def _asides(came: Mapping[str, Any]) -> str:
    """What was done to records that were kept, one line each."""
    lines = [f"form    {name}: {count}" for name, count in came["forms"].items()]
    lines += [f"style   {name}: {count}" for name, count in came["styles"].items()]
    lines += [f"changed {name}: in {count} kept" for name, count in came["changes"].items()]
    lines += [
        f"unread  field {on_one_line(name)}: in {count} kept"
        for name, count in list(came["unread_fields"].items())[:20]
    ]
    return "\n".join(lines)


def _warnings(manifest: Mapping[str, Any]) -> list[str]:
    truth, found = manifest["step_truth"], []
    if empty := [stage.upper() for stage, counts in truth.items() if not counts["traces"]]:
        found.append(
            f"warning: stage {', '.join(empty)} without traces, and all are trained on: A has fewer than 3 steps, "
            "B exactly 3, C 4 or more. Ingest again under another key with --stages thirds, which cuts by length"
        )
    if false := sum(counts["false"] for counts in truth.values()):
        found.append(f"warning: {false} false steps would be taught; correct them in the source, or take them out")
    return found
