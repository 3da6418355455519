"""
DigitalOcean's HTTP API on this machine: stateful, loopback only, answering as DigitalOcean's OpenAPI says.

One file per service in `services/`; what they share stands here: state, errors, pages, faults, validation of answers.
The emulator holds what was asked for; real servers behind it are `hanzo_iac.localcloud.backends`.
"""

from __future__ import annotations

from hanzo_iac.localcloud.digitalocean.app import create_app
from hanzo_iac.localcloud.digitalocean.cloud import Cloud
from hanzo_iac.localcloud.digitalocean.faults import Fault, Faults
from hanzo_iac.localcloud.digitalocean.server import Server
from hanzo_iac.localcloud.digitalocean.settings import Settings
from hanzo_iac.localcloud.digitalocean.state import State

__all__ = ["Cloud", "Fault", "Faults", "Server", "Settings", "State", "create_app"]
