"""What 06_analysis shows of analysis.md: held against the file, with the pictures above it and none that is broken."""

import re

import pytest

from tunixlib.analysis.report_text import shown_analysis
from tunixlib.artifacts import read_json
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.evidence.shown import EARLIER, MARKDOWN, shown_problems
from tunixlib.runs import PROJECT_ROOT


@pytest.mark.parametrize("line", [*EARLIER, "Markdown(shown_analysis(run))"])
def test_the_analysis_that_a_notebook_shows_is_held_against_the_file_whichever_notebook_it_was(run, line):
    evidence = Evidence(run.root, read_json(run.path("run_manifest.json")))
    shown = {**MARKDOWN, **EARLIER}[line](evidence)
    found = []
    for text in (shown, shown.replace("Verdict", "Opinion")):
        cell = {"cell_type": "code", "source": line, "outputs": [{"data": {"text/markdown": text}}]}
        found.append([str(problem) for problem in shown_problems(evidence, "06_analysis.ipynb", 30, cell, line)])
    assert found[0] == []
    assert "found another text, or none, in cell 30" in found[1][0]


def test_the_analysis_that_06_shows_has_words_for_each_picture_and_the_picture_stands_above(run):
    text, shown = run.path("analysis.md").read_text(encoding="utf-8"), shown_analysis(run)
    figures = re.findall(r"!\[.*\]\(figures/(\w+)\.png\)", text)
    assert len(figures) >= 6
    assert "![" not in shown
    assert shown.count("the figure is above") == len(figures)
    assert "*Accuracy by section: the figure is above.*" in shown
    notebook = (PROJECT_ROOT / "notebooks" / "06_analysis.ipynb").read_text(encoding="utf-8")
    assert [figure for figure in figures if f'figures[\\"{figure}\\"]' not in notebook] == []
