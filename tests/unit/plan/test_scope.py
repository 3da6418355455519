from __future__ import annotations

import pytest
from plan_cases import faults

from hanzo_iac.errors import Fault

REFUSED = [
    ({"services/web/secrets": {"TOKEN": {"secret": "SHOP_TOKEN"}}},
     Fault("services/web/secrets", "secrets of your own are not deployable yet",
           "bindings to resources bring their own secrets; leave it out for now: a later version deploys it")),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "fault"), REFUSED)
def test_what_is_not_deployed_yet_is_refused_plainly(changes, fault):
    assert faults(changes) == (fault,)
