from __future__ import annotations

from decimal import Decimal

from plan_cases import listing, planned

from hanzo_iac.plan.bill import cost


def lines(plan):
    return [
        (one.part, one.line.item, one.line.quantity_low, one.line.quantity_high, one.low_usd, one.high_usd)
        for one in cost(plan).lines
    ]


def test_the_bill_of_listing_1_in_prod():
    plan = listing("prod")
    assert lines(plan) == [
        ("cluster", "doks-control-plane-ha", 1, 1, Decimal(40), Decimal(40)),
        ("cluster", "s-4vcpu-8gb", 2, 2, Decimal(96), Decimal(96)),
        ("gpu_pools/web", "gpu-l40sx1-48gb", 1, 8, Decimal("1168.08"), Decimal("9344.64")),
        ("registry", "registry-basic", 1, 1, Decimal(5), Decimal(5)),
        ("postgres/vector", "db-s-1vcpu-2gb", 2, 2, Decimal("60.90"), Decimal("60.90")),
        ("postgres/vector", "pg-extra-storage-gib", 40, 40, None, None),
        ("postgres/db", "db-s-1vcpu-2gb", 2, 2, Decimal("60.90"), Decimal("60.90")),
        ("valkey/cache", "db-s-1vcpu-2gb", 2, 2, Decimal(60), Decimal(60)),
        ("gateway", "lb-regional-network", 1, 1, None, None),
    ]
    bill = cost(plan)
    assert (bill.low_usd, bill.high_usd, bill.llm_budget_usd) == (
        Decimal("1490.88"),
        Decimal("9667.44"),
        Decimal(500),
    )


def test_an_unknown_price_is_never_zero():
    bill = cost(listing("dev"))
    assert [(one.line.item, one.low_usd) for one in bill.unknown] == [
        ("pg-extra-storage-gib", None),
        ("pg-extra-storage-gib", None),
        ("lb-regional-network", None),
    ]


def test_a_plan_of_known_prices_has_an_exact_bill():
    bill = cost(planned({"services/web": {"image": "x/worker:1", "kind": "worker"}}))
    assert (bill.unknown, bill.low_usd, bill.high_usd) == ((), Decimal(36), Decimal(36))


def test_every_line_says_where_its_price_was_read():
    assert [one.line.item for one in cost(listing("prod")).lines if not one.line.source.strip()] == []
    assert cost(listing("prod")).lines[2].line.source == (
        "GET /v2/sizes dump by a customer account, published in a public GitHub note, 2026-10-08"
    )
