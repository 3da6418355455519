"""
Load balancers.

Their rules and domains name a certificate by its name, because a renewed one has another id; the API wants the id.
"""

from __future__ import annotations

from typing import Any

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import (
    Field,
    State,
    answer,
    bag,
    block,
    flag,
    integer,
    many,
    region,
    same_in_any_case,
    table,
    text,
)
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named
from hanzo_iac.localcloud.provider.resources.certificates import CERTIFICATES, find_certificate

BALANCERS = "/v2/load_balancers"
PROTOCOLS = ("http", "https", "http2", "http3", "tcp", "udp")
TEN_MINUTES_S = 600.0

# Property -> key of the API, for what is the same on both sides.
PLAIN = {
    "name": "name",
    "algorithm": "algorithm",
    "redirectHttpToHttps": "redirect_http_to_https",
    "enableProxyProtocol": "enable_proxy_protocol",
    "enableBackendKeepalive": "enable_backend_keepalive",
    "disableLetsEncryptDnsRecords": "disable_lets_encrypt_dns_records",
    "dropletTag": "tag",
    "dropletIds": "droplet_ids",
    "httpIdleTimeoutSeconds": "http_idle_timeout_seconds",
    "network": "network",
    "networkStack": "network_stack",
    "projectId": "project_id",
    "size": "size",
    "sizeUnit": "size_unit",
    "subnetUuid": "subnet_uuid",
    "targetLoadBalancerIds": "target_load_balancer_ids",
    "tlsCipherPolicy": "tls_cipher_policy",
    "type": "type",
    "vpcUuid": "vpc_uuid",
}
RULE = {
    "entryPort": "entry_port",
    "entryProtocol": "entry_protocol",
    "targetPort": "target_port",
    "targetProtocol": "target_protocol",
    "tlsPassthrough": "tls_passthrough",
}
HEALTH = {
    "port": "port",
    "protocol": "protocol",
    "path": "path",
    "checkIntervalSeconds": "check_interval_seconds",
    "responseTimeoutSeconds": "response_timeout_seconds",
    "healthyThreshold": "healthy_threshold",
    "unhealthyThreshold": "unhealthy_threshold",
}
STICKY = {"type": "type", "cookieName": "cookie_name", "cookieTtlSeconds": "cookie_ttl_seconds"}
GLOBAL = {
    "targetPort": "target_port",
    "targetProtocol": "target_protocol",
    "failoverThreshold": "failover_threshold",
    "regionPriorities": "region_priorities",
}


def asked(keys: dict[str, str], state: State) -> Json:
    """Properties under the API's keys, where they are given."""
    return {key: state[name] for name, key in keys.items() if state.get(name) is not None}


def told(keys: dict[str, str], said: Json) -> State:
    """The API's values as properties, where there are some."""
    return {name: said[key] for name, key in keys.items() if said.get(key) is not None}


def certificate_id(call: Call, given: State) -> Json:
    """The certificate a rule or domain names, by its id."""
    name = given.get("certificateName") or given.get("certificateId")
    if not name:
        return {}
    found = find_certificate(call, {"name": name})
    if found is None and not given.get("certificateId"):
        raise InputError(
            Fault("", f"there is no certificate {name!r}", "certificateName must name one of this account")
        )
    return {"certificate_id": found["id"] if found else given["certificateId"]}


def certificate_name(call: Call, said: Json, known: Any) -> State:
    """The name behind a certificate's id. The SDK's old `certificateId` holds the name as well, or the id if it did."""
    given = said.get("certificate_id")
    found = call.api.find(f"{CERTIFICATES}/{given}") if given else None
    name = found["certificate"]["name"] if found else ""
    is_known = any(item.get("certificateId") == given for item in known or [])
    return {"certificateName": name, "certificateId": given if given and is_known else name}


def balancer_request(call: Call, inputs: State) -> Json:
    """A load balancer as the API wants it."""
    body = asked(PLAIN, inputs)
    if inputs.get("region"):
        body["region"] = inputs["region"].lower()
    if "forwardingRules" in inputs:
        body["forwarding_rules"] = [
            {**asked(RULE, rule), **certificate_id(call, rule)} for rule in inputs["forwardingRules"]
        ]
    if "healthcheck" in inputs:
        body["health_check"] = asked(HEALTH, inputs["healthcheck"])
    if "stickySessions" in inputs:
        body["sticky_sessions"] = asked(STICKY, inputs["stickySessions"])
    if "firewall" in inputs:
        body["firewall"] = asked({"allows": "allow", "denies": "deny"}, inputs["firewall"])
    if "domains" in inputs:
        words = {"name": "name", "isManaged": "is_managed"}
        body["domains"] = [{**asked(words, domain), **certificate_id(call, domain)} for domain in inputs["domains"]]
    if "glbSettings" in inputs:
        settings = inputs["glbSettings"]
        body["glb_settings"] = asked(GLOBAL, settings) | (
            {"cdn": {"is_enabled": bool(settings["cdn"].get("isEnabled"))}} if "cdn" in settings else {}
        )
    return body


def read_balancer(call: Call, balancer_id: str, known: State) -> State | None:
    """What it is now."""
    found = call.api.find(f"{BALANCERS}/{balancer_id}")
    if found is None:
        return None
    balancer: Json = found["load_balancer"]
    state: State = {"dropletIds": [], "dropletTag": "", "targetLoadBalancerIds": [], **told(PLAIN, balancer)}
    state |= {
        "ip": balancer.get("ip") or "",
        "ipv6": balancer.get("ipv6") or "",
        "status": balancer.get("status") or "",
    }
    state |= {
        "region": (balancer.get("region") or {}).get("slug") or "",
        "loadBalancerUrn": f"do:loadbalancer:{balancer_id}",
    }
    # A global one is told its target instead: a program cannot say both.
    rules = [] if balancer.get("glb_settings") else balancer.get("forwarding_rules") or []
    before = known.get("forwardingRules")
    state["forwardingRules"] = [{**told(RULE, rule), **certificate_name(call, rule, before)} for rule in rules]
    state["domains"] = [domain_state(call, domain, known.get("domains")) for domain in balancer.get("domains") or []]
    return state | blocks_state(balancer)


def blocks_state(balancer: Json) -> State:
    """Its blocks; one that is not there is empty, so that a block removed by somebody else is seen."""
    settings = balancer.get("glb_settings") or {}
    cdn = {"isEnabled": bool((settings.get("cdn") or {}).get("is_enabled"))}
    return {
        "healthcheck": told(HEALTH, balancer.get("health_check") or {}),
        "stickySessions": told(STICKY, balancer.get("sticky_sessions") or {}),
        "firewall": told({"allows": "allow", "denies": "deny"}, balancer.get("firewall") or {}),
        "glbSettings": {**told(GLOBAL, settings), "cdn": cdn} if settings else {},
    }


def domain_state(call: Call, domain: Json, known: Any) -> State:
    """A domain of a global load balancer."""
    words = {
        "name": "name",
        "isManaged": "is_managed",
        "verificationErrorReasons": "verification_error_reasons",
        "sslValidationErrorReasons": "ssl_validation_error_reasons",
    }
    return {**told(words, domain), **certificate_name(call, domain, known)}


def settle_balancer(call: Call, balancer_id: str, _inputs: State) -> None:
    """Wait until it is active."""

    def look() -> Json:
        balancer: Json = call.api.get(f"{BALANCERS}/{balancer_id}")["load_balancer"]
        call.say(f"waiting for the load balancer: {balancer.get('status')}")
        return balancer

    call.until("the load balancer did not start", look, lambda balancer: balancer.get("status") == "active")


def post_balancer(call: Call, inputs: State) -> Json:
    """Create it."""
    return dict(call.api.post(BALANCERS, balancer_request(call, inputs))["load_balancer"])


def update_balancer(call: Call, balancer_id: str, _olds: State, news: State) -> None:
    """Replace its whole configuration."""
    call.api.put(f"{BALANCERS}/{balancer_id}", balancer_request(call, news))


def delete_balancer(call: Call, balancer_id: str, _state: State) -> None:
    """Delete it and wait until it is gone."""
    call.api.delete(f"{BALANCERS}/{balancer_id}")
    call.until_gone("the load balancer did not go", f"{BALANCERS}/{balancer_id}")


def balancer_rules(inputs: State) -> list[Failure]:
    """What the official provider refuses between properties."""
    failures = []
    kind = str(inputs.get("type") or "").upper()
    if kind == "GLOBAL" and inputs.get("region"):
        failures.append(Failure("region", "a global load balancer has none"))
    if kind != "GLOBAL" and not inputs.get("region"):
        failures.append(Failure("region", "missing; expected a string"))
    if "forwardingRules" in inputs and "glbSettings" in inputs:
        failures.append(Failure("forwardingRules", "cannot stand together with glbSettings"))
    if inputs.get("dropletIds") and inputs.get("dropletTag"):
        failures.append(Failure("dropletIds", "cannot stand together with dropletTag"))
    health = inputs.get("healthcheck")
    if isinstance(health, dict) and isinstance(health.get("protocol"), str):
        if health["protocol"] != "tcp" and not health.get("path"):
            failures.append(Failure("healthcheck.path", f"missing; a check by {health['protocol']} has one"))
        if health["protocol"] == "tcp" and health.get("path"):
            failures.append(Failure("healthcheck.path", "a check by tcp has none"))
    return failures


PORT: dict[str, Any] = {"required": True, "low": 1, "high": 65535}
NAMED_CERTIFICATE: dict[str, Field] = {"certificateName": text(computed=True), "certificateId": text(computed=True)}

BALANCER = Resource(
    token="digitalocean:index/loadBalancer:LoadBalancer",  # noqa: S106
    word="load balancer",
    inputs={
        "name": text(),
        "region": region(replace=True),
        "size": text(choices=("lb-small", "lb-medium", "lb-large"), computed=True),
        "sizeUnit": integer(low=1, high=200, computed=True),
        "algorithm": text(default="round_robin", choices=("round_robin", "least_connections")),
        "forwardingRules": bag(
            block(
                {
                    "entryPort": integer(**PORT),
                    "entryProtocol": text(required=True, choices=PROTOCOLS),
                    "targetPort": integer(**PORT),
                    "targetProtocol": text(required=True, choices=PROTOCOLS),
                    "tlsPassthrough": flag(default=False),
                    **NAMED_CERTIFICATE,
                }
            )
        ),
        "healthcheck": block(
            {
                "port": integer(**PORT),
                "protocol": text(required=True, choices=("http", "https", "tcp")),
                "path": text(),
                "checkIntervalSeconds": integer(default=10, low=3, high=300),
                "responseTimeoutSeconds": integer(default=5, low=3, high=300),
                "healthyThreshold": integer(default=5, low=2, high=10),
                "unhealthyThreshold": integer(default=3, low=2, high=10),
            },
            computed=True,
        ),
        "stickySessions": block(
            {
                "type": text(default="none", choices=("cookies", "none")),
                "cookieName": text(),
                "cookieTtlSeconds": integer(low=1),
            },
            computed=True,
        ),
        "firewall": block({"allows": many(text()), "denies": many(text())}, computed=True),
        "dropletIds": bag(integer(), computed=True),
        "dropletTag": text(),
        "redirectHttpToHttps": flag(default=False),
        "enableProxyProtocol": flag(default=False),
        "enableBackendKeepalive": flag(default=False),
        "disableLetsEncryptDnsRecords": flag(default=False),
        "vpcUuid": text(replace=True, computed=True),
        "subnetUuid": text(replace=True, computed=True),
        "httpIdleTimeoutSeconds": integer(computed=True),
        "projectId": text(computed=True),
        "type": text(
            replace=True, computed=True, choices=("REGIONAL", "GLOBAL", "REGIONAL_NETWORK"), same=same_in_any_case
        ),
        "network": text(replace=True, computed=True, choices=("EXTERNAL", "INTERNAL"), same=same_in_any_case),
        "networkStack": text(replace=True, computed=True, choices=("IPV4", "DUALSTACK"), same=same_in_any_case),
        "tlsCipherPolicy": text(computed=True),
        "ip": Field(kind="any", computed=True),
        "targetLoadBalancerIds": bag(text(), computed=True),
        "domains": bag(
            block(
                {
                    "name": text(required=True),
                    "isManaged": flag(default=False),
                    "verificationErrorReasons": answer(),
                    "sslValidationErrorReasons": answer(),
                    **NAMED_CERTIFICATE,
                }
            ),
            computed=True,
        ),
        "glbSettings": block(
            {
                "targetPort": integer(required=True),
                "targetProtocol": text(required=True, choices=("http", "https")),
                "failoverThreshold": integer(low=1, high=99),
                "regionPriorities": table(integer()),
                "cdn": block({"isEnabled": flag(default=False)}),
            },
            computed=True,
        ),
    },
    outputs=("ipv6", "loadBalancerUrn", "status"),
    rules=balancer_rules,
    find=lambda call, inputs: only_named(call.api.pages(BALANCERS, "load_balancers"), inputs["name"]),
    post=post_balancer,
    identify=lambda balancer, _: balancer["id"],
    settle=settle_balancer,
    read=read_balancer,
    update=update_balancer,
    delete=delete_balancer,
    create_s=TEN_MINUTES_S,
)
