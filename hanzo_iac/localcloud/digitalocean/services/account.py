"""The account itself, and what it may order: regions and sizes."""

from __future__ import annotations

from hanzo_iac.localcloud.digitalocean import offers
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, ok

routes = Routes()

# Arbitrary: more than any test makes.
USUAL_DROPLETS = 1000


@routes("GET", "/v2/account")
def read(call: Call) -> Answer:
    """The account, active and verified."""
    return ok(
        {
            "account": {
                "droplet_limit": call.cloud.state.quota.get("droplets", USUAL_DROPLETS),
                "floating_ip_limit": 0,
                "email": "local@example.com",
                "name": "Local Cloud",
                "uuid": "00000000-0000-4000-8000-000000000001",
                "email_verified": True,
                "status": "active",
                "status_message": "",
                "team": {"uuid": "00000000-0000-4000-8000-000000000002", "name": "Local Team"},
            }
        }
    )


@routes("GET", "/v2/regions")
def regions(call: Call) -> Answer:
    """Every region."""
    return call.page("regions", offers.regions(call.cloud.state.quota))


@routes("GET", "/v2/sizes")
def sizes(call: Call) -> Answer:
    """Every Droplet size. One of which the account has no allocation is in no region."""
    return call.page("sizes", offers.sizes(call.cloud.state.quota))
