"""The README tells the truth: what is generated in it is what the programs print today."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("readme", ROOT / "docs" / "readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_generated_block_of_the_readme_is_fresh() -> None:
    written = (ROOT / "README.md").read_text(encoding="utf-8")
    assert written == script().filled(written), "run: python docs/readme.py"


def test_every_link_of_the_readme_leads_somewhere() -> None:
    import re

    written = (ROOT / "README.md").read_text(encoding="utf-8")
    paths = [path for path in re.findall(r"\]\(([^)#]+)\)", written) if "://" not in path]
    assert [path for path in paths if not (ROOT / path).exists()] == []
