"""Ctrl-C while a kernel is at work comes out as KeyboardInterrupt, within seconds, and no kernel is left."""

import os
import signal
import subprocess
import sys

import pytest

from tunixlib.running.interrupts import interruptible
from tunixlib.trees import PROJECT_ROOT

CODE = """
import sys, threading, time
from pathlib import Path
import nbformat, psutil
from tunixlib.running.notebooks import execute

place = Path(sys.argv[1])
notebook = nbformat.v4.new_notebook()
notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
notebook.cells = [nbformat.v4.new_code_cell(
    f"import os, time\\nopen({str(place / 'pid')!r}, 'w').write(str(os.getpid()))\\ntime.sleep(600)")]
nbformat.write(notebook, place / "a.ipynb")

def tell():
    while not (place / "pid").is_file() or not (place / "pid").read_text():
        time.sleep(0.1)
    print("ready", flush=True)

threading.Thread(target=tell, daemon=True).start()
try:
    execute(place / "a.ipynb", place / "b.ipynb", {}, place / "failed.ipynb")
except KeyboardInterrupt:
    pid = int((place / "pid").read_text())
    left = [p.pid for p in psutil.process_iter(["pid", "status"]) if p.pid == pid and p.info["status"] != "zombie"]
    print("stopped", left, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a console, not to a process group")
def test_ctrl_c_in_a_cell_ends_the_kernel_and_says_nothing_else(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, str(tmp_path)], cwd=PROJECT_ROOT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert output == "stopped []\n"
    assert not (tmp_path / "b.ipynb").exists()


def test_what_the_work_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        interruptible(lambda: 1 // 0)
    done = []
    interruptible(lambda: done.append(1))
    assert done == [1]
