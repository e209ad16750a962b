"""A server on this machine that speaks as much of Kaggle's protocol as pushing needs, and records what arrives.

    with Loopback() as site:
        subprocess.run(["kaggle", "kernels", "push", "-p", folder], env=client_environment(site.port, home))
    site.sent("SaveKernel")["enableInternet"]                    # False

Endpoints, field names and order of calls are those of the sources of kaggle 2.2.4 (``kaggle_api_extended`` and
``kagglesdk``). The client reaches the server as its HTTP proxy: ``KAGGLE_API_ENVIRONMENT=LOCALHOST`` makes it ask
localhost, at the port of the web.
"""

import base64
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

USER, KEY = "fakeuser", "fakekey"
AUTHORIZATION = "Basic " + base64.b64encode(f"{USER}:{KEY}".encode()).decode()
UPLOAD = "PUT"

# Call -> status and answer, as the site gives them when all goes well; a new data set is not found before it is made.
SUCCESS: dict[str, tuple[int, dict[str, Any]]] = {
    "SaveKernel": (200, {"ref": "/code/a/b", "url": "https://site.invalid/code/a/b", "versionNumber": 1}),
    "GetDatasetStatus": (404, {"code": 404, "message": "not found"}),
    "CreateDataset": (200, {"status": "ok", "url": "https://site.invalid/datasets/a/b"}),
    "CreateModel": (200, {"id": 7, "url": "https://site.invalid/models/a/b"}),
    "CreateModelInstance": (200, {"id": 8, "url": "https://site.invalid/models/a/b/c"}),
    UPLOAD: (200, {}),
}


class Loopback:
    """The server while the ``with`` block lasts. Attributes are for tests to read after a client has ended.

    ``answers`` may be changed before a client starts; ``calls`` are ``(call, JSON)`` in the order of arrival;
    ``unknown`` are requests that no answer was prepared for, or that came without the credentials.
    """

    def __init__(self) -> None:
        self.answers = dict(SUCCESS)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.unknown: list[str] = []
        self._names: dict[str, str] = {}
        self._blobs: dict[str, bytes] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port

    def __enter__(self) -> "Loopback":
        # A short poll, so that stopping takes no half second.
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def sent(self, call: str) -> dict[str, Any]:
        """The JSON of the one call of this name."""
        (found,) = [document for name, document in self.calls if name == call]
        return found

    def files(self, tokens: list[dict[str, Any]]) -> dict[str, bytes]:
        """Name -> bytes that arrived, of the ``files`` of a call: only what it names becomes part of anything."""
        return {self._names[entry["token"]]: self._blobs[entry["token"]] for entry in tokens}

    def answer(self, call: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Record a call and say what to answer."""
        self.calls.append((call, document))
        if call == "StartBlobUpload":
            token = f"token-{len(self._names)}"
            self._names[token] = document["name"]
            return 200, {"token": token, "createUrl": f"http://localhost/upload/{token}"}
        if call in self.answers:
            return self.answers[call]
        self.unknown.append(call)
        return 501, {"code": 501, "message": f"no answer prepared for {call}"}

    def receive(self, token: str, data: bytes) -> int:
        """Keep an upload; returns the status to answer with."""
        self._blobs[token] = data
        return self.answers[UPLOAD][0]


def _handler_of(site: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            path, data = urlsplit(self.path).path, self._body()
            if self.headers["Authorization"] != AUTHORIZATION:
                site.unknown.append(f"{path} without credentials")
            self._answer(*site.answer(path.rpartition("/")[2], json.loads(data or b"{}")))

        def do_PUT(self) -> None:
            self._answer(site.receive(urlsplit(self.path).path.rpartition("/")[2], self._body()), {})

        def do_GET(self) -> None:
            site.unknown.append(f"GET {self.path}")
            self._answer(501, {"code": 501, "message": "nothing to get here"})

        def do_CONNECT(self) -> None:
            site.unknown.append(f"CONNECT {self.path}")
            self._answer(501, {"code": 501, "message": "no way out"})

        def log_message(self, *words: object) -> None:
            pass

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def client_environment(port: int, home: os.PathLike[str]) -> dict[str, str]:
    """All that the client sees: no account of this machine, and no way but to ``port``.

    Only LOCALHOST leads to localhost, TEST and STAGING ask the real site; HTTPS would end at a port that is closed.
    """
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),  # where the client keeps what it knows of interrupted uploads
        "KAGGLE_CONFIG_DIR": str(home),
        "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
        "KAGGLE_USERNAME": USER,
        "KAGGLE_KEY": KEY,
        "http_proxy": f"http://127.0.0.1:{port}",
        "https_proxy": "http://127.0.0.1:9",
        "no_proxy": "",
    }
