"""A Spaces bucket: a key for each service that uses it, what browsers may do with it, and a CDN in front of it."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_digitalocean import Cdn, SpacesBucket, SpacesBucketCorsConfiguration, SpacesKey

from hanzo_components.component import Component, ComponentArgs, ComponentError
from hanzo_iac.plan.spec import BucketSpec


class BucketArgs(ComponentArgs):
    spec: BucketSpec


class Bucket(Component):
    """Object storage. `access_key(user)` and `secret_key(user)` open this bucket and no other."""

    children = ("bucket", "cors", "cdn", "key")

    def __init__(self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._spec = args["spec"]
        self._bucket = self._store()
        self._cors = self._pages()
        self._cdn = self._copies()
        self._keys = {user: self._key(user) for user in self._spec.users}
        self.bucket_urn: pulumi.Output[str] = self._bucket.bucket_urn
        self.domain: pulumi.Output[str] = self._cdn.endpoint if self._cdn else self._bucket.bucket_domain_name
        """Where its public objects are found."""
        self.register_outputs({"name": self._bucket.name, "domain": self.domain})

    def access_key(self, user: str) -> pulumi.Output[str]:
        """The public half of a service's key."""
        return pulumi.Output.secret(self._of(user).access_key)

    def secret_key(self, user: str) -> pulumi.Output[str]:
        """The secret half of a service's key."""
        return pulumi.Output.secret(self._of(user).secret_key)

    def credentials_file(self, user: str) -> pulumi.Output[str]:
        """Both halves as the file that S3 clients read."""
        halves = pulumi.Output.all(self.access_key(user), self.secret_key(user))
        return pulumi.Output.secret(halves.apply(lambda pair: credentials_text(*pair)))

    def _store(self) -> SpacesBucket:
        spec = self._spec
        inputs: dict[str, Any] = {
            "name": spec.name,
            "region": spec.region,
            "acl": spec.acl,
            "versioning": {"enabled": spec.versioning},
        }
        if spec.lifecycle:
            inputs["lifecycle_rules"] = [_rule(one) for one in spec.lifecycle]
        kept = pulumi.ResourceOptions(protect=spec.protect, retain_on_delete=spec.protect)
        return self._make("bucket", SpacesBucket, inputs, kept, suffix="")

    def _pages(self) -> SpacesBucketCorsConfiguration | None:
        if not self._spec.cors:
            return None
        rules = [
            {
                "allowed_origins": list(one.origins),
                "allowed_methods": list(one.methods),
                "allowed_headers": ["*"],
                "max_age_seconds": one.max_age_s,
            }
            for one in self._spec.cors
        ]
        inputs = {"bucket": self._bucket.name, "region": self._spec.region, "cors_rules": rules}
        return self._make("cors", SpacesBucketCorsConfiguration, inputs)

    def _copies(self) -> Cdn | None:
        cdn = self._spec.cdn
        if cdn is None:
            return None
        inputs: dict[str, Any] = {"origin": self._bucket.bucket_domain_name, "ttl": cdn.ttl_s}
        if cdn.domain:
            inputs["custom_domain"] = cdn.domain
        return self._make("cdn", Cdn, inputs)

    def _key(self, user: str) -> SpacesKey:
        grants = [{"bucket": self._bucket.name, "permission": "readwrite"}]
        return self._make(
            "key", SpacesKey, {"name": f"{self._spec.name}-{user}", "grants": grants}, suffix=f"key-{user}"
        )

    def _of(self, user: str) -> SpacesKey:
        if user not in self._keys:
            raise ComponentError(self._name_prefix, f"{user} has no key", f"there are keys for {', '.join(self._keys)}")
        return self._keys[user]


def _rule(spec: Any) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": spec.name, "enabled": True}
    if spec.prefix:
        rule["prefix"] = spec.prefix
    if spec.expire_days:
        rule["expiration"] = {"days": spec.expire_days}
    if spec.old_versions_days:
        rule["noncurrent_version_expiration"] = {"days": spec.old_versions_days}
    return rule


def credentials_text(access_key: str, secret_key: str) -> str:
    r"""
    AWS's shared credentials file.

    >>> credentials_text("DO00", "s3cret")
    '[default]\naws_access_key_id = DO00\naws_secret_access_key = s3cret\n'
    """
    return f"[default]\naws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n"
