"""
Listing 1 of the paper, whole: its plan in each environment and what `hanzo plan` prints, byte for byte.

After an intended change: HANZO_WRITE_SNAPSHOTS=1 pytest tests/unit/plan/test_listing_snapshots.py, and read the diff.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from plan_cases import listing
from rich.console import Console

from hanzo_iac.cli import plan_view
from hanzo_iac.plan.bill import cost
from hanzo_iac.plan.explanation import explain
from hanzo_iac.plan.render import to_json

HERE = Path(__file__).parent / "listing"


def held(name: str, text: str) -> str:
    """The committed text; written anew where that was asked for."""
    file = HERE / name
    if os.environ.get("HANZO_WRITE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8")


def drawn(width: int, *draw) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False)
    for one in draw:
        one(console)
    return out.getvalue()


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_plan_as_json(name):
    assert to_json(listing(name)) == held(f"{name}.json", to_json(listing(name)))


@pytest.mark.parametrize(("name", "width"), [("dev", 80), ("prod", 100)])
def test_the_plan_as_text(name, width):
    plan = listing(name)
    text = drawn(
        width, lambda to: plan_view.print_summary(plan, to), lambda to: plan_view.print_bill(plan, cost(plan), to)
    )
    assert text == held(f"{name}-{width}.txt", text)
    assert max(len(line) for line in text.splitlines()) <= width


def test_the_service_explained():
    plan = listing("prod")
    text = drawn(100, lambda to: plan_view.print_explanation(plan, explain(plan, only="services/web"), to))
    assert text == held("prod-explain-web.txt", text)


def test_the_notices_of_listing_1_in_prod():
    assert [notice.where for notice in listing("prod").notices] == [
        "services/web/scaling",
        "services/web/gpu",
        "resources/llm/models",
        "resources/llm/budget",
        "resources/cache/engine",
        "services/web/build",
    ]
