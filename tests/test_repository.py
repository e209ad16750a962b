"""Claims about the repository itself: what git holds, how notebooks are stored, which way imports flow.

    >>> against_the_flow("tunixlib.seeding.datasets", "from tunixlib.training import sft")
    ['line 1: seeding imports training, which comes later in the corridor']

Each rule is a function from text to faults, shown first to find what it must find, then put to the whole repository.
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import resolve_name
from pathlib import Path
from typing import Any

import pytest
from unsafe import unsafe_cells, unsafe_code

from tunixlib.evidence.secrets import secrets_in
from tunixlib.modeling.tunix_support import PACKAGES

ROOT = Path(__file__).resolve().parents[1]
LARGEST_FILE = 5_000_000
WEIGHTS = {".safetensors", ".gguf", ".bin", ".pt", ".pth", ".onnx", ".h5", ".msgpack"}

# Imports go from right to left only; rooms that share a place do not know each other.
CORRIDOR = """
    strict_json atomic artifacts tables visible traces holding trees stages runs progress checking seeding modeling
    training|evaluation analysis evidence submission running studies sweeps
    commands __main__
"""
PLACE = {room: place for place, rooms in enumerate(CORRIDOR.split()) for room in rooms.split("|")}
TORCH_FREE = ("checking", "seeding")
ENGINES = {"torch", "transformers", "accelerate", "peft", "jax", "flax", "tunix"}

# Where a rule of tests/unsafe.py is broken on purpose.
ALLOWED = {
    "tunixlib.seeding.tasks": "importlib.import_module",  # its own problem families, found by listing their folder
    "tunixlib.studies.history": "hashlib.sha1",  # how git names what a file holds; nothing is trusted for it
    "tunixlib.modeling.hub": "huggingface_hub",  # the one place that downloads, and only what MODEL names by its commit
    "notebooks/kaggle.ipynb": ".extractall",  # the package in its own cell, held against its sha256 first
}

LONGEST_FUNCTION = 60
LONGEST_CELL, WIDEST_CELL, MOST_PARAMETERS = 25, 100, 14


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so nothing is tracked: run this in a clone")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def modules() -> dict[str, str]:
    """Dotted name -> source of every module of tunixlib."""
    found = {}
    for path in sorted((ROOT / "tunixlib").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def faults_of_modules(rule: Callable[[str, str], list[str]]) -> dict[str, list[str]]:
    return {name: faults for name, source in modules().items() if (faults := rule(name, source))}


def imports(module: str, source: str) -> Iterator[tuple[int, str]]:
    """Every ``(line, dotted name)`` a module imports, anywhere in it; ``from a import b`` gives ``a.b``."""
    is_package = (ROOT.joinpath(*module.split(".")) / "__init__.py").is_file()
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source, filename=module)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def room_of(module: str) -> str:
    """``tunixlib.seeding.tasks.text`` -> ``seeding``; the package itself -> the empty string."""
    return module.partition(".")[2].partition(".")[0]


def against_the_flow(module: str, source: str) -> list[str]:
    room, found = room_of(module), []
    for line, name in imports(module, source):
        other = room_of(name) if name.startswith("tunixlib.") else ""
        if other in PLACE and other != room and PLACE[other] >= PLACE.get(room, -1):
            found.append(f"line {line}: {room or 'tunixlib'} imports {other}, which comes later in the corridor")
    return found


def engines_in_torch_free_rooms(module: str, source: str) -> list[str]:
    wanted = room_of(module) in TORCH_FREE
    return [
        f"line {n}: imports {name}" for n, name in imports(module, source) if wanted and name.split(".")[0] in ENGINES
    ]


def unsafe_source(name: str, source: str) -> list[str]:
    faults = unsafe_cells(name, json.loads(source)) if name.endswith(".ipynb") else unsafe_code(name, source)
    allowed = ALLOWED.get(name)
    return [fault for fault in faults if allowed is None or not re.search(rf" {re.escape(allowed)}[.:]", fault)]


def long_functions(module: str, source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source, filename=module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                found.append(f"line {node.lineno}: {node.name} has {lines} lines, expected at most {LONGEST_FUNCTION}")
    return found


def requirement_faults(text: str) -> list[str]:
    """Lines that are not ``name==version  # reason``; comment lines and options of pip aside."""
    pin = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,-]+\])?==[^\s;,*]+( --hash=sha256:[0-9a-f]{64})*( *;[^#]+)?\s+# \S.*")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("#", "-"))]
    return [line for line in lines if not pin.fullmatch(line)]


def requirement_names(text: str) -> list[str]:
    found = re.findall(r"^[A-Za-z0-9][A-Za-z0-9._-]*", text, re.MULTILINE)
    return [re.sub(r"[-_.]+", "-", name).lower() for name in found]


def notebook_faults(notebook: dict[str, Any]) -> list[str]:
    cells = [
        (number, cell, "".join(cell["source"]).split("\n")) for number, cell in enumerate(notebook["cells"], start=1)
    ]
    code = [(number, cell, lines) for number, cell, lines in cells if cell["cell_type"] == "code"]
    found = [f"cell {n} holds outputs" for n, cell, _ in code if cell["outputs"] or cell["execution_count"] is not None]
    found += [f"cell {n} has {len(lines)} lines" for n, _, lines in code if len(lines) > LONGEST_CELL]
    found += [
        f"cell {n} has {max(map(len, lines))} columns" for n, _, lines in code if max(map(len, lines)) > WIDEST_CELL
    ]
    tagged = [(n, lines) for n, cell, lines in cells if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        found.append(f"{len(tagged)} cells tagged parameters, expected one")
    return found + [
        f"parameters in cell {n} take {len(lines)} lines" for n, lines in tagged if len(lines) > MOST_PARAMETERS
    ]


def code_cell(source: str, *tags: str) -> dict[str, Any]:
    metadata = {"tags": list(tags)} if tags else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def test_no_tracked_file_is_larger_than_five_megabytes() -> None:
    files = tracked_files()
    assert ROOT / "pyproject.toml" in files
    assert {str(path): path.stat().st_size for path in files if path.stat().st_size > LARGEST_FILE} == {}


def test_no_weights_are_tracked() -> None:
    assert [str(path) for path in tracked_files() if path.suffix.lower() in WEIGHTS] == []


def test_no_tracked_file_is_a_link_out_of_the_repository() -> None:
    assert [str(path) for path in tracked_files() if path.is_symlink()] == []


def test_tracked_text_has_no_carriage_returns() -> None:
    files = [path for path in tracked_files() if path.relative_to(ROOT).parts[0] != "tests"]
    contents = {str(path): path.read_bytes() for path in files}
    assert [name for name, data in contents.items() if b"\0" not in data and b"\r\n" in data] == []


@pytest.mark.parametrize(
    "line", ["numpy", "numpy==2.4.6", "numpy>=2  # batches", "numpy==2.*  # batches", "numpy==2.4.6  #"]
)
def test_a_loose_or_unexplained_requirement_is_a_fault(line: str) -> None:
    assert requirement_faults(f"# a comment\n--only-binary :all:\nscipy==1.17.1     # tests\n{line}\n") == [line]


def test_every_requirement_is_pinned_with_its_reason_and_named_once() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("requirements*.txt"))}
    assert {"requirements.txt", "requirements-dev.txt", "requirements-model.txt"} <= set(texts)
    assert {name: faults for name, text in texts.items() if (faults := requirement_faults(text))} == {}
    names = [name for text in texts.values() for name in requirement_names(text)]
    assert "torch" in names and "types-pyyaml" in names
    assert sorted(names) == sorted(set(names))


def test_a_careless_notebook_is_a_fault_in_every_respect() -> None:
    stored = code_cell("1") | {"outputs": [{"output_type": "stream"}]}
    counted = code_cell("1") | {"execution_count": 3}
    cells = [stored, counted, code_cell("1\n" * 25), code_cell("#" * 101), code_cell("A = 1\n" * 14, "parameters")]
    assert notebook_faults({"cells": cells}) == [
        "cell 1 holds outputs",
        "cell 2 holds outputs",
        "cell 3 has 26 lines",
        "cell 4 has 101 columns",
        "parameters in cell 5 take 15 lines",
    ]
    assert notebook_faults({"cells": []}) == ["0 cells tagged parameters, expected one"]
    assert notebook_faults({"cells": [code_cell("\n".join(["A = 1"] * 14), "parameters")]}) == []


def test_notebooks_are_stored_without_outputs_and_with_one_short_parameters_cell() -> None:
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert len(notebooks) >= 6
    loaded = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in notebooks}
    assert {name: faults for name, notebook in loaded.items() if (faults := notebook_faults(notebook))} == {}


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("tunixlib.runs", "from tunixlib.artifacts import read_json", []),
        (
            "tunixlib.traces",
            "from tunixlib import runs",
            ["line 1: traces imports runs, which comes later in the corridor"],
        ),
        (
            "tunixlib.training.sft",
            "def f():\n    import tunixlib.evaluation.scoring",
            ["line 2: training imports evaluation, "],
        ),
        ("tunixlib.evaluation.scoring", "from ..training import sft", ["line 1: evaluation imports training, "]),
        ("tunixlib", "from tunixlib.traces import Step", ["line 1: tunixlib imports traces, "]),
        ("tunixlib.__main__", "from tunixlib.running import pipeline\nfrom tunixlib import __version__", []),
    ],
)
def test_an_import_up_the_corridor_is_a_fault(module: str, source: str, found: list[str]) -> None:
    faults = against_the_flow(module, source)
    assert len(faults) == len(found)
    assert all(fault.startswith(start) for fault, start in zip(faults, found, strict=True))


def test_imports_flow_down_the_corridor_and_every_module_stands_in_a_room() -> None:
    assert {room_of(name) for name in modules()} - {""} <= set(PLACE)
    assert "tunixlib.seeding.tasks.text" in modules()
    assert faults_of_modules(against_the_flow) == {}


def test_the_readme_lists_the_rooms_of_the_corridor_in_its_order() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| `([a-z_ ]+)` \|", readme.partition("| room |")[2].partition("\n\n")[0], re.MULTILINE)
    assert [room for cell in cells for room in cell.split()] == [room for room in PLACE if room != "__main__"]


def test_the_package_describes_every_folder_of_the_corridor_in_its_order() -> None:
    described = re.findall(r"^    ([a-z]+)  ", modules()["tunixlib"], re.MULTILINE)
    assert described == [room for room in PLACE if (ROOT / "tunixlib" / room).is_dir()]


def test_checking_and_seeding_name_no_engine() -> None:
    assert engines_in_torch_free_rooms("tunixlib.checking.steps", "def f():\n    import torch.nn") == [
        "line 2: imports torch.nn"
    ]
    assert engines_in_torch_free_rooms("tunixlib.modeling.models", "import torch") == []
    assert faults_of_modules(engines_in_torch_free_rooms) == {}


def test_importing_the_datasets_loads_no_engine() -> None:
    code = f"import sys, tunixlib.seeding.datasets; print(sorted({ENGINES!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "eval('1')",
        "e = eval",
        "builtins.exec(code)",
        "__import__('os')",
        "getattr(__builtins__, 'x')",
        "getattr(anything, 'eval')('1')",
        "getattr(os, 'system')('ls')",
        "import pickle",
        "from pickle import loads as data",
        "import numpy as np; np.load(path, allow_pickle=True)",
        "run('ls', shell=True)",
        "run(['ls'], **{'shell': True})",
        "options['shell'] = True",
        "partial(run, shell=yes)",
        "subprocess.run('ls')",
        "subprocess.Popen(f'rm {name}')",
        "subprocess.check_output(' '.join(words))",
        "from subprocess import run as go; go('ls ' + name)",
        "AutoModel.from_pretrained(path, trust_remote_code=flag, local_files_only=True, use_safetensors=True)",
        "AutoModelForCausalLM.from_pretrained(path, local_files_only=True)",
        "AutoTokenizer.from_pretrained(path)",
        "AutoTokenizer.from_pretrained(path, local_files_only=True)",
        "AutoTokenizer.from_pretrained(path, local_files_only=False, trust_remote_code=False)",
        "AutoModelForCausalLM.from_pretrained(path, **LOCAL)",
        "AutoModelForCausalLM.from_pretrained(path, use_safetensors=False, **LOCAL)",
        "LOCAL = {'trust_remote_code': True}",
        "torch.load(path)",
        "import torch as t; t.load(path)",
        "from torch import load as fetch; fetch(path)",
        "torch.hub.download_url_to_file(a, b)",
        "os.system('ls')",
        "from os import system as s; s('ls')",
        "os.execvp('ls', ['ls'])",
        "yaml.load(text)",
        "yaml.load(text, Loader=yaml.SafeLoader)",
        "zipfile.ZipFile(path).extractall(folder)",
        "archive.extract(name)",
        "shutil.unpack_archive(path)",
        "import tarfile",
        "tempfile.mktemp()",
        "hashlib.md5(data)",
        "import requests",
        "from urllib.request import urlopen as get",
        "import urllib.request",
        "from http import client",
        "model.push_to_hub('x')",
        "().__class__.__base__.__subclasses__()",
    ],
)
def test_code_that_could_run_foreign_code_or_reach_out_is_a_fault(line: str) -> None:
    safe = (
        "import os, subprocess\nmodel.eval()\nre.compile('x')\nsubprocess.run(['ls'], shell=False)\nyaml.safe_load(t)\n"
    )
    assert unsafe_code("tunixlib.runs", safe) == []
    assert {fault.split(":")[0] for fault in unsafe_code("tunixlib.runs", safe + line)} == {"line 6"}


def test_tunixlib_and_the_notebooks_run_no_foreign_code() -> None:
    sources = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    notebooks = {name: path.read_text(encoding="utf-8") for name, path in sources.items()}
    assert len(notebooks) >= 7
    everything = {**modules(), **notebooks}
    assert {name: faults for name, source in everything.items() if (faults := unsafe_source(name, source))} == {}
    allowed = {name: unsafe_code(name, everything[name]) for name in ALLOWED if not name.endswith(".ipynb")}
    assert all(allowed.values()), "an exception that nothing needs any more"


@pytest.mark.parametrize("line", ["!pip install x", "%%bash", "  %run other.ipynb", "eval(INPUT)"])
def test_a_notebook_that_starts_a_shell_or_runs_text_is_a_fault(line: str) -> None:
    assert unsafe_cells("n", {"cells": [code_cell("x = 1"), code_cell(f"if x:\n    pass\n{line}")]}) != []
    assert unsafe_cells("n", {"cells": [code_cell("x = 1")]}) == []


def test_no_tracked_file_holds_a_secret() -> None:
    planted = "hf_" + "Ab1" * 10
    assert [str(secret) for secret in secrets_in("a.md", f"x\n{planted}".encode())] == [
        "a.md, line 2: a Hugging Face token"
    ]
    seen: set[str] = set()
    found = [
        s for path in tracked_files() for s in secrets_in(path.relative_to(ROOT).as_posix(), path.read_bytes(), seen)
    ]
    assert [str(secret) for secret in found] == []
    assert len(seen) > 300


def test_no_function_is_longer_than_sixty_lines() -> None:
    body = "def f():\n" + "    x = 1\n" * 59
    assert long_functions("tunixlib.runs", body) == []
    assert long_functions("tunixlib.runs", body + "    x = 2\n") == ["line 1: f has 61 lines, expected at most 60"]
    assert faults_of_modules(long_functions) == {}


def test_the_table_of_parity_is_of_the_versions_that_are_pinned():
    text = (ROOT / "tests" / "engines" / "parity.md").read_text(encoding="utf-8")
    pinned = (ROOT / "requirements-tunix.txt").read_text(encoding="utf-8")
    for name in PACKAGES:
        (version,) = re.findall(rf"^{name}==([0-9.]+)", pinned, re.MULTILINE)
        assert f"{name} {version}" in text, (
            "make test-tunix with TUNIXLIB_PARITY=tests/engines/parity.md writes it anew"
        )
