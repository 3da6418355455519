"""
The pack in the hands of the real engine: a good stack passes, and the same stack with one thing wrong is refused with
nothing made.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from judged_stack import Project, verdict

pytestmark = pytest.mark.engine

PASSED = "✅ hanzo@v0.1.0"

GPU = "gpu-nodes-within-ceiling  (digitalocean:index:KubernetesNodePool: gpu)"
COST = "monthly-cost-within-ceiling  (pulumi:pulumi:Stack: rag-dev)"

TOO_MANY_GPUS = f"""\
❌ hanzo@v0.1.0
    - [mandatory] [severity: high]  {GPU}
      A GPU node pool may not grow above the environment's ceiling.
      gpu: up to 3 nodes of gpu-l40sx1-48gb are 3 GPUs, more than the environment's maxGpuNodes, 2

      hint: let the pool grow to no more than 2, or raise the ceiling"""

NO_FIREWALL = """\
❌ hanzo@v0.1.0
    - [mandatory] [severity: critical]  database-not-open  (digitalocean:index:DatabaseCluster: db)
      A database without trusted sources is open to the world.
      db: no DatabaseFirewall of this stack belongs to it

      hint: add a DatabaseFirewall whose cluster_id is this cluster's id, with a rule for the Kubernetes cluster"""

OPEN_FIREWALL = """\
❌ hanzo@v0.1.0
    - [mandatory] [severity: critical]  database-firewall-closed  (digitalocean:index:DatabaseFirewall: wall)
      A database firewall may not let the world in.
      wall: rules: 0.0.0.0/0 lets the world in

      hint: name the addresses that need the database, or use rules of type k8s, droplet, app or tag"""

TOO_DEAR = f"""\
❌ hanzo@v0.1.0
    - [mandatory] [severity: high]  {COST}
      A stack may not cost more a month than its ceiling.
      monthly cost: up to 2,505.96 USD, more than the ceiling, 500.00 USD
            2,336.16  gpu: 2 nodes of gpu-l40sx1-48gb
              121.80  db: 2 nodes of db-s-2vcpu-4gb
               48.00  k8s: 2 nodes of s-2vcpu-4gb

      hint: lower sizes or upper ends of scaling, or raise the ceiling of the environment"""

NO_CEILINGS = f"""\
❌ hanzo@v0.1.0
    - [mandatory] [severity: high]  {GPU}
      A GPU node pool may not grow above the environment's ceiling.
      gpu: 2 nodes of gpu-l40sx1-48gb and no ceiling for GPU nodes

      hint: deploy through hanzo:index:Application, or set maxGpuNodes for gpu-nodes-within-ceiling in the file given to --policy-pack-config
    - [mandatory] [severity: high]  {COST}
      A stack may not cost more a month than its ceiling.
      monthly cost: up to 2,505.96 USD and no ceiling

      hint: deploy through hanzo:index:Application, or set ceilingUsd for monthly-cost-within-ceiling in the file given to --policy-pack-config"""  # noqa: E501 (the engine prints a hint on one line)

UNPRICED = """\
⚠️ hanzo@v0.1.0
    - [advisory] [severity: low]  size-is-priced  (digitalocean:index:DatabaseCluster: db)
      A size whose price is not known makes the stack's cost a lower bound.
      db: no price is known for 1 node of db-s-8vcpu-32gb, so the stack's cost is a lower bound

      hint: ask DigitalOcean's sizes for it and add it to the catalogue"""

DECLARED = {"monthlyCostHighUsd": 2505.96, "monthlyCostLowUsd": 169.8, "costCeilingUsd": 3000, "maxGpuNodes": 2}
POOL = {"size": "gpu-l40sx1-48gb", "auto_scale": True, "min_nodes": 0, "max_nodes": 2}


def test_the_good_stack_passes_and_is_made_once(project: Project) -> None:
    previewed = project.pulumi("preview")
    assert (previewed.returncode, verdict(previewed), project.cloud.made) == (0, PASSED, [])
    made = project.pulumi("up", "--yes")
    assert (made.returncode, verdict(made)) == (0, PASSED)
    assert sorted(project.cloud.made) == [
        "digitalocean:index/databaseCluster:DatabaseCluster",
        "digitalocean:index/databaseFirewall:DatabaseFirewall",
        "digitalocean:index/kubernetesCluster:KubernetesCluster",
        "digitalocean:index/kubernetesNodePool:KubernetesNodePool",
    ]
    again = project.pulumi("preview", "--expect-no-changes")
    assert (again.returncode, verdict(again)) == (0, PASSED)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(
            {"pool": POOL | {"max_nodes": 3}, "application": DECLARED | {"costCeilingUsd": 4000}},
            TOO_MANY_GPUS,
            id="GPU pool above the ceiling",
        ),
        pytest.param({"rules": None}, NO_FIREWALL, id="database without a firewall"),
        pytest.param(
            {"rules": [{"type": "ip_addr", "value": "0.0.0.0/0"}]}, OPEN_FIREWALL, id="firewall open to the world"
        ),
        pytest.param({"application": DECLARED | {"costCeilingUsd": 500}}, TOO_DEAR, id="too expensive"),
        pytest.param({"application": None}, NO_CEILINGS, id="not our program and no ceiling"),
    ],
)
def test_a_bad_stack_is_refused_with_nothing_made(changed: dict[str, Any], said: str, project: Project) -> None:
    project.write(**changed)
    refused = project.pulumi("preview")
    assert (refused.returncode, verdict(refused), project.cloud.made) == (1, said, [])


def test_up_refuses_at_its_own_preview(project: Project) -> None:
    project.write(rules=None)
    refused = project.pulumi("up", "--yes")
    assert (refused.returncode, verdict(refused), project.cloud.made) == (1, NO_FIREWALL, [])


def test_a_size_without_a_price_is_said_and_does_not_refuse(project: Project) -> None:
    project.write(database={"size": "db-s-8vcpu-32gb", "node_count": 1})
    previewed = project.pulumi("preview")
    assert (previewed.returncode, verdict(previewed)) == (0, UNPRICED)


def test_a_program_that_is_not_ours_is_held_to_the_packs_configuration(project: Project) -> None:
    project.write(application=None)
    limits = project.folder / "limits.json"

    def judged(usd: int) -> tuple[int, str]:
        config = {"gpu-nodes-within-ceiling": {"maxGpuNodes": 2}, "monthly-cost-within-ceiling": {"ceilingUsd": usd}}
        limits.write_text(json.dumps(config))
        done = project.pulumi("preview", "--policy-pack-config", str(limits))
        return done.returncode, verdict(done)

    assert judged(3000) == (0, PASSED)
    assert judged(500) == (1, TOO_DEAR)


def test_what_is_deployed_already_is_judged_without_the_program(project: Project) -> None:
    project.write(rules=None)
    project.without_policy("up", "--yes", "--skip-preview")
    (project.folder / "__main__.py").unlink()
    analyzed = project.pulumi("policy", "analyze", "--stack", "dev")
    assert (analyzed.returncode, verdict(analyzed)) == (1, NO_FIREWALL)
