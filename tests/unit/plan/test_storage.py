"""Buckets and file shares: what is decided, what it costs, and who gets a key."""

from __future__ import annotations

from plan_cases import planned

from hanzo_iac.plan.spec import BucketSpec, CdnSpec, CorsSpec, FileShareSpec, LifecycleSpec, MountSpec

WORKER = {"image": "x/w:1", "kind": "worker", "uses": []}


def test_a_bucket_is_fully_decided():
    written = {
        "engine": "spaces",
        "public": True,
        "cdn": True,
        "lifecycle": [{"prefix": "tmp/", "expire_days": 7}, {"old_versions_days": 30}],
        "cors": [{"origins": ["https://app.example.com"], "methods": ["GET", "PUT"]}],
    }
    bucket = planned({"resources/files": written, "services/mail": WORKER}, {"region": "ams3"}).buckets["files"]
    assert bucket == BucketSpec(
        name="shop-test-files",
        region="ams3",
        acl="public-read",
        versioning=True,
        lifecycle=(
            LifecycleSpec(name="rule-1", prefix="tmp/", expire_days=7, old_versions_days=0),
            LifecycleSpec(name="rule-2", prefix="", expire_days=0, old_versions_days=30),
        ),
        cors=(CorsSpec(origins=("https://app.example.com",), methods=("GET", "PUT"), max_age_s=3600),),
        cdn=CdnSpec(ttl_s=3600, domain=""),
        users=("web",),
        protect=False,
        cost=bucket.cost,
        because="resources/files",
    )


def test_the_subscription_is_paid_once_and_storage_beyond_it_apart():
    plan = planned({"resources/a": {"engine": "s3", "storage": "300GB"}, "resources/b": {"engine": "s3"}})
    lines = [(key, one.item, one.quantity_low) for key, of in plan.buckets.items() for one in of.cost]
    assert lines == [("a", "spaces-standard", 1), ("a", "spaces-extra-gib", 50)]


def test_a_bucket_lies_in_the_first_region_that_has_spaces_where_the_environments_has_none():
    assert planned({"resources/files": {"engine": "spaces"}}, {"region": "tor1"}).buckets["files"].region == "nyc3"


def test_a_service_is_told_its_bucket_in_the_words_of_s3_clients():
    binding = planned({"resources/files": {"engine": "spaces", "bucket": "acme-files"}}).bindings["web-files"]
    assert (dict(binding.variables), dict(binding.secrets)) == (
        {
            "S3_BUCKET": "acme-files",
            "AWS_ENDPOINT_URL_S3": "https://nyc3.digitaloceanspaces.com",
            "AWS_REGION": "nyc3",
        },
        {"AWS_SHARED_CREDENTIALS": "credentials_file"},
    )


def test_a_service_that_wants_variables_gets_both_halves_of_the_key():
    binding = planned({"resources/files": {"engine": "spaces"}, "services/web/inject": "env"}).bindings["web-files"]
    assert dict(binding.secrets) == {"AWS_ACCESS_KEY_ID": "access_key", "AWS_SECRET_ACCESS_KEY": "secret_key"}


def test_a_file_share_is_fully_decided_and_mounted_by_who_uses_it():
    share = {"engine": "nfs", "storage": "100GB", "path": "/models", "read_only": True}
    plan = planned({"resources/weights": share, "services/mail": WORKER}, {"region": "nyc2", "protect": True})
    assert plan.file_shares["weights"] == FileShareSpec(
        name="shop-test-weights",
        region="nyc2",
        size_gib=100,
        tier="standard",
        namespace="shop-test",
        claim="weights-share",
        protect=True,
        cost=plan.file_shares["weights"].cost,
        because="resources/weights",
    )
    assert [(key, service.mounts) for key, service in plan.services.items()] == [
        ("web", (MountSpec(claim="weights-share", path="/models", read_only=True),)),
        ("mail", ()),
    ]
    assert dict(plan.bindings["web-weights"].variables) == {"SHARE_PATH": "/models"}


def test_nfs_where_it_is_not_known_to_be_offered_is_said():
    (notice,) = planned({"resources/weights": {"engine": "nfs"}}, {"region": "tor1"}).notices
    assert (notice.where, notice.what) == (
        "resources/weights",
        "NFS is not known to be offered in tor1; DigitalOcean decides",
    )
