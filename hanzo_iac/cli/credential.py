"""
`hanzo credential`: a fresh credential on stdout, in the form the asking program expects.

Kubernetes clients run it each time they need one, many times in a deployment: it must start fast, so it uses the
standard library alone.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.request import Request

app = typer.Typer(name="credential", help="Print a short-lived credential for another program.", no_args_is_help=True)

API = "https://api.digitalocean.com"

EXPIRY_S = 3600
"""Life of a credential. An hour outlasts a deployment's longest wait; DigitalOcean's own default is a week."""

TIMEOUT_S = 20


@app.callback()
def credential() -> None:
    """Print a short-lived credential for another program."""


@app.command()
def kubernetes(cluster: Annotated[str, typer.Option(help="The DOKS cluster's id.")]) -> None:
    """Print a Kubernetes ExecCredential for a DOKS cluster (reads DIGITALOCEAN_TOKEN, DIGITALOCEAN_API_URL)."""
    answer = _get(f"/v2/kubernetes/clusters/{cluster}/credentials?expiry_seconds={EXPIRY_S}", os.environ)
    json.dump(exec_credential(answer), sys.stdout)
    sys.stdout.write("\n")


def exec_credential(answer: Mapping[str, Any]) -> dict[str, Any]:
    """
    Kubernetes' ExecCredential from DigitalOcean's credentials; absent parts are left out.

    >>> exec_credential({"token": "t", "expires_at": "2026-11-21T12:00:00Z"})["status"]
    {'expirationTimestamp': '2026-11-21T12:00:00Z', 'token': 't'}
    """
    status = {
        "expirationTimestamp": answer.get("expires_at"),
        "token": answer.get("token"),
        "clientCertificateData": _decoded(answer.get("client_certificate_data")),
        "clientKeyData": _decoded(answer.get("client_key_data")),
    }
    return {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {key: value for key, value in status.items() if value},
    }


def _decoded(data: str | None) -> str:
    # DigitalOcean answers base64 as a kubeconfig holds it; an ExecCredential wants the PEM itself.
    return base64.b64decode(data).decode() if data else ""


def _get(path: str, environment: Mapping[str, str]) -> dict[str, Any]:
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import urlopen

    from hanzo_iac.errors import Fault, InputError, TryAgainError

    request = _request(path, environment)
    address = f"{request.type}://{request.host}"
    try:
        with urlopen(request, timeout=TIMEOUT_S) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except HTTPError as error:
        said = f"answered {error.code} for {path}"
        if error.code in {401, 403, 404}:
            raise InputError(Fault(address, said, "check the token, and that the cluster still exists")) from error
        raise TryAgainError(Fault(address, said)) from error
    except ValueError as error:
        raise TryAgainError(Fault(address, f"answered no JSON for {path}")) from error
    except (OSError, HTTPException) as error:
        raise TryAgainError(Fault(address, f"does not answer: {getattr(error, 'reason', error)}")) from error


def _request(path: str, environment: Mapping[str, str]) -> Request:
    from urllib.request import Request

    from hanzo_iac.errors import Fault, InputError

    token = environment.get("DIGITALOCEAN_TOKEN") or environment.get("DIGITALOCEAN_ACCESS_TOKEN")
    if not token:
        what = "there is no token to ask DigitalOcean with"
        raise InputError(
            Fault("DIGITALOCEAN_TOKEN", what, "set it to a token with the scope kubernetes:access_cluster")
        )
    address = environment.get("DIGITALOCEAN_API_URL") or API
    try:
        return Request(address.rstrip("/") + path, headers={"Authorization": f"Bearer {token}"})
    except ValueError as error:
        hint = "write it with https://, or unset it"
        raise InputError(Fault("DIGITALOCEAN_API_URL", f"{address!r} is no address", hint)) from error
