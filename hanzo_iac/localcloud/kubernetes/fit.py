"""
Whether a pod fits on a node: resources, node selector, node affinity, taints. Pure.

The scheduler decides; this only asks, for nodes that are not there yet, what it would decide. Left out, and so presumed
to fit: spreading over zones, affinity between pods, volumes, host ports. Anti-affinity on one's own host is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

_SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}
# Exponents (`1e3`) come before suffixes: `1E` is ten to the eighteenth.
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]?|[KMGTPE]i)")

HOSTNAME = "kubernetes.io/hostname"


def quantity(text: object) -> Decimal:
    """
    A Kubernetes quantity as a number.

    >>> quantity("1500m"), quantity("2Gi"), quantity(3)
    (Decimal('1.500'), Decimal('2147483648'), Decimal('3'))

    Raises:
        ValueError: It is none.
    """
    found = _QUANTITY.fullmatch(str(text))
    if found is None:
        raise ValueError(f"{text!r} is no quantity")
    number, suffix = found.groups()
    return Decimal(number) * _SUFFIXES[suffix]


def requests(pod: Json) -> dict[str, Decimal]:
    """What the pod asks for, `pods: 1` among it: the sum of its containers, or more if an init container needs more."""
    spec = pod["spec"]
    inits = spec.get("initContainers", [])
    stays = [container for container in inits if container.get("restartPolicy") == "Always"]
    total = _sum(_asked(container) for container in [*spec["containers"], *stays])
    for container in inits:
        for name, amount in _asked(container).items():
            total[name] = max(total.get(name, Decimal(0)), amount)
    return {**total, "pods": Decimal(1)}


def free(node: Json, pods: Iterable[Json]) -> dict[str, Decimal]:
    """What is left of the node's allocatable resources with these pods on it."""
    left = {name: quantity(amount) for name, amount in node["status"]["allocatable"].items()}
    for pod in pods:
        for name, amount in requests(pod).items():
            left[name] = left.get(name, Decimal(0)) - amount
    return left


def fits(pod: Json, node: Json, left: Mapping[str, Decimal], beside: Iterable[Json] = ()) -> bool:
    """Whether the pod could run on the node with that much left of it and these pods on it."""
    return (
        all(left.get(name, Decimal(0)) >= amount for name, amount in requests(pod).items() if amount)
        and _selected(pod["spec"], node)
        and _tolerated(pod["spec"].get("tolerations", []), node["spec"].get("taints", []))
        and not _repelled(pod, beside)
    )


def _asked(container: Json) -> dict[str, Decimal]:
    resources = container.get("resources", {})
    # The API server sets requests from limits; a pod template has not been there.
    words = {**resources.get("limits", {}), **resources.get("requests", {})}
    return {name: quantity(amount) for name, amount in words.items()}


def _sum(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for part in parts:
        for name, amount in part.items():
            total[name] = total.get(name, Decimal(0)) + amount
    return total


def _selected(spec: Json, node: Json) -> bool:
    labels = node["metadata"].get("labels", {})
    if any(labels.get(key) != value for key, value in spec.get("nodeSelector", {}).items()):
        return False
    affinity = spec.get("affinity", {}).get("nodeAffinity", {})
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if required is None:
        return True
    terms = required["nodeSelectorTerms"]
    return any(all(matches(labels, rule) for rule in term.get("matchExpressions", [])) for term in terms)


def matches(labels: Mapping[str, str], rule: Json) -> bool:
    """Whether labels satisfy one expression of a node or label selector."""
    value, values = labels.get(rule["key"]), rule.get("values", [])
    there = value is not None
    verdict = {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": there,
        "DoesNotExist": not there,
        "Gt": rule["operator"] == "Gt" and there and int(value or 0) > int(values[0]),
        "Lt": rule["operator"] == "Lt" and there and int(value or 0) < int(values[0]),
    }
    return verdict.get(rule["operator"], False)


def selects(selector: Json | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects these labels. An empty one selects everything, an absent one nothing."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels", {})
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        matches(labels, rule) for rule in selector.get("matchExpressions", [])
    )


def _tolerated(tolerations: list[Json], taints: list[Json]) -> bool:
    binding = [taint for taint in taints if taint["effect"] in ("NoSchedule", "NoExecute")]
    return all(any(_tolerates(one, taint) for one in tolerations) for taint in binding)


def _tolerates(toleration: Json, taint: Json) -> bool:
    if toleration.get("effect") not in (None, "", taint["effect"]):
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return toleration.get("key") in (None, "", taint["key"])
    same_value = toleration.get("value", "") == taint.get("value", "")
    return bool(toleration.get("key") == taint["key"] and same_value)


def _repelled(pod: Json, beside: Iterable[Json]) -> bool:
    """Whether the pod must not share a host with one of these."""
    affinity = pod["spec"].get("affinity", {}).get("podAntiAffinity", {})
    terms = affinity.get("requiredDuringSchedulingIgnoredDuringExecution", [])
    own = [term for term in terms if term.get("topologyKey") == HOSTNAME]
    return any(
        selects(term.get("labelSelector"), other["metadata"].get("labels", {}))
        for other in beside
        if other["metadata"].get("namespace") == pod["metadata"].get("namespace")
        for term in own
    )
