"""The README's first screen says what the committed run says, and nothing else."""

import re

from tunixlib.artifacts import read_json
from tunixlib.evaluation.reports import scorecard_table
from tunixlib.runs import MANIFEST, REFERENCE_RUN
from tunixlib.trees import PROJECT_ROOT

README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
RUN = PROJECT_ROOT / "submission_runs" / REFERENCE_RUN


def block(name):
    return re.search(rf"<!-- {name}: .*? -->\n(.*?)<!-- end of {name} -->", README, re.DOTALL)[1]


def test_the_result_table_is_the_committed_run():
    assert block("results").strip() == scorecard_table(read_json(RUN / "eval_summary.json"))


def test_the_run_time_is_the_committed_run():
    manifest = read_json(RUN / MANIFEST)
    assert manifest["environment"]["accelerator"] == "none"
    minutes, cores = sum(manifest["seconds"].values()) / 60, manifest["environment"]["cpus"]
    assert block("time").strip() == f"The run shown above took {minutes:.0f} minutes on {cores} cores, without a GPU."


def test_every_file_the_readme_names_exists():
    named = re.findall(r"\]\(([^)#]+)\)", README) + re.findall(r"`((?:tunixlib|notebooks|data)/[\w./-]+)`", README)
    assert len(named) >= 3
    missing = [name for name in named if not name.startswith("http") and not (PROJECT_ROOT / name).exists()]
    assert missing == []


def missing_tests(text):
    """The files and folders of tests/ that a text names and that are not there."""
    named = sorted(set(re.findall(r"(?<![\w/-])tests/[\w/.-]*\w", text)))
    return [name for name in named if not (PROJECT_ROOT / name).exists()]


def test_every_test_that_a_readme_names_exists():
    planted = "`pytest tests/submission/test_locks.py`, tests/evidence/test_locks.py in tests/evidence."
    assert missing_tests(planted) == ["tests/submission/test_locks.py"]
    readmes = [PROJECT_ROOT / "README.md", *sorted(PROJECT_ROOT.glob("*/README.md"))]
    assert len(readmes) >= 4
    texts = {path.relative_to(PROJECT_ROOT).as_posix(): path.read_text(encoding="utf-8") for path in readmes}
    assert {name: missing for name, text in texts.items() if (missing := missing_tests(text))} == {}


def test_the_readme_is_short():
    assert README.count("\n") < 200
