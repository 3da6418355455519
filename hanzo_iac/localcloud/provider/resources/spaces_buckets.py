"""
Buckets of object storage, the one type that speaks S3 and not DigitalOcean's API.

A bucket has no tags to know it by. So one that exists is taken for what a crash left behind only while it is empty:
nobody's objects are ever adopted, and never deleted by `forceDestroy` on the strength of a name.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.api import ApiError, Busy, Unsure
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import State, block, flag, region, text
from hanzo_iac.localcloud.provider.resource import Json, Resource
from hanzo_iac.localcloud.provider.resources.bucket_rules import (
    BUCKET_CORS,
    LIFECYCLE,
    cors_request,
    cors_state,
    differ,
    lifecycle_faults,
    lifecycle_request,
    lifecycle_state,
)
from hanzo_iac.localcloud.provider.settings import LOOPBACK, Settings

# The official provider's default.
USUAL_REGION = "nyc3"

# Spaces takes its region from the address alone; this one makes S3 clients send none of their own.
NO_REGION = "us-east-1"


def address_of(settings: Settings, where: str) -> str:
    """
    Where the buckets of a region are.

    >>> address_of(Settings(), "NYC3")
    'https://nyc3.digitaloceanspaces.com'
    """
    return re.sub(r"{{\s*\.Region\s*}}", where.lower(), settings.spaces).rstrip("/")


@cache
def client(settings: Settings, where: str) -> Any:
    """An S3 client for a region; making one takes longer than most calls."""
    import boto3.session
    from botocore.config import Config

    address = address_of(settings, where)
    is_local = urlsplit(address).hostname in LOOPBACK
    config = Config(
        s3={"addressing_style": "path" if is_local else "virtual"},
        retries={"total_max_attempts": settings.retries + 1, "mode": "standard"},
        connect_timeout=settings.timeout_s,
        read_timeout=settings.timeout_s,
        proxies={} if is_local else None,
        # Spaces knows no checksums but those that S3 itself demands.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    keys = {"aws_access_key_id": settings.spaces_access_id, "aws_secret_access_key": settings.spaces_secret_key}
    return boto3.session.Session().client("s3", endpoint_url=address, region_name=NO_REGION, config=config, **keys)


def ask(call: Call, inputs: State, deed: str, **words: Any) -> Json:
    """
    The answer to one S3 call on the bucket.

    Raises:
        ApiError: it was refused.
        Busy: it may be asked again later.
        Unsure: there was no answer, or one such as 500.
        InputError: there are no keys to ask with.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    settings = call.api.settings
    if not (settings.spaces_access_id and settings.spaces_secret_key):
        hint = (
            "set SPACES_ACCESS_KEY_ID and SPACES_SECRET_ACCESS_KEY, or digitalocean:spacesAccessId and spacesSecretKey"
        )
        raise InputError(Fault("", "there are no keys for object storage", hint))
    told = f"{deed} {inputs['name']}"
    try:
        answered: Json = getattr(client(settings, inputs["region"]), deed)(Bucket=inputs["name"], **words)
    except ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        said = error.response.get("Error", {})
        if status == 429:
            raise Busy(str(said.get("Message", "")), told, None) from error
        if status >= 500:
            what = f"object storage answered {status} [{told}]"
            raise Unsure(what) from error
        raise ApiError(status, str(said.get("Code", "error")), str(said.get("Message", "")), told) from error
    except BotoCoreError as error:
        what = f"{address_of(settings, inputs['region'])} gave no answer: {error} [{told}]"
        raise Unsure(what) from error
    return answered


def is_there(call: Call, inputs: State) -> bool:
    """Whether the account has the bucket. One of another account is refused with 403."""
    try:
        ask(call, inputs, "head_bucket")
    except ApiError as error:
        if error.status == 404:
            return False
        raise
    return True


def find_bucket(call: Call, inputs: State) -> Json | None:
    """The empty bucket of that name."""
    if not is_there(call, inputs):
        return None
    listed = ask(call, inputs, "list_object_versions", MaxKeys=1)
    if listed.get("Versions") or listed.get("DeleteMarkers"):
        what = f"exists already ({inputs['name']}) and holds objects"
        raise InputError(Fault("", what, "give this one another name, or take that one over with `pulumi import`"))
    return {}


def post_bucket(call: Call, inputs: State) -> Json:
    """Create it."""
    return ask(call, inputs, "create_bucket", ACL=inputs["acl"])


def settle_bucket(call: Call, _name: str, inputs: State) -> None:
    """Wait until it is there; its objects are versioned, expire and are asked for as wanted."""
    call.until("the bucket did not appear", lambda: is_there(call, inputs), bool)
    wanted = bool((inputs.get("versioning") or {}).get("enabled"))
    if wanted != is_versioned(call, inputs):
        status = {"Status": "Enabled" if wanted else "Suspended"}
        ask(call, inputs, "put_bucket_versioning", VersioningConfiguration=status)
    settle_lifecycle(call, inputs)
    # A resource of its own may set them: what the program does not name here is not touched.
    if (rules := inputs.get("corsRules")) and differ(BUCKET_CORS, cors_of(call, inputs), rules):
        ask(call, inputs, "put_bucket_cors", CORSConfiguration=cors_request(rules))


def settle_lifecycle(call: Call, inputs: State) -> None:
    """Objects expire as wanted, or never."""
    rules = inputs.get("lifecycleRules") or []
    if not differ(LIFECYCLE, lifecycle_of(call, inputs), rules):
        return
    if not rules:
        ask(call, inputs, "delete_bucket_lifecycle")
        return
    ask(
        call,
        inputs,
        "put_bucket_lifecycle_configuration",
        LifecycleConfiguration={"Rules": lifecycle_request(rules)},
    )


def lifecycle_of(call: Call, inputs: State) -> list[State]:
    """When objects expire now."""
    try:
        return lifecycle_state(ask(call, inputs, "get_bucket_lifecycle_configuration")["Rules"])
    except ApiError as error:
        if error.word != "NoSuchLifecycleConfiguration":
            raise
        return []


def cors_of(call: Call, inputs: State) -> list[State]:
    """Which pages may ask for objects now."""
    try:
        return cors_state(ask(call, inputs, "get_bucket_cors")["CORSRules"])
    except ApiError as error:
        if error.word != "NoSuchCORSConfiguration":
            raise
        return []


def is_versioned(call: Call, inputs: State) -> bool:
    """Whether old versions of objects are kept."""
    return bool(ask(call, inputs, "get_bucket_versioning").get("Status") == "Enabled")


def read_bucket(call: Call, name: str, known: State) -> State | None:
    """What it is now. S3 says grants and no canned ACL, so that one stays as known; CORS is read where it is wanted."""
    bucket = {"name": name, "region": known["region"]}
    if not is_there(call, bucket):
        return None
    endpoint = urlsplit(address_of(call.api.settings, known["region"]))
    is_local = endpoint.hostname in LOOPBACK
    return {
        **bucket,
        "acl": known.get("acl") or "private",
        "versioning": {"enabled": is_versioned(call, bucket)},
        "lifecycleRules": lifecycle_of(call, bucket),
        **({"corsRules": cors_of(call, bucket)} if known.get("corsRules") else {}),
        "bucketUrn": f"do:space:{name}",
        "endpoint": endpoint.netloc,
        "bucketDomainName": f"{endpoint.netloc}/{name}" if is_local else f"{name}.{endpoint.netloc}",
    }


def update_bucket(call: Call, _name: str, olds: State, news: State) -> None:
    """Its canned ACL, and no CORS rules where there were some; `settle` does the rest."""
    if news["acl"] != olds.get("acl"):
        ask(call, news, "put_bucket_acl", ACL=news["acl"])
    if olds.get("corsRules") and not news.get("corsRules"):
        ask(call, news, "delete_bucket_cors")


def delete_bucket(call: Call, name: str, state: State) -> None:
    """Delete it, with all objects in all versions where `forceDestroy` says so."""
    try:
        if state.get("forceDestroy"):
            empty(call, state)
        ask(call, state, "delete_bucket")
    except ApiError as error:
        if error.word == "BucketNotEmpty":
            what = f"{name} still holds objects"
            raise InputError(Fault("", what, "delete them first, or set forceDestroy and run `pulumi up`")) from error
        if error.status != 404:
            raise


def empty(call: Call, state: State) -> None:
    """Every version of every object is gone."""
    while True:
        listed = ask(call, state, "list_object_versions")
        found = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
        if not found:
            return
        doomed = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        refused = ask(call, state, "delete_objects", Delete={"Objects": doomed, "Quiet": True}).get("Errors")
        if refused:
            said = refused[0]
            raise ApiError(
                409, said.get("Code", "error"), f"{said.get('Key')}: {said.get('Message')}", "delete_objects"
            )


def bucket_rules(inputs: State) -> list[Failure]:
    """What S3 refuses."""
    return lifecycle_faults(inputs.get("lifecycleRules"))


def located(_call: Call, given: str) -> tuple[str, State]:
    """Import by the bucket's region and name, joined by a comma."""
    where, comma, name = given.partition(",")
    if not comma:
        raise InputError(Fault("", f"{given!r} does not say which bucket", "give REGION,NAME"))
    return name, {"name": name, "region": where}


BUCKET = Resource(
    token="digitalocean:index/spacesBucket:SpacesBucket",  # noqa: S106
    word="Spaces bucket",
    inputs={
        "name": text(replace=True),
        "region": region(default=USUAL_REGION, replace=True),
        "acl": text(default="private", choices=("private", "public-read")),
        "forceDestroy": flag(default=False),
        "versioning": block({"enabled": flag()}),
        "corsRules": BUCKET_CORS,
        "lifecycleRules": LIFECYCLE,
    },
    outputs=("bucketDomainName", "bucketUrn", "endpoint"),
    rules=bucket_rules,
    find=find_bucket,
    post=post_bucket,
    identify=lambda _, inputs: str(inputs["name"]),
    settle=settle_bucket,
    read=read_bucket,
    update=update_bucket,
    delete=delete_bucket,
    locate=located,
)
