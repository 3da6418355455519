"""`deploy(plan)`: the body of every program of ours, run by `pulumi up` and by `hanzo local up` alike."""

from __future__ import annotations

import pulumi

from hanzo_components.application import Application
from hanzo_components.declared import declared
from hanzo_iac.plan.spec import Plan


def deploy(plan: Plan) -> Application:
    """Everything of the plan, made by the running Pulumi program; exports its addresses, ids and monthly cost."""
    application = Application(plan.application, {"plan": plan})
    said = declared(plan)
    pulumi.export("urls", application.urls)
    pulumi.export("clusterId", application.cluster_id)
    pulumi.export("vpcId", application.vpc_id)
    for key in ("monthlyCostLowUsd", "monthlyCostHighUsd", "costIsComplete"):
        pulumi.export(key, said[key])
    return application
