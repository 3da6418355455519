"""The example of the components in somebody else's Pulumi program runs as it stands."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from recorder import run

EXAMPLE = Path(__file__).parents[3] / "examples" / "library-use"


def test_the_example_makes_the_pieces_it_takes_and_one_application(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE)
    record = run(lambda: runpy.run_path("__main__.py") and None)
    under_the_stack = sorted((r.type, r.name) for r in record.resources if not r.parent)
    assert under_the_stack == [
        ("digitalocean:index/kubernetesCluster:KubernetesCluster", "office"),
        ("digitalocean:index/vpc:Vpc", "office"),
        ("hanzo:index:Application", "rag"),
        ("hanzo:index:GpuPool", "gpus"),
        ("hanzo:index:Postgres", "db"),
    ]
    assert record.named("DatabaseCluster", "db").inputs["privateNetworkUuid"] == "office-id"
    assert record.named("KubernetesNodePool", "gpus").inputs["maxNodes"] == 1


def test_the_example_stays_short() -> None:
    lines = (EXAMPLE / "__main__.py").read_text().splitlines()
    assert len([line for line in lines if line and not line.startswith('"""')]) <= 20


def test_one_component_does_not_import_all_of_kubernetes() -> None:
    program = "import sys; from hanzo_components import Postgres; print('pulumi_kubernetes' in sys.modules)"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
