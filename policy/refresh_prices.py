"""
Writes `hanzo_policy/prices.csv` anew from the catalogue's prices; a test keeps the two equal.

    python policy/refresh_prices.py hanzo_iac/catalogue/data/prices.csv
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

# Kind of the catalogue -> the pack's word for it. What is left out has no unit the pack can count, or has ended.
FAMILY_BY_KIND = {
    "gpu": "droplet",
    "gpu-spot": "droplet",
    "droplet": "droplet",
    "database-pg": "pg",
    "database-valkey": "valkey",
    "control-plane": "doks",
    "registry": "registry",
}
COLUMNS = ("family", "slug", "usd_month", "source", "as_of")


def pack_prices(catalogue: str) -> str:
    """The pack's table for the text of the catalogue's, in the same order."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in csv.DictReader(io.StringIO(catalogue)):
        if row["kind"] in FAMILY_BY_KIND and row["usd_per_month"]:
            family = FAMILY_BY_KIND[row["kind"]]
            table.writerow((family, row["slug"], row["usd_per_month"], row["source"], row["as_of"]))
    return written.getvalue()


if __name__ == "__main__":
    text = pack_prices(Path(sys.argv[1]).read_text(encoding="utf-8"))
    (Path(__file__).parent / "hanzo_policy" / "prices.csv").write_text(text, encoding="utf-8")
