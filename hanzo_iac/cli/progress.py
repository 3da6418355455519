"""
What the engine has done so far, grouped by component: a fold over its events, and two ways to show it.

On a terminal a table that lives; elsewhere one plain line for each resource. What stays the same is never shown.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hanzo_iac.errors import Fault

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent
    from pulumi.automation.events import DiagnosticEvent, StepEventMetadata
    from rich.table import Table

DONE = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
    "create-replacement": "created anew",
    "delete-replaced": "deleted the old",
    "read": "read",
    "discard": "forgot",
    "import": "adopted",
}
"""The engine's word for a step -> ours once it is done. Steps that are not here are not shown."""

EMPTY_WORDS = {"update failed", "preview failed", "destroy failed", "refresh failed"}
"""What the engine says at the end of every failed run, after the reasons."""

CANCELED = {"update canceled", "preview canceled", "destroy canceled", "refresh canceled"}
"""What the engine says at the end of a run that it was told to stop."""

REFUSED = re.compile(r"(answered|[A-Z]+ https?://\S+:) (400|404|422) ")
"""How our provider, then the official one, says that DigitalOcean understood the request and will not do it."""

GO_ON = "run the same command again: what exists is kept, and the run goes on from there"

TRACEBACK = re.compile(r"Traceback \(most recent call last\):.*?\n(?=\S)", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One thing the engine has done to one resource."""

    operation: str
    component: str
    """`Postgres rag-db`."""
    resource: str
    """`DatabaseCluster rag-db`."""
    seconds: float | None
    """How long it took; None in a preview, where nothing was done."""

    def __str__(self) -> str:
        if self.seconds is None:
            return f"would {self.operation:<18} {self.resource}  ({self.component})"
        return f"{DONE[self.operation]:<15} {self.resource}  ({self.component}, {self.seconds:.1f} s)"


@dataclass
class Group:
    """One component's resources."""

    running: dict[str, str] = field(default_factory=dict)
    """URN -> step under way."""
    done: Counter[str] = field(default_factory=Counter)
    has_failed: bool = False


@dataclass
class Board:
    """All that is known of a run. `observe` takes each event as it comes."""

    title: str = ""
    """What the run is for, where that is not what was asked for."""
    clock: Callable[[], float] = time.monotonic
    groups: dict[str, Group] = field(default_factory=dict)
    """Component -> its resources, in the order they were first touched."""
    finished: list[Step] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)
    is_failed_by_cloud: bool = False
    """True when a provider could not do its part, which may pass; False when the program or a rule refused."""
    _errors: list[tuple[str, str]] = field(default_factory=list)
    _began: dict[str, float] = field(default_factory=dict)

    def observe(self, event: EngineEvent) -> None:
        """Take one event into account."""
        if event.resource_pre_event:
            self._begin(event.resource_pre_event.metadata)
        elif event.res_outputs_event:
            self._end(event.res_outputs_event.metadata, is_preview=bool(event.res_outputs_event.planning))
        elif event.res_op_failed_event:
            self.is_failed_by_cloud = True
            self._fail(event.res_op_failed_event.metadata)
        elif event.diagnostic_event:
            self._note(event.diagnostic_event)
        elif event.policy_event and event.policy_event.enforcement_level == "mandatory":
            rule = f"{event.policy_event.policy_pack_name}/{event.policy_event.policy_name}"
            self._errors.append((rule, event.policy_event.message))
        elif event.summary_event:
            changes = event.summary_event.resource_changes.items()
            self.changes = {getattr(kind, "value", kind): count for kind, count in changes if count}

    @property
    def is_refused(self) -> bool:
        """True when the cloud said no and will say so again: something written must change first."""
        return any(REFUSED.search(message) for _, message in self._errors)

    @property
    def may_pass(self) -> bool:
        """True when the same run may succeed later: a provider failed, or somebody stopped the engine."""
        is_canceled = any(readable(message) in CANCELED for _, message in self._errors)
        return (self.is_failed_by_cloud or is_canceled) and not self.is_refused

    def faults(self, otherwise: str) -> tuple[Fault, ...]:
        """What went wrong, once each, a resource's faults by its name; `otherwise` where the engine gave no reason."""
        said = dict.fromkeys((where, readable(message)) for where, message in self._errors)
        reasons = {(where, what): None for where, what in said if what and what not in EMPTY_WORDS} or said
        hint = GO_ON if self.may_pass else ""
        return tuple(Fault(where, what, hint) for where, what in reasons) or (Fault("", readable(otherwise), hint),)

    def _begin(self, metadata: StepEventMetadata) -> None:
        if _operation(metadata) in DONE and _is_custom(metadata):
            self._began[metadata.urn] = self.clock()
            self._group(metadata).running[metadata.urn] = _operation(metadata)

    def _end(self, metadata: StepEventMetadata, *, is_preview: bool) -> None:
        group = self._group(metadata) if metadata.urn in self._began else None
        if group is None or group.running.pop(metadata.urn, None) is None:
            return
        operation = _operation(metadata)
        group.done[operation] += 1
        seconds = None if is_preview else self.clock() - self._began[metadata.urn]
        self.finished.append(Step(operation, _component(metadata), _title(metadata.urn), seconds))

    def _fail(self, metadata: StepEventMetadata) -> None:
        group = self._group(metadata)
        group.running.pop(metadata.urn, None)
        group.has_failed = True

    def _note(self, event: DiagnosticEvent) -> None:
        if event.severity == "error" and event.message.strip():
            where = _title(event.urn) if event.urn and "pulumi:pulumi:Stack" not in _type(event.urn) else ""
            self._errors.append((where, event.message))

    def _group(self, metadata: StepEventMetadata) -> Group:
        return self.groups.setdefault(_component(metadata), Group())


class PlainLines:
    """Writes one line for each resource, as it is done."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._board: Board | None = None
        self._written = 0

    def __call__(self, board: Board) -> None:
        if board is not self._board:
            self._board, self._written = board, 0
            if board.title:
                self._write(board.title)
        for step in board.finished[self._written :]:
            self._write(str(step))
        self._written = len(board.finished)


def table(board: Board) -> Table:
    """The components, what was done to each, and what is under way."""
    from rich.table import Table
    from rich.text import Text

    rows = Table(title=board.title or None, title_justify="left", box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, group in board.groups.items():
        mark = "[red]failed[/]" if group.has_failed else "[yellow]…[/]" if group.running else "[green]ok[/]"
        done = ", ".join(f"{count} {DONE[operation]}" for operation, count in sorted(group.done.items()))
        busy = ", ".join(_title(urn).partition(" ")[0] for urn in group.running)
        rows.add_row(mark, Text(name), done, Text(busy, style="dim"))
    return rows


def readable(message: str) -> str:
    """
    A diagnostic without what only a developer of ours could use.

    >>> readable("error: the pool is larger than the quota ")
    'the pool is larger than the quota'
    """
    text = TRACEBACK.sub("", message.replace("\r", ""))
    text = text.replace("Program failed with an unhandled exception:", "")
    lines = [line.rstrip() for line in text.strip().removeprefix("error:").strip().splitlines()]
    return "\n".join(lines)


def _is_custom(metadata: StepEventMetadata) -> bool:
    state = metadata.new or metadata.old
    return bool(state and state.custom) and not metadata.type.startswith("pulumi:providers:")


def _operation(metadata: StepEventMetadata) -> str:
    # An enum that is a str, whose own text is its Python name.
    return str(getattr(metadata.op, "value", metadata.op))


def _component(metadata: StepEventMetadata) -> str:
    state = metadata.new or metadata.old
    return _title(state.parent) if state and state.parent else _title(metadata.urn)


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _title(urn: str) -> str:
    """
    The last words of a resource's type and its name.

    >>> _title("urn:pulumi:dev::rag::hanzo:index:Application$hanzo:index:Postgres::rag-db")
    'Postgres rag-db'
    """
    return f"{_type(urn).rpartition(':')[2]} {urn.rpartition('::')[2]}"
