"""The table of resource types agrees with the installed SDK: tokens, property names, secrets, functions."""

from __future__ import annotations

import importlib
import inspect
import re

import pulumi
import pulumi_digitalocean as sdk
import pytest

from hanzo_iac.localcloud.provider.fields import Field
from hanzo_iac.localcloud.provider.invokes import INVOKES
from hanzo_iac.localcloud.provider.resource import Resource, nothing_to_find
from hanzo_iac.localcloud.provider.resources import TABLE
from hanzo_iac.localcloud.provider.servicer import VERSION

TYPES = [pytest.param(resource, id=token.rsplit(":", 1)[1]) for token, resource in TABLE.items()]

# Types without a look-up before creation, and why none is needed.
CANNOT_BE_TWICE = {
    "ContainerRegistryDockerCredentials": "asking for credentials makes nothing that could be lost",
    "DatabaseFirewall": "the list is put as a whole",
    "DatabasePostgresqlConfig": "settings are patched",
    "DatabaseValkeyConfig": "settings are patched",
    "NfsAttachment": "attaching twice is attaching once",
    "ProjectResources": "assigning twice is assigning once",
    "SpacesBucketCorsConfiguration": "the rules are put as a whole",
    "SpacesBucketPolicy": "the policy is put as a whole",
    "SpacesKey": "its secret is said once: a lost one is deleted and made anew",
}


def sdk_class(resource: Resource) -> type[pulumi.CustomResource]:
    return getattr(sdk, resource.token.rsplit(":", 1)[1])


def wire_names(function: object, skip: tuple[str, ...]) -> set[str]:
    """The wire names of the properties a generated function takes."""
    parameters = inspect.signature(function).parameters
    names = [name for name in parameters if name not in skip]
    return {re.sub(r"_([a-z0-9])", lambda match: match.group(1).upper(), name) for name in names}


def test_the_version_is_the_sdks():
    from importlib.metadata import version

    assert version("pulumi-digitalocean") == VERSION


@pytest.mark.parametrize("resource", TYPES)
def test_the_token_is_one_of_the_sdk(resource):
    assert sdk_class(resource).pulumi_type == resource.token


@pytest.mark.parametrize("resource", TYPES)
def test_the_inputs_are_those_of_the_sdk(resource):
    expected = wire_names(sdk_class(resource)._internal_init, ("__self__", "resource_name", "opts", "__props__"))
    assert set(resource.inputs) == expected


@pytest.mark.parametrize("resource", TYPES)
def test_inputs_and_outputs_together_are_what_the_sdk_reads(resource):
    expected = wire_names(sdk_class(resource).get, ("resource_name", "id", "opts"))
    assert {*resource.inputs, *resource.outputs} == expected


@pytest.mark.parametrize("resource", TYPES)
def test_the_secrets_are_those_of_the_sdk(resource):
    source = inspect.getsource(sdk_class(resource)._internal_init)
    marked = re.search(r"additional_secret_outputs=\[(.*?)\]", source)
    expected = set(re.findall(r'"(\w+)"', marked.group(1))) if marked else set()
    assert set(resource.secrets) == expected


@pytest.mark.parametrize("resource", TYPES)
def test_required_inputs_are_those_of_the_sdk(resource):
    module = importlib.import_module(sdk_class(resource).__module__)
    arguments = getattr(module, f"{sdk_class(resource).__name__}Args")
    parameters = list(inspect.signature(arguments.__init__).parameters.values())[1:]
    needed = {parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty}
    expected = {re.sub(r"_([a-z0-9])", lambda match: match.group(1).upper(), name) for name in needed}
    assert {name for name, field in resource.inputs.items() if field.required} == expected


def inner_fields(field: Field) -> dict[str, Field]:
    if field.item is not None:
        return inner_fields(field.item)
    return dict(field.fields)


@pytest.mark.parametrize("resource", TYPES)
def test_blocks_have_the_properties_of_the_sdk(resource):
    from pulumi_digitalocean import _inputs

    found = []
    for name, field in resource.inputs.items():
        fields = inner_fields(field)
        if not fields:
            continue
        block = name[0].upper() + name[1:]
        class_name = sdk_class(resource).__name__
        singular = [f"{class_name}{word}Args" for word in (block, block[:-1], block[:-3] + "y")]
        arguments = next(getattr(_inputs, option) for option in singular if hasattr(_inputs, option))
        expected = wire_names(arguments.__init__, ("__self__",))
        if set(fields) != expected:
            found.append((name, sorted(set(fields) ^ expected)))
    assert found == []


@pytest.mark.parametrize("resource", TYPES)
def test_whatever_can_be_made_twice_is_looked_up_first(resource):
    name = resource.token.rsplit(":", 1)[1]
    assert (resource.find is nothing_to_find) == (name in CANNOT_BE_TWICE)


@pytest.mark.parametrize("token", INVOKES)
def test_every_function_is_one_of_the_sdk(token):
    name = token.rsplit(":", 1)[1]
    snake = re.sub(r"([A-Z])", r"_\1", name).lower()
    assert f"'{token}'" in inspect.getsource(importlib.import_module(f"pulumi_digitalocean.{snake}"))
