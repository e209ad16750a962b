"""Secrets never get into what is published; they are named by file, place and kind, and never shown.

Those planted here are put together while the test runs: the repository holds none, and a test says so.
"""

import base64
import json
import random
import re
import sys

import nbformat
import pytest
import torch

from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.evidence import secrets
from tunixlib.evidence.environment import VARIABLES, capture_environment
from tunixlib.evidence.leaks import leaks_in
from tunixlib.evidence.schemas import Environment
from tunixlib.evidence.sealing import seal
from tunixlib.evidence.secret_shapes import SHAPES, named_secrets
from tunixlib.evidence.secrets import Secret, SecretError, refuse_secrets, secrets_in
from tunixlib.runs import RunError
from tunixlib.submission.archive import solid_bytes, zip_bytes
from tunixlib.submission.bundle import publish

HEX32 = "0123456789abcdef" * 2
# Kind -> texts that hold one: by our own shapes.
NAMED = {
    "a Hugging Face token": ["hf_" + "aB3" * 12, 'x = "hf_' + "aB3" * 12 + '"'],
    "a Kaggle token": ["KGAT_" + HEX32],
    "a Kaggle key": [
        '{"username":"ada",' + f'"key":"{HEX32}"}}',
        "{'username': 'ada',\n " + f"'key': '{HEX32}'}}",
        f'{{"key": "{HEX32}", ' + '"path": "", "username": "ada"}',
    ],
    "a GitHub token": ["ghp_" + "A1" * 18, "ghs_" + "A1" * 18, "github_pat_" + "A1_" * 20],
    "an API key": ["sk-" + "a1B2" * 8, "Bearer sk-proj-" + "a1B2" * 8],
    "an AWS key": ["AKIA" + "ABCD1234" * 2],
    "a Google key": ["AIza" + "Sy-_x" * 7, "GOCSPX-" + "a1B2" * 7],
    "a Slack token": ["xoxb-" + "123456789012-abcdef"],
    "an npm token": ["npm_" + "aB3" * 12],
    "a private key": [
        "-----BEGIN " + "PRIVATE KEY-----", "-----BEGIN RSA " + "PRIVATE KEY-----",
        "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----",
    ],
    "a password in an address": ["https://ada:" + "s3cret@example.org/x", "postgresql://ada:" + "lovelace1@db/x"],
    "a JSON web token": ["eyJ" + "hbGciOiJIUzI1NiJ9." + "eyJ" + "zdWIiOiIxMjM0In0." + "abcDEF123_-x"],
    "a key given by name": [
        "KAGGLE_KEY" + "=0123456789abcdef", "export WANDB_API_KEY" + "='a1b2c3d4e5f6'", '"HF_TOKEN"' + ': "abc12345"',
    ],
}  # fmt: skip
# Texts that only detect-secrets knows.
BY_LIBRARY = [
    "glpat-" + "a1B2c3D4e5F6g7H8i9J0",
    "SG." + "a1B2c3D4e5F6g7H8i9J0kl." + "a1B2c3D4e5F6g7H8i9J0" * 2 + "abc",
    "sk_live_" + "a1B2c3D4e5F6g7H8i9J0abcd",
    "AC" + HEX32,
    "AccountKey=" + "aB3+" * 22,
]
HARMLESS = [
    "sha256 " + "0123456789abcdef" * 4,
    "key: " + HEX32,
    "sk-learn-like-names-of-many-words",
    "task-based-learning-1-for-everyone-here",
    "HF_TOKEN is never read",
    'API_KEY = os.environ["API_KEY"]',
    "https://example.org:8080/a@b",
    "http://{user}:{password}@host",
    "git@github.com:ada/x.git",
    "KAGGLE_KEY=<your key>",
    "hf_hub_download, hf_transfer",
    "the answer is 12:30 @ noon",
]
EVERY = [(kind, text) for kind, texts in NAMED.items() for text in texts]


def test_every_shape_is_planted_here():
    assert {kind for kind, _, _ in SHAPES} == set(NAMED)


@pytest.mark.parametrize(("kind", "text"), EVERY)
def test_a_known_token_is_found_by_kind_and_line(kind, text):
    assert (kind, 2) in list(named_secrets(f"first line\n{text}\nlast line"))


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_text_holds_no_secret(text):
    assert secrets_in("a.md", text.encode()) == []


@pytest.mark.parametrize("text", BY_LIBRARY)
def test_the_library_knows_tokens_that_our_shapes_do_not(text):
    assert list(named_secrets(text)) == []
    (found,) = secrets_in("a.md", f"first line\n{text}\n".encode())
    assert found.place == "line 2"
    assert found.kind.endswith("(detect-secrets)")


def test_without_the_library_the_shapes_are_used_alone_and_that_is_said_once(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "detect_secrets", None)
    monkeypatch.setitem(sys.modules, "detect_secrets.core.plugins.util", None)
    secrets._plugins.cache_clear()
    try:
        assert secrets_in("a.md", BY_LIBRARY[0].encode()) == []
        assert len(secrets_in("a.md", EVERY[0][1].encode())) == 1
        assert capsys.readouterr().err.count("detect-secrets is not installed") == 1
    finally:
        secrets._plugins.cache_clear()


def test_the_plugins_that_are_left_out_exist_under_their_names():
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    names = {plugin.__name__ for plugin in get_mapping_from_secret_type_to_class().values()}
    assert names > secrets.NOT_ASKED
    assert {type(plugin).__name__ for plugin in secrets._plugins()} == names - secrets.NOT_ASKED


@pytest.mark.parametrize(("kind", "text"), EVERY)
@pytest.mark.parametrize(
    ("name", "wrap", "place"),
    [
        ("a.json", lambda text: {"config": {"note": f"x\n{text}"}}, "/config/note"),
        ("a.jsonl", lambda text: {"meta": [1, text]}, "line 1/meta/1"),
        ("a.ipynb", lambda text: {"cells": [{"source": ["x\n", *text.splitlines(keepends=True)]}]}, "/cells/0/source"),
        ("a.ipynb", lambda text: {"cells": [{"outputs": [{"text": text}]}]}, "/cells/0/outputs/0/text"),
    ],
)
def test_a_secret_in_a_document_is_named_by_its_place_and_never_shown(kind, text, name, wrap, place):
    found = secrets_in(name, json.dumps(wrap(text)).encode())
    assert [secret.kind for secret in found] == [kind]
    assert found[0].place.startswith(place)
    assert not shared(str(found[0]), text)


def test_a_kaggle_json_is_found_by_the_names_of_its_fields():
    document = json.dumps({"username": "ada", "key": HEX32})
    assert [secret.kind for secret in secrets_in("kaggle.json", document.encode())] == ["a Kaggle key"]


def test_a_name_that_stands_twice_and_a_picture_of_text_hide_nothing():
    twice = '{"a": "' + EVERY[0][1] + '", "a": "x"}'
    assert secrets_in("a.json", twice.encode()) == [Secret("a.json", "/a", EVERY[0][0])]
    drawn = json.dumps({"data": {"image/svg+xml": f"<svg>{EVERY[0][1]}</svg>"}})
    assert [secret.place for secret in secrets_in("a.ipynb", drawn.encode())] == ["/data/image/svg+xml"]


def test_letters_written_by_their_numbers_hide_nothing():
    escaped = '{"a": "\\u0068f_' + "aB3" * 12 + '"}'
    assert secrets_in("a.json", escaped.encode()) == [Secret("a.json", "/a", "a Hugging Face token")]
    assert len(list(leaks_in("a.ipynb", escaped, json.loads(escaped)))) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_no_encoding_hides_a_secret(encoding):
    found = secrets_in("WRITEUP.md", ("é\n" + EVERY[0][1]).encode(encoding))
    assert [(secret.place, secret.kind) for secret in found] == [("line 2", EVERY[0][0])]


@pytest.mark.parametrize("pack", [zip_bytes, solid_bytes])
def test_zips_are_looked_into_and_so_are_zips_in_base64(pack):
    packed = pack({"a/b.py": f"x = 1\nTOKEN = '{EVERY[0][1]}'\n".encode()})
    assert [str(secret) for secret in secrets_in("s.zip", packed)] == ["s.zip: a/b.py, line 2: a Hugging Face token"]
    noise = pack({"a/b.py": f"TOKEN = '{EVERY[0][1]}'\n".encode(), "n": random.Random(7).randbytes(3000)})
    text = base64.encodebytes(noise).decode()
    notebook = json.dumps({"cells": [{"source": f'PACKAGE = """\n{text}"""'.splitlines(keepends=True)}]})
    found = secrets_in("kaggle.ipynb", notebook.encode())
    assert {(secret.file, secret.kind) for secret in found} >= {
        ("kaggle.ipynb, packed 1: a/b.py", "a Hugging Face token")
    }


def test_a_torn_stream_is_searched_as_it_is():
    torn = b"\xfd7zXZ\x00\n" + EVERY[0][1].encode()
    assert [str(secret) for secret in secrets_in("s.xz", torn)] == ["s.xz, line 2: a Hugging Face token"]


def test_all_secrets_of_all_files_are_named_in_one_refusal():
    contents = {"one.md": EVERY[0][1].encode(), "two.json": json.dumps({"a": EVERY[4][1]}).encode(), "three.md": b"x"}
    with pytest.raises(SecretError) as error:
        refuse_secrets(contents)
    words = str(error.value)
    assert "found 2 secrets in what would be published" in words
    assert "\n  one.md, line 1: a Hugging Face token\n" in words
    assert "\n  two.json, " in words
    assert "withdraw each where it was issued" in words
    assert not shared(words, EVERY[0][1]) and not shared(words, HEX32)


def test_a_secret_in_a_name_is_not_shown_either():
    with pytest.raises(SecretError) as error:
        refuse_secrets({f"{EVERY[0][1]}.md": b"x"})
    assert "file 1, its name: a Hugging Face token" in str(error.value)
    assert not shared(str(error.value), EVERY[0][1])


def test_of_weights_only_the_header_is_read(tmp_path):
    header = json.dumps({"__metadata__": {"note": EVERY[0][1]}}).encode()
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\1" * 100)
    with pytest.raises(SecretError, match=r"model\.safetensors, line 1: a Hugging Face token"):
        refuse_secrets({"model/model.safetensors": path})
    path.write_bytes(len(b"{}").to_bytes(8, "little") + b"{}" + EVERY[0][1].encode())
    refuse_secrets({"model/model.safetensors": path})


def shared(words, secret):
    """Whether a message shows four characters of a secret that no harmless word has."""
    body = re.sub(r"[^A-Za-z0-9_+-]", " ", secret)
    pieces = {body[i : i + 4] for i in range(len(body) - 3) if " " not in body[i : i + 4]}
    return [piece for piece in pieces if piece in words and re.search(r"[0-9_]", piece)]


@pytest.mark.parametrize(
    "text", ["eyJ", "sk-", "hf_", "https://a:", "API_KEY", "a_", "AKIA", '"username" ', "{", "://"]
)
def test_a_long_text_that_begins_many_secrets_and_ends_none_is_read_in_one_go(text):
    """Begun anew at every place and read to its end, a million characters would take hours."""
    assert list(named_secrets(text * (1_000_000 // len(text)))) == []


# What is published.


def sealed(run):
    seal(run)
    return run


def put_into_notebook(run):
    path = run.path("notebooks", "05_evaluate.ipynb")
    notebook = read_json(path)
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["outputs"] = [nbformat.v4.new_output("stream", name="stdout", text=EVERY[0][1] + "\n")]
    write_text(path, json.dumps(notebook))


@pytest.mark.parametrize(
    ("plant", "places"),
    [
        (put_into_notebook, ["notebooks/05_evaluate.ipynb, /cells/"]),
        (lambda run: write_text(run.path("training", "curriculum", "stage_c", "checkpoint", "added_tokens.json"),
                                json.dumps({EVERY[0][1]: 1})), ["model/added_tokens.json, "]),
    ],
)  # fmt: skip
def test_a_run_with_a_secret_is_not_published(unsealed, dist, plant, places):
    plant(unsealed)
    with pytest.raises(SecretError) as error:
        publish(sealed(unsealed))
    assert all(place in str(error.value) for place in places)
    assert not dist.exists() or list(dist.rglob("*")) == []


def test_a_writeup_with_a_secret_is_not_published_and_the_earlier_bundle_stays(run, dist):
    publish(run)
    path = dist / "demo" / "WRITEUP.md"
    written = path.read_text(encoding="utf-8").replace("[[Title: what you did, in a few words]]", EVERY[0][1])
    write_text(path, written)
    with pytest.raises(SecretError, match=r"WRITEUP\.md, line 1: a Hugging Face token"):
        publish(run)
    assert path.read_text(encoding="utf-8") == written


@pytest.mark.parametrize("of", [("figures", "families.png"), ("figures",), ("nowhere.md",)])
def test_a_link_is_neither_sealed_nor_published(unsealed, run, tmp_path, dist, of):
    for mine in (unsealed, run):
        path, elsewhere = mine.path(*of), tmp_path / f"elsewhere-{mine.sealed}"
        if path.exists():
            path.rename(elsewhere)
        path.symlink_to(elsewhere)
        with pytest.raises(RunError, match=rf"{'/'.join(of)} is a link, expected the file itself"):
            (publish if mine.sealed else seal)(mine)


# What is said of the machine.


def test_variables_go_on_record_by_name_and_never_by_value(monkeypatch):
    for name in ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "TUNIXLIB_CACHE", "PYTHONHASHSEED"):
        monkeypatch.setenv(name, "value-of-it")
    monkeypatch.setenv("HF_TOKEN", EVERY[0][1])
    monkeypatch.setenv("SOMETHING_ELSE", "1")
    found = capture_environment()
    assert {"OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "TUNIXLIB_CACHE", "PYTHONHASHSEED"} <= set(found["variables"])
    assert found["variables"] == sorted(found["variables"])
    assert not {"HF_TOKEN", "SOMETHING_ELSE", "PATH", "HOME"} & set(found["variables"])
    assert "value-of-it" not in json.dumps(found)
    recorded = Environment.model_validate({**found, "training": {}})
    assert recorded.variables == found["variables"]
    assert recorded.instructions == torch.backends.cpu.get_cpu_capability() != ""


def test_a_manifest_of_before_has_no_variables_and_one_with_values_is_refused():
    known = {"platform": "", "python": "", "cpu": "", "cpus": 1, "accelerator": "", "packages": {}, "training": {}}
    assert (Environment.model_validate(known).variables, Environment.model_validate(known).instructions) == ([], "")
    with pytest.raises(ValueError, match="variables"):
        Environment.model_validate({**known, "variables": ["OMP_NUM_THREADS=4"]})
    assert all(VARIABLES.fullmatch(name) for name in ("OMP_NUM_THREADS", "MKL_CBWR", "TZ", "TORCHINDUCTOR_CACHE_DIR"))


def test_no_shape_or_problem_of_verification_shows_the_secret():
    for _, text in EVERY:
        for problem in leaks_in("analysis.md", text, text):
            assert not shared(str(problem), text)


def test_a_manifest_command_that_names_a_token_is_refused(unsealed, dist):
    path = unsealed.path(".work", "run.json")
    sessions = read_json(path)["sessions"]
    sessions[-1]["command"] += f" --set MODEL={EVERY[0][1]}"
    write_json(path, {"sessions": sessions})
    with pytest.raises(SecretError, match=r"run_manifest\.json, /command: a Hugging Face token"):
        publish(sealed(unsealed))


def test_the_last_line_of_a_packed_zip_is_no_key_though_it_looks_like_one():
    """The end of a zip is full of zeros, which base64 writes as runs of A: AIPA and sixteen more are a key's shape."""
    lines = ["UEsDB" + "B" * 3995 + "\n", "B" * 300 + "AIP" + "A" * 17 + "B" * 300 + "\n"]
    notebook = {"cells": [{"cell_type": "code", "source": lines}]}
    assert secrets_in("kaggle.ipynb", json.dumps(notebook).encode()) == []
    alone = {"cells": [{"cell_type": "code", "source": ["AKI" + "A" + "Q3EGVZ6NP2RWX7T5\n"]}]}
    assert [secret.place for secret in secrets_in("kaggle.ipynb", json.dumps(alone).encode())] == ["/cells/0/source/0"]
