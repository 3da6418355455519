"""Services that run once or by a schedule: no replicas, no port, a place in a pool while they run."""

from __future__ import annotations

from plan_cases import planned

JOB = {"image": "x/train:1", "kind": "job", "command": ["python", "train.py"]}
CRON = {"image": "x/mail:1", "kind": "cron", "schedule": "0 3 * * *"}


def test_a_job_has_a_name_of_what_it_runs():
    name = planned({"services/train": JOB}).services["train"].workload
    other = planned({"services/train": {**JOB, "image": "x/train:2"}}).services["train"].workload
    assert name != other
    assert name.startswith("train-")
    assert planned({"services/train": JOB, "services/mail": CRON}).services["train"].workload == name


def test_a_cron_keeps_its_name_and_has_its_schedule():
    mail = planned({"services/mail": CRON}).services["mail"]
    assert (mail.kind, mail.workload, mail.schedule, mail.tries) == ("cron", "mail", "0 3 * * *", 3)
    assert (mail.port, mail.startup_probe, mail.readiness_probe, mail.liveness_probe) == (0, None, None, None)


def test_what_runs_now_and_then_costs_nothing_in_between():
    plan = planned({"services/web": CRON})
    (line,) = plan.cpu_pools["shared"].cost
    assert (plan.cpu_pools["shared"].min_nodes, line.quantity_low, line.quantity_high) == (0, 0, 1)


def test_a_job_with_a_gpu_has_a_pool_that_rests_at_no_node():
    plan = planned({"services/train": {**JOB, "gpu": "h100", "gpus": 8}})
    (line,) = plan.gpu_pools["train"].cost
    assert (plan.gpu_pools["train"].size, line.quantity_low, line.quantity_high) == ("gpu-h100x8-640gb", 0, 1)


def test_an_image_from_git_is_told_how_to_be_made():
    git = {"url": "https://github.com/acme/shop.git", "ref": "v2", "path": "web"}
    plan = planned({"services/web": {"git": git, "port": 8080}})
    assert plan.services["web"].image.built_from == "https://github.com/acme/shop.git#v2:web"
    assert plan.registry is not None
    (notice,) = plan.notices
    assert notice.where == "services/web/git"
    assert "docker build -t registry.digitalocean.com/shop-test/web:test 'https://github.com/acme/shop.git#v2:web'" in (
        notice.hint
    )
