"""Names: labels, hosts, and the shortening that keeps them apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanzo_iac.names import is_dns_label, is_host, nearest, physical_name, secret_name

LABELS = [("web", True), ("a", True), ("a-b", True), ("a" * 63, True), ("a" * 64, False), ("", False), ("-a", False),
          ("a-", False), ("A", False), ("1a", False), ("a_b", False), ("a\n", False), ("é", False)]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LABELS)
def test_a_label(text, expected):
    assert is_dns_label(text) is expected


HOSTS = [("a.b", True), ("*.a.b", True), ("1.a", True), ("a", False), ("*.a", False), ("a.*.b", False), ("a..b", False),
         ("a.b.", False), ("A.b", False), ("a.b\n", False), (".".join(["a" * 63] * 4), False)]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), HOSTS)
def test_a_host(text, expected):
    assert is_host(text) is expected


def test_a_long_name_keeps_its_head_and_gets_the_digits_of_the_whole():
    assert physical_name("a" * 40, "b" * 40) == "a" * 40 + "-" + "b" * 13 + "-f5e4207a"


def test_a_secret_belongs_to_one_binding():
    assert secret_name("web", "db") == "web-db"


labels = st.from_regex("[a-z]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True)


@given(st.lists(labels, min_size=1, max_size=4), st.integers(20, 63))
def test_a_name_made_of_labels_is_a_label_within_the_limit(parts, limit):
    name = physical_name(*parts, limit=limit)
    assert is_dns_label(name)
    assert len(name) <= limit


@given(labels, labels, labels)
def test_long_names_with_one_head_stay_apart(head, one, other):
    first, second = (physical_name(head, "x" * 40, end, limit=50) for end in (one, other))
    assert (first == second) == (one == other)


def test_the_nearest_word_is_the_first_of_equals_and_absent_when_none_is_near():
    assert nearest("PORT", ["port", "part"]) == "port"
    assert nearest("zzz", ["port"]) is None
    assert nearest("x" * 10_000, ["port"]) is None
