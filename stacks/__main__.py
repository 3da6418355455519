"""The Pulumi program of every stack: load, plan, deploy. The stack's name is the environment unless its config says."""

from __future__ import annotations

from pathlib import Path

import pulumi

from hanzo_components import deploy
from hanzo_iac import Application, Environment, plan
from hanzo_iac.errors import HanzoError

config = pulumi.Config()
file = Path(config.get("application") or "../examples/my-rag-app/hanzo.yaml")
environment = config.get("environment") or pulumi.get_stack()

try:
    blueprint = plan(Application.load(file), Environment.load(environment, beside=file.parent))
except HanzoError as error:
    raise pulumi.RunError(str(error)) from None

deploy(blueprint)
