"""The part that services of plain resources share: list, read and delete under `<path>` and `<path>/{id}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import belongings, errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, no_content, ok
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

# Fields of a record that are the emulator's own and never answered.
OWN_FIELDS = frozenset({"since"})


def plain(cloud: Cloud, record: Json) -> Json:  # noqa: ARG001
    """The record without the emulator's own fields."""
    return {name: value for name, value in record.items() if name not in OWN_FIELDS}


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A kind of resource: where it lives in the API and in the state."""

    path: str
    """`/v2/firewalls`."""
    parameter: str
    """`firewall_id`."""
    table: str
    one: str
    """The word around one of them in an answer: `firewall`."""
    many: str
    shown: Callable[[Cloud, Json], Json] = plain
    filters: Mapping[str, str] | None = None
    """Query parameter -> the field it selects by."""

    @property
    def item(self) -> str:
        """The path of one of them."""
        return f"{self.path}/{{{self.parameter}}}"

    def records(self, call: Call) -> dict[str, Json]:
        """Id -> record."""
        return call.cloud.state.table(self.table)

    def find(self, call: Call) -> Json:
        """
        The record that the path names.

        Raises:
            ApiError: There is none.
        """
        record = self.records(call).get(call.path[self.parameter])
        if record is None:
            raise errors.not_found()
        return record

    def listing(self, call: Call) -> Answer:
        """Those that the query selects."""
        asked = {field: call.query[name] for name, field in (self.filters or {}).items() if call.query.get(name)}
        found = [one for one in self.records(call).values() if all(one.get(f) == value for f, value in asked.items())]
        return call.page(self.many, [self.shown(call.cloud, record) for record in found])

    def read(self, call: Call) -> Answer:
        """One of them."""
        return ok({self.one: self.shown(call.cloud, self.find(call))})

    def delete(self, call: Call) -> Answer:
        """One of them gone."""
        record = self.find(call)
        del self.records(call)[call.path[self.parameter]]
        if self.table in belongings.KINDS:
            belongings.leaves(call.cloud, belongings.urn(self.table, call.path[self.parameter]), record)
        return no_content()

    def serve(self, routes: Routes) -> None:
        """Register the three."""
        routes("GET", self.path)(self.listing)
        routes("GET", self.item)(self.read)
        routes("DELETE", self.item)(self.delete)
