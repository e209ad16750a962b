"""Claims about notebooks/ask.ipynb: it runs on its own, stands outside the pipeline, and shows marks in colour."""

import json

import nbformat
import pytest
from evaluation.asked_run import make_asked_run

from tunixlib.evaluation.config import MAX_NEW_TOKENS
from tunixlib.running.notebooks import NotebookError, execute
from tunixlib.running.parameters import declared, declared_defaults, stage_notebooks
from tunixlib.running.profiles import NOTEBOOKS

PARAMETERS = {"CHECKPOINT": "tiny", "BASE": False, "QUESTIONS": ["What is <b>2</b> + 3?"], "MAX_NEW_TOKENS": 8}


def test_it_answers_in_html_with_plain_text_beside_it(tmp_path, tiny_folder):
    run = make_asked_run(tmp_path, tiny_folder)
    execute(NOTEBOOKS / "ask.ipynb", tmp_path / "ask.ipynb", {**PARAMETERS, "CHECKPOINT": str(run.root), "BASE": True})
    outputs = [out for cell in nbformat.read(tmp_path / "ask.ipynb", 4).cells for out in cell.get("outputs", [])]
    said = "".join(out.text for out in outputs if out.output_type == "stream" and out.name == "stderr")
    bars = [line for line in said.replace("\r", "\n").splitlines() if line]
    assert bars and all(line.startswith("asking:") for line in bars), "no warnings"
    shown = [out.data for out in outputs if "text/html" in out.get("data", {})]
    assert len(shown) == 2
    assert "What is &lt;b&gt;2&lt;/b&gt; + 3?" in shown[0]["text/html"] and "<b>" not in shown[0]["text/html"]
    assert shown[0]["text/plain"].startswith("question   What is <b>2</b> + 3?\n\ntiny (base)\n")
    assert "\n\nasked/stage_c\n" in shown[0]["text/plain"]
    assert "background:" in shown[0]["text/html"] and "cut off at 8 tokens" in shown[0]["text/plain"]


def test_it_says_what_to_change_where_there_is_no_base_model(tmp_path):
    with pytest.raises(NotebookError, match=r"found no run around it .*leave --base out \(BASE = False\)"):
        execute(NOTEBOOKS / "ask.ipynb", tmp_path / "ask.ipynb", {**PARAMETERS, "BASE": True})


def test_it_is_no_stage_and_no_profile_can_set_its_parameters():
    assert "ask.ipynb" not in [path.name for path in stage_notebooks()]
    assert set(declared(NOTEBOOKS / "ask.ipynb")) == set(PARAMETERS)


def test_it_cuts_an_answer_off_where_the_command_does():
    assert declared_defaults([NOTEBOOKS / "ask.ipynb"])["MAX_NEW_TOKENS"] == MAX_NEW_TOKENS


def test_its_cells_are_narrow():
    cells = json.loads((NOTEBOOKS / "ask.ipynb").read_text(encoding="utf-8"))["cells"]
    lines = [line.rstrip("\n") for cell in cells if cell["cell_type"] == "code" for line in cell["source"]]
    assert [line for line in lines if len(line) > 80] == []
