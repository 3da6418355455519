"""Environments: the shipped three, a user's own, and what is wrong with one."""

from __future__ import annotations

import ipaddress
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from hanzo_iac.errors import InputError
from hanzo_iac.model.environment import SHIPPED, Cluster, Databases, Environment, environment_names
from hanzo_iac.units import Money

OWN = "name: qa\nregion: tor1\nceiling: $900/month\n"


def printed(name: str, beside: Path | None = None) -> str:
    with pytest.raises(InputError) as raised:
        Environment.load(name, beside)
    return str(raised.value)


def own(tmp_path: Path, text: str, name: str = "qa") -> Path:
    (tmp_path / "environments").mkdir(exist_ok=True)
    (tmp_path / "environments" / f"{name}.yaml").write_text(text)
    return tmp_path


def test_prod():
    assert Environment.load("prod") == Environment(
        name="prod",
        region="tor1",
        cluster=Cluster(version=None, ha=True, system_size="s-4vcpu-8gb", system_count=2),
        postgres=Databases(standby=True),
        valkey=Databases(standby=True),
        max_replicas=None,
        ceiling=Money(Decimal(12_000)),
        over_ceiling="refuse",
        max_gpu_nodes=8,
        domain=None,
        ip_range="10.30.0.0/16",
        cluster_subnet="10.130.0.0/16",
        service_subnet="10.230.0.0/16",
        gateway_class="cilium",
        protect=True,
        digitalocean_environment="Production",
    )


DIFFERENCES = [
    ("dev", (1, "$1800/month", 1, False, False, "Development")),
    ("staging", (2, "$3500/month", 2, False, False, "Staging")),
    ("prod", (None, "$12000/month", 8, True, True, "Production")),
]


@pytest.mark.parametrize(("name", "expected"), DIFFERENCES)
def test_what_differs_between_the_three(name, expected):
    one = Environment.load(name)
    assert (
        one.max_replicas,
        str(one.ceiling),
        one.max_gpu_nodes,
        one.cluster.ha,
        one.protect,
        one.digitalocean_environment,
    ) == expected


def test_no_two_networks_of_the_shipped_environments_overlap():
    networks = [
        ipaddress.ip_network(text)
        for one in map(Environment.load, ("dev", "staging", "prod"))
        for text in (one.ip_range, one.cluster_subnet, one.service_subnet)
    ]
    assert len(networks) == 9
    assert [(a, b) for a, b in combinations(networks, 2) if a.overlaps(b)] == []


def test_every_shipped_file_writes_every_key():
    for name in ("dev", "staging", "prod"):
        one = Environment.load(name)
        assert one.model_fields_set == set(Environment.model_fields), name
    assert sorted(file.stem for file in SHIPPED.glob("*.yaml")) == ["dev", "prod", "staging"]


def test_an_own_environment_needs_three_keys(tmp_path):
    mine = Environment.load("qa", own(tmp_path, OWN))
    assert (mine.name, mine.region, str(mine.ceiling), mine.cluster.system_count) == ("qa", "tor1", "$900/month", 2)
    assert environment_names(tmp_path) == ("dev", "staging", "prod", "qa")


def test_an_own_environment_is_found_beside_the_file_too(tmp_path):
    folder = own(tmp_path, OWN)
    (folder / "hanzo.yaml").write_text("name: rag")
    assert Environment.load("qa", folder / "hanzo.yaml").name == "qa"


def test_an_own_file_wins_over_a_shipped_one(tmp_path):
    folder = own(tmp_path, OWN.replace("qa", "dev"), "dev")
    assert str(Environment.load("dev", folder).ceiling) == "$900/month"


def test_an_unknown_name_is_answered_with_what_there_is(tmp_path):
    assert printed("prd") == 'there is no environment "prd"\n\nhint: did you mean prod?'
    assert printed("moon", own(tmp_path, OWN)) == (
        'there is no environment "moon"\n\n'
        "hint: there are: dev, staging, prod, qa; write environments/<name>.yaml for another"
    )


@pytest.mark.parametrize("name", ["../dev", "", "dev.yaml", "/etc/passwd", "a\0b"])
def test_a_name_is_never_a_path(name):
    assert printed(name).startswith("there is no environment ")


WRONG = [
    ("name: qa", "name: qx", "name: is qx, and the file is called qa.yaml (FILE)",
     "write name: qa, or rename the file"),
    ("region: tor1\n", "", "region: is missing (FILE)", "write for example region: tor1"),
    ("$900/month", "900", "ceiling: 900 is not an amount of money (FILE:3)", "write dollars a month: $500/month"),
    ("region:", "regoin: x\nregion:", "regoin: is not a key here (FILE:2)", "did you mean region?"),
    ("region:", "ip_range: 10.1.2.3/16\nregion:", 'ip_range: "10.1.2.3/16" is not a network (FILE:2)',
     "write 10.1.0.0/16"),
    ("region:", "ip_range: 8.8.0.0/16\nregion:", 'ip_range: "8.8.0.0/16" is not a private network (FILE:2)',
     "write for example 10.110.0.0/16"),
    ("region:", "ip_range: x\nregion:", 'ip_range: "x" is not a network (FILE:2)', "write for example 10.110.0.0/16"),
    ("region:", "ip_range: 10.0.0.0/8\nregion:", "ip_range: /8 is not between /16 and /24 (FILE:2)",
     "write for example 10.110.0.0/16"),
    ("region:", "cluster_subnet: 10.244.0.0/16\nregion:",
     "cluster_subnet: 10.244.0.0/16 overlaps a range DigitalOcean keeps for itself (FILE:2)",
     "write for example 10.110.0.0/16"),
    ("region:", "service_subnet: 10.40.1.0/24\nregion:",
     "service_subnet: 10.40.1.0/24 overlaps ip_range, 10.40.0.0/16 (FILE:2)",
     "give each of the three networks a range of its own"),
    ("region:", "cluster: {version: latest}\nregion:",
     'cluster/version: "latest" is not a version of DigitalOcean Kubernetes (FILE:2)',
     "write DigitalOcean's whole slug, for example 1.36.1-do.0, or null for the default"),
    ("region:", 'cluster: {version: "1.36"}\nregion:',
     'cluster/version: "1.36" is not a version of DigitalOcean Kubernetes (FILE:2)',
     "write DigitalOcean's whole slug, for example 1.36.1-do.0, or null for the default"),
    ("region:", "ip_range: 127.0.0.0/16\nregion:", 'ip_range: "127.0.0.0/16" is not a private network (FILE:2)',
     "write for example 10.110.0.0/16"),
    ("region:", "ip_range: 10.40.0.0/255.255.0.0\nregion:",
     'ip_range: "10.40.0.0/255.255.0.0" is not a private network (FILE:2)', "write for example 10.110.0.0/16"),
    ("region:", "ip_range: 10.20.0.0/16\nregion:",
     "ip_range: 10.20.0.0/16 overlaps 10.20.0.0/16, which DigitalOcean keeps for itself in tor1 (FILE:2)",
     "write for example 10.110.0.0/16"),
    ("region:", "cluster: {system_count: 0}\nregion:", "cluster/system_count: 0 is less than 1 (FILE:2)",
     "write 1 or more"),
    ("region:", "max_replicas: 0\nregion:", "max_replicas: 0 is less than 1 (FILE:2)", "write 1 or more"),
    ("region:", "over_ceiling: warn\nregion:", 'over_ceiling: "warn" is not one of refuse, allow (FILE:2)',
     "write one of these"),
    ("region:", "protect: yes\nregion:", "protect: must be true or false, not text (FILE:2)",
     "write true: YAML 1.2 has no other words for it"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "what", "hint"), WRONG)
def test_one_thing_wrong_in_an_environment(tmp_path, old, new, what, hint):
    folder = own(tmp_path, OWN.replace(old, new, 1))
    file = str(folder / "environments" / "qa.yaml")
    assert printed("qa", folder) == f"{what}\n\nhint: {hint}".replace("FILE", file)
