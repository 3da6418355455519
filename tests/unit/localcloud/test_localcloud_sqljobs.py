from __future__ import annotations

import base64

import pytest

from hanzo_iac.localcloud.kubernetes.sqljobs import NotRunnable, Work, over, statements, work_of

URL = "postgresql://doadmin:x@127.0.0.1:5432/app"
SCRIPT = {"data": {"setup.sql": "SELECT 1; SELECT 2;"}}


def _secret(**data):
    return {"data": {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}}


THERE = {("configmaps", "sql"): SCRIPT, ("secrets", "db"): _secret(DATABASE_URL=URL, url=URL)}
FROM_SECRET = [{"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "db", "key": "url"}}}]
SQL_VOLUME = {"name": "sql", "configMap": {"name": "sql"}}


def _pod(*, volumes=(SQL_VOLUME,), **container):
    return {"spec": {"containers": [{"name": "psql", **container}], "volumes": list(volumes)}}


def _work(pod, there=None):
    return work_of(pod, lambda kind, name: (THERE if there is None else there).get((kind, name)))


WORK = Work(url=URL, statements=("SELECT 1", "SELECT 2"))

SHAPES = {
    "a variable from a secret's key": _pod(env=FROM_SECRET),
    "a variable written out": _pod(env=[{"name": "DATABASE_URL", "value": URL}]),
    "all keys of a secret": _pod(envFrom=[{"secretRef": {"name": "db"}}]),
    "a mounted secret": _pod(volumes=(SQL_VOLUME, {"name": "db", "secret": {"secretName": "db"}})),
    "a mounted secret under another name": _pod(
        volumes=(
            SQL_VOLUME,
            {"secret": {"secretName": "db", "items": [{"key": "url", "path": "DATABASE_URL"}]}},
        )
    ),
    "a projected volume": _pod(
        volumes=({"projected": {"sources": [{"configMap": {"name": "sql"}}, {"secret": {"name": "db"}}]}},)
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_is_read_from_the_pod(shape):
    assert _work(SHAPES[shape]) == WORK


def test_scripts_run_in_order_of_their_names():
    there = {**THERE, ("configmaps", "sql"): {"data": {"b.sql": "SELECT 2", "a.sql": "SELECT 1", "notes.txt": "x"}}}
    assert _work(SHAPES["a variable written out"], there).statements == ("SELECT 1", "SELECT 2")


FAULTS = {
    'secret "db" not found': (SHAPES["a variable from a secret's key"], {("configmaps", "sql"): SCRIPT}),
    "couldn't find key url in Secret db": (
        SHAPES["a variable from a secret's key"],
        {("configmaps", "sql"): SCRIPT, ("secrets", "db"): _secret(other="x")},
    ),
    'configmap "sql" not found': (SHAPES["a variable written out"], {}),
    "no .sql file in the pod's ConfigMap volumes": (_pod(volumes=(), env=FROM_SECRET), THERE),
    "no DATABASE_URL: neither in the container's environment nor as a file of a mounted Secret": (_pod(), THERE),
}


@pytest.mark.parametrize("message", FAULTS)
def test_what_is_missing_is_said(message):
    with pytest.raises(NotRunnable) as caught:
        _work(*FAULTS[message])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", []),
        ("-- nothing\n ; ;", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT ';'; SELECT 2;", ["SELECT ';'", "SELECT 2"]),
        ("SELECT 'it''s; fine'; SELECT 2", ["SELECT 'it''s; fine'", "SELECT 2"]),
        ('SELECT ";" FROM t; SELECT 2', ['SELECT ";" FROM t', "SELECT 2"]),
        ("DO $$ BEGIN a; b; END $$; SELECT 2", ["DO $$ BEGIN a; b; END $$", "SELECT 2"]),
        ("DO $x$ a; $$ ; $x$; SELECT 2", ["DO $x$ a; $$ ; $x$", "SELECT 2"]),
        ("SELECT 1 -- a; b\n; SELECT 2", ["SELECT 1 -- a; b", "SELECT 2"]),
        ("/* a; b */ SELECT 1; -- end", ["SELECT 1"]),
    ],
)
def test_a_script_is_cut_at_its_own_semicolons(script, expected):
    assert statements(script) == expected


POD = {
    "status": {
        "startTime": "then",
        "conditions": [{"type": "Initialized", "status": "True"}, {"type": "Ready", "status": "True"}],
        "containerStatuses": [{"name": "psql", "ready": True, "state": {"running": {"startedAt": "then"}}}],
    }
}


def test_a_pod_whose_sql_failed_has_failed():
    assert over(POD, failed=True, message="no table", now="now") == {
        "phase": "Failed",
        "message": "no table",
        "conditions": [
            {"type": "Initialized", "status": "True"},
            {"type": "Ready", "status": "False", "reason": "PodFailed", "lastTransitionTime": "now"},
        ],
        "containerStatuses": [
            {
                "name": "psql",
                "ready": False,
                "started": False,
                "state": {
                    "terminated": {
                        "exitCode": 1,
                        "reason": "Error",
                        "message": "no table",
                        "startedAt": "then",
                        "finishedAt": "now",
                    }
                },
            }
        ],
    }


def test_a_pod_whose_sql_went_well_has_succeeded():
    done = over(POD, failed=False, message="executed 2 statements", now="now")
    assert (done["phase"], done["containerStatuses"][0]["state"]["terminated"]["exitCode"]) == ("Succeeded", 0)
