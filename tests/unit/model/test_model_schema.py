"""The committed JSON Schema and reference are the model's, and the schema refuses what an editor should mark."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from hanzo_iac.model import reference, schema
from hanzo_iac.model.application import Application, Service
from hanzo_iac.model.resources import RESOURCE_BY_WORD

GOOD = Path(__file__).with_name("good.yaml").read_text()
LISTING = Path(__file__).parents[3] / "examples" / "my-rag-app" / "hanzo.yaml"
COMMITTED = Draft202012Validator(json.loads(schema.FILE.read_text()))


def test_the_committed_schema_is_the_models():
    assert schema.FILE.read_text() == schema.schema_text()


def test_the_committed_reference_is_the_models():
    assert reference.FILE.read_text() == reference.reference()


def test_the_schema_is_valid():
    Draft202012Validator.check_schema(COMMITTED.schema)
    assert COMMITTED.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("text", [LISTING.read_text(), GOOD])
def test_the_schema_accepts_a_good_file(text):
    assert list(COMMITTED.iter_errors(yaml.safe_load(text))) == []


WRONG = [
    ("runtime: python-3.12", "runtimes: python-3.12"),
    ("port: 8000", "port: 70000"),
    ("port: 8000", 'port: "8000"'),
    ("{min: 1, max: 4}", "{min: -1, max: 4}"),
    ("metric: tokens_per_second", "metric: tokens"),
    ("engine: postgres", "engine: oracle"),
    ("{engine: spaces}", "{storage: 10GB}"),
    ("budget: $500/month", "budget: $500"),
    ("dimensions: 1024, ", ""),
    ("memory: 2GB", "memory: 2"),
]


@pytest.mark.parametrize(("old", "new"), WRONG)
def test_the_schema_refuses(old, new):
    assert len(list(COMMITTED.iter_errors(yaml.safe_load(GOOD.replace(old, new, 1))))) == 1


def test_every_field_has_a_text():
    for kind in (Application, Service, *RESOURCE_BY_WORD.values()):
        assert list(schema.field_texts(kind)) == list(kind.model_fields)


def test_the_reference_names_every_key_of_a_service():
    section = reference.FILE.read_text().split("## Service\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == list(Service.model_fields)
