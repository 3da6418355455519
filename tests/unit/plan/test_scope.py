from __future__ import annotations

import pytest
from plan_cases import faults

from hanzo_iac.errors import Fault

LATER = "leave it out for now: a later version deploys it"
REFUSED = [
    ({"resources/files": {"engine": "spaces"}},
     Fault("resources/files", "object storage is not deployable yet", LATER)),
    ({"resources/docs": {"engine": "qdrant", "dimensions": 3}},
     Fault("resources/docs/engine", "qdrant is not deployable yet", "write engine: pgvector, which is")),
    ({"resources/docs": {"engine": "weaviate", "dimensions": 3}},
     Fault("resources/docs/engine", "weaviate is not deployable yet", "write engine: pgvector, which is")),
    ({"services/nightly": {"image": "x/n:1", "kind": "job"}},
     Fault("services/nightly/kind", "services of kind job are not deployable yet", "web and worker services are")),
    ({"services/nightly": {"image": "x/n:1", "kind": "cron", "schedule": "0 3 * * *"}},
     Fault("services/nightly/kind", "services of kind cron are not deployable yet", "web and worker services are")),
    ({"services/web": {"git": {"url": "https://github.com/acme/shop"}, "port": 8080}},
     Fault("services/web/git", "building from a Git repository is not deployable yet",
           "write build: . or image: <image>")),
    ({"services/web/secrets": {"TOKEN": {"secret": "SHOP_TOKEN"}}},
     Fault("services/web/secrets", "secrets of your own are not deployable yet",
           f"bindings to resources bring their own secrets; {LATER}")),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "fault"), REFUSED)
def test_what_is_not_deployed_yet_is_refused_plainly(changes, fault):
    assert faults(changes) == (fault,)
