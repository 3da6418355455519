from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal

import pytest
from plan_cases import LISTING, listing

from hanzo_iac.plan.render import to_json


def hanzo(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hanzo_iac.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **(env or {})})


def test_the_plan_is_on_stdout_and_notices_are_on_stderr():
    done = hanzo("plan", str(LISTING), "--env", "dev")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "my-rag-app in dev, tor1"
    assert "notice" not in done.stdout
    assert done.stderr.splitlines()[1] == "notice: services/web/replicas/max: 8 replicas are written, dev allows 1"


def test_json_is_the_plan_and_nothing_else():
    done = hanzo("plan", str(LISTING / "hanzo.yaml"), "--env", "prod", "--json")
    assert (done.returncode, done.stdout) == (0, to_json(listing("prod")))


def test_the_output_is_the_same_whatever_the_surroundings():
    plain = hanzo("plan", str(LISTING)).stdout
    for env in ({"COLUMNS": "60"}, {"NO_COLOR": "1"}, {"TERM": "xterm-256color"}, {"PYTHONHASHSEED": "7"}):
        assert hanzo("plan", str(LISTING), env=env).stdout == plain


def test_no_engine_and_no_network_library_is_loaded():
    code = (
        "import sys; sys.argv = ['hanzo', 'plan', sys.argv[1]]\n"
        "from hanzo_iac.cli.app import app\n"
        "try:\n    app()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pulumi', 'pulumi_digitalocean', 'pulumi_kubernetes', 'requests', 'httpx', 'grpc', 'moto'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code, str(LISTING)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_strict_fails_on_prices_that_are_not_known():
    done = hanzo("cost", str(LISTING), "--strict")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: resources/vector/storage: no price is known for pg-extra-storage-gib",
        "error: resources/db/storage: no price is known for pg-extra-storage-gib",
        "error: services/web/port: no price is known for lb-regional-network",
        "",
        "hint: leave --strict out to plan anyway",
    ]


def test_cost_as_json_has_exact_amounts():
    bill = json.loads(hanzo("cost", str(LISTING), "--env", "prod", "--json").stdout)
    assert (bill["low_usd"], bill["high_usd"], bill["complete"]) == ("1490.88", "9667.44", False)
    assert Decimal(bill["ceiling_usd"]) == 12000
    assert bill["lines"][3] == {
        "part": "registry",
        "item": "registry-basic",
        "quantity_low": 1,
        "quantity_high": 1,
        "unit_usd": "5",
        "low_usd": "5",
        "high_usd": "5",
        "source": "example of GET /v2/registry/options in DigitalOcean's OpenAPI, 2026-08",
        "because": "services/web/build",
    }


def test_explain_names_the_parts_there_are():
    done = hanzo("explain", "services/wob", "--file", str(LISTING))
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "error: services/wob: the plan holds no such part"
    assert "services/web, " in done.stderr.splitlines()[2]


def test_explain_as_json():
    rows = json.loads(hanzo("explain", "gpu_pools/web", "--file", str(LISTING), "--json").stdout)
    assert rows[2] == {
        "part": "gpu_pools/web",
        "field": "gpu",
        "value": "l40s",
        "origin": "catalogue",
        "reason": "the GPU asked for, else the smallest of its brand that is large enough and sold",
    }


@pytest.mark.parametrize("command", ["plan", "cost"])
def test_a_refused_plan_is_an_error_and_no_plan(command, tmp_path):
    (tmp_path / "hanzo.yaml").write_text("name: big\nservices: {web: {image: 'x/y:1', port: 80, gpu: b200}}\n")
    done = hanzo(command, str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: services/web/gpu: DigitalOcean Kubernetes sells no NVIDIA GPU with 192 GB")
