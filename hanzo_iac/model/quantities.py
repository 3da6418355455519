"""Quantities as pydantic fields: read from how people write them, written back the same way."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, PlainSerializer

from hanzo_iac.units import Cpu, Money, Size, parse_cpu, parse_money, parse_size

SizeField = Annotated[Size, BeforeValidator(parse_size), PlainSerializer(str)]
MoneyField = Annotated[Money, BeforeValidator(parse_money), PlainSerializer(str)]
CpuField = Annotated[Cpu, BeforeValidator(parse_cpu), PlainSerializer(str)]

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)
