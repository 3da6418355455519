"""`hanzo local` as a person runs it: each command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import boto3
import pytest
from localcloud_account import processes_of

from hanzo_iac.errors import HanzoError
from hanzo_iac.localcloud import client
from hanzo_iac.toolchain import find


@pytest.fixture
def hanzo(own):
    try:
        find(*client.PROGRAMS)
    except HanzoError as error:
        pytest.skip(f"`hanzo local up` would build the toolchain: {error}; run `hanzo toolchain install`")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hanzo_iac.cli", *words]
        return subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=120, check=False)

    return run


def test_up_status_and_down(hanzo, own):
    up = hanzo("local", "up")
    cloud = client.find()
    assert (up.returncode, up.stdout) == (0, "")
    assert up.stderr == (
        "starting the local cloud\n"
        f"local cloud: runs at {cloud.api_url}\n"
        "next: hanzo local up HANZO.YAML, hanzo local status, hanzo local down\n"
    )
    again = hanzo("local", "up")
    assert again.stderr.splitlines()[0] == f"local cloud: runs already at {cloud.api_url}"

    shown = json.loads(hanzo("local", "status", "--json").stdout)
    assert (shown["pid"], shown["api_url"], shown["s3_url"]) == (cloud.pid, cloud.api_url, cloud.s3_url)
    assert (shown["clusters"], shown["databases"]) == ([], [])
    assert shown["memory_mib"] == shown["supervisor"]["memory_mib"]
    table = hanzo("local", "status")
    assert "DigitalOcean API" in table.stdout
    assert "simulated here:" in table.stderr

    down = hanzo("local", "down")
    assert (down.returncode, down.stdout) == (0, "")
    assert down.stderr == "ending the local cloud\nlocal cloud: gone\n"
    assert processes_of(own) == []
    assert hanzo("local", "down").stderr == "local cloud: there is none\n"


@pytest.mark.parametrize("command", ["status", "env"])
def test_a_cloud_that_does_not_run_is_said(hanzo, command):
    answer = hanzo("local", command)
    assert answer.returncode == 1
    assert answer.stderr == "error: local cloud: does not run\n\nhint: hanzo local up\n"


def test_env_prints_lines_for_a_shell(hanzo):
    hanzo("local", "up")
    lines = hanzo("local", "env").stdout
    script = f'{lines}\necho "$DIGITALOCEAN_API_URL $DIGITALOCEAN_TOKEN"'
    shell = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    cloud = client.find()
    assert shell.stdout == f"{cloud.api_url} {cloud.token}\n"


def test_logs_are_listed_and_shown(hanzo):
    hanzo("local", "up")
    assert hanzo("local", "logs").stdout == "supervisor\n"
    assert "the local cloud answers at" in hanzo("local", "logs", "supervisor").stdout
    unknown = hanzo("local", "logs", "nobody")
    assert unknown.returncode == 2
    assert unknown.stderr == "error: nobody: has no log here\n\nhint: logs: supervisor\n"


def test_the_object_store_starts_with_its_first_client_and_reset_empties_it(hanzo):
    hanzo("local", "up")
    cloud = client.find()
    assert cloud.status()["object_store"]["started"] is False
    words = cloud.environment()
    s3 = boto3.client(
        "s3",
        endpoint_url=words["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=words["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=words["AWS_SECRET_ACCESS_KEY"],
        region_name=words["AWS_REGION"],
    )
    s3.create_bucket(Bucket="weights")
    s3.put_object(Bucket="weights", Key="a", Body=b"1")
    assert s3.get_object(Bucket="weights", Key="a")["Body"].read() == b"1"
    assert cloud.status()["object_store"]["started"] is True

    assert hanzo("local", "reset").stderr == "local cloud: empty\n"
    assert s3.list_buckets()["Buckets"] == []
    s3.close()
