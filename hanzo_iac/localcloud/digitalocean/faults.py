"""
Faults on demand: which calls of the API fail, and how.

Failing "every call in turn" is one rule that is moved: `Fault(kind="status", nth=1)`, run, `nth=2`, run, and so on
until a run ends without the rule having struck.
"""

from __future__ import annotations

import re
import threading
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Kind = Literal["status", "timeout-before", "timeout-after-commit", "cut-body", "latency"]

# What a rule written as JSON may hold, but for its kind.
FIELDS: dict[str, tuple[type, ...]] = {
    "method": (str,),
    "path": (str,),
    "nth": (int,),
    "times": (int, type(None)),
    "status": (int,),
    "retry_after_s": (int,),
    "latency_s": (int, float),
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One rule. It counts the calls that match it, and strikes from the `nth` on, `times` times."""

    kind: Kind
    """`status`: answers `status`, does nothing. `timeout-before`: drops the connection, does nothing.
    `timeout-after-commit`: does the work, then drops the connection. `cut-body`: does the work, sends half the answer.
    `latency`: waits `latency_s`, then goes on."""
    method: str = ".*"
    """Regular expression for the whole method."""
    path: str = ".*"
    """Regular expression found in the path, without the query."""
    nth: int = 1
    times: int | None = 1
    """None strikes for ever."""
    status: int = 500
    retry_after_s: int = 1
    """Sent with a 429."""
    latency_s: float = 0.0

    @classmethod
    def read(cls, body: dict[str, Any]) -> Fault:
        """
        The rule written as JSON.

        Raises:
            ValueError: A field is unknown or wrong.
        """
        unknown = sorted(set(body) - set(cls.__dataclass_fields__))
        if unknown:
            raise ValueError(f"unknown field {unknown[0]}")
        if body.get("kind") not in get_args(Kind):
            raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}")
        for name, kinds in FIELDS.items():
            if name in body and (not isinstance(body[name], kinds) or isinstance(body[name], bool)):
                raise ValueError(f"{name} cannot be {body[name]!r}")
        re.compile(body.get("path", ""))
        re.compile(body.get("method", ""))
        return cls(**body)

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule counts this call."""
        return bool(re.fullmatch(self.method, method) and re.search(self.path, path))

    def strikes_at(self, seen: int) -> bool:
        """Whether the `seen`-th matching call is struck."""
        return seen >= self.nth and (self.times is None or seen < self.nth + self.times)


class Faults:
    """The rules in force, with how often each was met."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: dict[int, Fault] = {}
        self._seen: dict[int, int] = {}
        self._struck: dict[int, int] = {}
        self._last = 0

    def add(self, fault: Fault) -> int:
        """The new rule's number."""
        with self._lock:
            self._last += 1
            self._rules[self._last] = fault
            self._seen[self._last] = self._struck[self._last] = 0
            return self._last

    def remove(self, number: int) -> bool:
        """Whether there was such a rule."""
        with self._lock:
            return self._rules.pop(number, None) is not None

    def clear(self) -> None:
        """No rule is in force."""
        with self._lock:
            self._rules.clear()

    def seen(self, number: int) -> int:
        """How many calls this rule has counted."""
        return self._seen.get(number, 0)

    def struck(self, number: int) -> int:
        """How many calls this rule has failed; still known after the rule was removed."""
        return self._struck.get(number, 0)

    def strike(self, method: str, path: str) -> tuple[float, Fault | None]:
        """The seconds this call is held up, and the oldest other rule that strikes it. Every rule counts it once."""
        with self._lock:
            struck = [fault for number, fault in self._rules.items() if self._meets(number, fault, method, path)]
        delay_s = sum(fault.latency_s for fault in struck if fault.kind == "latency")
        return delay_s, next((fault for fault in struck if fault.kind != "latency"), None)

    def listed(self) -> list[dict[str, Any]]:
        """The rules in force as plain data."""
        with self._lock:
            return [
                {"id": number, **asdict(fault), "seen": self._seen[number], "struck": self._struck[number]}
                for number, fault in self._rules.items()
            ]

    def _meets(self, number: int, fault: Fault, method: str, path: str) -> bool:
        if not fault.matches(method, path):
            return False
        self._seen[number] += 1
        struck = fault.strikes_at(self._seen[number])
        self._struck[number] += struck
        return struck
