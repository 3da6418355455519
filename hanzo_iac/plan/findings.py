"""What planning finds beside the specs: faults, all of them together, and notices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.plan.spec import Notice


class Findings:
    """Collects while a plan is made, so that one answer names every fault, not the first."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.notices: list[Notice] = []

    def fault(self, where: str, what: str, hint: str = "") -> None:
        """Remember something that must be mended; planning goes on."""
        self.faults.append(Fault(where, what, hint))

    def notice(self, where: str, what: str, hint: str = "") -> None:
        """Remember something the user did not write and should know."""
        self.notices.append(Notice(where=where, what=what, hint=hint))

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Turns an InputError raised inside into remembered faults."""
        try:
            yield
        except InputError as error:
            self.faults.extend(error.faults)

    def settle(self) -> None:
        """
        Nothing, if no fault was found: everything made so far is complete.

        Raises:
            InputError: every fault found so far.
        """
        if self.faults:
            raise InputError(self.faults)
