"""Every type of resource is made, read, found unchanged, imported and deleted."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from doubles.one_of_each import CHANGES, PROGRAM, STORED, self_signed, wanted
from doubles.rehearsal import Ref, Stopped, over_the_wire, urn_of

from hanzo_iac.localcloud.digitalocean.cloud import Asked
from hanzo_iac.localcloud.provider import compare
from hanzo_iac.localcloud.provider.operations import refreshed_inputs
from hanzo_iac.localcloud.provider.resources import TABLE

NAMES = [one.name for one in PROGRAM]

# What a person gives to import each: the id, unless the API needs to be told more.
IMPORT_BY = {
    "app": "{db},app",
    "user": "{db},app",
    "pgpool": "{db},app-pool",
    "replica": "{db},copy",
    "wall": "{db}",
    "pgconf": "{db}",
    "vkconf": "{cache}",
    "record": "example.com,{record}",
    "proof": "example.com,{proof}",
    "issuer": "example.com,{issuer}",
    "wild": "example.com,{wild}",
    "chat": "example.com,{chat}",
    "alert": "{check},{alert}",
    "share": "{share},nyc2",
    "reach": "{share},{annex}",
}

# Inputs that the API never says back, so an import cannot know them.
NOT_SAID = {
    "login": ["write", "expirySeconds"],
    "db": ["maintenanceWindows"],  # asked only where a program speaks of it, as with the official provider
    "cache": ["evictionPolicy"],  # the same
    "restored": ["backupRestore"],  # what it was made from is not said again
}


def test_the_program_has_every_type():
    assert sorted({one.token for one in (*PROGRAM, *STORED)}) == sorted(TABLE)


def test_a_second_run_changes_nothing(deployed):
    assert deployed.up(PROGRAM) == []


def test_a_refresh_changes_nothing(deployed):
    before = {name: dict(held.state) for name, held in deployed.stack.items()}
    inputs = {name: over_the_wire(held.inputs) for name, held in deployed.stack.items()}
    deployed.refresh()
    assert {name: held.inputs for name, held in deployed.stack.items()} == inputs
    # Counting what a project or a tag holds, or the VPCs of a share, is what a refresh is for.
    assert {name for name, held in deployed.stack.items() if held.state != before[name]} <= {"project", "share", "tag"}
    assert deployed.up(PROGRAM) == []


def test_destroying_leaves_nothing_that_somebody_made(deployed):
    deployed.destroy()
    tables = deployed.cloud.state.dump()["tables"]
    left = {
        kind: list(records) for kind, records in tables.items() if records and kind not in ("tags", "subscriptions")
    }
    assert set(left) <= {"vpcs", "projects", "assignments"}
    assert [project["is_default"] for project in tables["projects"].values()] == [True]
    assert [vpc["default"] for vpc in tables["vpcs"].values()] == []


@pytest.mark.parametrize("name", NAMES)
def test_all_outputs_are_there(deployed, name):
    held = deployed.stack[name]
    resource = TABLE[held.token]
    absent = {output for output in resource.outputs if output not in held.state}
    optional = {"DatabaseCluster": {"uiDatabase", "uiHost", "uiPassword", "uiPort", "uiUri", "uiUser", "database"}}
    assert absent <= optional.get(held.token.rsplit(":", 1)[1], set())


@pytest.mark.parametrize("name", NAMES)
def test_an_import_needs_no_change(deployed, name):
    held = deployed.stack[name]
    resource = TABLE[held.token]
    ids = {key: one.id for key, one in deployed.stack.items()}
    operations = deployed.begin()
    found = operations.read(resource, urn_of(held.token, name), IMPORT_BY.get(name, "{" + name + "}").format(**ids), {})
    assert found is not None
    assert found[0] == held.id
    state = over_the_wire(found[1])
    assert refreshed_inputs(resource, {}, state).keys() <= set(resource.inputs)
    assert [change.path for change in compare.changes(resource.inputs, state, held.inputs)] == NOT_SAID.get(name, [])


@pytest.mark.parametrize("name", NAMES)
def test_what_is_gone_reads_as_gone(deployed, name):
    held = dict(deployed.stack)[name]
    deployed.destroy()
    operations = deployed.begin()
    found = operations.read(TABLE[held.token], urn_of(held.token, name), held.id, held.state)
    assert found is None


@pytest.mark.parametrize("name", NAMES)
def test_deleting_what_is_gone_is_success(deployed, name):
    held = dict(deployed.stack)[name]
    deployed.destroy()
    operations = deployed.begin()
    operations.delete(TABLE[held.token], urn_of(held.token, name), held.id, held.state)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_made_in_place_and_lasts(deployed, name):
    changed = [replace(one, inputs={**one.inputs, **CHANGES[name]}) if one.name == name else one for one in PROGRAM]
    known = deployed.stack[name].id
    assert deployed.up(changed) == [("update", name)]
    assert deployed.stack[name].id == known
    assert deployed.up(changed) == []
    deployed.refresh()
    assert deployed.up(changed) == []


def test_a_replica_is_guarded_under_its_own_id(deployed):
    rules = [{"type": "ip_addr", "value": "203.0.113.9"}]
    program = [*PROGRAM, wanted("guard", "DatabaseFirewall", clusterId=Ref("replica", "uuid"), rules=rules)]
    assert deployed.up(program) == [("create", "guard")]
    deployed.refresh()
    assert deployed.up(program) == []
    assert deployed.up(PROGRAM) == [("delete", "guard")]
    assert deployed.stack["wall"].state["rules"][0]["type"] == "k8s"


def test_new_credentials_are_issued_only_for_a_change(deployed):
    first = deployed.stack["login"].state["credentialExpirationTime"]
    deployed.refresh()
    assert deployed.stack["login"].state["credentialExpirationTime"] == first
    changed = [
        replace(one, inputs={**one.inputs, "expirySeconds": 7200}) if one.name == "login" else one for one in PROGRAM
    ]
    deployed.up(changed)
    assert deployed.stack["login"].state["credentialExpirationTime"] > first


def test_the_secret_of_a_spaces_key_outlives_a_refresh(deployed):
    secret = deployed.stack["key"].state["secretKey"]
    deployed.refresh()
    assert deployed.stack["key"].state["secretKey"] == secret != ""


def test_a_custom_certificate_keeps_its_key_and_is_replaced_by_another(stack):
    key, leaf = self_signed()
    certificate = wanted("cert", "Certificate", name="own", privateKey=key, leafCertificate=leaf)
    stack.up([certificate])
    assert stack.up([certificate]) == []
    key, leaf = self_signed()
    other = wanted("cert", "Certificate", name="own", privateKey=key, leafCertificate=leaf)
    assert stack.up([other]) == [("delete", "cert"), ("create", "cert")]


def test_a_certificate_of_the_same_name_with_another_key_is_not_taken_over(stack):
    def certificate():
        key, leaf = self_signed()
        return wanted("cert", "Certificate", name="own", privateKey=key, leafCertificate=leaf)

    stack.up([certificate()])
    stack.stack.clear()
    with pytest.raises(Stopped, match=r'exists already .* leafCertificate is "another certificate'):
        stack.up([certificate()])


def by_somebody_else(rehearsal, method, path, body):
    asked = Asked(method, path, {}, json.dumps(body).encode(), "Bearer x", "http://x")
    assert rehearsal.cloud.answer(asked).status < 300


def test_drift_is_found_by_a_refresh_and_repaired(deployed):
    by_somebody_else(deployed, "PUT", f"/v2/databases/{deployed.stack['db'].id}/firewall", {"rules": []})
    deployed.refresh()
    assert deployed.up(PROGRAM) == [("create", "wall")]


EVERYWHERE = {"type": "GLOBAL", "region": None, "vpcUuid": None, "forwardingRules": None, "healthcheck": None}
TARGET = {"target_protocol": "http", "target_port": 80}

# What the program says -> what somebody else did about it.
DRIFT = {
    "the firewall of a balancer removed": (
        "balancer",
        {"firewall": {"allows": ["ip:203.0.113.7"], "denies": []}},
        ("PUT", "/v2/load_balancers/{balancer}", {"name": "web", "region": "nyc2"}),
    ),
    "the domains of a balancer removed": (
        "balancer",
        {
            **EVERYWHERE,
            "domains": [{"name": "example.com", "isManaged": True}],
            "glbSettings": {"targetProtocol": "http", "targetPort": 80},
        },
        ("PUT", "/v2/load_balancers/{balancer}", {"name": "web", "type": "GLOBAL", "glb_settings": TARGET}),
    ),
    "a database's storage no longer growing": (
        "db",
        {"storageAutoscale": {"enabled": True, "incrementGib": 20, "thresholdPercent": 80}},
        ("PUT", "/v2/databases/{db}/autoscale", {"storage": {"enabled": False}}),
    ),
    "a registry taken from a cluster": (
        "cluster",
        {"registryIntegration": True},
        ("DELETE", "/v2/kubernetes/registry", {"cluster_uuids": ["{cluster}"]}),
    ),
}


@pytest.mark.parametrize("what", DRIFT)
def test_what_somebody_else_removed_is_found_by_a_refresh_and_repaired(stack, what):
    name, inputs, (method, path, body) = DRIFT[what]
    first = ("net", "registry", "domain", "cert")
    program = sorted(
        (
            replace(one, inputs={key: value for key, value in {**one.inputs, **inputs}.items() if value is not None})
            if one.name == name
            else one
            for one in PROGRAM
            if one.name in (*first, name)
        ),
        key=lambda one: one.name not in first,
    )
    stack.up(program)
    ids = {key: held.id for key, held in stack.stack.items()}
    if name == "cluster":
        body = {"cluster_uuids": [ids["cluster"]]}
    by_somebody_else(stack, method, path.format(**ids), body)
    stack.refresh()
    assert stack.up(program) == [("update", name)]
    assert stack.up(program) == []


@pytest.mark.parametrize("output", ["uuid", "name"])
def test_a_rule_may_say_its_certificate_in_the_old_way(deployed, output):
    def program(certificate):
        rule = {"entryPort": 443, "entryProtocol": "https", "targetPort": 8080, "targetProtocol": "http"}
        rules = [{**rule, "certificateId": Ref(certificate, output)}]
        other = wanted("other", "Certificate", name="other", type="lets_encrypt", domains=["example.com"])
        changed = [
            replace(one, inputs={**one.inputs, "forwardingRules": rules}) if one.name == "balancer" else one
            for one in PROGRAM
        ]
        return [other, *changed]

    assert deployed.up(program("cert")) == [("create", "other"), ("update", "balancer")]
    assert deployed.up(program("cert")) == []
    deployed.refresh()
    assert deployed.up(program("cert")) == []
    assert deployed.up(program("other")) == [("update", "balancer")]
    assert deployed.stack["balancer"].state["forwardingRules"][0]["certificateName"] == "other"
    assert deployed.up(program("other")) == []
