"""A stack's cluster is never replaced by the way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from hanzo_iac import Application, Environment, plan
from hanzo_iac.cli.fixed import CLUSTER, VPC, fixed_faults
from hanzo_iac.cli.state import StackState

LISTING_1 = Path(__file__).parents[3] / "examples" / "my-rag-app" / "hanzo.yaml"
DEV = plan(Application.load(LISTING_1), Environment.load("dev"))


def made_with(folder: Path) -> StackState:
    """A stack that was made with the plan as it stands."""
    cluster = {
        "clusterSubnet": DEV.cluster.cluster_subnet,
        "serviceSubnet": DEV.cluster.service_subnet,
        "nodePool": {"size": DEV.cluster.system_pool.size},
    }
    resources = [
        {"type": VPC, "urn": "a::b", "inputs": {"region": DEV.vpc.region, "ipRange": DEV.vpc.ip_range}},
        {"type": CLUSTER, "urn": "a::c", "inputs": cluster},
    ]
    file = folder / ".pulumi" / "stacks" / "my-rag-app" / "dev.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))
    return StackState(folder, "my-rag-app", "dev")


def test_an_unchanged_plan_has_no_fault(tmp_path: Path) -> None:
    assert fixed_faults(made_with(tmp_path), DEV) == ()


def test_a_stack_that_was_never_made_has_no_fault(tmp_path: Path) -> None:
    assert fixed_faults(StackState(tmp_path, "my-rag-app", "dev"), DEV) == ()


def test_another_address_range_is_refused_with_the_way_out(tmp_path: Path) -> None:
    changed = replace(DEV, vpc=replace(DEV.vpc, ip_range="10.99.0.0/16"))
    [fault] = fixed_faults(made_with(tmp_path), changed)
    assert str(fault) == (
        "environment/ip_range: is 10.99.0.0/16, and this stack was made with 10.10.0.0/16: changing it replaces the "
        "cluster\n\nhint: put it back, or take the stack down first: hanzo local destroy ... --env dev"
    )


def test_the_way_out_of_a_protected_stack_names_the_option_it_takes(tmp_path: Path) -> None:
    changed = replace(DEV, vpc=replace(DEV.vpc, ip_range="10.99.0.0/16"), cluster=replace(DEV.cluster, protect=True))
    [fault] = fixed_faults(made_with(tmp_path), changed)
    assert fault.hint == "put it back, or take the stack down first: hanzo local destroy ... --env dev --protected"


def test_every_value_that_is_fixed_is_compared(tmp_path: Path) -> None:
    cluster = replace(
        DEV.cluster,
        cluster_subnet="10.1.0.0/16",
        service_subnet="10.2.0.0/19",
        system_pool=replace(DEV.cluster.system_pool, size="s-8vcpu-16gb"),
    )
    changed = replace(DEV, vpc=replace(DEV.vpc, region="nyc2", ip_range="10.99.0.0/16"), cluster=cluster)
    assert [fault.where for fault in fixed_faults(made_with(tmp_path), changed)] == [
        "environment/region",
        "environment/ip_range",
        "environment/cluster_subnet",
        "environment/service_subnet",
        "environment/cluster/system_size",
    ]
