"""Code that could run foreign code, fetch something or follow a path out of its folder: found in the syntax tree.

    >>> unsafe_code("tunixlib.runs", "from os import system as s\\ns('ls')")
    ["line 2: os.system: runs a shell; pass subprocess.run a list"]

Names are followed through imports and plain assignments. A rule can be outwitted by someone who means to; these find
what slips in.
"""

import ast
from collections.abc import Iterator
from typing import Any

SHELL = "runs a shell; pass subprocess.run a list"
FOREIGN = "runs text as code"
PICKLE = "can run code hidden in data; use JSON or safetensors"
NETWORK = "reaches the network; nothing here needs it"
WEAK = "is no hash to trust; use sha256"
RACY = "gives a name that somebody else can take first; use mkstemp"
UNPACKS = "follows names in an archive; use submission/unpacking.py"

# Dotted name -> why. Any use counts, not only a call.
NAMES = {
    "eval": FOREIGN, "exec": FOREIGN, "compile": FOREIGN, "__import__": FOREIGN, "__builtins__": FOREIGN,
    "builtins": FOREIGN, "importlib.import_module": FOREIGN, "types.FunctionType": FOREIGN, "types.CodeType": FOREIGN,
    "os.system": SHELL, "os.popen": SHELL, "os.startfile": SHELL, "os.exec": SHELL, "os.spawn": SHELL,
    "subprocess.getoutput": SHELL, "subprocess.getstatusoutput": SHELL, "asyncio.create_subprocess_shell": SHELL,
    "torch.load": PICKLE, "torch.save": PICKLE, "torch.hub.": NETWORK, "pandas.read_pickle": PICKLE,
    "yaml.load": PICKLE, "yaml.load_all": PICKLE, "yaml.full_load": PICKLE, "yaml.full_load_all": PICKLE,
    "yaml.unsafe_load": PICKLE, "yaml.unsafe_load_all": PICKLE, "yaml.Loader": PICKLE, "yaml.UnsafeLoader": PICKLE,
    "yaml.FullLoader": PICKLE, "shutil.unpack_archive": UNPACKS,
    "tempfile.mktemp": RACY, "os.tempnam": RACY, "hashlib.md5": WEAK, "hashlib.sha1": WEAK,
}  # fmt: skip
STARTS = ("torch.hub.", "os.exec", "os.spawn")
MODULES = {
    **dict.fromkeys(("pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"), PICKLE),
    **dict.fromkeys(("builtins", "runpy", "code", "codeop"), FOREIGN),
    "pty": SHELL,
    **dict.fromkeys(("tarfile", "rarfile", "py7zr"), UNPACKS),
    **dict.fromkeys(
        ("requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "ftplib", "smtplib", "telnetlib",
         "xmlrpc", "huggingface_hub", "wget", "paramiko"), NETWORK,
    ),
}  # fmt: skip
# Methods of whatever object: the name alone tells.
ATTRIBUTES = {
    "extractall": UNPACKS, "extract": UNPACKS, "urlopen": NETWORK, "urlretrieve": NETWORK, "hf_hub_download": NETWORK,
    "snapshot_download": NETWORK, "push_to_hub": NETWORK, "load_state_dict_from_url": NETWORK, "read_pickle": PICKLE,
    "to_pickle": PICKLE, "__subclasses__": FOREIGN, "__globals__": FOREIGN, "__builtins__": FOREIGN,
}  # fmt: skip
# Arguments and keys that must have this value, and no other, wherever they are given.
SAFE_VALUES = {
    "shell": False, "trust_remote_code": False, "allow_pickle": False, "weights_only": True, "local_files_only": True,
    "use_safetensors": True,
}  # fmt: skip
# How tunixlib/modeling/models.py names the arguments that every loading takes; the values there are held to the above.
LOCAL = "LOCAL"
PROCESSES = {"run", "Popen", "call", "check_call", "check_output"}


def unsafe_code(module: str, source: str) -> list[str]:
    """One line for each fault of some Python source, in the order of the lines."""
    tree = ast.parse(source, filename=module)
    known = _aliases(tree)
    found = {(line, fault) for node in ast.walk(tree) for line, fault in _faults(node, known)}
    return [f"line {line}: {fault}" for line, fault in sorted(found)]


def _faults(node: ast.AST, known: dict[str, str]) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        base = "" if isinstance(node, ast.Import) else f"{node.module or ''}."
        for alias in node.names:
            if why := _module_fault(base + alias.name) or (base and _name_fault(base + alias.name)):
                yield node.lineno, f"imports {base}{alias.name}: {why}"
    elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
        name = _dotted(node, known)
        if why := _name_fault(name):
            yield node.lineno, f"{name}: {why}"
        elif isinstance(node, ast.Attribute) and (why := ATTRIBUTES.get(node.attr)):
            yield node.lineno, f".{node.attr}: {why}"
    elif isinstance(node, ast.Call):
        yield from ((node.lineno, fault) for fault in _call_faults(node, _dotted(node.func, known), known))
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and (fault := _value_fault(str(key.value), value)):
                yield node.lineno, fault
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            key = target.slice if isinstance(target, ast.Subscript) else None
            if isinstance(key, ast.Constant) and (fault := _value_fault(str(key.value), node.value)):
                yield node.lineno, fault


def _call_faults(node: ast.Call, name: str, known: dict[str, str]) -> Iterator[str]:
    for keyword in node.keywords:
        if keyword.arg and (fault := _value_fault(keyword.arg, keyword.value)):
            yield fault
    last = name.rpartition(".")[2]
    words = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if last in ("getattr", "attrgetter", "methodcaller"):
        base = _dotted(node.args[0], known) if last == "getattr" and node.args else ""
        for word in words:
            if why := _name_fault(f"{base}.{word}".lstrip(".")) or ATTRIBUTES.get(word) or _bare_fault(word):
                yield f"{last} of {word!r}: {why}"
    if name.startswith("subprocess.") and last in PROCESSES and _is_text(node.args[0] if node.args else None):
        yield f"{name} with one string: {SHELL}"
    if last == "from_pretrained":
        yield from _loading_faults(node, name)


def _loading_faults(node: ast.Call, name: str) -> Iterator[str]:
    """Loading a model folder: nothing fetched, no code of it run, no question asked, weights without pickle."""
    given = {keyword.arg for keyword in node.keywords}
    splats = {ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg is None}
    if LOCAL not in splats and not {"local_files_only", "trust_remote_code"} <= given:
        yield f"{name} without **{LOCAL}: would ask a model hub, or ask whether to run the folder's code"
    if "Model" in name and not {"use_safetensors", "gguf_file"} & given:
        yield f"{name} without use_safetensors=True: {PICKLE}"


def _is_text(node: ast.AST | None) -> bool:
    """Whether an argument is text put together in place: a literal, an f-string, or words joined to one."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    joined = (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "format")
    )
    return joined or isinstance(node, ast.JoinedStr)


def _value_fault(name: str, value: ast.expr) -> str:
    if name not in SAFE_VALUES or (isinstance(value, ast.Constant) and value.value is SAFE_VALUES[name]):
        return ""
    return f"{name}={ast.unparse(value)}, expected {name}={SAFE_VALUES[name]}"


def _aliases(tree: ast.AST) -> dict[str, str]:
    """Local name -> what it stands for, by imports and by assignments of one name to another."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute):
            name = _dotted(node.value, known)
            known |= {target.id: name for target in node.targets if isinstance(target, ast.Name) and target.id != name}
    return known


def _dotted(node: ast.AST, known: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, known)}.{node.attr}"
    return known.get(node.id, node.id) if isinstance(node, ast.Name) else "?"


def _name_fault(name: str) -> str:
    return NAMES.get(name) or next((NAMES[start] for start in STARTS if name.startswith(start)), "")


def _bare_fault(word: str) -> str:
    """Of a name taken out of ``builtins`` by its text, whatever the object is called."""
    return NAMES[word] if word in ("eval", "exec", "__import__") else ""


def _module_fault(name: str) -> str:
    """The longest listed module that a dotted name lies in."""
    parts = name.split(".")
    return next((MODULES[head] for n in range(len(parts), 0, -1) if (head := ".".join(parts[:n])) in MODULES), "")


def unsafe_cells(name: str, notebook: dict[str, Any]) -> list[str]:
    """The same for a notebook's code cells; lines for the shell or for IPython count, too."""
    lines = [
        line
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        for line in "".join(cell["source"]).split("\n")
    ]
    magic = [
        f"line {n}: {line.strip()}: {SHELL}" for n, line in enumerate(lines, 1) if line.lstrip().startswith(("!", "%"))
    ]
    kept = ["pass" if line.lstrip().startswith(("!", "%")) else line for line in lines]
    return magic + unsafe_code(name, "\n".join(kept))
