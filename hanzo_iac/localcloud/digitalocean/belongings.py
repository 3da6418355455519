"""
What a resource belongs to: its project and its tags, its VPC, and the account's quota. Every service that makes
resources calls `joins` when one is made and `leaves` when it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

# table -> the kind in its resources' URNs. A URN is `do:<kind>:<id>`.
KINDS = {
    "clusters": "kubernetes",
    "databases": "dbaas",
    "domains": "domain",
    "load_balancers": "loadbalancer",
    "volumes": "volume",
    "vpcs": "vpc",
}

# Tables whose resources lie in a VPC -> the field that names it.
VPC_FIELDS = {"clusters": "vpc_uuid", "databases": "private_network_uuid", "load_balancers": "vpc_uuid"}


def urn(table: str, key: str) -> str:
    """The URN of a resource."""
    return f"do:{KINDS[table]}:{key}"


def exists(cloud: Cloud, name: str) -> bool:
    """Whether a resource of this URN exists. Spaces buckets live beside the account."""
    _, _, rest = name.partition("do:")
    kind, _, key = rest.partition(":")
    if kind == "space":
        return cloud.has_bucket(key)
    return any(of == kind and key in cloud.state.table(table) for table, of in KINDS.items())


def default_project(cloud: Cloud) -> str:
    """Id of the project that takes what names none; made when first needed."""
    from hanzo_iac.localcloud.digitalocean.services import projects

    return projects.default_id(cloud)


def joins(cloud: Cloud, name: str, *, project_id: str = "", tags: Iterable[str] = ()) -> None:
    """A resource was made: it belongs to a project, and its tags exist."""
    if project_id and project_id not in cloud.state.table("projects"):
        raise errors.unprocessable("project_id is invalid")
    cloud.state.table("assignments")[name] = {
        "project_id": project_id or default_project(cloud),
        "assigned_at": cloud.stamp(),
    }
    use_tags(cloud, tags)


def use_tags(cloud: Cloud, tags: Iterable[str]) -> None:
    """These tags exist from now on."""
    known = cloud.state.table("tags")
    for tag in tags:
        known.setdefault(tag, {"name": tag})


def leaves(cloud: Cloud, name: str, record: Mapping[str, Any] | None = None, vpc_field: str = "vpc_uuid") -> None:
    """A resource went. Its VPC may count it a while longer."""
    cloud.state.table("assignments").pop(name, None)
    leaving = cloud.state.table("leaving")
    for left in [key for key, one in leaving.items() if cloud.now() >= one["until"]]:
        del leaving[left]
    if record and record.get(vpc_field) and cloud.settings.vpc_release_s > 0:
        leaving[name] = {
            "vpc": record[vpc_field],
            "until": cloud.now() + cloud.settings.vpc_release_s,
            "name": record.get("name", ""),
            "created_at": record.get("created_at", cloud.stamp()),
        }


def vpc_members(cloud: Cloud, vpc_id: str) -> list[Json]:
    """What lies in a VPC: name, URN, time of creation."""
    inside = [
        {"name": record["name"], "urn": urn(table, key), "created_at": record["created_at"]}
        for table, field in VPC_FIELDS.items()
        for key, record in cloud.state.table(table).items()
        if record.get(field) == vpc_id
    ]
    leaving = [
        {"name": record["name"], "urn": name, "created_at": record["created_at"]}
        for name, record in cloud.state.table("leaving").items()
        if record["vpc"] == vpc_id and cloud.now() < record["until"]
    ]
    return inside + leaving


def vpc_is_used(cloud: Cloud, vpc_id: str) -> bool:
    """Whether anything lies in a VPC, also what the listing of members does not name: shares and NAT gateways."""
    shares, gateways = cloud.state.table("shares").values(), cloud.state.table("nat_gateways").values()
    return (
        bool(vpc_members(cloud, vpc_id))
        or any(vpc_id in share["vpc_ids"] for share in shares)
        or any(vpc_id == inside["vpc_uuid"] for gateway in gateways for inside in gateway["vpcs"])
    )


def project_of(cloud: Cloud, name: str) -> str:
    """Id of the project a resource belongs to."""
    assignment = cloud.state.table("assignments").get(name)
    return assignment["project_id"] if assignment else default_project(cloud)


def within_quota(cloud: Cloud, what: str, wanted: int, message: str) -> None:
    """
    Refuse what would exceed a limit.

    Raises:
        ApiError: `wanted` is more than the account may have.
    """
    limit = cloud.state.quota.get(what)
    if limit is not None and wanted > limit:
        raise errors.unprocessable(message)
