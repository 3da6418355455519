"""What is done to clusters later: upgrades, status messages, and the registries whose images they may pull."""

from __future__ import annotations

from hanzo_iac.localcloud.digitalocean import errors, offers
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, accepted, no_content, ok, require, text, texts
from hanzo_iac.localcloud.digitalocean.services import kubernetes

routes = Routes()


@routes("GET", "/v2/kubernetes/clusters/{cluster_id}/upgrades")
def upgrades(call: Call) -> Answer:
    """Versions the cluster may be upgraded to."""
    record = kubernetes.find(call.cloud, call.path["cluster_id"])
    versions = offers.newer_kubernetes(record["version"])
    return ok({"available_upgrade_versions": [kubernetes.described(slug) for slug in versions] or None})


@routes("POST", "/v2/kubernetes/clusters/{cluster_id}/upgrade")
def upgrade(call: Call) -> Answer:
    """Upgrading to a newer version."""
    record = kubernetes.find(call.cloud, call.path["cluster_id"])
    require(call.body, "version")
    version = offers.kubernetes_version(text(call.body, "version"))
    if version not in offers.newer_kubernetes(record["version"]):
        raise errors.unprocessable("version is not an available upgrade")
    record |= {"version": version, "upgraded": call.cloud.now(), "updated_at": call.cloud.stamp()}
    kubernetes.settle(call.cloud, record)
    return accepted()


@routes("GET", "/v2/kubernetes/clusters/{cluster_id}/status_messages")
def messages(call: Call) -> Answer:
    """What the platform has to say about the cluster: nothing."""
    kubernetes.find(call.cloud, call.path["cluster_id"])
    return ok({"messages": []})


def _integrate(call: Call, *, on: bool) -> Answer:
    names = texts(call.body, "registries") or list(call.cloud.state.table("registries"))
    if on and any(name not in call.cloud.state.table("registries") for name in names):
        raise errors.not_found()
    for key in texts(call.body, "cluster_uuids"):
        record = kubernetes.find(call.cloud, key)
        others = [name for name in record["registries"] if name not in names]
        record["registries"] = others + (names if on else [])
        record["registry_enabled"] = bool(record["registries"])
    return no_content()


@routes("POST", "/v2/kubernetes/registry")
@routes("POST", "/v2/kubernetes/registries")
def attach(call: Call) -> Answer:
    """These clusters may pull from the registries."""
    return _integrate(call, on=True)


@routes("DELETE", "/v2/kubernetes/registry")
@routes("DELETE", "/v2/kubernetes/registries")
def detach(call: Call) -> Answer:
    """These clusters may no longer pull from the registries."""
    return _integrate(call, on=False)
