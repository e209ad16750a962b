"""A model of the hub is named by its commit, fetched once by the library itself, here from a stand-in on loopback."""

import hashlib
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tunixlib.modeling import hub
from tunixlib.modeling.hub import hub_folder, split_hub_id
from tunixlib.modeling.models import ModelError, model_folder, weights_sha256

COMMIT = "12fd25f77366fa6b3b4b768ec3050bf629380bac"
TOKEN = "hf_" + "abcdefghij" * 3
ROOT = Path(__file__).parents[2]


class Hub(BaseHTTPRequestHandler):
    """The few routes of the hub that a download asks for: the list of files, and each of them."""

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        self.server.asked.append(f"{self.command} {self.path}")
        files, status = self.server.files, self.server.status
        name = self.path.partition(f"/resolve/{COMMIT}/")[2]
        if status != 200 or not (f"/tree/{COMMIT}" in self.path or name in files):
            self.send_response(status if status != 200 else 404)
            self.send_header("X-Error-Code", self.server.code)
            self.send_header("X-Error-Message", f"no, not with {TOKEN}")
            data = b""
        else:
            data = files[name] if name else json.dumps([entry(n, d) for n, d in files.items()]).encode()
            self.send_response(200)
            self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *args):
        pass


def entry(name, data):
    return {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}


@pytest.fixture
def server(tiny_folder):
    made = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    made.files = {path.name: path.read_bytes() for path in tiny_folder.iterdir()}
    made.files |= {
        "pytorch_model.bin": b"pickle",
        "modeling_own.py": b"raise SystemExit",
        "onnx/model.safetensors": b"x",
    }
    made.asked, made.status, made.code = [], 200, ""
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def ask(server, tmp_path, name, fetch=True, **environment):
    """A process of its own, since the library reads its settings once: what ``model_folder`` gives or says."""
    code = """import sys
from tunixlib.modeling.models import ModelError, model_folder, weights_sha256
try:
    folder = model_folder(sys.argv[1], sys.argv[2] == "True")
    print(weights_sha256(folder), *sorted(path.name for path in folder.iterdir()))
except ModelError as error:
    print("refused:", error)
"""
    import os

    known = {
        "HF_HOME": str(tmp_path / "hf"),
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "HF_TOKEN": TOKEN,
    }
    quiet = {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-c", code, name, str(fetch)], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={**os.environ, **known, **quiet, **environment},
    )  # fmt: skip
    assert TOKEN not in done.stdout + done.stderr
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_commit_is_downloaded_once_without_code_or_pickles_and_found_again_offline(server, tmp_path, tiny_folder):
    first = ask(server, tmp_path, f"org/tiny@{COMMIT}").split()
    assert first[0] == weights_sha256(tiny_folder)
    assert set(first[1:]) == {path.name for path in tiny_folder.iterdir()}, "no pickle, no code, no other form"
    count = len(server.asked)
    assert count and ask(server, tmp_path, f"org/tiny@{COMMIT}", HF_HUB_OFFLINE="1").split() == first
    assert len(server.asked) == count


def test_what_is_not_to_be_fetched_is_not_asked_for(server, tmp_path):
    said = ask(server, tmp_path, f"org/tiny@{COMMIT}", fetch=False)
    assert f"not in the hub cache; `hf download org/tiny --revision {COMMIT}`" in said and not server.asked


def test_offline_and_not_in_the_cache_says_the_command_to_run_elsewhere(server, tmp_path):
    said = ask(server, tmp_path, f"org/tiny@{COMMIT}", HF_HUB_OFFLINE="1")
    assert f"run `hf download org/tiny --revision {COMMIT} --local-dir models/tiny`" in said
    assert "set MODEL to models/tiny" in said and not server.asked


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "GatedRepo", "the hub gates it (403); accept its licence on its page, run `hf auth login`"),
        (401, "RepoNotFound", "knows no such repository, or shows it only to others (401); check the spelling"),
        (404, "RevisionNotFound", "the hub knows no such commit of it (404)"),
    ],
)
def test_what_the_hub_refuses_is_said_in_our_words_without_address_or_token(server, tmp_path, status, code, words):
    server.status, server.code = status, code
    said = ask(server, tmp_path, f"org/tiny@{COMMIT}")
    assert words in said and "127.0.0.1" not in said and "http" not in said


def test_a_repository_with_pickled_weights_only_is_refused(server, tmp_path):
    del server.files["model.safetensors"]
    assert "found no *.safetensors; pickled weights can run code" in ask(server, tmp_path, f"org/tiny@{COMMIT}")


@pytest.mark.parametrize("revision", ["", "@main", "@12fd25f", "@" + COMMIT.upper()])
def test_a_branch_or_no_revision_is_refused_with_how_to_find_the_commit(revision):
    with pytest.raises(ModelError, match=r"expected org/tiny@ and the 40 digits of a commit.*model_info\('org/tiny'\)"):
        model_folder(f"org/tiny{revision}")


def test_a_folder_that_exists_wins_over_an_id_of_the_same_name(tiny_folder, tmp_path, monkeypatch):
    import shutil

    from tunixlib.modeling import models

    monkeypatch.setattr(models, "PROJECT_ROOT", tmp_path)
    shutil.copytree(tiny_folder, tmp_path / "org" / "tiny")
    assert model_folder("org/tiny") == tmp_path / "org" / "tiny"


def test_an_id_is_taken_apart_and_nothing_else_is():
    assert split_hub_id(f"org/tiny@{COMMIT}") == ("org/tiny", COMMIT)
    assert [split_hub_id(name) for name in ("tiny", "org/tiny", "a/b/c", "org/tiny@main")] == [None] * 4
    with pytest.raises(ModelError, match="found no id"):
        hub_folder("tiny")
    assert all("*" in pattern or pattern.endswith((".json", ".txt", ".model")) for pattern in hub.FILES)
