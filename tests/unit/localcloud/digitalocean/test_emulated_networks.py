"""Account, regions, sizes; VPCs with what lies in them; NAT gateways and peerings."""

from __future__ import annotations

import json

import pytest
from digitalocean_account import CLUSTER, POSTGRES, VPC


def test_the_account_is_active_and_says_its_droplet_limit(account):
    account.post("/_local/quota", {"droplets": 7})

    answer = account.get("/v2/account")["account"]

    assert (answer["status"], answer["droplet_limit"]) == ("active", 7)


def test_a_gpu_size_says_its_gpu_and_its_price(account):
    sizes = {size["slug"]: size for size in account.get("/v2/sizes?per_page=200")["sizes"]}

    assert sizes["gpu-h100x8-640gb"]["gpu_info"] == {
        "count": 8,
        "model": "h100",
        "vram": {"amount": 80, "unit": "gib"},
    }
    assert (sizes["s-2vcpu-4gb"]["vcpus"], sizes["s-2vcpu-4gb"]["memory"]) == (2, 4096)
    assert sizes["s-2vcpu-4gb"]["price_monthly"] == 24.0


def test_a_size_without_allocation_is_available_in_no_region(account):
    account.post("/_local/quota", {"gpu-h200x1-141gb": 0})

    sizes = {size["slug"]: size for size in account.get("/v2/sizes?per_page=200")["sizes"]}
    regions = {region["slug"]: region for region in account.get("/v2/regions")["regions"]}

    assert sizes["gpu-h200x1-141gb"]["available"] is True
    assert sizes["gpu-h200x1-141gb"]["regions"] == []
    assert "gpu-h200x1-141gb" not in regions["nyc2"]["sizes"]
    assert "gpu-h100x1-80gb" in regions["nyc2"]["sizes"]


def test_a_vpc_is_made_read_renamed_and_deleted(account):
    made = account.post("/v2/vpcs", VPC, expect=201)["vpc"]
    path = f"/v2/vpcs/{made['id']}"

    assert account.get(path)["vpc"] == made
    assert made | {"id": "", "urn": ""} == {
        "id": "",
        "urn": "",
        "name": "net",
        "description": "",
        "region": "nyc3",
        "ip_range": "10.10.0.0/16",
        "default": False,
        "created_at": "2026-11-21T12:00:00Z",
    }
    assert account.put(path, {"name": "other", "description": "d"})["vpc"]["name"] == "other"
    assert account.call("PATCH", path, {"description": "e"})["vpc"]["description"] == "e"
    account.delete(path)
    account.get(path, expect=404)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "name is required"),
        ({"name": "net"}, "VPC name must be unique in your account"),
        ({"name": "a b"}, "name may only contain alphanumeric characters, dashes, and periods"),
        ({"region": "mars1"}, "region is invalid"),
        ({"ip_range": "10.10.4.0/24"}, "This range/size overlaps with another VPC network in your account"),
        ({"ip_range": "10.20.0.1/16"}, "ip_range is not a valid CIDR block"),
        ({"ip_range": "8.8.0.0/16"}, "ip_range must be a private network between /16 and /28"),
        ({"ip_range": "10.0.0.0/8"}, "ip_range must be a private network between /16 and /28"),
    ],
)
def test_a_wrong_vpc_is_refused(account, change, message):
    account.post("/v2/vpcs", VPC)
    good = {"name": "second", "region": "nyc3", "ip_range": "10.20.0.0/16"}

    assert account.message("POST", "/v2/vpcs", good | change, expect=422) == message
    assert len(account.get("/v2/vpcs")["vpcs"]) == 1


def test_vpcs_without_a_range_get_ranges_that_do_not_overlap(account):
    ranges = [account.post("/v2/vpcs", {"name": f"n{i}", "region": "nyc3"})["vpc"]["ip_range"] for i in range(3)]

    assert ranges == ["10.96.0.0/20", "10.96.16.0/20", "10.96.32.0/20"]


def test_a_vpc_with_members_stays(account):
    vpc = account.post("/v2/vpcs", VPC)["vpc"]
    cluster = account.post("/v2/kubernetes/clusters", CLUSTER | {"vpc_uuid": vpc["id"]})["kubernetes_cluster"]
    database = account.post("/v2/databases", POSTGRES | {"private_network_uuid": vpc["id"]})["database"]
    path = f"/v2/vpcs/{vpc['id']}"

    members = [member["urn"] for member in account.get(f"{path}/members")["members"]]
    assert members == [f"do:kubernetes:{cluster['id']}", f"do:dbaas:{database['id']}"]
    only = account.get(f"{path}/members?resource_type=dbaas")["members"]
    assert [member["urn"] for member in only] == [f"do:dbaas:{database['id']}"]
    assert account.message("DELETE", path, expect=409) == "Can not delete VPC with members"

    account.delete(f"/v2/kubernetes/clusters/{cluster['id']}")
    account.delete(f"/v2/databases/{database['id']}")
    account.delete(path)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/nfs", {"name": "weights", "size_gib": 50, "region": "nyc2", "vpc_ids": ["{vpc}"]}),
        (
            "/v2/vpc_nat_gateways",
            {"name": "nat", "type": "PUBLIC", "region": "nyc2", "size": 1, "vpcs": [{"vpc_uuid": "{vpc}"}]},
        ),
    ],
)
def test_a_vpc_stays_while_a_share_or_a_gateway_is_in_it(account, path, body):
    vpc = account.post("/v2/vpcs", VPC | {"region": "nyc2"})["vpc"]["id"]
    made = account.post(path, json.loads(json.dumps(body).replace("{vpc}", vpc)))
    [thing] = made.values()

    account.delete(f"/v2/vpcs/{vpc}", expect=409)
    account.delete(f"{path}/{thing['id']}", expect=None)
    account.delete(f"/v2/vpcs/{vpc}")


def test_a_deleted_member_may_hold_its_vpc_a_while_longer(make_account):
    account = make_account(vpc_release_s=60)
    vpc = account.post("/v2/vpcs", VPC)["vpc"]
    cluster = account.post("/v2/kubernetes/clusters", CLUSTER | {"vpc_uuid": vpc["id"]})["kubernetes_cluster"]
    account.delete(f"/v2/kubernetes/clusters/{cluster['id']}")

    account.clock.step(59)
    account.delete(f"/v2/vpcs/{vpc['id']}", expect=409)
    account.clock.step(1)
    account.delete(f"/v2/vpcs/{vpc['id']}")


def test_a_resource_that_names_no_vpc_lies_in_its_regions_default_which_stays(account):
    cluster = account.post("/v2/kubernetes/clusters", CLUSTER)["kubernetes_cluster"]
    database = account.post("/v2/databases", POSTGRES)["database"]

    (vpc,) = account.get("/v2/vpcs")["vpcs"]
    assert (vpc["name"], vpc["default"]) == ("default-nyc3", True)
    assert cluster["vpc_uuid"] == database["private_network_uuid"] == vpc["id"]
    account.delete(f"/v2/kubernetes/clusters/{cluster['id']}")
    account.delete(f"/v2/databases/{database['id']}")
    assert account.message("DELETE", f"/v2/vpcs/{vpc['id']}", expect=403) == "Can not delete default VPCs"


def test_a_vpc_of_another_region_or_none_is_refused(account):
    vpc = account.post("/v2/vpcs", VPC | {"region": "ams3"})["vpc"]

    other = account.message("POST", "/v2/kubernetes/clusters", CLUSTER | {"vpc_uuid": vpc["id"]}, expect=422)
    unknown = account.message("POST", "/v2/databases", POSTGRES | {"private_network_uuid": "nope"}, expect=422)

    assert other == "the VPC is not in the same region as the resource"
    assert unknown == "vpc_uuid is invalid"
    assert account.databases.servers == {}


def test_a_nat_gateway_becomes_active(slow):
    vpc = slow.post("/v2/vpcs", VPC)["vpc"]
    body = {"name": "nat", "type": "PUBLIC", "region": "nyc3", "size": 1, "vpcs": [{"vpc_uuid": vpc["id"]}]}
    made = slow.post("/v2/vpc_nat_gateways", body, expect=202)["vpc_nat_gateway"]
    path = f"/v2/vpc_nat_gateways/{made['id']}"

    assert made["state"] == "NEW"
    slow.clock.step(10)
    assert slow.get(path)["vpc_nat_gateway"]["state"] == "ACTIVE"
    assert [one["name"] for one in slow.get("/v2/vpc_nat_gateways?name=nat")["vpc_nat_gateways"]] == ["nat"]
    assert slow.get("/v2/vpc_nat_gateways?name=other")["vpc_nat_gateways"] == []
    slow.put(path, {"name": "nat2", "size": 2}, expect=200)
    slow.delete(path, expect=202)
    slow.get(path, expect=404)


def test_two_vpcs_are_peered_once_and_hold_each_other(account):
    one = account.post("/v2/vpcs", VPC)["vpc"]["id"]
    two = account.post("/v2/vpcs", VPC | {"name": "two", "ip_range": "10.20.0.0/16"})["vpc"]["id"]
    peering = account.post("/v2/vpc_peerings", {"name": "p", "vpc_ids": [one, two]}, expect=202)["vpc_peering"]
    path = f"/v2/vpc_peerings/{peering['id']}"

    account.post(f"/v2/vpcs/{two}/peerings", {"name": "q", "vpc_id": one}, expect=409)
    account.delete(f"/v2/vpcs/{one}", expect=409)
    assert [one["id"] for one in account.get(f"/v2/vpcs/{two}/peerings")["peerings"]] == [peering["id"]]
    assert account.call("PATCH", path, {"name": "r"})["vpc_peering"]["name"] == "r"
    account.delete(path, expect=202)
    account.delete(f"/v2/vpcs/{one}")
