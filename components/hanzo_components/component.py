"""
The base of every component: its type token, the names of its children, the escape hatch, and one check.

A component turns one spec into resources and decides nothing the spec could hold. What only the cloud knows (ids,
hosts, passwords) is wired here and nowhere else. Providers are inherited, never made inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypedDict, TypeVar

import pulumi

from hanzo_iac.errors import Fault

Transform = Callable[[dict[str, Any], pulumi.ResourceOptions], None]
"""Changes a child's arguments (snake_case, in place) and options just before the child is made."""

ChildT = TypeVar("ChildT", bound=pulumi.Resource)


class ComponentError(pulumi.RunError):
    """A component was used or written wrongly. Pulumi prints the message alone, without a traceback."""

    def __init__(self, where: str, what: str, hint: str = "") -> None:
        super().__init__(str(Fault(where, what, hint)))


class ComponentArgs(TypedDict, total=False):
    """What every component accepts beside its own arguments."""

    transform: Mapping[str, Transform]
    """Child -> change: the way to set what no spec speaks of."""


class _Finished(type):
    """Looks at a component once its outermost constructor has returned."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        component = super().__call__(*args, **kwargs)
        component.check_finished()
        return component


class Component(pulumi.ComponentResource, metaclass=_Finished):
    """A resource made of resources. Subclasses name their children and make each one through `_make`."""

    children: ClassVar[tuple[str, ...]] = ()
    """The names `transform` knows."""

    type_token: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Only the direct subclass gives the token: a user's `class MyPostgres(Postgres)` stays the same resource.
        if Component in cls.__bases__:
            cls.type_token = f"hanzo:index:{cls.__name__}"

    def __init__(
        self,
        name: str,
        args: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
        *,
        inputs: Mapping[str, Any] | None = None,
    ) -> None:
        """
        Register the component. `inputs` are the values policies and `pulumi stack export` see on it.

        Raises:
            ComponentError: `transform` names a child this component does not have.
        """
        self._name_prefix = name
        self._transform: Mapping[str, Transform] = args.get("transform") or {}
        self._times_registered = 0
        self._check_transform()
        super().__init__(self.type_token, name, dict(inputs or {}), opts)

    def register_outputs(self, outputs: Mapping[str, Any]) -> None:
        """Close the component: it is whole, and these are its outputs."""
        self._times_registered += 1
        super().register_outputs(dict(outputs))

    def _make(
        self,
        child: str,
        resource: Callable[..., ChildT],
        args: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
        *,
        suffix: str | None = None,
    ) -> ChildT:
        """
        The child, made under this component after its transform ran.

        The main child (suffix "") takes the component's own name, the others a fixed suffix: by default their key.
        """
        if child not in self.children:
            raise ComponentError(self.type_token, "makes a child that `children` does not name", f"add {child!r} to it")
        suffix = child if suffix is None else suffix
        arguments = dict(args)
        options = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(parent=self), opts)
        change = self._transform.get(child)
        if change is not None:
            change(arguments, options)
        return resource(f"{self._name_prefix}-{suffix}" if suffix else self._name_prefix, **arguments, opts=options)

    def _check_transform(self) -> None:
        unknown = sorted(set(self._transform) - set(self.children))
        if unknown:
            raise ComponentError(
                self._name_prefix,
                f"transform names {', '.join(unknown)}, which {type(self).__name__} does not make",
                f"it makes {', '.join(self.children)}",
            )

    def check_finished(self) -> None:
        """Raise a ComponentError unless `register_outputs` was called exactly once."""
        if self._times_registered != 1:
            raise ComponentError(
                self._name_prefix,
                f"{type(self).__name__} called register_outputs {self._times_registered} times",
                "call it once, last in the constructor",
            )


def after(*resources: pulumi.Resource | Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
    """Options of a child that must wait for these resources although it takes no value from them."""
    flat: list[pulumi.Resource] = []
    for item in resources:
        flat.extend(item if isinstance(item, Sequence) else [item])
    return pulumi.ResourceOptions(depends_on=flat)
