"""What holds for every application and for every file, however odd."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from strategies import applications

from hanzo_iac.errors import InputError
from hanzo_iac.model.application import Application
from hanzo_iac.model.schema import schema
from hanzo_iac.model.yaml_reader import plain_value

SCHEMA = Draft202012Validator(schema())
MANY = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@MANY
@given(applications())
def test_what_is_dumped_loads_as_an_equal_application(application):
    text = application.dump()
    again = Application.loads(text)
    assert again == application
    assert hash(again) == hash(application)
    assert again.dump() == text


@MANY
@given(applications())
def test_the_schema_accepts_what_the_model_accepts(application):
    assert list(SCHEMA.iter_errors(yaml.safe_load(application.dump()))) == []


@MANY
@given(applications())
def test_a_copy_is_equal(application):
    assert copy.deepcopy(application) == application
    assert pickle.loads(pickle.dumps(application)) == application


@MANY
@given(applications())
def test_the_tuple_is_complete(application):
    parts = (application.source, application.configuration, application.scaling)
    assert [list(part) for part in parts] == [list(application.services)] * 3


def is_answered(text: str | bytes) -> bool:
    given = answer(text)
    return isinstance(given, Application) or given.strip() != ""


def answer(text: str | bytes) -> Application | str:
    """What loading gives: an application, or the printed faults. Anything else raised is a failure of the test."""
    try:
        return Application.loads(text)
    except InputError as error:
        return str(error)


@settings(MANY, max_examples=300)
@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"%YAML 1.1\n---\nname: x")
@example(b"name: !!binary aGk=")
@example(b"? \n: \n")
@example(b"{[a]: b}")
@example(b"a: &x\nb: *x\n? *x\n: c")
@example(b"&a a: *a")
@example(b"services: {? web : {port: 1}}")
def test_any_bytes_are_an_application_or_faults(raw):
    assert is_answered(raw)


WORDS = """
    name services resources web db engine provider postgres port build gpu replicas min max scaling metric target env
    secrets uses image kind worker pool cpu memory storage models budget $500/month 20GB [key] <Postgres> <<
"""
words = st.sampled_from(WORDS.split())
leaves = st.one_of(words, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10))
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.text(max_size=5), inner, max_size=5)
)
nearly = st.fixed_dictionaries(
    {},
    optional={
        "name": leaves,
        "runtime": leaves,
        "budget": leaves,
        "services": st.dictionaries(words, st.dictionaries(words, trees, max_size=6) | trees, max_size=3) | trees,
        "resources": st.dictionaries(words, st.dictionaries(words, trees, max_size=4) | trees, max_size=3) | trees,
    },
)


@settings(MANY, max_examples=300)
@given(st.one_of(nearly, trees))
def test_any_tree_is_an_application_or_faults_and_the_same_each_time(tree):
    text = yaml.safe_dump(tree, allow_unicode=True)
    assert answer(text) == answer(text)


@MANY
@given(applications(), st.data())
def test_a_good_file_with_any_value_replaced_is_an_application_or_faults(application, data):
    tree = yaml.safe_load(application.dump())
    holder, key = data.draw(st.sampled_from(list(holders(tree))))
    holder[key] = data.draw(trees)
    assert is_answered(yaml.safe_dump(tree, allow_unicode=True))


def holders(tree):
    """(container, key) of every value in the tree."""
    for key, value in list(tree.items() if isinstance(tree, dict) else enumerate(tree)):
        yield tree, key
        if isinstance(value, dict | list):
            yield from holders(value)


@given(st.integers(-(10**30), 10**30))
def test_a_whole_number_is_read_as_it_stands(number):
    assert plain_value(str(number)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_decimal_number_is_read_as_it_stands(number):
    assert Decimal(str(plain_value(str(number)))) == Decimal(str(float(number)))
