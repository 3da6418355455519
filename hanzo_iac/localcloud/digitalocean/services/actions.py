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


def _shown(cloud: Cloud, record: Json) -> Json:
    return {**record, "region": offers.region(record["region_slug"], cloud.state.quota)}


ACTIONS = Resource(
    path="/v2/actions", parameter="action_id", table="actions", one="action", many="actions", shown=_shown
)
routes("GET", ACTIONS.path)(ACTIONS.listing)
routes("GET", ACTIONS.item)(ACTIONS.read)


def done(cloud: Cloud, kind: str, resource_type: str, region: str) -> Json:
    """A finished action, remembered. Its resource has no number: only Droplets and images have one."""
    number = cloud.state.next("actions")
    record = {
        "id": number,
        "status": "completed",
        "type": kind,
        "started_at": cloud.stamp(),
        "completed_at": cloud.stamp(),
        "resource_id": None,
        "resource_type": resource_type,
        "region_slug": region,
    }
    cloud.state.table("actions")[str(number)] = record
    return _shown(cloud, record)
