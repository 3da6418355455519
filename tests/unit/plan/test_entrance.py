from __future__ import annotations

from plan_cases import planned

API = {"image": "x/api:1", "port": 9000}


def routes(plan):
    return [(key, route.hostnames, route.path_prefix, route.port) for key, route in plan.routes.items()]


def test_without_a_domain_the_first_service_has_the_root_and_others_their_name():
    plan = planned({"services/api": API, "services/mail": {"image": "x/mail:1", "kind": "worker"}})
    assert routes(plan) == [("web", (), "/", 8080), ("api", (), "/api", 9000)]


def test_services_without_domains_are_below_the_environments_domain():
    plan = planned({"services/api": API}, {"domain": "apps.example.com"})
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
