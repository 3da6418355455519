"""
What a Gateway API implementation writes into statuses. Pure: objects go in, statuses come out.

Every class is accepted, whoever's it is, because no controller of anybody runs here. Everything else is checked as an
implementation would: listeners and their certificates, who may attach, whether a route's Services are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hanzo_iac.localcloud.kubernetes.fit import selects

Json = dict[str, Any]

GROUP = "gateway.networking.k8s.io"
KINDS_BY_PROTOCOL = {"HTTP": ("HTTPRoute", "GRPCRoute"), "HTTPS": ("HTTPRoute", "GRPCRoute"), "TLS": ("TLSRoute",)}

Finder = Callable[[str, str, str], Json | None]
"""(kind, namespace, name) -> the object, or None. Kinds: Gateway, GatewayClass, Namespace, Service, Secret."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What statuses depend on."""

    find: Finder
    routes: tuple[Json, ...]
    grants: tuple[Json, ...]
    now: str
    """As Kubernetes writes times."""


def class_status(gateway_class: Json, world: World) -> Json:
    """A GatewayClass is accepted."""
    return {"conditions": [_condition(gateway_class, "Accepted", "Accepted", world.now)]}


def gateway_status(gateway: Json, world: World, address: str) -> Json | None:
    """The status of a Gateway; None while its class is not there, as nobody would answer for it."""
    if world.find("GatewayClass", "", gateway["spec"]["gatewayClassName"]) is None:
        return None
    listeners = [_listener_status(gateway, listener, world) for listener in gateway["spec"]["listeners"]]
    good = all(_is_true(listener["conditions"], "Programmed") for listener in listeners)
    return {
        "addresses": [{"type": "IPAddress", "value": address}],
        "conditions": [
            _condition(gateway, "Accepted", "Accepted" if good else "ListenersNotValid", world.now),
            _condition(gateway, "Programmed", "Programmed" if good else "Invalid", world.now, status=good),
        ],
        "listeners": listeners,
    }


def route_status(route: Json, world: World) -> Json:
    """The status of a route: one entry for each parent that is a Gateway of a class that is there."""
    parents = []
    for reference in route["spec"].get("parentRefs", []):
        gateway = _gateway_of(route, reference, world)
        if gateway is None:
            continue
        owner = world.find("GatewayClass", "", gateway["spec"]["gatewayClassName"])
        if owner is None:
            continue
        fault = _attach_fault(route, reference, gateway, world)
        unresolved, why = _backend_fault(route, world)
        parents.append(
            {
                "parentRef": reference,
                "controllerName": owner["spec"]["controllerName"],
                "conditions": [
                    _condition(route, "Accepted", fault or "Accepted", world.now, status=not fault),
                    _condition(
                        route,
                        "ResolvedRefs",
                        unresolved or "ResolvedRefs",
                        world.now,
                        status=not unresolved,
                        message=why,
                    ),
                ],
            }
        )
    return {"parents": parents}


def settled(before: Json | None, after: Json) -> Json:
    """The new status, with the times of conditions that did not change: equal to the old one if nothing did."""
    return {
        **after,
        **{
            key: _settle_list((before or {}).get(key, []), after[key])
            for key in ("listeners", "parents")
            if key in after
        },
        **(
            {"conditions": _keep_times((before or {}).get("conditions", []), after["conditions"])}
            if "conditions" in after
            else {}
        ),
    }


def _settle_list(before: list[Json], after: list[Json]) -> list[Json]:
    old = [*before, *({} for _ in range(len(after) - len(before)))]
    return [
        {**new, "conditions": _keep_times(was.get("conditions", []), new["conditions"])}
        for was, new in zip(old, after, strict=False)
    ]


def _keep_times(before: list[Json], after: list[Json]) -> list[Json]:
    kept = []
    for new in after:
        was = next((old for old in before if old["type"] == new["type"]), None)
        same = was is not None and was["status"] == new["status"]
        kept.append({**new, "lastTransitionTime": was["lastTransitionTime"]} if was is not None and same else new)
    return kept


def _listener_status(gateway: Json, listener: Json, world: World) -> Json:
    missing = _missing_certificate(gateway, listener, world)
    kinds = _kinds(listener)
    return {
        "name": listener["name"],
        "supportedKinds": [{"group": GROUP, "kind": kind} for kind in kinds],
        "attachedRoutes": sum(_attaches(route, gateway, listener, world) for route in world.routes),
        "conditions": [
            _condition(gateway, "Accepted", "Accepted", world.now),
            _condition(gateway, "Programmed", "Invalid" if missing else "Programmed", world.now, status=not missing),
            _condition(
                gateway,
                "ResolvedRefs",
                "InvalidCertificateRef" if missing else "ResolvedRefs",
                world.now,
                status=not missing,
                message=missing,
            ),
        ],
    }


def _kinds(listener: Json) -> tuple[str, ...]:
    offered = KINDS_BY_PROTOCOL.get(listener["protocol"], ())
    asked = listener.get("allowedRoutes", {}).get("kinds")
    return offered if not asked else tuple(kind["kind"] for kind in asked if kind["kind"] in offered)


def _missing_certificate(gateway: Json, listener: Json, world: World) -> str:
    """What is wrong with the listener's certificates; empty when nothing is."""
    namespace = gateway["metadata"]["namespace"]
    for reference in listener.get("tls", {}).get("certificateRefs", []):
        where = reference.get("namespace", namespace)
        if world.find("Secret", where, reference["name"]) is None:
            return f"Secret {where}/{reference['name']} does not exist"
    return ""


def _gateway_of(route: Json, reference: Json, world: World) -> Json | None:
    if reference.get("kind", "Gateway") != "Gateway" or reference.get("group", GROUP) != GROUP:
        return None
    namespace = reference.get("namespace", route["metadata"]["namespace"])
    return world.find("Gateway", namespace, reference["name"])


def _attaches(route: Json, gateway: Json, listener: Json, world: World) -> bool:
    own = gateway["metadata"]
    for reference in route["spec"].get("parentRefs", []):
        found = _gateway_of(route, reference, world)
        if (
            found is not None
            and found["metadata"].get("uid") == own.get("uid")
            and found["metadata"]["name"] == own["name"]
        ):
            return not _listener_fault(route, reference, gateway, listener, world)
    return False


def _attach_fault(route: Json, reference: Json, gateway: Json, world: World) -> str:
    """Why no listener takes the route, in the API's own word; empty when one does."""
    faults = [_listener_fault(route, reference, gateway, one, world) for one in gateway["spec"]["listeners"]]
    if "" in faults:
        return ""
    # The most telling of them: a listener that was meant but refuses says more than one that was not meant.
    return next(
        (why for why in ("NotAllowedByListeners", "NoMatchingListenerHostname") if why in faults), "NoMatchingParent"
    )


def _listener_fault(route: Json, reference: Json, gateway: Json, listener: Json, world: World) -> str:
    section, port = reference.get("sectionName"), reference.get("port")
    if section not in (None, listener["name"]) or port not in (None, listener["port"]):
        return "NoMatchingParent"
    if route["kind"] not in _kinds(listener) or not _namespace_allowed(route, gateway, listener, world):
        return "NotAllowedByListeners"
    hostnames = route["spec"].get("hostnames", [])
    if hostnames and not any(_hostnames_meet(name, listener.get("hostname", "")) for name in hostnames):
        return "NoMatchingListenerHostname"
    return ""


def _namespace_allowed(route: Json, gateway: Json, listener: Json, world: World) -> bool:
    rule = listener.get("allowedRoutes", {}).get("namespaces", {})
    namespace = route["metadata"]["namespace"]
    match rule.get("from", "Same"):
        case "All":
            return True
        case "Selector":
            found = world.find("Namespace", "", namespace)
            labels = (found or {}).get("metadata", {}).get("labels", {})
            return selects(rule.get("selector"), labels)
    return bool(namespace == gateway["metadata"]["namespace"])


def _hostnames_meet(one: str, other: str) -> bool:
    """
    Whether a request could match both names; `""` matches all.

    >>> _hostnames_meet("api.example.com", "*.example.com"), _hostnames_meet("example.com", "*.example.com")
    (True, False)
    """
    if not one or not other or one == other:
        return True
    pairs = ((one, other), (other, one))
    return any(wide.startswith("*.") and name.endswith(wide[1:]) for wide, name in pairs)


def _backend_fault(route: Json, world: World) -> tuple[str, str]:
    """(the API's word, a sentence) for the first backend that does not resolve; two empty texts when all do."""
    own = route["metadata"]["namespace"]
    for rule in route["spec"].get("rules", []):
        for reference in rule.get("backendRefs", []):
            if reference.get("kind", "Service") != "Service" or reference.get("group", "") != "":
                continue
            namespace = reference.get("namespace", own)
            if namespace != own and not _granted(route, reference, namespace, world):
                return "RefNotPermitted", f"no ReferenceGrant in {namespace} lets {route['kind']}s of {own} refer to it"
            if world.find("Service", namespace, reference["name"]) is None:
                return "BackendNotFound", f"Service {namespace}/{reference['name']} does not exist"
    return "", ""


def _granted(route: Json, reference: Json, namespace: str, world: World) -> bool:
    for grant in world.grants:
        if grant["metadata"]["namespace"] != namespace:
            continue
        comes = any(
            one["group"] == GROUP
            and one["kind"] == route["kind"]
            and one["namespace"] == route["metadata"]["namespace"]
            for one in grant["spec"]["from"]
        )
        goes = any(
            one["group"] == "" and one["kind"] == "Service" and one.get("name", reference["name"]) == reference["name"]
            for one in grant["spec"]["to"]
        )
        if comes and goes:
            return True
    return False


def _condition(  # noqa: PLR0913  # a condition has six fields
    owner: Json, kind: str, reason: str, now: str, *, status: bool = True, message: str = ""
) -> Json:
    return {
        "type": kind,
        "status": "True" if status else "False",
        "reason": reason,
        "message": message or "simulated by the local cloud",
        "observedGeneration": owner["metadata"].get("generation", 1),
        "lastTransitionTime": now,
    }


def _is_true(conditions: list[Mapping[str, Any]], kind: str) -> bool:
    return any(condition["type"] == kind and condition["status"] == "True" for condition in conditions)
