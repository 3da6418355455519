"""Buckets of object storage, against moto's server on loopback: made, found unchanged, changed, imported, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from doubles.objects import object_store, stored
from doubles.one_of_each import BUCKET, PAGES, READERS, STORED
from doubles.rehearsal import Rehearsal, Stopped, over_the_wire, urn_of

from hanzo_iac.localcloud.provider import compare
from hanzo_iac.localcloud.provider.resources import TABLE

NAME = "rag-uploads"
RESOURCE = TABLE[BUCKET.token]


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    with object_store() as url:
        yield url


@pytest.fixture
def s3(moto_url: str) -> Any:
    """Somebody else's client of object storage without a bucket."""
    requests.post(f"{moto_url}/moto-api/reset", timeout=60).raise_for_status()
    keys = {"aws_access_key_id": "somebody", "aws_secret_access_key": "else"}
    return boto3.client("s3", endpoint_url=moto_url, region_name="us-east-1", **keys)


@pytest.fixture
def stack(s3: Any, moto_url: str) -> Rehearsal:
    return stored(moto_url)


def with_inputs(**inputs):
    return [replace(BUCKET, inputs={**BUCKET.inputs, **inputs})]


def names(s3):
    return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


def test_a_bucket_is_made_and_found_unchanged(stack, s3, moto_url):
    stack.up([BUCKET])
    assert names(s3) == [NAME]
    assert s3.get_bucket_versioning(Bucket=NAME)["Status"] == "Enabled"
    address = moto_url.removeprefix("http://")
    assert stack.stack["bucket"].state == {
        "name": NAME,
        "region": "nyc3",
        "acl": "private",
        "forceDestroy": True,
        "versioning": {"enabled": True},
        "lifecycleRules": [
            {
                "id": "rule-1",
                "enabled": True,
                "prefix": "tmp/",
                "abortIncompleteMultipartUploadDays": 1,
                "expiration": {"days": 7},
            },
            {"id": "old", "enabled": False, "prefix": "", "noncurrentVersionExpiration": {"days": 30}},
        ],
        "bucketUrn": "do:space:rag-uploads",
        "endpoint": address,
        "bucketDomainName": f"{address}/rag-uploads",
    }
    assert stack.up([BUCKET]) == []
    stack.refresh()
    assert stack.up([BUCKET]) == []


def test_a_change_is_made_in_place_and_lasts(stack, s3):
    stack.up([BUCKET])
    changed = with_inputs(acl="public-read", versioning={"enabled": False})
    assert stack.up(changed) == [("update", "bucket")]
    assert s3.get_bucket_versioning(Bucket=NAME)["Status"] == "Suspended"
    grants = s3.get_bucket_acl(Bucket=NAME)["Grants"]
    assert [grant["Permission"] for grant in grants if grant["Grantee"]["Type"] == "Group"] == ["READ"]
    stack.refresh()
    assert stack.up(changed) == []


def test_versioning_that_somebody_switched_off_is_found_and_switched_on(stack, s3):
    stack.up([BUCKET])
    s3.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Suspended"})
    stack.refresh()
    assert stack.up([BUCKET]) == [("update", "bucket")]
    assert s3.get_bucket_versioning(Bucket=NAME)["Status"] == "Enabled"


def test_deleting_takes_every_version_where_that_is_asked_for(stack, s3):
    stack.up([BUCKET])
    for text in (b"one", b"two"):
        s3.put_object(Bucket=NAME, Key="a/b", Body=text)
    s3.delete_object(Bucket=NAME, Key="a/b")
    stack.destroy()
    assert names(s3) == []


def test_a_bucket_with_objects_stays_where_nothing_is_said(stack, s3):
    program = with_inputs(forceDestroy=False)
    stack.up(program)
    s3.put_object(Bucket=NAME, Key="a", Body=b"1")
    with pytest.raises(
        Stopped, match=r"rag-uploads still holds objects\n\nhint: delete them first, or set forceDestroy"
    ):
        stack.destroy()
    assert names(s3) == [NAME]
    assert stack.up([BUCKET]) == [("update", "bucket")]
    stack.destroy()
    assert names(s3) == []


def test_what_a_crash_left_is_taken_over_only_while_it_is_empty(stack, s3):
    s3.create_bucket(Bucket=NAME)
    assert stack.up([BUCKET]) == [("create", "bucket")]
    stack.stack.clear()
    s3.put_object(Bucket=NAME, Key="a", Body=b"1")
    with pytest.raises(Stopped, match=r"exists already \(rag-uploads\) and holds objects"):
        stack.up([BUCKET])


def test_an_import_needs_no_change(stack):
    stack.up([BUCKET])
    read = stack.begin().read(RESOURCE, urn_of(BUCKET.token, "bucket"), f"nyc3,{NAME}", {})
    assert read is not None
    changes = compare.changes(RESOURCE.inputs, over_the_wire(read[1]), stack.stack["bucket"].inputs)
    # Only the program knows whether objects may go with their bucket.
    assert (read[0], [change.path for change in changes]) == (NAME, ["forceDestroy"])


def test_what_is_gone_reads_as_gone_and_deleting_it_is_success(stack, s3):
    stack.up([BUCKET])
    held = stack.stack["bucket"]
    s3.delete_bucket(Bucket=NAME)
    operations = stack.begin()
    assert operations.read(RESOURCE, urn_of(held.token, "bucket"), held.id, held.state) is None
    operations.delete(RESOURCE, urn_of(held.token, "bucket"), held.id, held.state)


def test_without_keys_it_says_which_are_missing(stack):
    stack.settings = replace(stack.settings, spaces_secret_key="")
    with pytest.raises(Stopped, match=r"there are no keys for object storage\n\nhint: set SPACES_ACCESS_KEY_ID and"):
        stack.up([BUCKET])


def test_storage_that_does_not_answer_is_said(stack):
    stack.settings = replace(stack.settings, spaces="http://127.0.0.1:1")
    with pytest.raises(Stopped, match=r"http://127.0.0.1:1 gave no answer: .* \[head_bucket rag-uploads\]"):
        stack.up([BUCKET])


def test_objects_expire_as_wanted_and_no_longer(stack, s3):
    stack.up([BUCKET])
    assert s3.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"] == [
        {
            "ID": "rule-1",
            "Status": "Enabled",
            "Filter": {"Prefix": "tmp/"},
            "Expiration": {"Days": 7},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        },
        {
            "ID": "old",
            "Status": "Disabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        },
    ]
    changed = with_inputs(lifecycleRules=[{"enabled": True, "expiration": {"date": "2027-01-31"}}])
    assert stack.up(changed) == [("update", "bucket")]
    stack.refresh()
    assert stack.up(changed) == []
    assert stack.stack["bucket"].state["lifecycleRules"][0]["expiration"] == {"date": "2027-01-31"}

    assert stack.up(with_inputs(lifecycleRules=[])) == [("update", "bucket")]
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=NAME)


def test_rules_that_somebody_removed_are_found_and_set_again(stack, s3):
    stack.up([*STORED])
    s3.delete_bucket_lifecycle(Bucket=NAME)
    s3.delete_bucket_cors(Bucket=NAME)
    s3.delete_bucket_policy(Bucket=NAME)
    stack.refresh()
    assert stack.up([*STORED]) == [("update", "bucket"), ("create", "pages"), ("create", "readers")]
    assert stack.up([*STORED]) == []


OPEN = {"allowedMethods": ["GET"], "allowedOrigins": ["*"], "maxAgeSeconds": 60}


def test_a_buckets_own_cors_rules_are_set_changed_and_removed(stack, s3):
    stack.up(with_inputs(corsRules=[OPEN]))
    stack.refresh()
    assert stack.up(with_inputs(corsRules=[OPEN])) == []
    assert s3.get_bucket_cors(Bucket=NAME)["CORSRules"] == [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 60}
    ]
    assert stack.up(with_inputs(corsRules=[OPEN | {"allowedHeaders": ["x-*"]}])) == [("update", "bucket")]
    assert s3.get_bucket_cors(Bucket=NAME)["CORSRules"][0]["AllowedHeaders"] == ["x-*"]
    assert stack.up([BUCKET]) == [("update", "bucket")]
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        s3.get_bucket_cors(Bucket=NAME)


def test_cors_rules_of_their_own_outlive_a_change_of_the_bucket(stack, s3):
    stack.up([BUCKET, PAGES])
    stack.refresh()
    stack.up([*with_inputs(acl="public-read"), PAGES])
    assert s3.get_bucket_cors(Bucket=NAME)["CORSRules"] == [
        {
            "AllowedMethods": ["GET", "PUT"],
            "AllowedOrigins": ["https://example.com"],
            "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 600,
        }
    ]


def test_the_order_of_methods_is_no_change_and_another_rule_is_one(stack):
    stack.up([BUCKET, PAGES])
    [rule] = PAGES.inputs["corsRules"]

    def pages(**change):
        return [BUCKET, replace(PAGES, inputs={**PAGES.inputs, "corsRules": [rule | change]})]

    assert stack.up(pages(allowedMethods=["PUT", "GET"])) == []
    assert stack.up(pages(allowedMethods=["GET"])) == [("update", "pages")]


def test_a_policy_is_put_found_unchanged_and_changed(stack, s3):
    stack.up([BUCKET, READERS])
    policy = json.loads(s3.get_bucket_policy(Bucket=NAME)["Policy"])
    assert policy["Statement"][0]["Resource"] == ["arn:aws:s3:::rag-uploads/public/*"]
    spaced = replace(READERS, inputs={**READERS.inputs, "policy": json.dumps(policy, indent=2)})
    assert stack.up([BUCKET, spaced]) == []
    policy["Statement"][0]["Resource"] = ["arn:aws:s3:::rag-uploads/*"]
    other = replace(READERS, inputs={**READERS.inputs, "policy": json.dumps(policy)})
    assert stack.up([BUCKET, other]) == [("update", "readers")]
    assert json.loads(s3.get_bucket_policy(Bucket=NAME)["Policy"]) == policy
    assert stack.up([BUCKET]) == [("delete", "readers")]
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=NAME)


@pytest.mark.parametrize("one", [PAGES, READERS], ids=lambda one: one.name)
def test_a_setting_is_imported_gone_with_its_bucket_and_deleted_again(stack, s3, one):
    stack.up([BUCKET, one])
    held, resource, urn = stack.stack[one.name], TABLE[one.token], urn_of(one.token, one.name)
    operations = stack.begin()
    found = operations.read(resource, urn, f"nyc3,{NAME}", {})
    assert found is not None
    assert (found[0], compare.changes(resource.inputs, over_the_wire(found[1]), held.inputs)) == (NAME, [])
    s3.delete_bucket(Bucket=NAME)
    assert operations.read(resource, urn, held.id, held.state) is None
    stack.begin().delete(resource, urn, held.id, held.state)
