"""Quantities: every spelling that is understood, and the sentence for one that is not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanzo_iac.units import Cpu, Money, NotAQuantityError, Size, parse_cpu, parse_money, parse_size, shown

SIZES = [("512MB", 512), ("1MiB", 1), ("50GB", 51200), ("50 GB", 51200), ("50gb", 51200), ("2Gi", 2048),
         ("1.5GB", 1536), ("1TB", 1048576), ("0.5TiB", 524288)]  # fmt: skip


@pytest.mark.parametrize(("text", "mib"), SIZES)
def test_a_size_is_read(text, mib):
    assert parse_size(text) == Size(mib)


MONEY = [("$500/month", "500"), ("$1,800/month", "1800"), ("$12,345,678/month", "12345678"), ("$0.05/month", "0.05"),
         ("$9.5/month", "9.5")]  # fmt: skip


@pytest.mark.parametrize(("text", "usd"), MONEY)
def test_money_is_read(text, usd):
    assert parse_money(text) == Money(Decimal(usd))


@pytest.mark.parametrize(("value", "milli"), [("500m", 500), (2, 2000), (0.5, 500), ("2", 2000), ("1.25", 1250)])
def test_cpu_is_read(value, milli):
    assert parse_cpu(value) == Cpu(milli)


WRONG = [
    (parse_size, "50", "50 has no unit", "write 50GB, or 50MB"),
    (parse_size, 50, "50 has no unit", "write 50GB, or 50MB"),
    (parse_size, True, "true is not a size", "write a number and a unit: 512MB, 50GB, 1TB"),
    (parse_size, "-5GB", '"-5GB" is not a size', "write a number and a unit: 512MB, 50GB, 1TB"),
    (parse_size, "5PB", "PB is not a unit of size", "write a number and a unit: 512MB, 50GB, 1TB"),
    (parse_size, "\u0665GB", '"\u0665GB" is not a size', "write a number and a unit: 512MB, 50GB, 1TB"),
    (parse_size, Size(0), "a size must be more than 0", "write a number and a unit: 512MB, 50GB, 1TB"),
    (parse_money, "$1,80/month", '"$1,80/month" is not an amount of money', "write dollars a month: $500/month"),
    (parse_money, "$5.001/month", '"$5.001/month" is not an amount of money', "write dollars a month: $500/month"),
    (parse_money, None, "nothing is not an amount of money", "write dollars a month: $500/month"),
    (parse_money, Money(Decimal(-1)), "an amount must be more than $0/month", "leave it out if there is no limit"),
    (parse_cpu, "0m", "an amount of CPU must be more than 0", "write CPUs or thousandths of one: 2, 0.5, 500m"),
    (parse_cpu, 0.0001, "0.0001 is not an amount of CPU", "write CPUs or thousandths of one: 2, 0.5, 500m"),
    (parse_cpu, False, "false is not an amount of CPU", "write CPUs or thousandths of one: 2, 0.5, 500m"),
]  # fmt: skip


@pytest.mark.parametrize(("parse", "value", "what", "hint"), WRONG)
def test_what_is_no_quantity_is_said(parse, value, what, hint):
    with pytest.raises(NotAQuantityError) as raised:
        parse(value)
    assert (raised.value.what, raised.value.hint) == (what, hint)


@given(st.integers(1, 10**9).map(Size))
def test_a_written_size_reads_back(size):
    assert parse_size(str(size)) == size


@given(st.decimals("0.01", 10**9, places=2).map(Money))
def test_written_money_reads_back(money):
    assert parse_money(str(money)) == money


@given(st.integers(1, 9_999_999).map(Cpu))
def test_written_cpu_reads_back(cpu):
    assert parse_cpu(str(cpu)) == cpu


SHOWN = [("a\x1b[31m", r'"a\x1b[31m"'), ("x" * 50, '"' + "x" * 40 + '..."'), (10**50, "a very large number"),
         ({}, "a mapping"), ((), "a list"), (1.5, "1.5"), (b"", "a bytes")]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), SHOWN)
def test_a_value_is_shown_in_one_printable_line(value, expected):
    assert shown(value) == expected
