"""One publication of a small sealed run, the real client that pushes it, and the kernel as it arrived."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from server import Loopback, client_environment

from tunixlib.runs import Run
from tunixlib.seeding import datasets
from tunixlib.submission import bundle


@pytest.fixture(scope="session")
def published(made, tmp_path_factory):
    """What ``publish`` writes of a sealed run with weights: the folders kernel, dataset, model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "DATA_ROOT", made / "data")
        patch.setattr(bundle, "DIST", tmp_path_factory.mktemp("dist"))
        patch.setattr(bundle, "render_report", lambda run: "a page\n")  # not pushed, and takes long
        bundle.publish(Run(made / "runs" / "demo"))
        return bundle.DIST / "demo"


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    """``client(site, "kernels push", folder)``: the real program, in a process that can reach nothing but ``site``."""
    program = shutil.which("kaggle", path=str(Path(sys.executable).parent))
    assert program, "no kaggle beside this Python: pip install -r requirements-dev.txt"

    def run(site, command, folder):
        environment = client_environment(site.port, tmp_path_factory.mktemp("home"))
        words = [program, *command.split(), "-p", str(folder)]
        return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False)

    return run


@pytest.fixture
def site():
    with Loopback() as running:
        yield running


@pytest.fixture(scope="session")
def pushed_kernel(published, client):
    """A push of the kernel that went well: what the client said, and the site with what arrived."""
    with Loopback() as running:
        return client(running, "kernels push", published / "kernel"), running


def pytest_terminal_summary(terminalreporter):
    """Which of two ways kept the network away depends on the machine: say it."""
    for line in sorted({value for report in terminalreporter.getreports("passed") for key, value in
                        report.user_properties if key == "isolation"}):  # fmt: skip
        terminalreporter.write_line(line)
