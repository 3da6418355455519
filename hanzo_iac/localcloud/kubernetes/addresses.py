"""
Addresses for Services of type LoadBalancer and for Gateways, and the rest of what a Gateway API controller reports.

The addresses are loopback's, one for each: they can be told apart and reach nothing outside this machine. Nothing
listens on them yet.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from hanzo_iac.localcloud.kubernetes import gateways
from hanzo_iac.localcloud.kubernetes.api import Api, Json
from hanzo_iac.localcloud.kubernetes.gateways import GROUP, World
from hanzo_iac.localcloud.kubernetes.mirror import Mirror

_BASE = f"/apis/{GROUP}/v1"
COLLECTIONS = {
    "GatewayClass": f"{_BASE}/gatewayclasses",
    "Gateway": f"{_BASE}/gateways",
    "HTTPRoute": f"{_BASE}/httproutes",
    "GRPCRoute": f"{_BASE}/grpcroutes",
    "ReferenceGrant": f"{_BASE}/referencegrants",
}
ROUTES = ("HTTPRoute", "GRPCRoute")

# All of 127.64.0.0/10 is loopback on Linux and taken by nobody by default.
FIRST = int(ipaddress.ip_address("127.64.0.0"))
SPREAD = 1 << 22


def settle(api: Api, mirrors: Mapping[str, Mirror]) -> None:
    """Every status is what it should be."""
    taken = set(_taken(mirrors))
    for service in mirrors["Service"].all():
        status = service_status(service, taken)
        if status is not None:
            _patch(api, service, f"/api/v1/namespaces/{service['metadata']['namespace']}/services", status)
    if not mirrors["GatewayClass"].all():
        return
    world = _world(api, mirrors)
    for gateway_class in mirrors["GatewayClass"].all():
        _report(api, gateway_class, COLLECTIONS["GatewayClass"], gateways.class_status(gateway_class, world))
    for gateway in mirrors["Gateway"].all():
        reported = gateways.gateway_status(gateway, world, _address_of(gateway, taken))
        if reported is not None:
            _report(api, gateway, _collection(gateway, "gateways"), reported)
    for route in world.routes:
        _report(api, route, _collection(route, f"{route['kind'].lower()}s"), gateways.route_status(route, world))


def service_status(service: Json, taken: set[str]) -> Json | None:
    """The status a Service should be given; None when it has it. One that is no load balancer has no address."""
    there = service.get("status", {}).get("loadBalancer", {}).get("ingress")
    if service["spec"].get("type") != "LoadBalancer":
        return {"loadBalancer": {"ingress": None}} if there else None
    if there:
        return None
    address = free_address(service["metadata"]["uid"], taken)
    return {"loadBalancer": {"ingress": [{"ip": address, "ipMode": "VIP"}]}}


def free_address(uid: str, taken: set[str]) -> str:
    """
    An address nobody has; `taken` holds it from now on.

    >>> free_address("a", set()) != free_address("a", {free_address("a", set())})
    True
    """
    at = int(hashlib.sha256(uid.encode()).hexdigest(), 16)
    for step in range(SPREAD):
        address = str(ipaddress.ip_address(FIRST + (at + step) % SPREAD))
        # Addresses that end in 0 or 255 are mistaken for networks by some.
        if address not in taken and address.rpartition(".")[2] not in ("0", "255"):
            taken.add(address)
            return address
    raise RuntimeError("every loopback address is taken")


def _taken(mirrors: Mapping[str, Mirror]) -> Iterable[str]:
    for service in mirrors["Service"].all():
        for entry in service.get("status", {}).get("loadBalancer", {}).get("ingress") or []:
            yield entry.get("ip", "")
    for gateway in mirrors["Gateway"].all():
        for entry in gateway.get("status", {}).get("addresses", []):
            yield entry.get("value", "")


def _address_of(gateway: Json, taken: set[str]) -> str:
    there = gateway.get("status", {}).get("addresses", [])
    return str(there[0]["value"]) if there else free_address(gateway["metadata"]["uid"], taken)


def _world(api: Api, mirrors: Mapping[str, Mirror]) -> World:
    def find(kind: str, namespace: str, name: str) -> Json | None:
        if kind == "Secret":
            # Not mirrored: the only secrets needed are certificates, and few.
            return api.find(f"/api/v1/namespaces/{namespace}/secrets/{name}")
        return mirrors[kind].get(namespace, name)

    # A list's items do not say their kind.
    routes = tuple({**route, "kind": kind} for kind in ROUTES for route in mirrors[kind].all())
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return World(find=find, routes=routes, grants=tuple(mirrors["ReferenceGrant"].all()), now=now)


def _collection(item: Json, plural: str) -> str:
    return f"{_BASE}/namespaces/{item['metadata']['namespace']}/{plural}"


def _report(api: Api, item: Json, collection: str, status: Json) -> None:
    before = item.get("status")
    after = gateways.settled(before, status)
    if any((before or {}).get(key) != value for key, value in after.items()):
        _patch(api, item, collection, after)


def _patch(api: Api, item: Json, collection: str, status: Json) -> None:
    api.merge(f"{collection}/{item['metadata']['name']}/status", {"status": status})
