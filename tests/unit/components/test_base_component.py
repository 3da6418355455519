"""The rules every component keeps, shown on small ones."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi_digitalocean import Tag as DigitalOceanTag
from recorder import run

from hanzo_components.component import Component, ComponentArgs, ComponentError
from hanzo_components.postgres import Postgres


class Pair(Component):
    children = ("main", "other")

    def __init__(self, name: str, args: ComponentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._make("main", DigitalOceanTag, {"name": "m"}, suffix="")
        self._make("other", DigitalOceanTag, {"name": "o"})
        self.register_outputs({"whole": True})


def test_the_main_child_takes_the_components_name_and_others_a_suffix() -> None:
    seen = run(lambda: Pair("x", {}))
    assert [(r.type, r.name, r.parent) for r in seen.resources] == [
        ("hanzo:index:Pair", "x", ""),
        ("digitalocean:index/tag:Tag", "x", "x"),
        ("digitalocean:index/tag:Tag", "x-other", "x"),
    ]


def test_outputs_are_registered_once() -> None:
    (pair, *_) = run(lambda: Pair("x", {})).resources
    assert (pair.outputs, pair.times_closed) == ({"whole": True}, 1)


def test_a_transform_changes_arguments_and_options_of_its_child_only() -> None:
    def kept(args: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        args["name"] = "changed"
        opts.protect = True

    tags = run(lambda: Pair("x", {"transform": {"other": kept}})).of("Tag")
    assert [(r.inputs, r.protect) for r in tags] == [({"name": "m"}, False), ({"name": "changed"}, True)]


def test_an_unknown_child_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(ComponentError) as error:
        run(lambda: Pair("x", {"transform": {"bucket": lambda args, opts: None}}))
    assert str(error.value) == "x: transform names bucket, which Pair does not make\n\nhint: it makes main, other"


def test_the_error_is_one_that_pulumi_prints_without_a_traceback() -> None:
    assert issubclass(ComponentError, pulumi.RunError)


def test_forgotten_outputs_are_refused() -> None:
    class Forgetful(Component):
        def __init__(self) -> None:
            super().__init__("x", {})

    with pytest.raises(ComponentError, match=r"^x: Forgetful called register_outputs 0 times\n"):
        run(Forgetful)


def test_outputs_registered_twice_are_refused() -> None:
    class Twice(Pair):
        def __init__(self) -> None:
            super().__init__("x", {})
            self.register_outputs({})

    with pytest.raises(ComponentError, match=r"^x: Twice called register_outputs 2 times\n"):
        run(Twice)


def test_a_child_that_is_not_declared_is_refused() -> None:
    class Sloppy(Component):
        def __init__(self) -> None:
            super().__init__("x", {})
            self._make("surprise", DigitalOceanTag, {"name": "s"})

    with pytest.raises(ComponentError, match="add 'surprise' to it"):
        run(Sloppy)


def test_a_users_subclass_stays_the_same_resource() -> None:
    class Ours(Postgres):
        pass

    assert (Postgres.type_token, Ours.type_token) == ("hanzo:index:Postgres", "hanzo:index:Postgres")
