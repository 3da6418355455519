"""R: NFS shares, and how services mount them."""

from __future__ import annotations

from hanzo_iac.model.resources import FileShare
from hanzo_iac.names import physical_name
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.spec import FileShareSpec, MountSpec

REGIONS = ("atl1", "nyc2")
# Where DigitalOcean offers NFS. Source: DigitalOcean facts of this project, 2026-11-21.

TIER = "standard"


def claim_name(key: str) -> str:
    """
    The PersistentVolumeClaim of a share.

    >>> claim_name("weights")
    'weights-share'
    """
    return physical_name(key, "share")


def mount(key: str, share: FileShare) -> MountSpec:
    """The share as the pods of a service mount it."""
    return MountSpec(claim=claim_name(key), path=share.path, read_only=share.read_only)


def plan_file_share(key: str, share: FileShare, ground: Ground, findings: Findings) -> FileShareSpec:
    """The share of an `nfs` resource."""
    where, region = f"resources/{key}", ground.environment.region
    if region not in REGIONS:
        findings.notice(
            where,
            f"NFS is not known to be offered in {region}; DigitalOcean decides",
            f"it is known in {', '.join(REGIONS)}, and must lie where the cluster does",
        )
    gib = share.storage.mib // 1024
    return FileShareSpec(
        name=ground.name(key),
        region=region,
        size_gib=gib,
        tier=TIER,
        namespace=ground.stack,
        claim=claim_name(key),
        protect=ground.environment.protect,
        cost=(priced(ground.catalogue.price("nfs-gib"), gib, because=f"{where}/storage"),),
        because=where,
    )
