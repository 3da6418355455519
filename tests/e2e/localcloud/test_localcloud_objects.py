"""Object storage beside the account: what the account says of buckets follows what is really there."""

from __future__ import annotations

import boto3
import pytest
import requests
from localcloud_account import FAST, Account

from hanzo_iac.localcloud import client
from hanzo_iac.localcloud.settings import ACCESS_KEY, SECRET_KEY

CDN = "/v2/cdn/endpoints"


def refusal(account: Account, origin: str) -> str:
    headers = {"authorization": f"Bearer {account.cloud.token}"}
    answer = requests.post(account.cloud.api_url + CDN, json={"origin": origin}, headers=headers, timeout=30)
    assert answer.status_code == 422
    return answer.json()["message"]


def test_a_cdn_endpoint_stands_only_before_a_bucket_that_is_there(own):
    account = Account(client.start(FAST))
    host = account.cloud.s3_url.removeprefix("http://")
    for origin in (f"{host}/assets", "assets.nyc3.digitaloceanspaces.com"):
        assert refusal(account, origin) == "invalid origin"
    # Asking did not start the store.
    assert not account.cloud.status()["object_store"]["started"]

    keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY, "region_name": "us-east-1"}
    s3 = boto3.client("s3", endpoint_url=account.cloud.s3_url, **keys)
    s3.create_bucket(Bucket="assets")
    made = account.call("POST", CDN, {"origin": f"{host}/assets"})["endpoint"]
    assert made["endpoint"] == "assets.cdn.localhost"
    assert refusal(account, f"{host}/others") == "invalid origin"
    account.call("DELETE", f"{CDN}/{made['id']}")
    s3.delete_bucket(Bucket="assets")
    assert refusal(account, f"{host}/assets") == "invalid origin"
    with pytest.raises(AssertionError, match="404"):
        account.call("GET", f"{CDN}/{made['id']}")
