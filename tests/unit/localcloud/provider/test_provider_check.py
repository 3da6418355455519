"""What a program may write: a good resource with one thing wrong, and what the person is told."""

from __future__ import annotations

import pytest
from doubles.one_of_each import PROGRAM, STORED, token
from doubles.rehearsal import Ref, urn_of

from hanzo_iac.localcloud.provider.check import Naming
from hanzo_iac.localcloud.provider.operations import checked
from hanzo_iac.localcloud.provider.resources import TABLE
from hanzo_iac.localcloud.provider.resources.bucket_rules import ACTIONS
from hanzo_iac.localcloud.provider.values import DEFAULTS, UNKNOWN

GOOD = {one.token.rsplit(":", 1)[1]: dict(one.inputs) for one in reversed((*PROGRAM, *STORED))}


def flat(value):
    if isinstance(value, Ref):
        return "an-id"
    if isinstance(value, dict):
        return {key: flat(inner) for key, inner in value.items()}
    return [flat(inner) for inner in value] if isinstance(value, list) else value


def check(name, inputs, olds=None, naming=None, logical="thing"):
    good, failures = checked(TABLE[token(name)], urn_of(token(name), logical), olds or {}, inputs, naming or Naming())
    return good, [(failure.where, failure.reason) for failure in failures]


ENGINES = ["pg", "mysql", "redis", "valkey", "mongodb", "kafka", "opensearch", "advanced_pg", "advanced_mysql"]

WRONG = [
    ("Vpc", {"ipRange": "10.10.0.0/99"}, [("ipRange", "'10.10.0.0/99' is not an address range such as 10.10.0.0/16")]),
    ("Vpc", {"region": None}, [("region", "missing; expected a string")]),
    ("Vpc", {"region": ""}, [("region", "empty; expected a string")]),
    ("Vpc", {"iprange": "x"}, [("iprange", "no such property; did you mean ipRange?")]),
    ("Vpc", {"zebra": "x"}, [("zebra", "no such property")]),
    ("Vpc", {"name": ["x"]}, [("name", 'got ["x"]; expected a string')]),
    ("KubernetesCluster", {"nodePool": None}, [("nodePool", "missing; expected an object")]),
    ("KubernetesCluster", {"nodePool": "small"}, [("nodePool", 'got "small"; expected an object')]),
    (
        "KubernetesCluster",
        {"nodePool": {"nodeCount": "three"}},
        [
            ("nodePool.nodeCount", 'got "three"; expected a whole number of at least 0'),
            ("nodePool.size", "missing; expected a string"),
        ],
    ),
    (
        "KubernetesCluster",
        {"nodePool": {"size": "s-2vcpu-4gb", "nodeCount": 1}},
        [("nodePool.name", "missing; expected a string")],
    ),
    (
        "KubernetesCluster",
        {"maintenancePolicy": {"day": "someday"}},
        [
            (
                "maintenancePolicy.day",
                'got "someday"; expected one of any, monday, tuesday, wednesday, thursday, friday, saturday, sunday',
            )
        ],
    ),
    ("KubernetesCluster", {"ha": "perhaps"}, [("ha", 'got "perhaps"; expected true or false')]),
    (
        "KubernetesCluster",
        {"controlPlaneFirewall": {"enabled": True}},
        [("controlPlaneFirewall.allowedAddresses", "missing; expected a list")],
    ),
    ("KubernetesNodePool", {"minNodes": 4, "maxNodes": 3}, [("minNodes", "got 4; expected at most maxNodes, 3")]),
    ("KubernetesNodePool", {"maxNodes": 1.5}, [("maxNodes", "got 1.5; expected a whole number of at least 0")]),
    ("KubernetesNodePool", {"labels": ["a"]}, [("labels", 'got ["a"]; expected a mapping')]),
    ("KubernetesNodePool", {"labels": {"a": []}}, [("labels.a", "got []; expected a string")]),
    (
        "KubernetesNodePool",
        {"taints": [{"key": "a", "value": "", "effect": "Never"}, {"effect": "NoExecute"}]},
        [
            ("taints[0].effect", 'got "Never"; expected one of NoSchedule, PreferNoSchedule, NoExecute'),
            ("taints[1].key", "missing; expected a string"),
        ],
    ),
    (
        "DatabaseCluster",
        {"engine": "postgres"},
        [
            (
                "engine",
                f'got "postgres"; expected one of {", ".join(ENGINES)}',
            )
        ],
    ),
    ("DatabaseCluster", {"nodeCount": 0}, [("nodeCount", "got 0; expected a whole number of at least 1")]),
    (
        "DatabaseCluster",
        {"version": None},
        [("version", "missing; expected the engine's major version, such as 17 for pg")],
    ),
    (
        "DatabaseCluster",
        {"engine": "pg", "evictionPolicy": "noeviction", "sqlMode": "ANSI"},
        [
            ("evictionPolicy", "engine pg has none; expected it only for redis and valkey"),
            ("sqlMode", "engine pg has none; expected it only for mysql"),
        ],
    ),
    (
        "DatabaseCluster",
        {"backupRestore": {"backupCreatedAt": "yesterday"}},
        [
            ("backupRestore.backupCreatedAt", "'yesterday' is not a time such as 2026-11-21T12:00:00Z"),
            ("backupRestore.databaseName", "missing; expected a string"),
        ],
    ),
    ("DatabaseFirewall", {"rules": []}, [("rules", "empty; expected at least one trusted source")]),
    (
        "DatabaseFirewall",
        {"rules": [{"type": "ip", "value": "1.2.3.4"}]},
        [("rules[0].type", 'got "ip"; expected one of droplet, k8s, ip_addr, tag, app')],
    ),
    (
        "DatabaseConnectionPool",
        {"mode": "fast", "size": 0},
        [
            ("mode", 'got "fast"; expected one of session, transaction, statement'),
            ("size", "got 0; expected a whole number of at least 1"),
        ],
    ),
    ("DatabaseConnectionPool", {"name": "ab"}, [("name", "'ab' does not have 3 to 63 characters")]),
    (
        "DatabasePostgresqlConfig",
        {"sharedBuffersPercentage": 10, "trackIoTiming": "yes"},
        [
            ("sharedBuffersPercentage", "got 10; expected a number from 20 to 60"),
            ("trackIoTiming", 'got "yes"; expected one of off, on'),
        ],
    ),
    ("DatabaseValkeyConfig", {"persistence": "aof"}, [("persistence", 'got "aof"; expected one of off, rdb')]),
    (
        "ContainerRegistry",
        {"subscriptionTierSlug": "free"},
        [("subscriptionTierSlug", 'got "free"; expected one of starter, basic, professional')],
    ),
    ("Project", {"environment": "qa"}, [("environment", 'got "qa"; expected one of development, staging, production')]),
    ("DnsRecord", {"type": "MX", "priority": None}, [("priority", "missing; a record of type MX has it")]),
    (
        "DnsRecord",
        {"value": "web.example.com"},
        [("value", "got 'web.example.com'; a name ends with a dot, as in 'web.example.com.'")],
    ),
    ("DnsRecord", {"ttl": 0}, [("ttl", "got 0; expected a whole number of at least 1")]),
    ("DnsRecord", {"port": 70000}, [("port", "got 70000; expected a whole number from 0 to 65535")]),
    ("Certificate", {"domains": None}, [("domains", "missing; a Let's Encrypt certificate has some")]),
    (
        "Certificate",
        {"type": "custom", "domains": None},
        [
            ("privateKey", "missing; a custom certificate has one"),
            ("leafCertificate", "missing; a custom certificate has one"),
        ],
    ),
    ("LoadBalancer", {"region": None}, [("region", "missing; expected a string")]),
    ("LoadBalancer", {"type": "GLOBAL"}, [("region", "a global load balancer has none")]),
    (
        "LoadBalancer",
        {"healthcheck": {"port": 80, "protocol": "http"}},
        [("healthcheck.path", "missing; a check by http has one")],
    ),
    (
        "VectorDatabase",
        {"size": None, "config": {"quantization": "pq"}},
        [
            ("config.quantization", "no such property; did you mean defaultQuantization?"),
            ("size", "missing; expected a string"),
        ],
    ),
    (
        "SpacesBucket",
        {"lifecycleRules": [{"enabled": True, "prefix": "a"}, {"enabled": True, "expiration": {"date": "soon"}}]},
        [("lifecycleRules[1].expiration.date", "'soon' is not a day such as 2027-01-31")],
    ),
    (
        "SpacesBucket",
        {"lifecycleRules": [{"enabled": True, "prefix": "a"}]},
        [
            (
                "lifecycleRules[0]",
                f"does nothing; expected one of {', '.join(ACTIONS)}",
            )
        ],
    ),
    (
        "SpacesBucket",
        {"corsRules": [{"allowedMethods": ["GET"]}]},
        [("corsRules[0].allowedOrigins", "missing; expected a list")],
    ),
    ("SpacesBucketCorsConfiguration", {"corsRules": []}, [("corsRules", "empty; expected at least one rule")]),
    ("SpacesBucketPolicy", {"policy": "{"}, [("policy", "is not a JSON object")]),
    (
        "Cdn",
        {"certificateName": None},
        [("certificateName", "missing; a custom domain has a certificate of this account")],
    ),
    (
        "UptimeCheck",
        {"type": "tcp", "regions": ["moon"]},
        [
            ("regions[0]", 'got "moon"; expected one of us_east, us_west, eu_west, se_asia'),
            ("type", 'got "tcp"; expected one of ping, http, https'),
        ],
    ),
    ("UptimeAlert", {"notifications": []}, [("notifications", "got 0; expected one, with all emails and slacks")]),
    (
        "UptimeAlert",
        {"notifications": [{"slacks": [{"channel": "a"}]}]},
        [("notifications[0].slacks[0].url", "missing; expected a string")],
    ),
    ("Nfs", {"size": 10}, [("size", "got 10; expected a whole number of at least 50")]),
    (
        "SpacesKey",
        {"grants": [{"permission": "read"}, {"bucket": "b", "permission": "fullaccess"}]},
        [
            ("grants[0].bucket", "missing; only fullaccess is for every bucket"),
            ("grants[1]", "fullaccess cannot stand beside other grants"),
            ("grants[1].bucket", "fullaccess is for every bucket"),
        ],
    ),
    (
        "SpacesKey",
        {"grants": [{"bucket": "b", "permission": "all"}]},
        [("grants[0].permission", 'got "all"; expected one of read, readwrite, fullaccess')],
    ),
]


@pytest.mark.parametrize("name", GOOD)
def test_the_good_one_is_good(name):
    assert check(name, flat(GOOD[name]))[1] == []


@pytest.mark.parametrize(("name", "change", "expected"), WRONG)
def test_one_thing_wrong_is_told(name, change, expected):
    assert sorted(check(name, flat(GOOD[name]) | change)[1]) == sorted(expected)


def test_what_is_not_known_yet_is_not_wrong():
    inputs = dict.fromkeys(flat(GOOD["DatabaseCluster"]), UNKNOWN)
    assert check("DatabaseCluster", inputs)[1] == []


def test_figures_and_flags_may_be_written_as_strings():
    good, _ = check("KubernetesNodePool", flat(GOOD["KubernetesNodePool"]) | {"maxNodes": "4", "autoScale": "true"})
    assert (good["maxNodes"], good["autoScale"]) == (4, True)
    good, _ = check("DatabaseCluster", flat(GOOD["DatabaseCluster"]) | {"version": 17, "storageSizeMib": 61440})
    assert (good["version"], good["storageSizeMib"]) == ("17", "61440")


def test_defaults_are_filled_in():
    good, _ = check("Project", {"name": "p"})
    assert good == {"name": "p", "description": "", "purpose": "Web Application", "isDefault": False}


class TestNames:
    def test_a_name_is_made_from_the_logical_one(self):
        good, _ = check("Vpc", {"region": "nyc3"}, logical="net")
        assert good == {"region": "nyc3", "name": "net-c7201fa", DEFAULTS: ["name"]}

    def test_it_is_the_same_in_every_run_so_that_what_a_crash_left_is_found(self):
        assert check("Vpc", {"region": "nyc3"}) == check("Vpc", {"region": "nyc3"})

    def test_it_is_another_for_what_replaces(self):
        assert check("Vpc", {"region": "nyc3"})[0]["name"] != check("Vpc", {"region": "ams3"})[0]["name"]

    def test_it_is_the_same_for_what_changes_in_place(self):
        changed = check("Vpc", {"region": "nyc3", "description": "more"})[0]["name"]
        assert changed == check("Vpc", {"region": "nyc3"})[0]["name"]

    def test_one_that_was_made_stays(self):
        olds = {"name": "net-1234567", DEFAULTS: ["name"]}
        assert check("Vpc", {"region": "ams3"}, olds)[0]["name"] == "net-1234567"

    def test_one_that_the_program_gave_and_takes_away_does_not_stay(self):
        good, _ = check("Vpc", {"region": "nyc3"}, {"name": "given"}, logical="net")
        assert good["name"] == "net-c7201fa"

    def test_the_engine_may_propose_one(self):
        assert check("Vpc", {"region": "nyc3"}, naming=Naming("dev-net"))[0]["name"] == "dev-net"

    def test_the_engine_may_forbid_them(self):
        assert check("Vpc", {"region": "nyc3"}, naming=Naming(forbidden=True))[1] == [
            ("name", "missing; expected a string, because names are not made up here")
        ]

    def test_a_domain_is_never_made_up(self):
        assert check("Domain", {})[1] == [("name", "missing; expected a string")]
