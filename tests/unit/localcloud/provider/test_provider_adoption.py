"""What is already there is taken over when it is the same, refused when it is not, and never deleted by mistake."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doubles.one_of_each import CLUSTER, DATABASE, NET, PROGRAM, account, wanted
from doubles.rehearsal import InProcess, Killed, Ref, Rehearsal, Stopped

from hanzo_iac.localcloud.digitalocean import Fault


def crashed(program, call):
    """A stack whose run died right after this call had taken effect."""
    rehearsal = Rehearsal(account())
    with pytest.raises(Killed):
        rehearsal.up(program, lambda cloud: InProcess(cloud, kill_at=call))
    return rehearsal


def with_inputs(one, **inputs):
    return replace(one, inputs={**one.inputs, **inputs})


def count(rehearsal, table):
    return len([one for one in rehearsal.cloud.state.dump()["tables"][table].values() if not one.get("default")])


def test_what_a_crash_left_is_taken_over():
    rehearsal = crashed([NET], 2)
    assert (rehearsal.stack, count(rehearsal, "vpcs")) == ({}, 1)
    assert rehearsal.up([NET]) == [("create", "net")]
    assert count(rehearsal, "vpcs") == 1
    assert rehearsal.up([NET]) == []


def test_one_without_a_name_of_its_own_is_found_too():
    nameless = wanted("net", "Vpc", region="nyc2")
    rehearsal = crashed([nameless], 2)
    rehearsal.up([nameless])
    assert count(rehearsal, "vpcs") == 1


def test_it_is_brought_to_what_the_program_wants_now():
    rehearsal = crashed([NET], 2)
    rehearsal.up([with_inputs(NET, description="another")])
    assert rehearsal.stack["net"].state["description"] == "another"


def test_one_that_would_have_to_be_replaced_is_refused_and_named():
    rehearsal = crashed([NET], 2)
    with pytest.raises(Stopped) as refused:
        rehearsal.up([with_inputs(NET, ipRange="10.99.0.0/16")])
    [found] = rehearsal.cloud.state.dump()["tables"]["vpcs"]
    assert str(refused.value) == (
        f'VPC "net": exists already ({found}) and is not the same: ipRange is "10.10.0.0/16", not "10.99.0.0/16"\n\n'
        "hint: give this one another name, or take that one over with `pulumi import`"
    )


def test_other_tags_make_it_somebody_elses():
    rehearsal = crashed([NET, DATABASE], 6)
    assert count(rehearsal, "databases") == 1
    with pytest.raises(Stopped, match=r'tags is \["hanzo", "prod"\], not \["hanzo", "stage"\]'):
        rehearsal.up([NET, with_inputs(DATABASE, tags=["hanzo", "stage"])])
    assert count(rehearsal, "databases") == 1


def test_a_default_vpc_is_never_ours():
    rehearsal = Rehearsal(account())
    database = with_inputs(DATABASE, privateNetworkUuid=None, region="nyc3")
    rehearsal.up([database])
    [default] = rehearsal.cloud.state.dump()["tables"]["vpcs"].values()
    assert default["default"]
    same = wanted("net", "Vpc", name=default["name"], region=default["region"])
    with pytest.raises(Stopped, match="422"):
        rehearsal.up([database, same])


def test_two_resources_of_one_program_never_share_a_thing():
    rehearsal = Rehearsal(account())
    with pytest.raises(Stopped, match=r'VPC "net": exists already .* and belongs to urn:pulumi:dev::.*::net\b'):
        rehearsal.up([NET, replace(NET, name="other")])
    assert count(rehearsal, "vpcs") == 1


def test_a_renamed_resource_keeps_its_thing():
    rehearsal = Rehearsal(account())
    rehearsal.up([NET])
    known = rehearsal.stack["net"].id
    assert rehearsal.up([replace(NET, name="renamed")]) == [("create", "renamed"), ("delete", "net")]
    assert (rehearsal.stack["renamed"].id, count(rehearsal, "vpcs")) == (known, 1)
    rehearsal.refresh()
    assert list(rehearsal.stack) == ["renamed"]


def test_a_forced_replacement_of_a_given_name_is_refused_before_anything_happens():
    rehearsal = Rehearsal(account())
    rehearsal.up([NET])
    with pytest.raises(Stopped, match="it is the one to be replaced, and both cannot have one name"):
        rehearsal.replace([NET], "net")
    assert count(rehearsal, "vpcs") == 1


def test_a_forced_replacement_without_a_name_makes_a_new_one():
    nameless = wanted("net", "Vpc", region="nyc2")
    rehearsal = Rehearsal(account())
    rehearsal.up([nameless])
    before = rehearsal.stack["net"].id
    assert rehearsal.replace([nameless], "net") == [("create", "net"), ("delete", "net")]
    assert rehearsal.stack["net"].id != before
    assert (rehearsal.up([nameless]), count(rehearsal, "vpcs")) == ([], 1)


def test_a_replacement_that_crashed_after_the_new_one_was_made_goes_on():
    rehearsal = Rehearsal(account())
    rehearsal.up([NET])
    moved = with_inputs(NET, ipRange="10.99.0.0/16")
    with pytest.raises(Killed):
        rehearsal.up([moved], lambda cloud: InProcess(cloud, kill_at=3))
    assert count(rehearsal, "vpcs") == 1
    rehearsal.up([moved])
    assert (rehearsal.stack["net"].state["ipRange"], count(rehearsal, "vpcs")) == ("10.99.0.0/16", 1)


def test_a_key_whose_secret_was_lost_is_made_anew():
    key = wanted("key", "SpacesKey", name="uploads")
    rehearsal = Rehearsal(account())
    rehearsal.cloud.faults.add(Fault(kind="timeout-after-commit", method="POST"))
    with pytest.raises(Stopped):
        rehearsal.up([key])
    rehearsal.up([key])
    assert [one["name"] for one in rehearsal.cloud.state.dump()["tables"]["spaces_keys"].values()] == ["uploads"]
    assert rehearsal.stack["key"].state["secretKey"]


def test_the_secret_of_a_key_outlives_a_failed_look_at_the_key(monkeypatch):
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: "said-once")
    key = wanted("key", "SpacesKey", name="uploads")
    rehearsal = Rehearsal(account())
    rehearsal.cloud.faults.add(Fault(kind="status", method="GET", path="keys$", nth=2))
    with pytest.raises(Stopped):
        rehearsal.up([key])
    assert rehearsal.up([key]) == [("update", "key")]
    assert rehearsal.stack["key"].state["secretKey"] == "said-once"


def test_a_half_made_cluster_is_kept_and_finished_by_the_next_run():
    rehearsal = Rehearsal(account(cluster_s=3600))
    rehearsal.settings = replace(rehearsal.settings, poll_s=60.0)
    with pytest.raises(Stopped, match="the cluster did not start within the time allowed"):
        rehearsal.up([NET, CLUSTER])
    assert rehearsal.stack["cluster"].broken
    known = rehearsal.stack["cluster"].id
    finished = Rehearsal(rehearsal.cloud, stack=rehearsal.stack)
    object.__setattr__(rehearsal.cloud.settings, "cluster_s", 0)
    assert finished.up([NET, CLUSTER]) == [("update", "cluster")]
    assert (finished.stack["cluster"].id, finished.stack["cluster"].state["status"]) == (known, "running")
    assert finished.up([NET, CLUSTER]) == []


def test_a_vpc_waits_for_its_members_to_leave():
    rehearsal = Rehearsal(account())
    rehearsal.up([NET])
    path = f"/v2/vpcs/{rehearsal.stack['net'].id}"
    rehearsal.cloud.faults.add(Fault(kind="status", status=409, method="DELETE", path=path, times=5))
    rehearsal.destroy()
    assert count(rehearsal, "vpcs") == 0


def test_a_vpc_whose_members_stay_is_given_up_with_the_reason():
    rehearsal = Rehearsal(account())
    rehearsal.up([NET])
    rehearsal.cloud.faults.add(Fault(kind="status", status=403, method="DELETE", times=None))
    with pytest.raises(Stopped) as stopped:
        rehearsal.destroy()
    assert str(stopped.value) == (
        "net: its members did not leave within the time allowed; it may still come: run the same command again "
        "(DigitalOcean says: a fault of status 403 was asked for)"
    )


def test_counts_of_zero_are_not_sent_as_with_the_official_provider():
    pool = wanted("pool", "KubernetesNodePool", name="gpu", clusterId="c", size="s", nodeCount=0)
    from hanzo_iac.localcloud.provider.resources.node_pools import pool_request

    assert pool_request(dict(pool.inputs), creating=True) == {
        "name": "gpu",
        "size": "s",
        "tags": [],
        "labels": {},
        "taints": [],
        "auto_scale": False,
    }


def test_the_autoscalers_count_is_left_alone_by_other_changes():
    program = [one for one in PROGRAM if one.name in ("net", "cluster", "pool")]
    rehearsal = Rehearsal(account())
    rehearsal.up(program)
    rehearsal.stack["pool"].state["nodeCount"] = rehearsal.stack["pool"].state["actualNodeCount"] = 2
    changed = [with_inputs(one, maxNodes=9) if one.name == "pool" else one for one in program]
    sent = []

    class Watched(InProcess):
        def __call__(self, method, url, **rest):
            sent.append((method, rest["body"]))
            return super().__call__(method, url, **rest)

    assert rehearsal.up(changed, Watched) == [("update", "pool")]
    [body] = [body for method, body in sent if method == "PUT"]
    assert b'"count"' not in body
    assert b'"max_nodes": 9' in body


def test_a_share_that_grew_unheard_is_not_made_to_grow_again():
    [share] = [one for one in PROGRAM if one.name == "share"]
    rehearsal = Rehearsal(account())
    rehearsal.up([NET, share])
    rehearsal.cloud.faults.add(Fault(kind="timeout-after-commit", method="POST", path="/actions$"))
    larger = [NET, with_inputs(share, size=200)]
    with pytest.raises(Stopped):
        rehearsal.up(larger)
    assert rehearsal.up(larger) == [("update", "share")]
    assert rehearsal.stack["share"].state["size"] == 200
    assert rehearsal.up(larger) == []


def test_a_share_in_several_vpcs_stays_the_one_of_its_own(deployed):
    share = deployed.stack["share"]
    assert share.state["vpcId"] == deployed.stack["net"].id
    deployed.refresh()
    assert set(share.state["vpcIds"]) == {deployed.stack["net"].id, deployed.stack["annex"].id}
    [record] = deployed.cloud.state.table("shares").values()
    record["vpc_ids"].reverse()
    deployed.refresh()
    assert deployed.up(PROGRAM) == []


def test_a_share_is_never_made_smaller_or_slower(deployed):
    def program(**change):
        return [with_inputs(one, **change) if one.name == "share" else one for one in PROGRAM]

    with pytest.raises(Stopped, match="size is 100 GiB and cannot become 60"):
        deployed.up(program(size=60))
    deployed.up(program(performanceTier="high"))
    with pytest.raises(Stopped, match="performanceTier is high and cannot become standard"):
        deployed.up(program(performanceTier="standard"))


def test_an_attachment_of_a_share_that_is_not_there_is_refused():
    stray = wanted("reach", "NfsAttachment", shareId="nope", vpcId=Ref("net"), region="nyc2")
    with pytest.raises(Stopped, match="there is no NFS share 'nope' in nyc2"):
        Rehearsal(account()).up([NET, stray])


@pytest.mark.parametrize(
    ("name", "records"),
    [("www.example.com.", 1), ("www.api.example.com.", 2), ("example.com.", 2)],
)
def test_a_record_is_taken_over_only_under_its_own_name(name, records):
    domain = wanted("domain", "Domain", name="example.com")
    there = wanted("record", "DnsRecord", domain=Ref("domain"), type="A", name="www", value="203.0.113.7")
    rehearsal = Rehearsal(account())
    rehearsal.up([domain, there])
    del rehearsal.stack["record"]
    rehearsal.up([domain, with_inputs(there, name=name)])
    [zone] = rehearsal.cloud.state.dump()["tables"]["domains"].values()
    assert len([one for one in zone["records"].values() if one["type"] == "A"]) == records
    assert rehearsal.up([domain, with_inputs(there, name=name)]) == []


def test_a_slow_answer_is_an_answer():
    rehearsal = Rehearsal(account())
    rehearsal.cloud.faults.add(Fault(kind="latency", latency_s=9.0, times=None))
    assert rehearsal.up([NET]) == [("create", "net")]
