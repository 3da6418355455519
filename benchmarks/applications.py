"""Generated applications of many shapes, the same for the same seed."""

from __future__ import annotations

import random

import yaml

from hanzo_iac.model.application import Application

GPUS = ("l40s", "a10g", "h100", "rtx6000-ada", "mi300x")
METRICS = ("tokens_per_second", "queue_depth", "requests_per_second")


def service(chance: random.Random, number: int) -> dict[str, object]:
    """One web service or worker, with or without a GPU."""
    low = chance.randint(1, 3)
    written: dict[str, object] = {"build": ".", "replicas": {"min": low, "max": low + chance.randint(0, 5)}}
    if chance.random() < 0.8:
        written["port"] = 8000 + number
    else:
        written["kind"] = "worker"
    if chance.random() < 0.4:
        written["gpu"] = chance.choice(GPUS)
        written["scaling"] = {"metric": chance.choice(METRICS), "target": chance.randint(1, 2000)}
    return written


def application(seed: int) -> Application:
    """An application with one to four services and up to four resources."""
    chance = random.Random(seed)
    resources: dict[str, object] = {
        "db": {"engine": "postgres", "storage": f"{chance.choice((10, 20, 50, 100))}GB"},
        "cache": {"engine": "redis", "memory": f"{chance.choice((1, 2, 4))}GB"},
        "vector": {"engine": "pgvector", "dimensions": chance.choice((384, 768, 1024)), "storage": "20GB"},
        "llm": {"provider": "hanzo-gateway", "models": ["gpt-4o"], "budget": "$500/month"},
    }
    kept = chance.sample(sorted(resources), chance.randint(0, 4))
    written = {
        "name": f"app-{seed}",
        "services": {f"svc-{i}": service(chance, i) for i in range(chance.randint(1, 4))},
        "resources": {key: resources[key] for key in kept},
    }
    return Application.loads(yaml.safe_dump(written))
