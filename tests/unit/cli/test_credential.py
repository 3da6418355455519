"""`hanzo credential kubernetes` as a Kubernetes client calls it: a process, an address, a token."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

ANSWER = {
    "server": "https://127.0.0.1:1",
    "certificate_authority_data": base64.b64encode(b"CA").decode(),
    "client_certificate_data": base64.b64encode(b"CERTIFICATE").decode(),
    "client_key_data": base64.b64encode(b"KEY").decode(),
    "token": "the-token",
    "expires_at": "2026-11-21T12:00:00Z",
}


class Api(ThreadingHTTPServer):
    """Answers one cluster's credentials to one token, and remembers what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status = 200 if self.headers["authorization"] == "Bearer good" else 401
        if "busy" in self.path:
            status = 503
        body = json.dumps(ANSWER if status == 200 else {"id": "no"}).encode()
        if "hangs-up" in self.path:
            return
        if "portal" in self.path:
            body = b"<html>sign in</html>"
        self.send_response(status)
        self.send_header("content-length", str(len(body) + 100 * ("broken" in self.path)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    server = Api()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def credential(cluster: str = "c-1", **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DIGITALOCEAN")}
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-m",
        "hanzo_iac.cli",
        "credential",
        "kubernetes",
        "--cluster",
        cluster,
    ]
    environment = {**kept, "NO_PROXY": "127.0.0.1", **variables}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    imports = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    heavy = {"pulumi", "requests", "psutil", "yaml"}
    assert [line for line in imports if line.rpartition("|")[2].strip() in heavy] == []
    done.stderr = "\n".join(line for line in done.stderr.splitlines() if not line.startswith("import time:"))
    return done


def test_the_answer_is_what_kubernetes_expects(api: Api) -> None:
    done = credential(DIGITALOCEAN_TOKEN="good", DIGITALOCEAN_API_URL=api.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {
            "expirationTimestamp": "2026-11-21T12:00:00Z",
            "token": "the-token",
            "clientCertificateData": "CERTIFICATE",
            "clientKeyData": "KEY",
        },
    }
    assert api.asked == ["/v2/kubernetes/clusters/c-1/credentials?expiry_seconds=3600"]


def test_the_providers_other_name_for_the_token_is_read_too(api: Api) -> None:
    assert credential(DIGITALOCEAN_ACCESS_TOKEN="good", DIGITALOCEAN_API_URL=api.url).returncode == 0


@pytest.mark.parametrize(
    ("cluster", "token", "code", "said"),
    [
        ("c-1", "", 1, "DIGITALOCEAN_TOKEN: there is no token to ask DigitalOcean with"),
        ("c-1", "bad", 1, "answered 401 for /v2/kubernetes/clusters/c-1/credentials?expiry_seconds=3600"),
        ("busy", "good", 75, "answered 503 for /v2/kubernetes/clusters/busy/credentials?expiry_seconds=3600"),
        ("portal", "good", 75, "answered no JSON for /v2/kubernetes/clusters/portal/credentials?expiry_seconds=3600"),
        ("broken", "good", 75, "does not answer: IncompleteRead(205 bytes read, 100 more expected)"),
        ("hangs-up", "good", 75, "does not answer: Remote end closed connection without response"),
    ],
)
def test_a_refusal_is_said_in_words(api: Api, cluster: str, token: str, code: int, said: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DIGITALOCEAN")}
    done = subprocess.run(
        [sys.executable, "-m", "hanzo_iac.cli", "credential", "kubernetes", "--cluster", cluster],
        capture_output=True,
        text=True,
        check=False,
        env={**kept, "NO_PROXY": "127.0.0.1", "DIGITALOCEAN_TOKEN": token, "DIGITALOCEAN_API_URL": api.url},
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_silent_address_may_be_tried_again() -> None:
    done = credential(DIGITALOCEAN_TOKEN="good", DIGITALOCEAN_API_URL="http://127.0.0.1:1")
    assert done.returncode == 75


def test_an_address_without_a_scheme_is_wrong_however_often_it_is_tried() -> None:
    done = credential(DIGITALOCEAN_TOKEN="good", DIGITALOCEAN_API_URL="api.example.org")
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        [
            "error: DIGITALOCEAN_API_URL: 'api.example.org' is no address",
            "",
            "hint: write it with https://, or unset it",
        ],
    )


def test_an_empty_address_is_digitaloceans_own() -> None:
    from hanzo_iac.cli.credential import _request

    made = _request("/v2/x", {"DIGITALOCEAN_TOKEN": "good", "DIGITALOCEAN_API_URL": ""})
    assert made.full_url == "https://api.digitalocean.com/v2/x"
