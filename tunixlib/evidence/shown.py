"""What the cells of executed notebooks show of the run's own files, held against those files.

MARKDOWN['Markdown(training_table(run, "flat"))'](evidence)      # the table that the run's metrics give

Cells are known by their last line. What else a notebook prints, only its git commit answers for.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tunixlib.analysis.report_text import without_pictures
from tunixlib.evaluation.reports import scorecard_table
from tunixlib.evaluation.second_pass_report import mended_example, second_pass_table
from tunixlib.evidence.problems import Problem
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.tables import markdown_table
from tunixlib.training.correction import correction_arms
from tunixlib.training.reports import consumed_table, training_table

RERUN = "run the notebook again"

_FIGURE = re.compile(r"Image\(figures\[\"(\w+)\"\]\)(?P<where_drawn> if \"\1\" in figures else None)?")


def _training_tables(evidence: Evidence) -> str:
    return "\n\n".join(training_table(evidence.run, arm) for arm in evidence.parameters("03_curriculum")["ARMS"])


def _fairness_tables(evidence: Evidence) -> str:
    arms = evidence.parameters("03_curriculum")["ARMS"]
    return "\n\n".join(consumed_table(evidence.run, ("flat", arm)) for arm in arms)


def _correction_tables(evidence: Evidence) -> str:
    arms = correction_arms(evidence.parameters("04_self_correction")["CORRECTION_ARMS"])
    return "\n\n".join(training_table(evidence.run, arm) for arm in arms)


def _consumed_table(evidence: Evidence) -> str:
    arms = correction_arms(evidence.parameters("04_self_correction")["CORRECTION_ARMS"])
    return consumed_table(evidence.run, arms)


def _seed_hashes(evidence: Evidence) -> str:
    rows = [(name, digest[:16]) for name, digest in evidence.stages["01_seed"]["outputs"].items()]
    return markdown_table(("file", "sha256 begins"), rows)


# The last line of a cell -> the Markdown that it must have shown.
MARKDOWN: dict[str, Callable[[Evidence], str]] = {
    'Markdown(markdown_table(("file", "sha256 begins"), rows))': _seed_hashes,
    'Markdown(training_table(run, "flat"))': lambda evidence: training_table(evidence.run, "flat"),
    'Markdown("\\n\\n".join(training_table(run, arm) for arm in ARMS))': _training_tables,
    'Markdown("\\n\\n".join(tables))': _fairness_tables,
    "Markdown(consumed_table(run, arms))": _consumed_table,
    'Markdown("\\n\\n".join(training_table(run, arm) for arm in arms))': _correction_tables,
    "Markdown(scorecard_table(summary))": lambda evidence: scorecard_table(evidence.summary),
    "Markdown(second_pass_table(run))": lambda evidence: second_pass_table(evidence.run),
    "Markdown(mended_example(run))": lambda evidence: mended_example(evidence.run),
    "Markdown(shown_analysis(run))": lambda evidence: without_pictures(evidence.text("analysis.md")),
}
# The same of notebooks as they were: runs that were made by them are verified, too.
EARLIER: dict[str, Callable[[Evidence], str]] = {
    'Markdown(run.path("analysis.md").read_text(encoding="utf-8"))': lambda evidence: evidence.text("analysis.md"),
}


def shown_problems(
    evidence: Evidence, name: str, number: int, cell: Mapping[str, Any], source: str
) -> Iterator[Problem]:
    """What a cell shows of the run's own files is those files."""
    last = source.strip().rsplit("\n", 1)[-1]
    outputs = [output.get("data", {}) for output in cell["outputs"]]
    if figure := _FIGURE.fullmatch(last):
        file = f"figures/{figure[1]}.png"
        drawn = (evidence.root / file).is_file() or not figure["where_drawn"]
        pictures = [base64.b64decode("".join(data["image/png"])) for data in outputs if "image/png" in data]
        if pictures != ([(evidence.root / file).read_bytes()] if drawn else []):
            yield Problem(name, f"another picture, or none, in cell {number}", f"{file} as it is", RERUN)
    if given := MARKDOWN.get(last) or EARLIER.get(last):
        texts = ["".join(data["text/markdown"]) for data in outputs if "text/markdown" in data]
        if texts != [given(evidence)]:
            what = "what the run's files give"
            yield Problem(name, f"another text, or none, in cell {number}", f"{what} for {last}", RERUN)
