from __future__ import annotations

from plan_cases import faults, planned

from hanzo_iac.errors import Fault
from hanzo_iac.plan.spec import ClusterSpec, ProjectSpec, SystemPoolSpec, TagSpec, VpcSpec


def test_the_ground_is_fully_decided():
    plan = planned(of_environment={"protect": True})
    assert plan.project == ProjectSpec(
        name="shop-test",
        description="shop in test, planned by hanzo",
        purpose="Web Application",
        environment="Development",
        because="environment/name",
    )
    assert plan.tag == TagSpec(name="hanzo-shop-test", because="environment/name")
    assert plan.vpc == VpcSpec(
        name="shop-test",
        region="tor1",
        ip_range="10.40.0.0/16",
        delete_timeout="20m",
        because="environment/ip_range",
    )
    assert plan.cluster == ClusterSpec(
        name="shop-test",
        region="tor1",
        version="1.36.1-do.0",
        keep_version=True,
        ha=False,
        auto_upgrade=False,
        surge_upgrade=True,
        cluster_subnet="10.140.0.0/16",
        service_subnet="10.240.0.0/16",
        system_pool=SystemPoolSpec(name="system", size="s-2vcpu-4gb", count=1, labels={"hanzo.ai/pool": "system"}),
        expanders=("priority", "least_waste"),
        kubeconfig_expire_s=604800,
        registry_integration=False,
        tags=("hanzo-shop-test",),
        protect=True,
        cost=plan.cluster.cost,
        because="environment/cluster",
    )


def test_a_region_and_a_size_that_are_not_there_are_refused_together():
    assert faults(
        of_environment={"region": "tor9", "cluster": {"ha": False, "system_size": "s-2vcpu-4g", "system_count": 1}}
    ) == (
        Fault("environment/region", "no region is called 'tor9'", "did you mean tor1?"),
        Fault(
            "environment/cluster/system_size",
            "no Droplet size is called 's-2vcpu-4g'",
            "did you mean s-2vcpu-4gb or s-2vcpu-2gb or so-2vcpu-16gb?",
        ),
    )


def test_a_version_that_is_not_in_the_catalogue_is_left_to_digitalocean():
    cluster = {"ha": False, "system_size": "s-2vcpu-4gb", "system_count": 1, "version": "1.37.0-do.0"}
    plan = planned(of_environment={"cluster": cluster})
    assert plan.cluster.version == "1.37.0-do.0"
    assert [(notice.where, notice.hint) for notice in plan.notices] == [
        ("environment/cluster/version", "leave it out to take 1.36.1-do.0")
    ]
