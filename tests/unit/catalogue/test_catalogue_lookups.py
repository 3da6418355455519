from __future__ import annotations

import pytest

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.errors import Fault, InputError

CATALOGUE = Catalogue.shipped()


def test_a_size_says_all_that_is_known_of_it():
    size = CATALOGUE.size("gpu-h100x8-640gb")
    assert (size.vcpus, size.memory_mib, size.gpu, size.gpus, size.gpu_model, size.brand, size.vram_gb) == (
        160,
        1966080,
        "h100",
        8,
        "NVIDIA H100",
        "nvidia",
        80,
    )
    assert (str(size.usd_per_hour), str(size.usd_per_month)) == ("35.28", "26248.32")
    assert (size.market, size.regions) == ("on-demand", ("ams3", "atl1", "nyc2", "tor1"))


def test_a_node_offers_less_than_it_has():
    offered = {
        slug: (CATALOGUE.size(slug).offered_cpu_m, CATALOGUE.size(slug).offered_mib)
        for slug in ("s-1vcpu-2gb", "s-4vcpu-8gb", "gpu-l40sx1-48gb", "gpu-h200x8-1128gb")
    }
    assert offered == {
        "s-1vcpu-2gb": (600, 1436),
        "s-4vcpu-8gb": (3600, 6249),
        "gpu-l40sx1-48gb": (7600, 59825),
        "gpu-h200x8-1128gb": (191600, 1919737),
    }


NEAREST = [
    ("h100", "h100"),
    ("a10g", "l40s"),
    ("t4", "rtx4000-ada"),
    ("a100-40gb", "l40s"),
    ("a100", "h100"),
    ("mi210", "mi300x"),
    ("b200", None),
    ("b300", None),
]


@pytest.mark.parametrize(("asked", "nearest"), NEAREST)
def test_a_gpu_that_is_not_sold_becomes_the_smallest_of_its_brand_that_is_large_enough(asked, nearest):
    found = CATALOGUE.nearest_gpu(CATALOGUE.gpu(asked))
    assert (found.name if found else None) == nearest


def test_gpu_sizes_are_one_and_eight():
    assert [size.slug for size in CATALOGUE.gpu_sizes("h200")] == ["gpu-h200x1-141gb", "gpu-h200x8-1128gb"]


@pytest.mark.parametrize("spelled", ["H100", "nvidia-h100", "NVIDIA H100", " h100 "])
def test_the_spelling_of_a_gpu_does_not_matter(spelled):
    assert CATALOGUE.gpu(spelled).name == "h100"


FAILS = [
    (lambda: CATALOGUE.size("gpu-l40s-48gb", where="services/web/size"),
     Fault("services/web/size", "no Droplet size is called 'gpu-l40s-48gb'",
           "did you mean gpu-l40sx1-48gb or gpu-6000adax1-48gb or gpu-h100x1-80gb?")),
    (lambda: CATALOGUE.database_size("pg", "db-s-1vcpu-3gb"),
     Fault("size", "no PostgreSQL size is called 'db-s-1vcpu-3gb'",
           "did you mean db-s-1vcpu-2gb or db-s-1vcpu-1gb or db-s-4vcpu-8gb?")),
    (lambda: CATALOGUE.gpu("l40x"), Fault("gpu", "no GPU is called 'l40x'", "did you mean l40 or l40s or l4?")),
    (lambda: CATALOGUE.region("nyc4"),
     Fault("region", "no region is called 'nyc4'", "did you mean nyc3 or nyc2 or nyc1?")),
    (lambda: CATALOGUE.engine_version("pg", "14"),
     Fault("version", "PostgreSQL 14 ended on 2026-11-12 and cannot be created any more",
           "choose one of 15, 16, 17, 18")),
    (lambda: CATALOGUE.engine_version("pg", "9"),
     Fault("version", "PostgreSQL has no version '9'", "choose one of 15, 16, 17, 18")),
]  # fmt: skip


@pytest.mark.parametrize(("look_up", "fault"), FAILS)
def test_a_lookup_that_fails_names_what_is_near(look_up, fault):
    with pytest.raises(InputError) as raised:
        look_up()
    assert raised.value.faults == (fault,)


def test_the_newest_living_version_is_taken():
    assert (CATALOGUE.newest_version("pg").version, CATALOGUE.newest_version("valkey").version) == ("18", "8")


def test_the_default_kubernetes_version_is_the_one_the_local_cloud_runs():
    assert CATALOGUE.default_kubernetes_version().slug == "1.36.1-do.0"
