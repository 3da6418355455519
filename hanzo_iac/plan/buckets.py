"""R: Spaces buckets, each with a key for every service that uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.model.resources import ObjectStore
from hanzo_iac.model.storage import Lifecycle
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.spec import BucketSpec, CdnSpec, CorsSpec, CostLine, LifecycleSpec

INCLUDED_GIB = 250
# What the subscription to Spaces includes, for all buckets of an account together. Source: DigitalOcean's pricing page,
# 2026-08.

PORT = 443


def bucket_region(ground: Ground) -> str:
    """The environment's region where it has Spaces, else the first that has."""
    region = ground.catalogue.regions.get(ground.environment.region)
    if region is not None and region.spaces:
        return region.slug
    return next(region.slug for region in ground.catalogue.regions.values() if region.spaces)


def bucket_name(key: str, store: ObjectStore, ground: Ground) -> str:
    """What the bucket is called: what is written, else the stack and the key."""
    return store.bucket or ground.name(key)


def endpoint(region: str) -> str:
    """Where S3 clients find the buckets of a region."""
    return f"https://{region}.digitaloceanspaces.com"


def hosts(name: str, region: str) -> tuple[str, ...]:
    """The hosts by which a bucket is reached, in both of S3's ways to write it."""
    return (f"{region}.digitaloceanspaces.com", f"{name}.{region}.digitaloceanspaces.com")


def plan_bucket(key: str, store: ObjectStore, users: tuple[str, ...], ground: Ground) -> BucketSpec:
    """The bucket of an object store; users are the services that have a key for it."""
    where, region = f"resources/{key}", bucket_region(ground)
    return BucketSpec(
        name=bucket_name(key, store, ground),
        region=region,
        acl="public-read" if store.public else "private",
        versioning=store.versioning,
        lifecycle=tuple(_lifecycle(number, rule) for number, rule in enumerate(store.lifecycle)),
        cors=tuple(CorsSpec(origins=one.origins, methods=one.methods, max_age_s=one.max_age_s) for one in store.cors),
        cdn=CdnSpec(ttl_s=store.cdn.ttl_s, domain=store.cdn.domain or "") if store.cdn else None,
        users=users,
        protect=ground.environment.protect,
        cost=_extra(store, where, ground.catalogue),
        because=where,
    )


def _lifecycle(number: int, rule: Lifecycle) -> LifecycleSpec:
    return LifecycleSpec(
        name=f"rule-{number + 1}",
        prefix=rule.prefix,
        expire_days=rule.expire_days or 0,
        old_versions_days=rule.old_versions_days or 0,
    )


def with_subscription(buckets: Mapping[str, BucketSpec], catalogue: Catalogue) -> dict[str, BucketSpec]:
    """The buckets, the first with the subscription to Spaces, which all of them share."""
    paid: dict[str, BucketSpec] = {}
    for key, bucket in buckets.items():
        line = () if paid else (priced(catalogue.price("spaces-standard"), 1, because=bucket.because),)
        paid[key] = replace(bucket, cost=(*line, *bucket.cost))
    return paid


def _extra(store: ObjectStore, where: str, catalogue: Catalogue) -> tuple[CostLine, ...]:
    """What is expected to be stored beyond what the subscription includes."""
    extra_gib = -(-store.storage.mib // 1024) - INCLUDED_GIB if store.storage else 0
    if extra_gib <= 0:
        return ()
    return (priced(catalogue.price("spaces-extra-gib"), extra_gib, because=f"{where}/storage"),)
