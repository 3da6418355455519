"""A bucket with all its settings: each call that writes to object storage fails in turn, and the next run converges."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
import requests
from doubles.objects import Struck, object_store, stored
from doubles.one_of_each import BUCKET, PAGES, STORED
from doubles.rehearsal import Stopped

from hanzo_iac.localcloud.provider.resources import spaces_buckets

FAULTS = {"429": 429, "500": 500, "timeout-after-commit": 0}

GROWN = [
    replace(BUCKET, inputs={**BUCKET.inputs, "acl": "public-read", "versioning": {"enabled": False}}),
    replace(PAGES, inputs={**PAGES.inputs, "corsRules": [{"allowedMethods": ["GET"], "allowedOrigins": ["*"]}]}),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with object_store() as address:
        yield address


def empty(url):
    requests.post(f"{url}/moto-api/reset", timeout=60).raise_for_status()


def strike(monkeypatch, status, nth, act):
    """Whether there was an nth call to be struck while this was done."""
    made = []

    def client(settings, where):
        if not made:
            made.append(Struck(real(settings, where), status, nth))
        return made[0]

    real = spaces_buckets.client
    with monkeypatch.context() as patch:
        patch.setattr(spaces_buckets, "client", client)
        with contextlib.suppress(Stopped):
            act()
    return bool(made) and made[0].calls >= nth


@pytest.mark.parametrize("fault", FAULTS)
def test_creating_changing_and_destroying_converge_whatever_call_fails(url, monkeypatch, fault):
    struck, nth = {"create": 0, "change": 0, "destroy": 0}, 0
    found = True
    while found:
        nth, found = nth + 1, False
        for step in struck:
            empty(url)
            rehearsal = stored(url)
            if step != "create":
                rehearsal.up([*STORED])
            act = {
                "create": lambda stack=rehearsal: stack.up([*STORED]),
                "change": lambda stack=rehearsal: stack.up(GROWN),
                "destroy": rehearsal.destroy,
            }[step]
            was_struck = strike(monkeypatch, FAULTS[fault], nth, act)
            struck[step] += was_struck
            found |= was_struck
            act()
            if step != "destroy":
                rehearsal.refresh()
                assert act() == [], f"{step}, call {nth}"
            keys = {"aws_access_key_id": "somebody", "aws_secret_access_key": "else"}
            left = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys).list_buckets()["Buckets"]
            assert [one["Name"] for one in left] == ([] if step == "destroy" else ["rag-uploads"]), f"call {nth}"
    assert struck == {"create": 5, "change": 4, "destroy": 3}
