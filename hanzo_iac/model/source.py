"""S of the tuple: what is built and run. Each service has exactly one source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer

from hanzo_iac.model.values import GitRef, GitUrl, PathInside, PlainValue, RelativePath, VariableName
from hanzo_iac.model.written import Frozen, FrozenDict, Written


class Build(Written):
    """A folder that the build system makes an image of: with its Dockerfile, or by detecting the language."""

    context: RelativePath = "."
    """The folder, relative to hanzo.yaml."""
    dockerfile: PathInside | None = None
    """The Dockerfile inside the folder; left out, `Dockerfile` is taken or the language is detected."""
    args: Frozen[VariableName, PlainValue] = Field(default_factory=FrozenDict)
    """Build arguments. They end up in the image: no secrets."""


class Git(Written):
    """A Git repository that the build system clones and builds."""

    url: GitUrl = Field(examples=["https://github.com/acme/app.git"])
    """The repository's address, without credentials."""
    ref: GitRef = "main"
    """Branch, tag or commit."""
    path: PathInside = "."
    """The folder inside the repository."""


@dataclass(frozen=True)
class Image:
    """An image that is run as it is."""

    reference: str


Source = Build | Git | Image


def _build(value: object) -> object:
    return {"context": value} if isinstance(value, str) else value


def _git(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _short_build(build: Build | None) -> Any:
    """`build: .` again, when nothing else was said."""
    if build is None or build.dockerfile or build.args:
        return build
    return build.context


BuildValue = Annotated[
    Build, BeforeValidator(_build, json_schema_input_type=str | Build), PlainSerializer(_short_build)
]
"""`build: .`, or a mapping."""

GitValue = Annotated[Git, BeforeValidator(_git, json_schema_input_type=str | Git)]
"""`git: https://...`, or a mapping."""
