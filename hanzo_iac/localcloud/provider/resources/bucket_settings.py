"""
What is set on a bucket by a resource of its own: which pages may ask for its objects, and who may do what with it.

A bucket has one of each, put as a whole: what was there before is replaced. Moving to another bucket makes a new
resource, so that nothing stays on the old one; the official provider leaves its CORS rules there.
"""

from __future__ import annotations

import json
from typing import Any

from hanzo_iac.localcloud.provider.api import ApiError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import State, parent, region, text
from hanzo_iac.localcloud.provider.resource import Json, Resource
from hanzo_iac.localcloud.provider.resources.bucket_rules import CORS_RULES, cors_request, cors_state
from hanzo_iac.localcloud.provider.resources.spaces_buckets import ask, located


def of_bucket(state: State) -> State:
    """The bucket that a setting is of."""
    return {"name": state["bucket"], "region": state["region"]}


def said(call: Call, state: State, deed: str) -> Json | None:
    """The answer to one S3 call, or None when there is no such setting, or no such bucket."""
    try:
        return ask(call, of_bucket(state), deed)
    except ApiError as error:
        if error.status != 404:
            raise
        return None


def locate_setting(call: Call, given: str) -> tuple[str, State]:
    """Import by the bucket's region and name, joined by a comma."""
    bucket, place = located(call, given)
    return bucket, {"bucket": bucket, "region": place["region"]}


def put_cors(call: Call, inputs: State) -> Json:
    """Replace the rules."""
    return ask(call, of_bucket(inputs), "put_bucket_cors", CORSConfiguration=cors_request(inputs["corsRules"]))


def read_cors(call: Call, _bucket: str, known: State) -> State | None:
    """The rules now."""
    found = said(call, known, "get_bucket_cors")
    if found is None:
        return None
    return {"bucket": known["bucket"], "region": known["region"], "corsRules": cors_state(found["CORSRules"])}


def cors_faults(inputs: State) -> list[Failure]:
    """A list without entries would be no rule at all."""
    return [Failure("corsRules", "empty; expected at least one rule")] if inputs.get("corsRules") == [] else []


CORS = Resource(
    token="digitalocean:index/spacesBucketCorsConfiguration:SpacesBucketCorsConfiguration",  # noqa: S106
    word="CORS rules of a bucket",
    inputs={"bucket": parent(), "region": region(required=True, replace=True), "corsRules": CORS_RULES},
    rules=cors_faults,
    post=put_cors,
    identify=lambda _, inputs: str(inputs["bucket"]),
    read=read_cors,
    update=lambda call, _id, _olds, news: void(put_cors(call, news)),
    delete=lambda call, _id, state: void(said(call, state, "delete_bucket_cors")),
    locate=locate_setting,
)


def policy_fault(value: Any) -> str:
    """What is wrong with a policy, or nothing."""
    try:
        is_policy = isinstance(json.loads(value), dict)
    except ValueError:
        is_policy = False
    return "" if is_policy else "is not a JSON object"


def same_policy(old: Any, new: Any) -> bool:
    """
    Whether two policies are the same but for spaces and the order of their keys.

    >>> same_policy('{"a": 1, "b": 2}', '{"b":2,"a":1}'), same_policy("", '{"a": 1}')
    (True, False)
    """
    try:
        return bool(json.loads(old) == json.loads(new))
    except ValueError:
        return bool(old == new)


def put_policy(call: Call, inputs: State) -> Json:
    """Replace the policy."""
    return ask(call, of_bucket(inputs), "put_bucket_policy", Policy=inputs["policy"])


def read_policy(call: Call, _bucket: str, known: State) -> State | None:
    """The policy now."""
    found = said(call, known, "get_bucket_policy")
    if found is None:
        return None
    return {"bucket": known["bucket"], "region": known["region"], "policy": found["Policy"]}


def void(_answer: object) -> None:
    """For calls whose answer says nothing."""


POLICY = Resource(
    token="digitalocean:index/spacesBucketPolicy:SpacesBucketPolicy",  # noqa: S106
    word="policy of a bucket",
    inputs={
        "bucket": parent(),
        "region": region(required=True, replace=True),
        "policy": text(required=True, fault=policy_fault, same=same_policy),
    },
    post=put_policy,
    identify=lambda _, inputs: str(inputs["bucket"]),
    read=read_policy,
    update=lambda call, _id, _olds, news: void(put_policy(call, news)),
    delete=lambda call, _id, state: void(said(call, state, "delete_bucket_policy")),
    locate=locate_setting,
)
