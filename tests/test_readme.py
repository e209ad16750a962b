"""The README's first screen says what the committed run says, and nothing else."""

import re

from tunixlib.artifacts import read_json
from tunixlib.evaluation.reports import scorecard_table
from tunixlib.runs import MANIFEST, PROJECT_ROOT, REFERENCE_RUN

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


def test_the_readme_is_short():
    assert README.count("\n") < 200
