"""
The programs of one control plane and their words: etcd, API server, controller manager, scheduler, kwok.

The same programs that kwokctl's binary runtime starts, started one by one: each is then recorded, adopted and restarted
like any other process of the cloud, none listens where nobody asks, and each is kept small.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hanzo_iac.localcloud.kubernetes import certificates
from hanzo_iac.localcloud.kubernetes.stages import STAGES
from hanzo_iac.localcloud.places import write_whole
from hanzo_iac.localcloud.processes import Program

# DOKS's default ranges for a cluster without its own. Source: DigitalOcean's DOKS documentation, 2026-11.
SERVICES, FIRST_SERVICE, PODS = "10.245.0.0/16", "10.245.0.1", "10.244.0.0/16"

# The controllers whose work shows in a cluster without real nodes. Left out: certificate signing, node addresses, cloud
# routes, garbage of volumes' attachments, bootstrap tokens.
CONTROLLERS = (
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemonset-controller",
    "deployment-controller",
    "disruption-controller",
    "endpoints-controller",
    "endpointslice-controller",
    "ephemeral-volume-controller",
    "garbage-collector-controller",
    "horizontal-pod-autoscaler-controller",
    "job-controller",
    "namespace-controller",
    "node-lifecycle-controller",
    "persistentvolume-binder-controller",
    "persistentvolume-protection-controller",
    "persistentvolumeclaim-protection-controller",
    "pod-garbage-collector-controller",
    "replicaset-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "statefulset-controller",
    "taint-eviction-controller",
    "ttl-after-finished-controller",
    "validatingadmissionpolicy-status-controller",
)

# GOGC trades time for memory: collected at half the growth that is usual. GOMAXPROCS keeps five programs from each
# taking every core.
SMALL = {"GOGC": "50", "GOMAXPROCS": "2"}


@dataclass(frozen=True, kw_only=True)
class ControlPlane:
    """One control plane: where it lies, where it listens, and what starts it."""

    folder: Path
    name: str
    """What its processes' names start with."""
    etcd_port: int
    etcd_peer_port: int
    port: int
    binary: Callable[[str], Path]

    @property
    def url(self) -> str:
        """Where the API server answers."""
        return f"https://127.0.0.1:{self.port}"

    def pki(self, name: str) -> str:
        """The path of a certificate or key."""
        return str(self.folder / "pki" / name)

    def lay_out(self) -> None:
        """Certificates, kubeconfig and kwok's stages are in place."""
        certificates.make(self.folder / "pki", FIRST_SERVICE)
        write_whole(self.folder / "kubeconfig", json.dumps(self._kubeconfig(), indent=1))
        write_whole(self.folder / "stages.yaml", "\n---\n".join(json.dumps(stage) for stage in STAGES))

    def etcd(self) -> Program:
        """The store."""
        client, peer = f"https://127.0.0.1:{self.etcd_port}", f"https://127.0.0.1:{self.etcd_peer_port}"
        return self._program(
            "etcd",
            {
                "data-dir": str(self.folder / "etcd"),
                "listen-client-urls": client,
                "advertise-client-urls": client,
                "listen-peer-urls": peer,
                "initial-advertise-peer-urls": peer,
                "initial-cluster": f"default={peer}",
                "client-cert-auth": "true",
                "trusted-ca-file": self.pki("ca.crt"),
                "cert-file": self.pki("etcd.crt"),
                "key-file": self.pki("etcd.key"),
                "peer-client-cert-auth": "true",
                "peer-trusted-ca-file": self.pki("ca.crt"),
                "peer-cert-file": self.pki("etcd.crt"),
                "peer-key-file": self.pki("etcd.key"),
                # A local cloud survives kills of processes, not of the machine: no wait for the disk at each write.
                "unsafe-no-fsync": "true",
                "auto-compaction-retention": "5m",
                "quota-backend-bytes": str(1 << 30),
                "snapshot-count": "5000",
                "log-level": "warn",
            },
        )

    def apiserver(self) -> Program:
        """The API server."""
        return self._program(
            "kube-apiserver",
            {
                "etcd-servers": f"https://127.0.0.1:{self.etcd_port}",
                "etcd-cafile": self.pki("ca.crt"),
                "etcd-certfile": self.pki("etcd-client.crt"),
                "etcd-keyfile": self.pki("etcd-client.key"),
                "bind-address": "127.0.0.1",
                "advertise-address": "127.0.0.1",
                # A loopback address is refused as the endpoint of the Service `kubernetes`; nothing in pods needs it.
                "endpoint-reconciler-type": "none",
                "secure-port": str(self.port),
                "tls-cert-file": self.pki("apiserver.crt"),
                "tls-private-key-file": self.pki("apiserver.key"),
                "client-ca-file": self.pki("ca.crt"),
                "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
                "service-account-key-file": self.pki("service-accounts.pub"),
                "service-account-signing-key-file": self.pki("service-accounts.key"),
                "service-cluster-ip-range": SERVICES,
                "authorization-mode": "Node,RBAC",
                "proxy-client-cert-file": self.pki("front-proxy.crt"),
                "proxy-client-key-file": self.pki("front-proxy.key"),
                "requestheader-client-ca-file": self.pki("ca.crt"),
                "requestheader-allowed-names": "front-proxy-client",
                "requestheader-username-headers": "X-Remote-User",
                "requestheader-group-headers": "X-Remote-Group",
                "requestheader-extra-headers-prefix": "X-Remote-Extra-",
                "event-ttl": "1h0m0s",
                "default-watch-cache-size": "20",
                "profiling": "false",
                # Its own fairness has buckets for thousands of clients.
                "enable-priority-and-fairness": "false",
            },
        )

    def controllers(self) -> Program:
        """The controller manager."""
        return self._program(
            "kube-controller-manager",
            {
                **self._client_words(),
                "controllers": ",".join(CONTROLLERS),
                "service-account-private-key-file": self.pki("service-accounts.key"),
                "root-ca-file": self.pki("ca.crt"),
                "profiling": "false",
            },
        )

    def scheduler(self) -> Program:
        """The scheduler."""
        return self._program("kube-scheduler", {**self._client_words(), "profiling": "false"})

    def kwok(self) -> Program:
        """What plays the kubelets."""
        return self._program(
            "kwok",
            {
                "kubeconfig": str(self.folder / "kubeconfig"),
                "config": str(self.folder / "stages.yaml"),
                "manage-all-nodes": "false",
                "manage-nodes-with-annotation-selector": "kwok.x-k8s.io/node=fake",
                "cidr": PODS,
                "node-ip": "10.100.0.1",
                "node-lease-duration-seconds": "40",
                # The kubeconfig's path says nothing of a port that has changed.
                "master": self.url,
            },
        )

    def _client_words(self) -> dict[str, str]:
        return {
            "kubeconfig": str(self.folder / "kubeconfig"),
            "master": self.url,
            "leader-elect": "false",
            # Serves metrics and health to nobody.
            "secure-port": "0",
        }

    def _program(self, program: str, words: dict[str, str]) -> Program:
        return Program(
            name=f"{self.name}-{program}",
            argv=(str(self.binary(program)), *(f"--{key}={value}" for key, value in words.items())),
            folder=self.folder,
            env=SMALL,
        )

    def _kubeconfig(self) -> dict[str, object]:
        cluster = {"server": self.url, "certificate-authority": self.pki("ca.crt")}
        user = {"client-certificate": self.pki("admin.crt"), "client-key": self.pki("admin.key")}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "local", "cluster": cluster}],
            "users": [{"name": "admin", "user": user}],
            "contexts": [{"name": "local", "context": {"cluster": "local", "user": "admin"}}],
            "current-context": "local",
        }
