from __future__ import annotations

from plan_cases import faults, planned

from hanzo_iac.errors import Fault

API = {"image": "x/api:1", "port": 9000}


def routes(plan):
    return [(key, route.hostnames, route.path_prefix, route.port) for key, route in plan.routes.items()]


def test_the_first_service_is_public_and_another_only_when_it_is_told_to_be():
    services = {"services/api": API, "services/admin": {**API, "public": True}}
    assert routes(planned(services)) == [("web", (), "/", 8080), ("admin", (), "/admin", 9000)]


def test_a_service_that_nobody_can_reach_is_said():
    notices = [(one.where, one.what, one.hint) for one in planned({"services/api": API}).notices]
    assert notices == [
        (
            "services/api/public",
            "nobody reaches it: the public entrance leads elsewhere, and no service uses it",
            "write public: true, or uses: [api] at the service that calls it",
        )
    ]
    assert planned({"services/api": API, "services/web/uses": ["api"]}).notices == ()
    assert planned({"services/api": {**API, "public": False}}).notices == ()


def test_the_first_service_may_be_kept_from_the_public():
    plan = planned({"services/web/public": False})
    assert (plan.gateway, plan.routes) == (None, {})


def test_the_flow_from_the_entrance_leads_to_public_services_only():
    policies = planned({"services/api": API}).namespaces["shop-test"].policies
    assert [policy.name for policy in policies] == ["default-deny", "allow-dns", "web-from-gateway"]


def test_two_services_do_not_share_a_way_in():
    changes = {"services/api": {**API, "domains": ["shop.apps.example.com"]}}
    assert faults(changes, {"domain": "apps.example.com"}) == (
        Fault(
            "services/api/domains",
            "the way in shop.apps.example.com/ would be of this and of services/web/port",
            "rename one of them",
        ),
    )


def test_services_without_domains_are_below_the_environments_domain():
    plan = planned({"services/api": {**API, "public": True}}, {"domain": "apps.example.com"})
    assert routes(plan) == [
        ("web", ("shop.apps.example.com",), "/", 8080),
        ("api", ("shop.apps.example.com",), "/api", 9000),
    ]


def test_a_service_has_the_root_of_its_own_domains():
    plan = planned({"services/api": {**API, "domains": ["api.example.com", "api.example.org"]}})
    assert routes(plan) == [("web", (), "/", 8080), ("api", ("api.example.com", "api.example.org"), "/", 9000)]


def test_answers_may_stream_for_ever():
    assert planned().routes["web"].request_timeout == "0s"


def test_the_entrance_speaks_http_and_says_that_it_makes_no_certificate():
    plan = planned({"services/web/domains": ["shop.example.com"]})
    listeners = plan.gateway.listeners
    assert [(one.name, one.port, one.protocol, one.hostname, one.tls_secret) for one in listeners] == [
        ("http", 80, "HTTP", "", "")
    ]
    assert [(notice.where, notice.what) for notice in plan.notices] == [
        ("services/web/domains", "this version makes no certificate: the entrance speaks HTTP on port 80 only")
    ]


def test_workers_alone_have_no_entrance():
    plan = planned({"services/web": {"image": "x/worker:1", "kind": "worker"}})
    assert (plan.gateway, plan.routes) == (None, {})
    assert [policy.name for policy in plan.namespaces["shop-test"].policies] == ["default-deny", "allow-dns"]
