"""A record is a frozen dataclass in all that its users see."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, fields, is_dataclass, replace

import pytest

from hanzo_iac.record import Record


class Port(Record):
    number: int
    protocol: str


class OtherPort(Record):
    number: int
    protocol: str


DNS = Port(protocol="UDP", number=53)


def test_fields_stand_in_the_order_they_are_written_in():
    assert [field.name for field in fields(Port)] == ["number", "protocol"]
    assert (is_dataclass(DNS), asdict(DNS)) == (True, {"number": 53, "protocol": "UDP"})
    assert repr(DNS) == "Port(number=53, protocol='UDP')"


def test_records_are_equal_by_class_and_values_whatever_the_order_they_were_given_in():
    same = Port(number=53, protocol="UDP")
    assert (same == DNS, hash(same) == hash(DNS)) == (True, True)
    assert OtherPort(number=53, protocol="UDP") != DNS
    assert Port(number=53, protocol="TCP") != DNS


def test_a_record_is_changed_only_by_making_another():
    assert replace(DNS, protocol="TCP") == Port(number=53, protocol="TCP")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'number'"):
        DNS.number = 54
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'number'"):
        del DNS.number


def test_copies_and_pickles_are_equal():
    assert copy.deepcopy(DNS) == DNS
    assert pickle.loads(pickle.dumps(DNS)) == DNS


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"number": 53}, "Port: missing or unknown: protocol"),
        ({"number": 53, "protocol": "UDP", "name": "dns"}, "Port: missing or unknown: name"),
        ({"nmber": 53, "protocol": "UDP"}, "Port: missing or unknown: nmber, number"),
    ],
)
def test_every_value_is_given_and_no_other(values, said):
    with pytest.raises(TypeError, match=f"^{said}$"):
        Port(**values)
