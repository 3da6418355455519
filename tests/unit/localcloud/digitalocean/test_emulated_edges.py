"""Load balancers, domains, certificates, keys of Spaces, shares, volumes, CDN, firewalls, monitoring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from digitalocean_account import VPC

RULE = {"entry_protocol": "http", "entry_port": 80, "target_protocol": "http", "target_port": 8080}
BALANCER = {"name": "edge", "region": "nyc3", "forwarding_rules": [RULE]}
VOLUME = {"name": "disk", "region": "nyc3", "size_gigabytes": 10}
POLICY = {
    "type": "v1/insights/droplet/cpu",
    "description": "busy",
    "compare": "GreaterThan",
    "value": 90,
    "window": "5m",
    "entities": [],
    "tags": [],
    "alerts": {"slack": None, "email": ["a@example.com"]},
    "enabled": True,
}


def test_a_load_balancer_gets_its_address_when_active(slow):
    made = slow.post("/v2/load_balancers", BALANCER, expect=202)["load_balancer"]
    path = f"/v2/load_balancers/{made['id']}"
    assert (made["status"], made["ip"], made["region"]["slug"]) == ("new", "", "nyc3")

    slow.clock.step(10)

    read = slow.get(path)["load_balancer"]
    assert (read["status"], read["ip"]) == ("active", "198.18.0.1")
    assert read["project_id"] == slow.get("/v2/projects/default")["project"]["id"]


def test_a_load_balancer_is_replaced_and_its_rules_changed(account):
    made = account.post("/v2/load_balancers", BALANCER | {"redirect_http_to_https": True})["load_balancer"]
    path = f"/v2/load_balancers/{made['id']}"

    replaced = account.put(path, BALANCER | {"name": "front", "size": "lb-medium"}, expect=200)["load_balancer"]
    changed = {name: replaced[name] for name in replaced if replaced[name] != made.get(name)}
    assert changed == {"name": "front", "redirect_http_to_https": False, "size": "lb-medium", "size_unit": 3}
    more = RULE | {"entry_port": 443}
    account.post(f"{path}/forwarding_rules", {"forwarding_rules": [more]}, expect=204)
    account.call("DELETE", f"{path}/forwarding_rules", {"forwarding_rules": [RULE]}, expect=204)
    assert account.get(path)["load_balancer"]["forwarding_rules"] == [more]
    account.call("DELETE", f"{path}/forwarding_rules", {"forwarding_rules": [more]}, expect=422)
    account.delete(f"{path}/cache")
    account.delete(path)
    account.get(path, expect=404)


def test_a_certificate_stays_while_a_load_balancer_uses_it(account):
    account.post("/v2/domains", {"name": "example.com"})
    asked = {"name": "crt", "type": "lets_encrypt", "dns_names": ["example.com"]}
    certificate = account.post("/v2/certificates", asked)["certificate"]["id"]
    rule = RULE | {"entry_protocol": "https", "entry_port": 443, "certificate_id": certificate}
    balancer = account.post("/v2/load_balancers", BALANCER | {"forwarding_rules": [rule]})["load_balancer"]["id"]

    refused = account.message("DELETE", f"/v2/certificates/{certificate}", expect=403)
    assert refused == "Make sure the certificate is not in use before deleting it"
    account.delete(f"/v2/load_balancers/{balancer}")
    account.delete(f"/v2/certificates/{certificate}")


def test_a_load_balancer_moves_to_another_project(account):
    project = account.post("/v2/projects", {"name": "rag", "purpose": "Service or API"})["project"]["id"]
    balancer = account.post("/v2/load_balancers", BALANCER)["load_balancer"]["id"]

    moved = account.put(f"/v2/load_balancers/{balancer}", BALANCER | {"project_id": project})["load_balancer"]

    assert moved["project_id"] == project


def test_a_load_balancer_holds_its_vpc(account):
    vpc = account.post("/v2/vpcs", VPC)["vpc"]
    made = account.post("/v2/load_balancers", BALANCER | {"vpc_uuid": vpc["id"]})["load_balancer"]

    account.delete(f"/v2/vpcs/{vpc['id']}", expect=409)
    account.delete(f"/v2/load_balancers/{made['id']}")
    account.delete(f"/v2/vpcs/{vpc['id']}")


def test_a_global_load_balancer_needs_no_region_and_a_regional_one_does(account):
    made = account.post("/v2/load_balancers", {"name": "world", "type": "GLOBAL"}, expect=202)["load_balancer"]

    assert "region" not in made
    account.post("/v2/load_balancers", {"name": "edge", "forwarding_rules": [RULE]}, expect=422)


def test_a_new_domain_has_its_own_records(account):
    account.post("/v2/domains", {"name": "example.com", "ip_address": "192.0.2.1"}, expect=201)

    records = account.get("/v2/domains/example.com/records")["domain_records"]

    assert [(one["type"], one["data"]) for one in records] == [
        ("SOA", "1800"),
        ("NS", "ns1.digitalocean.com"),
        ("NS", "ns2.digitalocean.com"),
        ("NS", "ns3.digitalocean.com"),
        ("A", "192.0.2.1"),
    ]
    assert "@ IN A 192.0.2.1" in account.get("/v2/domains/example.com")["domain"]["zone_file"]
    account.post("/v2/domains", {"name": "example.com"}, expect=422)
    account.post("/v2/domains", {"name": "not a name"}, expect=422)
    account.delete("/v2/domains/example.com")
    account.get("/v2/domains/example.com/records", expect=404)


def test_a_record_is_made_found_changed_and_deleted(account):
    account.post("/v2/domains", {"name": "example.com"})
    records = "/v2/domains/example.com/records"
    asked = {"type": "A", "name": "www", "data": "192.0.2.1", "priority": 0, "port": 0, "weight": 0, "flags": 0}

    made = account.post(records, asked, expect=201)["domain_record"]

    path = f"{records}/{made['id']}"
    assert account.get(path)["domain_record"] == made
    assert (made["ttl"], made["tag"], made["priority"]) == (1800, None, 0)
    assert account.get(f"{records}?type=A&name=www.example.com")["domain_records"] == [made]
    assert account.get(f"{records}?name=example.com&type=A")["domain_records"] == []
    assert account.put(path, {"data": "192.0.2.2"})["domain_record"]["data"] == "192.0.2.2"
    account.call("PATCH", path, {"data": "not an address"}, expect=422)
    account.post(records, {"type": "WHAT", "data": "x"}, expect=422)
    account.delete(path)
    account.get(path, expect=404)


@pytest.fixture
def records(account):
    """The path of the records of a domain that has none but DigitalOcean's own."""
    account.post("/v2/domains", {"name": "example.com"})
    return "/v2/domains/example.com/records"


CNAME = {"type": "CNAME", "name": "www", "data": "web.example.net."}


@pytest.mark.parametrize(
    "asked",
    [
        CNAME,
        {"type": "MX", "name": "@", "data": "mail.example.net.", "priority": 10},
        {"type": "SRV", "name": "_a._tcp", "data": "web.example.net.", "priority": 1, "port": 80, "weight": 1},
        {"type": "CAA", "name": "@", "data": "letsencrypt.org.", "flags": 0, "tag": "issuewild"},
    ],
    ids=lambda asked: asked["type"],
)
def test_data_that_is_a_name_ends_with_a_dot_which_is_not_answered(account, records, asked):
    bare = asked["data"].removesuffix(".")
    refused = account.message("POST", records, asked | {"data": bare}, expect=422)
    assert refused == "Data needs to end with a dot (.)"

    made = account.post(records, asked, expect=201)["domain_record"]

    path = f"{records}/{made['id']}"
    assert made["data"] == account.get(path)["domain_record"]["data"] == bare
    assert account.put(path, {"ttl": 60})["domain_record"]["data"] == bare
    account.put(path, {"data": bare}, expect=422)
    assert account.get(f"{records}?type={asked['type']}")["domain_records"] == [made | {"ttl": 60}]


@pytest.mark.parametrize(
    ("asked", "data"),
    [
        ({"type": "TXT", "name": "@", "data": "v=spf1 -all."}, "v=spf1 -all."),
        ({"type": "CNAME", "name": "here", "data": "@"}, "@"),
        (
            {"type": "CAA", "name": "@", "data": "mailto:a@example.com", "flags": 0, "tag": "iodef"},
            "mailto:a@example.com",
        ),
    ],
)
def test_data_that_is_no_name_is_answered_as_it_is(account, records, asked, data):
    assert account.post(records, asked, expect=201)["domain_record"]["data"] == data


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"type": "MX", "data": "mail.example.net."}, "priority is required"),
        ({"type": "SRV", "data": "a.b.", "priority": 1, "port": 1}, "weight is required"),
        ({"type": "CAA", "data": "a.b.", "flags": 0}, "tag is required"),
        ({"type": "CAA", "data": "a.b.", "flags": 0, "tag": "all"}, "tag must be one of issue, issuewild, iodef"),
    ],
)
def test_a_record_without_what_its_type_has_is_refused(account, records, asked, word):
    assert account.message("POST", records, {"name": "x", **asked}, expect=422) == word


def test_a_cname_has_its_name_alone(account, records):
    text = {"type": "TXT", "name": "www.example.com.", "data": "x"}
    path = f"{records}/{account.post(records, CNAME)['domain_record']['id']}"

    for asked in (text, CNAME | {"data": "b.example.net."}, CNAME | {"name": "example.com."}):
        refused = account.message("POST", records, asked, expect=422)
        assert refused == "CNAME records cannot share a name with other records"
    account.put(path, {"name": "web"})
    assert account.post(records, text, expect=201)["domain_record"]["name"] == "www"
    account.put(path, {"name": "www"}, expect=422)
    assert account.get(path)["domain_record"]["name"] == "web"


@pytest.mark.parametrize("name", ["example.com", "*.example.com", "a.b.Example.com"])
def test_lets_encrypt_is_for_names_of_the_accounts_domains(account, records, name):
    asked = {"name": "crt", "type": "lets_encrypt", "dns_names": [name, "example.com"]}
    refused = account.message("POST", "/v2/certificates", asked | {"dns_names": [name, "badexample.com"]}, expect=422)
    assert refused == "one or more of the domains are not managed by DigitalOcean"
    assert account.post("/v2/certificates", asked, expect=201)["certificate"]["dns_names"] == asked["dns_names"]


def test_a_certificate_is_pending_then_verified_and_found_by_name(slow):
    slow.post("/v2/domains", {"name": "example.com"})
    body = {"name": "crt", "type": "lets_encrypt", "dns_names": ["example.com"]}
    made = slow.post("/v2/certificates", body, expect=201)["certificate"]
    assert made["state"] == "pending"

    slow.clock.step(10)

    (found,) = slow.get("/v2/certificates?name=crt")["certificates"]
    assert (found["id"], found["state"]) == (made["id"], "verified")
    assert slow.get("/v2/certificates?name=other")["certificates"] == []
    slow.post("/v2/certificates", body, expect=422)
    slow.delete(f"/v2/certificates/{made['id']}")
    slow.get(f"/v2/certificates/{made['id']}", expect=404)


def leaf() -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.com")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("example.com")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), pem.decode()


def test_an_uploaded_certificate_is_read(slow):
    certificate, key = leaf()
    body = {"name": "own", "type": "custom", "private_key": key, "leaf_certificate": certificate}

    made = slow.post("/v2/certificates", body, expect=201)["certificate"]

    assert (made["state"], made["dns_names"], made["not_after"]) == (
        "verified",
        ["example.com"],
        "2026-01-02T00:00:00Z",
    )
    slow.post("/v2/certificates", body | {"name": "bad", "leaf_certificate": "no"}, expect=422)


def test_a_key_is_for_some_buckets_or_for_all(account):
    keys = "/v2/spaces/keys"
    wide = {"bucket": "", "permission": "fullaccess"}
    narrow = [{"bucket": "a", "permission": "read"}, {"bucket": "b", "permission": "readwrite"}]

    made = account.post(keys, {"name": "k", "grants": narrow}, expect=201)["key"]
    path = f"{keys}/{made['access_key']}"
    assert account.put(path, {"name": "k", "grants": narrow[1:]})["key"]["grants"] == narrow[1:]
    every = account.post(keys, {"name": "all", "grants": [wide, *narrow]})["key"]
    assert every["grants"] == [wide]
    refused = "a fullaccess key cannot be converted to a scoped key or vice versa"
    assert account.message("PUT", path, {"name": "k", "grants": [wide]}, expect=400) == refused
    assert account.message("PUT", f"{keys}/{every['access_key']}", {"grants": narrow}, expect=400) == refused
    for permission, message in (("read", "permission read needs a bucket"), ("all", "invalid permission all")):
        body = {"name": "x", "grants": [{"bucket": "", "permission": permission}]}
        assert account.message("POST", keys, body, expect=400) == message


def test_a_spaces_key_shows_its_secret_once(account):
    body = {"name": "k", "grants": [{"bucket": "b", "permission": "readwrite"}]}
    made = account.post("/v2/spaces/keys", body, expect=201)["key"]
    path = f"/v2/spaces/keys/{made['access_key']}"

    assert len(made["secret_key"]) > 30
    shown = {name: value for name, value in made.items() if name != "secret_key"}
    assert account.get(path)["key"] == shown
    assert account.get("/v2/spaces/keys?bucket=b")["keys"] == [shown]
    assert account.get("/v2/spaces/keys?bucket=c")["keys"] == []
    assert account.put(path, {"name": "n", "grants": []})["key"]["grants"] == []
    account.call("PATCH", path, {"grants": [{"bucket": "b", "permission": "all"}]}, expect=400)
    account.delete(path)
    account.get(path, expect=404)


def test_a_share_becomes_active_with_host_and_path(slow):
    vpc = slow.post("/v2/vpcs", VPC | {"region": "atl1"})["vpc"]
    body = {"name": "weights", "size_gib": 500, "region": "atl1", "vpc_ids": [vpc["id"]], "performance_tier": "high"}
    made = slow.post("/v2/nfs", body, expect=201)["share"]
    path = f"/v2/nfs/{made['id']}"
    assert made["status"] == "CREATING"

    slow.clock.step(10)

    read = slow.get(f"{path}?region=atl1")["share"]
    assert (read["status"], read["host"], read["mount_path"]) == (
        "ACTIVE",
        "10.10.255.253",
        f"/100001/{made['id']}",
    )
    slow.get(f"{path}?region=nyc2", expect=404)
    assert [one["id"] for one in slow.get("/v2/nfs?region=atl1")["shares"]] == [made["id"]]
    slow.delete(f"{path}?region=atl1")
    slow.get(path, expect=404)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"region": "nyc3"}, "network file storage is not available in region nyc3"),
        ({"name": "Big"}, "name must start with a lower case letter and hold letters, digits and dashes only"),
        ({"size_gib": 10}, "size_gib must be at least 50"),
        ({"vpc_ids": ["x"]}, "vpc x does not exist in region atl1"),
        ({"performance_tier": "best"}, "performance_tier must be one of standard, high"),
    ],
)
def test_a_wrong_share_is_refused(account, change, message):
    vpc = account.post("/v2/vpcs", VPC | {"region": "atl1"})["vpc"]
    good = {"name": "w", "size_gib": 50, "region": "atl1", "vpc_ids": [vpc["id"]]}

    assert account.message("POST", "/v2/nfs", good | change, expect=422) == message


def test_a_share_is_resized_moved_and_copied(account):
    one = account.post("/v2/vpcs", VPC | {"region": "atl1"})["vpc"]["id"]
    two = account.post("/v2/vpcs", VPC | {"name": "two", "region": "atl1", "ip_range": "10.20.0.0/16"})["vpc"]["id"]
    body = {"name": "w", "size_gib": 50, "region": "atl1", "vpc_ids": [one]}
    share = account.post("/v2/nfs", body)["share"]
    path = f"/v2/nfs/{share['id']}"

    def act(kind, expect=201, **params):
        return account.post(f"{path}/actions", {"type": kind, "region": "atl1", "params": params}, expect=expect)

    assert act("resize", size_gib=100)["action"]["status"] == "COMPLETED"
    act("resize", expect=422, size_gib=60)
    act("reassign", old_vpc_id=one, new_vpc_id=two)
    act("attach", vpc_id=one)
    act("detach", vpc_id=two)
    act("switch_performance_tier", performance_tier="high")
    act("switch_performance_tier", expect=422, performance_tier="standard")
    act("snapshot", name="s")
    read = account.get(path)["share"]
    assert (read["size_gib"], read["vpc_ids"], read["performance_tier"]) == (100, [one], "high")
    (snapshot,) = account.get(f"/v2/nfs/snapshots?share_id={share['id']}")["snapshots"]
    account.delete(f"/v2/nfs/snapshots/{snapshot['id']}")
    account.delete(f"/v2/vpcs/{one}", expect=409)
    act("detach", vpc_id=one)
    read = account.get(path)["share"]
    assert (read["status"], read["vpc_ids"], read["host"]) == ("INACTIVE", [], "")
    account.delete(f"/v2/vpcs/{one}")


def test_a_quota_of_shares_is_kept(account):
    vpc = account.post("/v2/vpcs", VPC | {"region": "atl1"})["vpc"]["id"]
    account.post("/_local/quota", {"shares": 0})
    body = {"name": "w", "size_gib": 50, "region": "atl1", "vpc_ids": [vpc]}
    assert account.message("POST", "/v2/nfs", body, expect=422) == "NFS share limit exceeded"


def test_a_volume_is_made_grown_copied_and_deleted(account):
    volume = account.post("/v2/volumes", VOLUME | {"tags": ["rag"]}, expect=201)["volume"]
    path = f"/v2/volumes/{volume['id']}"

    action = account.post(f"{path}/actions", {"type": "resize", "size_gigabytes": 20}, expect=202)["action"]
    snapshot = account.post(f"{path}/snapshots", {"name": "s"}, expect=201)["snapshot"]

    assert account.get(path)["volume"]["size_gigabytes"] == 20
    assert account.get(f"/v2/actions/{action['id']}")["action"] == action
    assert account.get("/v2/actions")["actions"] == account.get(f"{path}/actions")["actions"] == [action]
    assert account.get(f"{path}/actions/{action['id']}")["action"] == action
    account.post("/v2/volumes/actions", {"type": "attach", "droplet_id": 1}, expect=501)
    assert account.get(f"{path}/snapshots")["snapshots"] == [snapshot]
    assert account.get(f"/v2/volumes/snapshots/{snapshot['id']}")["snapshot"] == snapshot
    account.delete(f"/v2/volumes/snapshots/{snapshot['id']}")
    account.post("/v2/volumes", VOLUME, expect=409)
    account.post(f"{path}/actions", {"type": "attach", "droplet_id": 1}, expect=501)
    account.post(f"{path}/actions", {"type": "resize", "size_gigabytes": 5}, expect=422)
    assert [one["id"] for one in account.get("/v2/volumes?name=disk&region=nyc3")["volumes"]] == [volume["id"]]
    account.delete("/v2/volumes?name=disk&region=nyc3")
    account.delete(path, expect=404)


def test_a_cdn_endpoint_stands_before_a_bucket(account):
    body = {"origin": "assets.nyc3.digitaloceanspaces.com"}
    made = account.post("/v2/cdn/endpoints", body, expect=201)["endpoint"]
    path = f"/v2/cdn/endpoints/{made['id']}"

    assert (made["endpoint"], made["ttl"]) == ("assets.nyc3.cdn.digitaloceanspaces.com", 3600)
    assert account.put(path, {"ttl": 60})["endpoint"]["ttl"] == 60
    account.put(path, {"ttl": 61}, expect=422)
    assert account.message("POST", "/v2/cdn/endpoints", body, expect=409) == "cdn already enabled"
    account.delete(f"{path}/cache")
    account.delete(path)
    local = account.post("/v2/cdn/endpoints", {"origin": "127.0.0.1:20001/assets"}, expect=201)["endpoint"]
    assert local["endpoint"] == "assets.cdn.localhost"


def test_a_cdn_endpoint_needs_a_bucket_that_is_there(account):
    account.cloud.has_bucket = {"assets"}.__contains__
    for origin in ("others.nyc3.digitaloceanspaces.com", "a.b.nyc3.digitaloceanspaces.com", "example.com", ""):
        account.post("/v2/cdn/endpoints", {"origin": origin}, expect=422)
    body = {"origin": "other.nyc3.digitaloceanspaces.com"}
    assert account.message("POST", "/v2/cdn/endpoints", body, expect=422) == "invalid origin"
    account.post("/v2/cdn/endpoints", {"origin": "assets.nyc3.digitaloceanspaces.com"}, expect=201)
    assigned = account.post("/v2/projects/default/resources", {"resources": ["do:space:assets", "do:space:others"]})
    assert [one["status"] for one in assigned["resources"]] == ["assigned", "not_found"]


def test_a_custom_domain_has_a_certificate_which_stays_while_it_is_used(account):
    account.post("/v2/domains", {"name": "example.com"})
    asked = {"name": "crt", "type": "lets_encrypt", "dns_names": ["static.example.com"]}
    certificate = account.post("/v2/certificates", asked)["certificate"]["id"]
    body = {"origin": "assets.nyc3.digitaloceanspaces.com", "custom_domain": "static.example.com"}
    for change in ({}, {"certificate_id": "nope"}):
        account.post("/v2/cdn/endpoints", body | change, expect=422)

    made = account.post("/v2/cdn/endpoints", body | {"certificate_id": certificate})["endpoint"]
    assert (made["custom_domain"], made["certificate_id"]) == ("static.example.com", certificate)
    account.delete(f"/v2/certificates/{certificate}", expect=403)
    path = f"/v2/cdn/endpoints/{made['id']}"
    bare = account.put(path, {"custom_domain": "", "certificate_id": ""})["endpoint"]
    assert bare == {name: made[name] for name in ("id", "origin", "endpoint", "created_at", "ttl")}
    account.delete(f"/v2/certificates/{certificate}")


def test_a_firewall_is_replaced_and_changed_by_parts(account):
    inbound = {"protocol": "tcp", "ports": "443", "sources": {"addresses": ["0.0.0.0/0"]}}
    body = {"name": "fw", "inbound_rules": [inbound], "outbound_rules": None, "droplet_ids": None, "tags": []}
    made = account.post("/v2/firewalls", body, expect=202)["firewall"]
    path = f"/v2/firewalls/{made['id']}"
    more = inbound | {"ports": "80"}

    account.post(f"{path}/rules", {"inbound_rules": [more]}, expect=204)
    account.post("/v2/tags", {"name": "web"})
    account.post(f"{path}/tags", {"tags": ["web"]}, expect=204)
    account.post(f"{path}/droplets", {"droplet_ids": [7]}, expect=204)
    account.call("DELETE", f"{path}/rules", {"inbound_rules": [inbound]}, expect=204)

    read = account.get(path)["firewall"]
    assert (read["inbound_rules"], read["tags"], read["droplet_ids"]) == ([more], ["web"], [7])
    assert account.put(path, body | {"name": "fw2"})["firewall"]["inbound_rules"] == [inbound]
    account.post("/v2/firewalls", body | {"name": "fw2"}, expect=409)
    account.post("/v2/firewalls", {"name": "none"}, expect=422)
    account.delete(path)


def test_an_alert_policy_is_made_replaced_and_deleted(account):
    made = account.post("/v2/monitoring/alerts", POLICY, expect=200)["policy"]
    path = f"/v2/monitoring/alerts/{made['uuid']}"

    assert made["alerts"] == {"slack": [], "email": ["a@example.com"]}
    assert account.put(path, POLICY | {"value": 50})["policy"]["value"] == 50
    account.post("/v2/monitoring/alerts", POLICY | {"value": "much"}, expect=422)
    account.delete(path)
    account.get(path, expect=404)


def test_an_uptime_check_has_alerts(account):
    body = {"name": "home", "type": "https", "target": "https://example.com", "regions": ["us_east"], "enabled": True}
    check = account.post("/v2/uptime/checks", body, expect=201)["check"]
    path = f"/v2/uptime/checks/{check['id']}"
    alert_body = {"name": "slow", "type": "latency", "threshold": 300, "comparison": "greater_than", "period": "2m"}
    alert_body["notifications"] = {"email": ["a@example.com"], "slack": []}

    alert = account.post(f"{path}/alerts", alert_body, expect=201)["alert"]

    here = f"{path}/alerts/{alert['id']}"
    assert account.get(here)["alert"] == alert
    assert account.put(here, alert_body | {"name": "slower"})["alert"]["name"] == "slower"
    assert [one["name"] for one in account.get(f"{path}/alerts")["alerts"]] == ["slower"]
    account.delete(here)
    account.get(here, expect=404)
    assert account.put(path, {"enabled": False})["check"] == check | {"enabled": False}
    account.delete(path)
    account.get(f"{path}/alerts", expect=404)
