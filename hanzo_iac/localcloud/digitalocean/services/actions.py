"""The log of actions on resources. An action here is over when it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import offers
from hanzo_iac.localcloud.digitalocean.api import Routes
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()


def shown(cloud: Cloud, record: Json) -> Json:
    """An action as the API answers it."""
    region = offers.region(record["region_slug"], cloud.state.quota)
    return {**{name: value for name, value in record.items() if name != "owner"}, "region": region}


ACTIONS = Resource(
    path="/v2/actions", parameter="action_id", table="actions", one="action", many="actions", shown=shown
)
routes("GET", ACTIONS.path)(ACTIONS.listing)
routes("GET", ACTIONS.item)(ACTIONS.read)


def done(cloud: Cloud, kind: str, urn: str, region: str) -> Json:
    """A finished action on a resource, remembered. `resource_id` is null: only Droplets and images have a number."""
    number = cloud.state.next("actions")
    record = {
        "id": number,
        "status": "completed",
        "type": kind,
        "started_at": cloud.stamp(),
        "completed_at": cloud.stamp(),
        "resource_id": None,
        "resource_type": urn.split(":")[1],
        "owner": urn,
        "region_slug": region,
    }
    cloud.state.table("actions")[str(number)] = record
    return shown(cloud, record)
