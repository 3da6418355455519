"""
The base of everything a user writes: strict, frozen, no unknown keys, and rules that look at several fields at once.

A rule gives `Problem`s instead of raising, so that all of them are known together, and each says which fields it read:
the loader drops a problem that only follows from another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

K = TypeVar("K")
V = TypeVar("V")

Loc = tuple[str | int, ...]
"""Where something stands: keys and list positions from the top of the file."""


WITHOUT_RULES = {"rules": False}
"""Validation context under which only fields are checked; the loader holds the rules itself, to find all at once."""


@dataclass(frozen=True)
class Problem:
    """A broken rule: where (inside the object that found it), what, and what to do about it."""

    at: Loc
    what: str
    hint: str = ""
    reads: tuple[Loc, ...] | None = None
    """Every field the rule looked at; None = only `at`."""


class FrozenDict(dict[K, V]):
    """A dict that nobody changes: equal to a dict of the same content, hashable, and its writers raise TypeError."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        message = "what the user wrote is never changed"
        raise TypeError(message)

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        """Equal content in any order, equal hash: as equality has it."""
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copying and pickling go through a plain dict, because items cannot be set."""
        return FrozenDict, (dict(self),)


def _tuple_of(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Frozen = Annotated[Mapping[K, V], AfterValidator(FrozenDict)]
"""A mapping, kept in authoring order and never changed."""

Listed = Annotated[tuple[V, ...], BeforeValidator(_tuple_of)]
"""A list, kept as a tuple."""


def fault(what: str, hint: str = "") -> PydanticCustomError:
    """The error a field's own check raises; the loader adds where."""
    # Braces would be read as places to fill in, so the texts travel beside the message.
    return PydanticCustomError("fault", "{what}", {"what": what, "hint": hint})


if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)


class _Answering(ModelMetaclass):
    """Makes `Service(port=...)` in Python answer with the same InputError as a file does."""

    if not TYPE_CHECKING:

        def __call__(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  a metaclass's instances are classes
            try:
                return super().__call__(*args, **kwargs)
            except ValidationError as error:
                from hanzo_iac.model.faults import input_error

                raise input_error(cls, error) from None


class Written(BaseModel, metaclass=_Answering):
    """Something a user writes, in YAML or in Python."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    def problems(self) -> Iterable[Problem]:
        """Every rule between this object's fields that is broken; the fields themselves are right already."""
        return ()

    @model_validator(mode="after")
    def _hold_rules(self, info: ValidationInfo) -> Self:
        if info.context is WITHOUT_RULES:
            return self
        if problems := list(self.problems()):
            raise ValidationError.from_exception_data(type(self).__name__, [_line(problem) for problem in problems])
        return self


def _line(problem: Problem) -> InitErrorDetails:
    return InitErrorDetails(type=fault(problem.what, problem.hint), loc=problem.at, input=None)
