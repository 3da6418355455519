"""Pieces of a plan in a network and a cluster of one's own, and beside them a whole application."""

import pulumi
from pulumi_digitalocean import KubernetesCluster, Vpc

import hanzo_iac
from hanzo_components import Application, GpuPool, Postgres

app = hanzo_iac.Application.load("../my-rag-app/hanzo.yaml")
pieces = hanzo_iac.plan(app, hanzo_iac.Environment.load("staging"))
whole = hanzo_iac.plan(app, hanzo_iac.Environment.load("dev"))

vpc = Vpc("office", region=pieces.region, ip_range="10.90.0.0/20")
system = {"name": "system", "size": "s-2vcpu-4gb", "node_count": 1}
cluster = KubernetesCluster("office", region=pieces.region, version="1.36.1-do.0", vpc_uuid=vpc.id, node_pool=system)

database = Postgres("db", {"spec": pieces.postgres["db"], "vpc_id": vpc.id, "cluster_id": cluster.id})
smaller = {"pool": lambda args, _: args.update(max_nodes=1)}
GpuPool("gpus", {"spec": pieces.gpu_pools["web"], "cluster_id": cluster.id, "transform": smaller})
Application("rag", {"plan": whole})

pulumi.export("database_url", database.url(user="doadmin", database="db"))
