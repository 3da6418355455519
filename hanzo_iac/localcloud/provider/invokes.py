"""The SDK's `get_*` functions: token -> arguments to result, each with the shape its result class expects."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.fields import State
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named
from hanzo_iac.localcloud.provider.resources import (
    certificates,
    clusters,
    database_parts,
    databases,
    domains,
    load_balancers,
    node_pools,
    projects,
    registries,
    replicas,
    shares,
    spaces_keys,
    tags,
    vectors,
    vpcs,
)


def must_have(found: Any, what: str) -> Any:
    """
    What was found.

    Raises:
        InputError: nothing was.
    """
    if found is None:
        raise InputError(Fault("", f"there is no {what}"))
    return found


def state_of(call: Call, resource: Resource, args: State, known: State | None = None) -> State:
    """The state, with its id, of the one that has the name in the arguments."""
    what = f"{resource.word} {args.get('name')!r}"
    found = must_have(resource.find(call, args), what)
    found_id = resource.identify(found, args)
    state = must_have(resource.read(call, found_id, {**args, **(known or {})}), what)
    return {**state, "id": found_id}


def get_account(call: Call, _args: State) -> State:
    """The account the token belongs to."""
    account: Json = call.api.get("/v2/account")["account"]
    return {
        "id": account["uuid"],
        "uuid": account["uuid"],
        "email": account["email"],
        "emailVerified": account["email_verified"],
        "status": account["status"],
        "statusMessage": account.get("status_message", ""),
        "dropletLimit": account["droplet_limit"],
        "floatingIpLimit": account["floating_ip_limit"],
    }


def get_database_ca(call: Call, args: State) -> State:
    """The certificate that signs a cluster's server certificates, as PEM text."""
    answer = call.api.get(f"/v2/databases/{args['clusterId']}/ca")
    certificate = base64.b64decode(answer["ca"]["certificate"]).decode()
    return {"id": args["clusterId"], "clusterId": args["clusterId"], "certificate": certificate}


def get_database_cluster(call: Call, args: State) -> State:
    """A database cluster by name."""
    every: State = {"maintenanceWindows": [{}]}
    state = state_of(call, databases.CLUSTER, args, every)
    return {"storageAutoscales": [], **state, "urn": state["clusterUrn"]}


def get_database_user(call: Call, args: State) -> State:
    """A user of a database cluster."""
    return {"settings": [], "mysqlAuthPlugin": "", **state_of(call, database_parts.USER, args)}


def get_database_connection_pool(call: Call, args: State) -> State:
    """A connection pool of a database cluster."""
    return state_of(call, database_parts.CONNECTION_POOL, args)


def get_kubernetes_cluster(call: Call, args: State) -> State:
    """A cluster by name, with all its pools and fresh credentials."""
    state = state_of(call, clusters.CLUSTER, args)
    cluster: Json = call.api.get(f"{node_pools.CLUSTERS}/{state['id']}")["kubernetes_cluster"]
    pools = [{"id": pool["id"], **node_pools.pool_state(pool)} for pool in cluster.get("node_pools") or []]
    return {
        **state,
        "urn": state["clusterUrn"],
        "nodePools": pools,
        "maintenancePolicies": [state["maintenancePolicy"]] if "maintenancePolicy" in state else [],
        "controlPlaneFirewalls": [state["controlPlaneFirewall"]] if "controlPlaneFirewall" in state else [],
        "ssos": [],
    }


def get_kubernetes_versions(call: Call, args: State) -> State:
    """The versions DOKS offers, newest first, that start as asked."""
    prefix = args.get("versionPrefix") or ""
    offered = [version["slug"] for version in call.api.get("/v2/kubernetes/options")["options"]["versions"]]
    valid = [slug for slug in offered if slug.startswith(prefix)]
    result: State = {"id": "versions", "validVersions": valid, "latestVersion": valid[0] if valid else ""}
    return result | ({"versionPrefix": prefix} if prefix else {})


def region_result(region: Json) -> State:
    """A region as the SDK wants it."""
    return {key: region[key] for key in ("slug", "name", "available", "features", "sizes")}


def get_region(call: Call, args: State) -> State:
    """A region by slug."""
    found = only_named(call.api.pages("/v2/regions", "regions"), args["slug"], "slug")
    return {"id": args["slug"], **region_result(must_have(found, f"region {args['slug']!r}"))}


def get_regions(call: Call, args: State) -> State:
    """All regions, filtered and sorted as asked."""
    regions = [region_result(region) for region in call.api.pages("/v2/regions", "regions")]
    return {"id": "regions", "regions": chosen(regions, args)}


def size_result(size: Json) -> State:
    """A Droplet size as the SDK wants it."""
    keys = {
        "slug": "slug", "available": "available", "disk": "disk", "memory": "memory", "priceHourly": "price_hourly",
        "priceMonthly": "price_monthly", "regions": "regions", "transfer": "transfer", "vcpus": "vcpus",
    }  # fmt: skip
    gpu = size.get("gpu_info")
    infos = [{"count": gpu["count"], "model": gpu["model"], "vrams": [gpu["vram"]]}] if gpu else []
    return {**{name: size[key] for name, key in keys.items()}, "gpuInfos": infos}


def get_sizes(call: Call, args: State) -> State:
    """All Droplet sizes, filtered and sorted as asked."""
    return {"id": "sizes", "sizes": chosen([size_result(size) for size in call.api.pages("/v2/sizes", "sizes")], args)}


def camel(name: str) -> str:
    """
    The SDK's spelling of an API name.

    >>> camel("price_monthly")
    'priceMonthly'
    """
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def chosen(items: list[State], args: State) -> list[State]:
    """The items that pass all filters, in the order asked for."""
    for rule in args.get("filters") or []:
        items = [item for item in items if passes(item.get(camel(rule["key"])), rule)]
    for order in reversed(args.get("sorts") or []):
        key = camel(order["key"])
        items = sorted(items, key=lambda item: item[key], reverse=order.get("direction") == "desc")
    return items


def passes(value: Any, rule: State) -> bool:
    """Whether a value is among those a filter names; of a list, one or (`all`) every wanted one must be in it."""
    wanted = [str(want).lower() for want in rule["values"]]
    if isinstance(value, list):
        held = {str(item).lower() for item in value}
        return (all if rule.get("all") else any)(want in held for want in wanted)
    told = str(value).lower()
    if rule.get("matchBy") == "substring":
        return any(want in told for want in wanted)
    return told in wanted


def get_tag(call: Call, args: State) -> State:
    """A tag by name."""
    return state_of(call, tags.TAG, args)


def get_vector_database(call: Call, args: State) -> State:
    """A vector database by id or name."""
    vector_id = (
        args.get("id")
        or must_have(vectors.find_vector(call, {"name": args.get("name")}), f"vector database {args.get('name')!r}")[
            "id"
        ]
    )
    state = must_have(vectors.read_vector(call, vector_id, {}), f"vector database {vector_id}")
    return {**state, "configs": [state["config"]], "id": vector_id}


def get_vpc(call: Call, args: State) -> State:
    """A VPC by id, by name, or the default one of a region."""
    known = list(call.api.pages("/v2/vpcs", "vpcs"))
    if args.get("id"):
        found = only_named(known, args["id"], "id")
    elif args.get("name"):
        found = only_named(known, args["name"])
    else:
        found = next((vpc for vpc in known if vpc.get("default") and vpc["region"] == args.get("region")), None)
    vpc_id = must_have(found, "VPC like that")["id"]
    state = must_have(vpcs.read_vpc(call, vpc_id, {}), "VPC like that")
    return {**state, "id": vpc_id, "urn": state["vpcUrn"]}


def one_of(resource: Resource, extra: Callable[[State], State] = lambda _: {}) -> Callable[[Call, State], State]:
    """The function that reads one by name, with what the function's result has beyond the resource's state."""

    def get(call: Call, args: State) -> State:
        state = state_of(call, resource, args)
        return {**state, **extra(state)}

    return get


def get_domain(call: Call, args: State) -> State:
    """A domain by name."""
    state = state_of(call, domains.DOMAIN, args)
    zone = call.api.get(f"{domains.DOMAINS}/{args['name']}")["domain"].get("zone_file") or ""
    return {**state, "zoneFile": zone}


def get_record(call: Call, args: State) -> State:
    """A record of a domain by its name."""
    records = call.api.pages(f"{domains.DOMAINS}/{args['domain']}/records", "domain_records")
    found = must_have(only_named(records, args["name"]), f"record {args['name']!r} of {args['domain']}")
    state = must_have(domains.read_record(call, str(found["id"]), args), "record like that")
    return {**state, "id": str(found["id"]), "data": state["value"]}


def get_project(call: Call, args: State) -> State:
    """A project by id, by name, or the default one."""
    every = list(call.api.pages(projects.PROJECTS, "projects"))
    if args.get("id") or args.get("name"):
        key = "id" if args.get("id") else "name"
        found = only_named(every, args[key], key)
    else:
        found = next((project for project in every if project.get("is_default")), None)
    project_id = must_have(found, "project like that")["id"]
    return {**must_have(projects.read_project(call, project_id, {}), "project like that"), "id": project_id}


def get_projects(call: Call, args: State) -> State:
    """All projects, filtered and sorted as asked."""
    every = [get_project(call, {"id": project["id"]}) for project in call.api.pages(projects.PROJECTS, "projects")]
    return {"id": "projects", "projects": chosen(every, args)}


def get_load_balancer(call: Call, args: State) -> State:
    """A load balancer by id or name."""
    balancer_id = args.get("id")
    if not balancer_id:
        found = load_balancers.BALANCER.find(call, args)
        balancer_id = must_have(found, f"load balancer {args.get('name')!r}")["id"]
    state = must_have(load_balancers.read_balancer(call, balancer_id, {}), f"load balancer {balancer_id}")
    lists = {"firewalls": "firewall", "healthchecks": "healthcheck", "stickySessions": "stickySessions"}
    shaped = {name: [state[key]] if state[key] else [] for name, key in lists.items()}
    settings = [state["glbSettings"]] if state["glbSettings"] else []
    return {**state, **shaped, "glbSettings": settings, "id": balancer_id}


def get_spaces_key(call: Call, args: State) -> State:
    """A Spaces key by its access key, without its secret."""
    state = spaces_keys.read_key(call, args["accessKey"], {})
    return {**must_have(state, f"Spaces key {args['accessKey']!r}"), "id": args["accessKey"]}


INVOKES: Mapping[str, Callable[[Call, State], State]] = MappingProxyType(
    {
        f"digitalocean:index/{name}:{name}": function
        for name, function in {
            "getAccount": get_account,
            "getCertificate": one_of(certificates.CERTIFICATE),
            "getContainerRegistry": one_of(registries.REGISTRY),
            "getDatabaseCa": get_database_ca,
            "getDatabaseCluster": get_database_cluster,
            "getDatabaseConnectionPool": get_database_connection_pool,
            "getDatabaseReplica": one_of(replicas.REPLICA),
            "getDatabaseUser": get_database_user,
            "getDomain": get_domain,
            "getKubernetesCluster": get_kubernetes_cluster,
            "getKubernetesVersions": get_kubernetes_versions,
            "getLoadBalancer": get_load_balancer,
            "getNfs": one_of(shares.SHARE, lambda state: {"tags": state.get("tags") or []}),
            "getProject": get_project,
            "getProjects": get_projects,
            "getRecord": get_record,
            "getRegion": get_region,
            "getRegions": get_regions,
            "getSizes": get_sizes,
            "getSpacesKey": get_spaces_key,
            "getTag": get_tag,
            "getVectorDatabase": get_vector_database,
            "getVpc": get_vpc,
        }.items()
    }
)
"""Token -> function."""
