from __future__ import annotations

import pytest

from hanzo_iac.localcloud.kubernetes.gateways import World, gateway_status, route_status, settled

NOW = "2026-11-21T08:00:00Z"
CLASS = {"metadata": {"name": "cilium"}, "spec": {"controllerName": "io.cilium/gateway-controller"}}


def _gateway(*listeners, **meta):
    listeners = listeners or ({"name": "http", "port": 80, "protocol": "HTTP"},)
    meta = {"name": "door", "namespace": "edge", "uid": "g1", "generation": 3} | meta
    return {"metadata": meta, "spec": {"gatewayClassName": "cilium", "listeners": list(listeners)}}


def _route(namespace="edge", *, parent=None, hostnames=(), backend=None, kind="HTTPRoute"):
    reference = {"name": "door", "namespace": "edge"} | (parent or {})
    backend = {"name": "web", "port": 80} | (backend or {})
    spec = {"parentRefs": [reference], "hostnames": list(hostnames), "rules": [{"backendRefs": [backend]}]}
    return {"kind": kind, "metadata": {"name": "web", "namespace": namespace, "generation": 1}, "spec": spec}


def _world(*objects, routes=(), grants=()):
    there = {
        ("GatewayClass", "", "cilium"): CLASS,
        ("Service", "edge", "web"): {},
        ("Service", "app", "web"): {},
        **dict(objects),
    }
    return World(
        find=lambda kind, namespace, name: there.get((kind, namespace, name)),
        routes=tuple(routes),
        grants=tuple(grants),
        now=NOW,
    )


def _with(gateway, **words):
    return _world((("Gateway", "edge", "door"), gateway), **words)


def _reasons(conditions):
    return {one["type"]: (one["status"], one["reason"]) for one in conditions}


def _verdict(route, gateway, **words):
    (parent,) = route_status(route, _with(gateway, **words))["parents"]
    return _reasons(parent["conditions"])


GOOD = {"Accepted": ("True", "Accepted"), "ResolvedRefs": ("True", "ResolvedRefs")}


def test_a_gateway_of_a_known_class_is_programmed():
    status = gateway_status(_gateway(), _world(), "127.64.0.1")
    assert status["addresses"] == [{"type": "IPAddress", "value": "127.64.0.1"}]
    assert _reasons(status["conditions"]) == {"Accepted": ("True", "Accepted"), "Programmed": ("True", "Programmed")}
    assert {condition["observedGeneration"] for condition in status["conditions"]} == {3}


def test_nobody_answers_for_a_gateway_of_an_unknown_class():
    gateway = _gateway()
    gateway["spec"]["gatewayClassName"] = "other"
    assert gateway_status(gateway, _world(), "127.64.0.1") is None


def test_a_listener_without_its_certificate_is_not_programmed():
    listener = {"name": "https", "port": 443, "protocol": "HTTPS", "tls": {"certificateRefs": [{"name": "cert"}]}}
    status = gateway_status(_gateway(listener), _world(), "127.64.0.1")
    assert _reasons(status["conditions"])["Programmed"] == ("False", "Invalid")
    assert _reasons(status["listeners"][0]["conditions"]) == {
        "Accepted": ("True", "Accepted"),
        "Programmed": ("False", "Invalid"),
        "ResolvedRefs": ("False", "InvalidCertificateRef"),
    }
    there = _world((("Secret", "edge", "cert"), {}))
    status = gateway_status(_gateway(listener), there, "127.64.0.1")
    assert _reasons(status["conditions"])["Programmed"] == ("True", "Programmed")


def test_attached_routes_are_counted():
    gateway = _gateway()
    world = _with(gateway, routes=[_route(), _route(kind="GRPCRoute"), _route("app")])
    assert gateway_status(gateway, world, "127.64.0.1")["listeners"][0]["attachedRoutes"] == 2


def test_a_route_beside_its_gateway_is_accepted():
    assert _verdict(_route(), _gateway()) == GOOD


def test_a_route_to_a_gateway_that_is_not_there_has_no_parent():
    assert route_status(_route(), _world()) == {"parents": []}


def test_a_route_of_another_namespace_needs_leave():
    assert _verdict(_route("app"), _gateway())["Accepted"] == ("False", "NotAllowedByListeners")
    everybody = {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
    assert _verdict(_route("app"), _gateway(everybody)) == GOOD


@pytest.mark.parametrize(
    ("labels", "verdict"),
    [({"edge": "yes"}, ("True", "Accepted")), ({}, ("False", "NotAllowedByListeners"))],
)
def test_leave_can_depend_on_the_namespaces_labels(labels, verdict):
    selector = {"matchLabels": {"edge": "yes"}}
    rule = {"namespaces": {"from": "Selector", "selector": selector}}
    gateway = _gateway({"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": rule})
    world = _world((("Gateway", "edge", "door"), gateway), (("Namespace", "", "app"), {"metadata": {"labels": labels}}))
    (parent,) = route_status(_route("app"), world)["parents"]
    assert _reasons(parent["conditions"])["Accepted"] == verdict


def test_a_section_that_is_not_there_is_no_parent():
    assert _verdict(_route(parent={"sectionName": "https"}), _gateway())["Accepted"] == ("False", "NoMatchingParent")


@pytest.mark.parametrize(
    ("listens", "asks", "verdict"),
    [
        ("api.example.com", "api.example.com", ("True", "Accepted")),
        ("*.example.com", "api.example.com", ("True", "Accepted")),
        ("*.example.com", "example.com", ("False", "NoMatchingListenerHostname")),
        ("api.example.com", "www.example.com", ("False", "NoMatchingListenerHostname")),
    ],
)
def test_hostnames_must_meet(listens, asks, verdict):
    gateway = _gateway({"name": "http", "port": 80, "protocol": "HTTP", "hostname": listens})
    assert _verdict(_route(hostnames=[asks]), gateway)["Accepted"] == verdict


def test_a_backend_that_is_not_there_does_not_resolve():
    verdict = _verdict(_route(backend={"name": "gone"}), _gateway())
    assert verdict == {"Accepted": ("True", "Accepted"), "ResolvedRefs": ("False", "BackendNotFound")}


def test_a_backend_of_another_namespace_needs_a_grant():
    route = _route(backend={"namespace": "app"})
    assert _verdict(route, _gateway())["ResolvedRefs"] == ("False", "RefNotPermitted")
    comes = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "edge"}
    grant = {"metadata": {"namespace": "app"}, "spec": {"from": [comes], "to": [{"group": "", "kind": "Service"}]}}
    assert _verdict(route, _gateway(), grants=[grant]) == GOOD


def test_a_status_that_did_not_change_keeps_its_times():
    gateway = _gateway()
    before = gateway_status(gateway, _world(), "127.64.0.1")
    later = World(find=_world().find, routes=(), grants=(), now="2026-11-21T09:00:00Z")
    assert settled(before, gateway_status(gateway, later, "127.64.0.1")) == before


def test_a_condition_that_changed_has_a_new_time():
    gateway = _gateway()
    before = route_status(_route(backend={"name": "late"}), _with(gateway))
    world = _world((("Gateway", "edge", "door"), gateway), (("Service", "edge", "late"), {}))
    world = World(find=world.find, routes=(), grants=(), now="2026-11-21T09:00:00Z")
    after = settled(before, route_status(_route(backend={"name": "late"}), world))
    times = {one["type"]: one["lastTransitionTime"] for one in after["parents"][0]["conditions"]}
    assert times == {"Accepted": NOW, "ResolvedRefs": "2026-11-21T09:00:00Z"}
