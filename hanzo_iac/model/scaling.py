"""E of the tuple: how many copies run, by which metric or objectives, when, and on which kind of capacity."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from hanzo_iac.model.values import TimeZone
from hanzo_iac.model.written import Listed, Problem, Written, fault
from hanzo_iac.units import shown

Metric = Literal[
    "tokens_per_second",
    "queue_depth",
    "requests_per_second",
    "concurrency",
    "gpu_utilization",
    "kv_cache",
    "cpu",
]
Capacity = Literal["on-demand", "spot"]

MAX_COPIES = 1000
"""Chosen: far above what one cluster of this design runs, low enough to catch a slipped zero."""


class Bounds(Written):
    """From how many to how many."""

    min: int = Field(default=1, ge=0, le=MAX_COPIES)
    """Never fewer."""
    max: int = Field(default=1, ge=1, le=MAX_COPIES)
    """Never more. Left out, it is `min`, and at least 1."""

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, value: Any) -> Any:
        least = value.get("min") if isinstance(value, dict) else None
        if isinstance(least, int) and not isinstance(least, bool) and 1 < least <= MAX_COPIES and "max" not in value:
            return {**value, "max": least}
        return value

    def problems(self) -> Iterable[Problem]:
        """`min` above `max`."""
        if self.min > self.max:
            yield Problem(
                ("min",),
                f"{self.min} is more than max, {self.max}",
                f"raise max to {self.min} or set min to {self.max}",
                reads=(("min",), ("max",)),
            )


class Replicas(Bounds):
    """How many copies of a service run."""


class Nodes(Bounds):
    """How many nodes a pool has."""


def _exactly(value: object) -> object:
    return {"min": value, "max": value} if isinstance(value, int) and not isinstance(value, bool) else value


ReplicasValue = Annotated[Replicas, BeforeValidator(_exactly, json_schema_input_type=int | Replicas)]
NodesValue = Annotated[Nodes, BeforeValidator(_exactly, json_schema_input_type=int | Nodes)]


# minute, hour, day of the month, month, day of the week: lowest and highest value of each
_CRON_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_CRON_NAMES = {
    name: str(number)
    for names, first in (("jan feb mar apr may jun jul aug sep oct nov dec", 1), ("sun mon tue wed thu fri sat", 0))
    for number, name in enumerate(names.split(), start=first)
}
_CRON_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?", re.ASCII)


def _cron_field(text: str, least: int, most: int) -> bool:
    for part in text.split(","):
        numbers = re.sub("[a-z]{3}", lambda found: _CRON_NAMES.get(found[0], found[0]), part.lower())
        match = _CRON_PART.fullmatch(numbers)
        if match is None:
            return False
        first, last, _ = match.groups()
        ends = [int(end) for end in (first, last) if end is not None]
        if any(not least <= end <= most for end in ends) or ends != sorted(ends):
            return False
    return True


def _cron(text: str) -> str:
    fields = text.split()
    if len(fields) != len(_CRON_RANGES) or not all(
        _cron_field(field, *ends) for field, ends in zip(fields, _CRON_RANGES, strict=True)
    ):
        raise fault(
            f"{shown(text)} is not a schedule: minute, hour, day of month, month, day of week",
            'write for example "0 8 * * 1-5": at 8:00 from Monday to Friday',
        )
    return text


Cron = Annotated[str, AfterValidator(_cron), Field(examples=["0 8 * * 1-5"])]
"""When, as the five fields of cron."""


class Window(Written):
    """A recurring time in which at least so many copies run."""

    start: Cron
    """When it begins."""
    end: Cron
    """When it ends."""
    min: int = Field(ge=1, le=MAX_COPIES, examples=[4])
    """Copies that run in between."""
    timezone: TimeZone = "UTC"
    """The clock `start` and `end` are read on."""


class Objectives(Written):
    """What users are to notice; replicas follow from it."""

    ttft_ms: int | None = Field(default=None, ge=1, le=600_000)
    """Time to the first token, milliseconds, 99th percentile."""
    p99_latency_ms: int | None = Field(default=None, ge=1, le=3_600_000)
    """Time of a whole answer, milliseconds, 99th percentile."""

    def problems(self) -> Iterable[Problem]:
        """Nothing aimed at."""
        if self.ttft_ms is None and self.p99_latency_ms is None:
            yield Problem((), "names no objective", "write ttft_ms or p99_latency_ms")


def _shortest(number: float | None) -> float | int | None:
    return int(number) if number is not None and number.is_integer() else number


Target = Annotated[float, Field(gt=0, allow_inf_nan=False), PlainSerializer(_shortest)]


class Scaling(Written):
    """When copies are added and taken away."""

    metric: Metric | None = None
    """What is measured, for each copy."""
    target: Target | None = None
    """The metric's value that each copy should carry: tokens or requests a second, waiting requests, or percent."""
    schedule: Listed[Window] | None = None
    """Times at which more copies run whatever the metric says."""
    objectives: Objectives | None = None
    """Latencies to hold."""

    def problems(self) -> Iterable[Problem]:
        """A metric without target or the reverse, percent above 100, and nothing to scale by."""
        both = (("metric",), ("target",))
        if self.metric is not None and self.target is None:
            yield Problem(("target",), "is missing", f"say how much {self.metric} one replica carries", both)
        if self.target is not None and self.metric is None:
            hint = "write one of " + ", ".join(get_args(Metric))
            yield Problem(("metric",), "is missing", hint, both)
        if self.metric in {"gpu_utilization", "kv_cache", "cpu"} and self.target is not None and self.target > 100:
            yield Problem(("target",), f"{self.target:g} is more than 100 percent", "write 1 to 100", both)
        if self.metric is None and self.target is None and not self.schedule and self.objectives is None:
            reads = (*both, ("schedule",), ("objectives",))
            yield Problem((), "says nothing to scale by", "write metric and target, or objectives", reads)


@dataclass(frozen=True)
class ScalingPolicy:
    """E of one service."""

    replicas: Replicas
    scaling: Scaling | None
    capacity: Capacity
