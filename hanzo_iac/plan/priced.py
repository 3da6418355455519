"""One line of the bill out of a catalogue price."""

from __future__ import annotations

from hanzo_iac.catalogue import Price
from hanzo_iac.plan.spec import CostLine


def priced(price: Price, low: int, high: int | None = None, *, because: str) -> CostLine:
    """What `low` to `high` of the thing cost; always `low`, where no `high` is given."""
    return CostLine(
        item=price.item,
        quantity_low=low,
        quantity_high=low if high is None else high,
        unit_usd=price.usd_per_month,
        source=price.cited,
        because=because,
    )
