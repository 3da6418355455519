"""What all paths share: tokens, errors, pages, headers, the log of calls, and the checking of answers itself."""

from __future__ import annotations

import pytest
from digitalocean_account import CLUSTER, VPC
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanzo_iac.localcloud.digitalocean.api import Answer
from hanzo_iac.localcloud.digitalocean.services import SERVICES


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer "}, {"authorization": "Basic abc"}])
def test_a_call_without_a_token_is_refused(account, header):
    account.client.headers.clear()
    response = account.client.get("/v2/account", headers=header)

    assert response.status_code == 401
    body = response.json()
    assert (body["id"], body["message"]) == ("Unauthorized", "Unable to authenticate you")


def test_only_the_token_that_was_set_is_accepted(make_account):
    account = make_account(token="right")

    account.get("/v2/account", expect=401)
    assert account.client.get("/v2/account", headers={"authorization": "Bearer right"}).status_code == 200


def test_what_is_not_there_is_404_in_digitaloceans_words(account):
    for path in ("/v2/vpcs/nope", "/v2/what", "/v2/what/ever"):
        body = account.get(path, expect=404)
        assert (body["id"], body["message"]) == ("not_found", "The resource you were accessing could not be found.")


def test_a_wrong_method_is_405_with_an_empty_body(account):
    response = account.client.request("DELETE", "/v2/account")

    assert (response.status_code, response.content) == (405, b"")


@pytest.mark.parametrize("path", ["/v2/droplets", "/v2/apps/1", "/v2/gen-ai/agents"])
def test_what_is_documented_but_not_emulated_says_so(account, path):
    body = account.get(path, expect=501)

    assert body["message"] == f"GET {path} is not emulated by the local cloud"


@pytest.mark.parametrize("raw", ["{", "[1]", '"x"', "\xff"])
def test_a_body_that_is_no_json_object_is_a_bad_request(account, raw):
    response = account.client.post("/v2/vpcs", content=raw.encode("latin-1"))

    assert (response.status_code, response.json()["id"]) == (400, "bad_request")


@pytest.mark.parametrize("body", [{"name": 5, "region": "nyc3"}, {"name": ["a"], "region": "nyc3"}, {"name": "a"}])
def test_a_field_of_the_wrong_type_is_422(account, body):
    account.post("/v2/vpcs", body, expect=422)


def test_every_answer_says_the_rate_limit_and_its_own_id(account):
    headers = account.client.get("/v2/account").headers

    assert headers["ratelimit-limit"] == "5000"
    assert headers["ratelimit-remaining"] == "4999"
    assert headers["ratelimit-reset"] == str(1_795_262_400 + 3600)
    assert len(headers["x-request-id"]) == 36


def test_the_calls_are_logged_with_their_codes(account):
    account.get("/v2/account")
    account.get("/v2/nope", expect=404)

    assert account.get("/_local/calls")["calls"] == [
        {"number": 1, "method": "GET", "path": "/v2/account", "code": 200},
        {"number": 2, "method": "GET", "path": "/v2/nope", "code": 404},
    ]


def test_a_refused_request_changes_nothing(account):
    # The region's default VPC is made on the way to the refusal.
    account.post("/v2/kubernetes/clusters", CLUSTER | {"cluster_subnet": "10.245.0.0/16"}, expect=422)

    assert [name for name, table in account.state.dump()["tables"].items() if table] == []


def test_links_lead_to_the_pages_around(account):
    for i in range(5):
        account.post("/v2/tags", {"name": f"t{i}"})

    middle = account.get("/v2/tags?page=2&per_page=2")
    only = account.get("/v2/tags")

    assert [tag["name"] for tag in middle["tags"]] == ["t2", "t3"]
    assert middle["meta"] == {"total": 5}
    base = "http://testserver/v2/tags?"
    assert middle["links"]["pages"] == {
        "first": f"{base}page=1&per_page=2",
        "prev": f"{base}page=1&per_page=2",
        "next": f"{base}page=3&per_page=2",
        "last": f"{base}page=3&per_page=2",
    }
    assert (only["links"], len(only["tags"])) == ({}, 5)
    account.get("/v2/tags?page=0", expect=422)
    account.get("/v2/tags?per_page=many", expect=422)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(total=st.integers(0, 45), per_page=st.integers(1, 50))
def test_the_pages_hold_everything_exactly_once(account, total, per_page):
    account.post("/_local/reset")
    names = [f"t{i}" for i in range(total)]
    with account.state.transaction():
        account.state.table("tags").update({name: {"name": name} for name in names})
    url, seen = f"/v2/tags?per_page={per_page}", []

    while url:
        page = account.get(url)
        seen += [tag["name"] for tag in page["tags"]]
        url = page["links"].get("pages", {}).get("next")

    assert seen == names


def test_every_path_of_the_specification_that_is_served_has_its_documented_methods(account):
    spec = account.cloud._validator._spec["paths"]
    methods = {"get", "post", "put", "patch", "delete"}
    served: dict[str, set[str]] = {}
    for routes in SERVICES:
        for template, endpoint in routes.endpoints.items():
            served.setdefault(template, set()).update(method.lower() for method in endpoint.handlers)

    undocumented = {template: sorted(found - set(spec.get(template, {}))) for template, found in served.items()}

    assert {template: found for template, found in undocumented.items() if found} == {}
    # A path that is served in part answers 405 where DigitalOcean would not.
    missing = {
        template: sorted((set(spec[template]) & methods) - found)
        for template, found in served.items()
        if (set(spec[template]) & methods) - found
    }
    assert missing == {}


def test_an_answer_that_breaks_the_specification_is_a_500_that_names_the_field(make_account, monkeypatch):
    account = make_account()
    account.post("/v2/vpcs", VPC)
    table = account.state.table("vpcs")
    next(iter(table.values()))["created_at"] = "yesterday"

    body = account.get("/v2/vpcs", expect=500)

    assert body["message"] == "GET /v2/vpcs 200: vpcs/0/created_at: 'yesterday' is not a 'date-time'"
    assert account.cloud.violations == [body["message"]]
    account.cloud.violations.clear()


@pytest.mark.parametrize(
    ("answer", "violation"),
    [
        (Answer(200, {"vpcs": [], "meta": {"total": 0}}), None),
        (Answer(200, {"vpcs": []}), "GET /v2/vpcs 200: : 'meta' is a required property"),
        (Answer(202, {}), "GET /v2/vpcs 202: the specification knows no such success"),
        (Answer(200), "GET /v2/vpcs 200: the specification wants a body"),
        (Answer(404, {"id": "not_found"}), "GET /v2/vpcs 404: : 'message' is a required property"),
        (Answer(422, {"id": "x", "message": "y"}), None),
    ],
)
def test_the_check_itself_finds_what_is_wrong(account, answer, violation):
    assert account.cloud._validator.violation("GET", "/v2/vpcs", answer) == violation


def test_a_server_that_fails_behind_the_api_is_a_500_and_what_was_asked_is_kept(make_account, monkeypatch):
    account = make_account()

    def fail(*args, **kwargs):
        raise OSError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(account.clusters, "ensure", fail)
        body = account.post("/v2/kubernetes/clusters", CLUSTER, expect=500)

    assert (body["id"], body["message"]) == ("server_error", "OSError: no room")
    (cluster,) = account.get("/v2/kubernetes/clusters")["kubernetes_clusters"]
    assert cluster["status"]["state"] == "provisioning"
    account.delete(f"/v2/kubernetes/clusters/{cluster['id']}")
    account.cloud.violations.clear()


@pytest.mark.parametrize("token", [None, "Bearer other"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "state"),
        ("GET", "calls"),
        ("GET", "faults"),
        ("POST", "faults"),
        ("DELETE", "faults"),
        ("DELETE", "faults/1"),
        ("POST", "quota"),
        ("POST", "reset"),
    ],
)
def test_the_strings_behind_the_stage_want_the_accounts_token(make_account, method, path, token):
    client = make_account(token="right").client
    client.headers.clear()

    answer = client.request(method, f"/_local/{path}", headers={"authorization": token} if token else {})

    assert (answer.status_code, answer.json()["id"]) == (401, "Unauthorized")
