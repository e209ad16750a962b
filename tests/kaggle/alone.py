"""Executes a notebook as a stranger's machine would: no network, no repository, an empty folder.

    result = execute_alone(folder / "kaggle.ipynb", {"PROFILE": "smoke"}, scratch)
    result.isolation      # "a network namespace of its own, in which only loopback is up"
    result.imported       # every path from which a process imported tunixlib

The interpreter is the one named by ``TUNIXLIB_KAGGLE_PYTHON``, else a new virtual environment over the packages of this
one: a ``.pth`` file that names a folder does not read the ``.pth`` files in it, so no editable install comes along.
What packages keep beside site-packages, such as the templates of nbconvert, is found by ``JUPYTER_PATH``.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYTHON_VARIABLE = "TUNIXLIB_KAGGLE_PYTHON"
NAMESPACE = "a network namespace of its own, in which only loopback is up"
SOCKETS = "sockets of Python that refuse every address but loopback (no unprivileged namespaces here)"
LONGEST_S = 900

# Read by every Python process of the execution when it starts, kernels included: it notes from where tunixlib comes,
# and refuses addresses of other machines. Jupyter's kernels talk to each other over loopback.
SITE = """
import os, socket, sys
from importlib.machinery import PathFinder

class Witness:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "tunixlib":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec:
            with open(os.environ["IMPORTED"], "a", encoding="utf-8") as record:
                record.write(f"{os.getpid()} {spec.origin}\\n")
        return spec

sys.meta_path.insert(0, Witness)

def guarded(function):
    def call(self, *arguments):
        address = arguments[-1]
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise OSError(f"no network here: {address[0]}")
        return function(self, *arguments)
    return call

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
lookup = socket.getaddrinfo
def getaddrinfo(host, *arguments, **options):
    if host not in (None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0"):
        raise socket.gaierror(f"no network here: {host}")
    return lookup(host, *arguments, **options)
socket.getaddrinfo = getaddrinfo
"""

# Loopback of a new namespace is down; a process that is root in it may raise it (SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP).
EXECUTE = """
import importlib.metadata, importlib.util, json, socket, struct, sys
import _socket

if sys.argv[1] == "namespace":
    import fcntl
    with socket.socket() as handle:
        flags, = struct.unpack("16xH", fcntl.ioctl(handle, 0x8913, struct.pack("16sH", b"lo", 0))[:18])
        fcntl.ioctl(handle, 0x8914, struct.pack("16sH", b"lo", flags | 1))

def outside(connect):
    with socket.socket() as handle:
        handle.settimeout(2)
        try:
            connect(handle, ("192.0.2.1", 80))
        except OSError as error:
            return error.strerror or str(error)
    return "reached"

found = {"python": outside(socket.socket.connect)}
if sys.argv[1] == "namespace":
    found["system"] = outside(_socket.socket.connect)  # past all that Python could refuse
found["installed"] = importlib.util.find_spec("tunixlib") is not None

found["transformers"] = importlib.metadata.version("transformers")
print(json.dumps(found), flush=True)

import papermill
papermill.execute_notebook("kaggle.ipynb", "out.ipynb", json.loads(sys.argv[2]), progress_bar=False,
                           kernel_name="python3")
"""


@dataclass(frozen=True)
class Alone:
    """What an execution was like: exit code, error output, how the network was kept away, what was found out."""

    returncode: int
    stderr: str
    isolation: str
    found: dict[str, Any]
    imported: dict[int, str]  # process -> the file that it imported as tunixlib; its last


def execute_alone(folder: Path, parameters: Mapping[str, Any], scratch: Path) -> Alone:
    """Execute ``kaggle.ipynb`` of ``folder`` there, into ``out.ipynb``; ``scratch`` takes home and temporary files."""
    for name in ("site", "tmp", "home"):
        (scratch / name).mkdir(parents=True)
    (scratch / "site" / "sitecustomize.py").write_text(SITE, encoding="utf-8")
    way = _namespace()
    words = [*way, str(_interpreter(scratch)), "-c", EXECUTE, "namespace" if way else "sockets", json.dumps(parameters)]
    done = subprocess.run(
        words, cwd=folder, env=_environment(scratch), capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    line = done.stdout.partition("\n")[0]
    record = scratch / "imported"
    lines = record.read_text(encoding="utf-8").splitlines() if record.is_file() else []
    imported = {int(number): path for number, path in (entry.split(" ", 1) for entry in lines)}
    return Alone(
        done.returncode, done.stderr, NAMESPACE if way else SOCKETS, json.loads(line) if line else {}, imported
    )


def _environment(scratch: Path) -> dict[str, str]:
    """Nothing of this process but where programs are: no account, no proxy, no coverage, no settings of ours."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "PYTHONPATH": str(scratch / "site"),
        "PYTHONUTF8": "1",
        "IMPORTED": str(scratch / "imported"),
        **({} if os.environ.get(PYTHON_VARIABLE) else {"JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter"))}),
    }


def _namespace() -> list[str]:
    """The command that gives what follows a network of its own, without being root; nothing where that is refused."""
    program = shutil.which("unshare")
    words = [program, "--map-root-user", "--net"] if program else []
    allowed = bool(words) and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    return words if allowed else []


def _interpreter(scratch: Path) -> Path:
    if given := os.environ.get(PYTHON_VARIABLE):
        return Path(given).absolute()  # not resolved: a link into a virtual environment stays in it
    venv.create(scratch / "venv", symlinks=os.name != "nt")
    made = sysconfig.get_paths("venv", vars={"base": str(scratch / "venv"), "platbase": str(scratch / "venv")})
    packages = {sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")}
    Path(made["purelib"], "packages.pth").write_text("\n".join(sorted(packages)) + "\n", encoding="utf-8")
    return Path(made["scripts"]) / Path(sys.executable).name
