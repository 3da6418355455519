"""The provider as the engine meets it: over gRPC, with secrets, previews, detailed diffs and errors."""

from __future__ import annotations

from dataclasses import replace

import grpc
import pytest
from doubles.one_of_each import CLUSTER, DATABASE, NET, PROGRAM, account
from doubles.rehearsal import Rehearsal, urn_of
from google.protobuf import empty_pb2
from provider_client import Asker, half_made, plain
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from hanzo_iac.localcloud.digitalocean import Fault
from hanzo_iac.localcloud.provider.values import SECRET, SIGNATURE, UNKNOWN_MARK, wire_dict

VPC = NET.token
KINDS = provider_pb2.PropertyDiff


@pytest.fixture
def cloud():
    return account()


@pytest.fixture
def engine(cloud):
    asker = Asker(cloud)
    asker.configure()
    yield asker
    asker.close()


@pytest.fixture
def fresh(cloud):
    """A provider that is not configured yet."""
    asker = Asker(cloud)
    yield asker
    asker.close()


def is_secret(struct, name):
    return struct.fields[name].struct_value.fields[SIGNATURE].string_value == SECRET


def message(error):
    return error.value.details()


def test_it_says_who_it_is(fresh):
    assert fresh.stub.GetPluginInfo(empty_pb2.Empty()) == plugin_pb2.PluginInfo(version="4.84.1")
    assert fresh.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema == "{}"
    shake = fresh.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    assert (shake.accept_secrets, shake.supports_autonaming_configuration) == (False, True)


def test_it_can_preview_once_configured(fresh):
    assert fresh.configure().supportsPreview


def test_a_wrong_configuration_is_told(fresh):
    news = wire_dict({"apiEndpoint": "nowhere", "requestsPerSecond": "fast"})
    answer = fresh.stub.CheckConfig(provider_pb2.CheckRequest(news=news))
    assert [(failure.property, failure.reason) for failure in answer.failures] == [
        ("requestsPerSecond", "expected a number"),
        ("apiEndpoint", "got 'nowhere'; expected an address such as https://api.digitalocean.com"),
    ]


def test_a_changed_configuration_never_replaces(fresh):
    request = provider_pb2.DiffRequest(olds=wire_dict({"token": "a"}), news=wire_dict({"token": "b"}))
    answer = fresh.stub.DiffConfig(request)
    assert (list(answer.diffs), list(answer.replaces)) == (["token"], [])


def test_without_a_token_it_says_how_to_give_one(cloud, monkeypatch):
    for variable in ("DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    asker = Asker(cloud, token="")
    asker.configure()
    with pytest.raises(grpc.RpcError) as error:
        asker.create(VPC, dict(NET.inputs))
    asker.close()
    assert message(error) == (
        'VPC "net": no DigitalOcean token\n\nhint: set DIGITALOCEAN_TOKEN, or: pulumi config set --secret '
        "digitalocean:token"
    )


def test_faults_of_a_resource_come_all_at_once_with_their_paths(engine):
    answer = engine.check(VPC, {"ipRange": "x", "zebra": 1})
    assert [(failure.property, failure.reason) for failure in answer.failures] == [
        ("ipRange", "VPC: ipRange: 'x' is not an address range such as 10.10.0.0/16"),
        ("region", "VPC: region: missing; expected a string"),
        ("zebra", "VPC: zebra: no such property"),
    ]


def test_a_preview_has_no_id_and_says_what_is_not_known_yet(engine):
    answer = engine.create(VPC, {"name": "net", "region": "nyc2"}, preview=True)
    assert answer.id == ""
    assert {key: value.string_value for key, value in answer.properties.fields.items()} == {
        "name": "net",
        "region": "nyc2",
        "createdAt": UNKNOWN_MARK,
        "default": UNKNOWN_MARK,
        "vpcUrn": UNKNOWN_MARK,
        "ipRange": UNKNOWN_MARK,
    }
    assert engine.transport.calls == 0


def test_what_is_made_has_its_id_and_state(engine):
    answer = engine.create(VPC, dict(NET.inputs))
    state = plain(answer.properties)
    assert answer.id
    assert state == {
        "name": "net",
        "region": "nyc2",
        "ipRange": "10.10.0.0/16",
        "description": "the network",
        "default": False,
        "vpcUrn": f"do:vpc:{answer.id}",
        "createdAt": state["createdAt"],
    }


def test_secrets_are_marked(engine):
    inputs = {key: value for key, value in DATABASE.inputs.items() if key != "privateNetworkUuid"}
    answer = engine.create(DATABASE.token, inputs)
    marked = {name for name in answer.properties.fields if is_secret(answer.properties, name)}
    assert marked == {"password", "privateUri", "uri"}


def test_marked_inputs_are_understood(engine):
    marked = {SIGNATURE: SECRET, "value": "10.10.0.0/16"}
    answer = engine.create(VPC, {"name": "net", "region": "nyc2", "ipRange": marked})
    assert plain(answer.properties)["ipRange"] == "10.10.0.0/16"


def cluster_state(**pool):
    return wire_dict(
        {
            "name": "main",
            "region": "nyc2",
            "version": "1.36.1-do.0",
            "surgeUpgrade": True,
            "tags": ["a"],
            "nodePool": {"name": "system", "size": "s-2vcpu-4gb", "nodeCount": 2, **pool},
        }
    )


WANTED = {
    "name": "main",
    "region": "nyc2",
    "version": "1.36.1-do.0",
    "surgeUpgrade": True,
    "tags": ["a"],
    "nodePool": {"name": "system", "size": "s-2vcpu-4gb", "nodeCount": 2},
}


def test_no_difference_is_no_change(engine):
    answer = engine.diff(CLUSTER.token, cluster_state(), WANTED)
    assert (answer.changes, dict(answer.detailedDiff)) == (provider_pb2.DiffResponse.DIFF_NONE, {})


def test_a_diff_is_detailed(engine):
    wanted = {**WANTED, "tags": ["b"], "ha": True, "nodePool": {**WANTED["nodePool"], "nodeCount": 3}}
    answer = engine.diff(CLUSTER.token, cluster_state(), wanted)
    assert {path: (one.kind, one.inputDiff) for path, one in answer.detailedDiff.items()} == {
        "tags": (KINDS.UPDATE, True),
        "ha": (KINDS.ADD, False),
        "nodePool.nodeCount": (KINDS.UPDATE, False),
    }
    assert (list(answer.diffs), list(answer.replaces), answer.deleteBeforeReplace) == (
        ["ha", "nodePool", "tags"],
        [],
        False,
    )


def test_a_replacement_is_said_with_its_property(engine):
    wanted = {**WANTED, "nodePool": {**WANTED["nodePool"], "size": "s-4vcpu-8gb"}}
    answer = engine.diff(CLUSTER.token, cluster_state(), wanted)
    assert {path: one.kind for path, one in answer.detailedDiff.items()} == {"nodePool.size": KINDS.UPDATE_REPLACE}
    assert (list(answer.replaces), answer.deleteBeforeReplace, answer.hasDetailedDiff) == (["nodePool"], True, True)


def test_changes_that_the_program_ignores_are_none(engine):
    wanted = {**WANTED, "tags": ["b"], "nodePool": {**WANTED["nodePool"], "size": "s-4vcpu-8gb"}}
    answer = engine.diff(CLUSTER.token, cluster_state(), wanted, ignored=("tags", "nodePool.size"))
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_what_the_program_ignores_is_not_updated(engine):
    known = engine.create(VPC, dict(NET.inputs))
    wanted = {**NET.inputs, "name": "another", "description": "another"}
    state = engine.update(VPC, known, wanted, ignored=("description",))
    assert (state["name"], state["description"]) == ("another", "the network")
    assert engine.diff(VPC, wire_dict(state), wanted, ignored=("description",)).changes == (
        provider_pb2.DiffResponse.DIFF_NONE
    )


def test_reading_what_is_gone_answers_no_id(engine):
    request = provider_pb2.ReadRequest(id="none", urn=urn_of(VPC, "it"), properties=wire_dict({"name": "net"}))
    assert engine.stub.Read(request).id == ""


def test_an_import_answers_inputs(engine):
    known = engine.create(VPC, dict(NET.inputs)).id
    answer = engine.stub.Read(provider_pb2.ReadRequest(id=known, urn=urn_of(VPC, "it")))
    assert (answer.id, plain(answer.inputs)) == (known, dict(NET.inputs))


def test_a_previewed_update_keeps_what_is_known(engine):
    known = engine.create(VPC, dict(NET.inputs))
    request = provider_pb2.UpdateRequest(
        id=known.id,
        urn=urn_of(VPC, "it"),
        olds=known.properties,
        news=wire_dict({**NET.inputs, "description": "new"}),
        preview=True,
    )
    assert plain(engine.stub.Update(request).properties) == {**plain(known.properties), "description": "new"}


def test_what_could_not_be_finished_is_told_with_what_there_is(cloud):
    slow = Asker(account(cluster_s=3600))
    slow.configure()
    net = {key: value for key, value in CLUSTER.inputs.items() if key != "vpcUuid"}
    with pytest.raises(grpc.RpcError) as error:
        slow.create(CLUSTER.token, net, timeout=0.001)
    slow.close()
    detail = half_made(error.value)
    assert detail.id
    waited = "the cluster did not start within the time allowed; it may still come: run the same command again"
    assert list(detail.reasons) == [f'Kubernetes cluster "main": {waited}']
    assert plain(detail.properties)["name"] == "main"
    assert plain(detail.inputs)["nodePool"]["size"] == "s-2vcpu-4gb"


def test_cancelling_ends_a_wait_and_keeps_what_there_is():
    slow = Asker(account(cluster_s=3600))
    slow.configure()
    net = {key: value for key, value in CLUSTER.inputs.items() if key != "vpcUuid"}
    slow.stub.Cancel(empty_pb2.Empty())
    with pytest.raises(grpc.RpcError) as error:
        slow.create(CLUSTER.token, net)
    slow.close()
    assert list(half_made(error.value).reasons) == ['Kubernetes cluster "main": stopped by the engine']


def test_an_error_of_the_api_names_the_resource_and_the_call(engine):
    engine.create(VPC, dict(NET.inputs))
    with pytest.raises(grpc.RpcError) as error:
        engine.create(VPC, {**NET.inputs, "name": "other"})
    said = "This range/size overlaps with another VPC network in your account"
    assert message(error) == f'VPC "other": DigitalOcean answered 422 unprocessable_entity: {said} [POST /v2/vpcs]'


def test_an_outage_is_said_in_words(engine, cloud):
    cloud.faults.add(Fault(kind="timeout-before", times=None))
    with pytest.raises(grpc.RpcError) as error:
        engine.create(VPC, dict(NET.inputs))
    assert message(error) == ('VPC "net": http://127.0.0.1:1 gave no answer: no answer within 60 s [GET /v2/vpcs]')


def test_an_unknown_type_is_told(engine):
    with pytest.raises(grpc.RpcError) as error:
        engine.check("digitalocean:index/droplet:Droplet", {})
    assert message(error).startswith(
        "this provider does not know the type digitalocean:index/droplet:Droplet\n\nhint: the official plugin has it"
    )


@pytest.fixture
def asked(cloud):
    """A provider over an account with one of everything."""
    rehearsal = Rehearsal(cloud)
    rehearsal.up(PROGRAM)
    asker = Asker(cloud)
    asker.configure()
    yield asker, rehearsal
    asker.close()


def test_every_function_answers_what_its_result_class_takes(asked):
    import importlib
    import inspect
    import re

    asker, rehearsal = asked
    arguments = {
        "getCertificate": {"name": "web"},
        "getContainerRegistry": {"name": "images"},
        "getDatabaseCa": {"clusterId": rehearsal.stack["db"].id},
        "getDatabaseCluster": {"name": "db"},
        "getDatabaseConnectionPool": {"clusterId": rehearsal.stack["db"].id, "name": "app-pool"},
        "getDatabaseReplica": {"clusterId": rehearsal.stack["db"].id, "name": "copy"},
        "getDatabaseUser": {"clusterId": rehearsal.stack["db"].id, "name": "app"},
        "getDomain": {"name": "example.com"},
        "getKubernetesCluster": {"name": "main"},
        "getKubernetesVersions": {"versionPrefix": "1.36."},
        "getLoadBalancer": {"name": "web"},
        "getNfs": {"name": "weights", "region": "nyc2"},
        "getProject": {"name": "rag"},
        "getRecord": {"domain": "example.com", "name": "www"},
        "getRegion": {"slug": "nyc2"},
        "getRegions": {"filters": [{"key": "available", "values": ["true"]}]},
        "getSizes": {"filters": [{"key": "slug", "values": ["gpu-h100x1-80gb"]}]},
        "getSpacesKey": {"accessKey": rehearsal.stack["key"].id},
        "getTag": {"name": "blue"},
        "getVectorDatabase": {"name": "docs"},
        "getVpc": {"name": "net"},
    }
    from hanzo_iac.localcloud.provider.invokes import INVOKES

    # Arguments that come back, lists that are empty without one, and what only other types of load balancers have.
    optional = {
        "getKubernetesCluster": {"kubeconfigExpireSeconds", "nfsCsiPlugin"},
        "getDatabaseCluster": {"uiDatabase", "uiHost", "uiPassword", "uiPort", "uiUri", "uiUser"},
        "getLoadBalancer": {"size", "subnetUuid", "targetLoadBalancerIds"},
        "getDatabaseReplica": set(),
        "getProjects": {"filters", "sorts"},
        "getRegions": {"filters", "sorts"},
        "getSizes": {"filters", "sorts"},
    }
    missing = {}
    for function in sorted(one.rsplit(":", 1)[1] for one in INVOKES):
        result = asker.invoke(function, **arguments.get(function, {}))
        snake = re.sub(r"([A-Z])", r"_\1", function).lower()
        module = importlib.import_module(f"pulumi_digitalocean.{snake}")
        kind = getattr(module, f"{function[0].upper()}{function[1:]}Result")
        taken = [
            re.sub(r"_([a-z0-9])", lambda m: m.group(1).upper(), name) for name in inspect.signature(kind).parameters
        ]
        absent = sorted(set(taken) - set(result) - optional.get(function, set()))
        if absent:
            missing[function] = absent
    assert missing == {}


def test_sizes_are_filtered_and_sorted(asked):
    asker, _ = asked
    result = asker.invoke(
        "getSizes",
        filters=[{"key": "slug", "values": ["gpu-h"], "matchBy": "substring"}, {"key": "regions", "values": ["nyc2"]}],
        sorts=[{"key": "price_monthly", "direction": "desc"}],
    )
    prices = [size["priceMonthly"] for size in result["sizes"]]
    assert prices
    assert prices == sorted(prices, reverse=True)
    assert all(size["gpuInfos"][0]["count"] in (1, 8) for size in result["sizes"])


def test_the_newest_version_is_the_latest(asked):
    asker, _ = asked
    result = asker.invoke("getKubernetesVersions", versionPrefix="1.36.")
    assert result["latestVersion"] == result["validVersions"][0]
    assert all(version.startswith("1.36.") for version in result["validVersions"])


def test_what_is_not_there_is_said(asked):
    asker, _ = asked
    with pytest.raises(grpc.RpcError) as error:
        asker.invoke("getDatabaseCluster", name="nope")
    assert message(error) == "there is no database cluster 'nope'"


def test_a_function_that_is_not_here_is_said(asked):
    asker, _ = asked
    with pytest.raises(grpc.RpcError) as error:
        asker.invoke("getDroplet")
    assert "no function digitalocean:index/getDroplet:getDroplet" in message(error)


def test_a_resource_with_another_name_of_the_same_program_is_not_confused(engine):
    first = engine.create(VPC, dict(NET.inputs))
    other = replace(NET, name="other", inputs={**NET.inputs, "name": "other", "ipRange": "10.11.0.0/16"})
    second = engine.create(VPC, dict(other.inputs))
    assert first.id != second.id
