"""
Quantities as people write them: sizes (`50GB`), money (`$500/month`), processors (`500m`).

Each parser gives the quantity or raises `NotAQuantityError`, whose text is written for the person who wrote the value.
Nothing here knows where the value stood; the model adds that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

MIB_BY_UNIT = {
    "MB": 1,
    "MIB": 1,
    "MI": 1,
    "GB": 1024,
    "GIB": 1024,
    "GI": 1024,
    "TB": 1024**2,
    "TIB": 1024**2,
    "TI": 1024**2,
}
"""DigitalOcean sells memory and disks in GiB and writes GB, so both spellings mean the same here."""

_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?) ?([A-Za-z]*)", re.ASCII)
_MONEY = re.compile(r"\$(\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(\.\d{1,2})?/month", re.ASCII)
_CPU = re.compile(r"(\d{1,7})m|(\d{1,4}(?:\.\d{1,3})?)", re.ASCII)


class NotAQuantityError(ValueError):
    """What was written is no quantity of the wanted kind; `hint` says how to write one."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


@dataclass(frozen=True, order=True)
class Size:
    """An amount of memory or storage."""

    mib: int
    """Mebibytes, at least 1."""

    def __str__(self) -> str:
        """
        The shortest exact spelling.

        >>> str(Size(2048)), str(Size(512)), str(Size(1024**2))
        ('2GB', '512MB', '1TB')
        """
        for unit in ("TB", "GB"):
            if self.mib % MIB_BY_UNIT[unit] == 0:
                return f"{self.mib // MIB_BY_UNIT[unit]}{unit}"
        return f"{self.mib}MB"


@dataclass(frozen=True, order=True)
class Money:
    """US dollars a month."""

    usd: Decimal

    def __str__(self) -> str:
        """
        The canonical spelling, cents only where there are some.

        >>> str(Money(Decimal(500))), str(Money(Decimal("9.5")))
        ('$500/month', '$9.50/month')
        """
        whole = self.usd == self.usd.to_integral_value()
        return f"${self.usd:.0f}/month" if whole else f"${self.usd:.2f}/month"


@dataclass(frozen=True, order=True)
class Cpu:
    """A share of processor time."""

    milli: int
    """Thousandths of one CPU, at least 1."""

    def __str__(self) -> str:
        """
        The spelling Kubernetes uses.

        >>> str(Cpu(2000)), str(Cpu(500))
        ('2', '500m')
        """
        return f"{self.milli}m" if self.milli % 1000 else str(self.milli // 1000)


def parse_size(text: object) -> Size:
    """
    The size that `50GB`, `512MB` or `1.5TB` says.

    >>> parse_size("50GB")
    Size(mib=51200)
    """
    if isinstance(text, Size):
        return _at_least_one(text)
    example = "write a number and a unit: 512MB, 50GB, 1TB"
    if isinstance(text, int | float) and not isinstance(text, bool):
        raise NotAQuantityError(f"{text} has no unit", f"write {text}GB, or {text}MB")
    match = _SIZE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise NotAQuantityError(f"{shown(text)} is not a size", example)
    number, unit = match.groups()
    if not unit:
        raise NotAQuantityError(f"{number} has no unit", f"write {number}GB, or {number}MB")
    if unit.upper() not in MIB_BY_UNIT:
        raise NotAQuantityError(f"{unit} is not a unit of size", example)
    mib = Decimal(number) * MIB_BY_UNIT[unit.upper()]
    if mib != mib.to_integral_value():
        raise NotAQuantityError(f"{shown(text)} is not a whole number of MB", example)
    return _at_least_one(Size(int(mib)))


def _at_least_one(size: Size) -> Size:
    if size.mib < 1:
        raise NotAQuantityError("a size must be more than 0", "write a number and a unit: 512MB, 50GB, 1TB")
    return size


def parse_money(text: object) -> Money:
    """
    The monthly amount that `$500/month` says.

    >>> parse_money("$1,800/month")
    Money(usd=Decimal('1800'))
    """
    if isinstance(text, Money):
        return _positive(text)
    match = _MONEY.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise NotAQuantityError(f"{shown(text)} is not an amount of money", "write dollars a month: $500/month")
    whole, cents = match.groups(default="")
    return _positive(Money(Decimal(whole.replace(",", "") + cents)))


def _positive(money: Money) -> Money:
    if money.usd <= 0:
        raise NotAQuantityError("an amount must be more than $0/month", "leave it out if there is no limit")
    return money


def parse_cpu(value: object) -> Cpu:
    """
    The share that `500m`, `0.5` or `2` says.

    >>> parse_cpu("500m") == parse_cpu(0.5)
    True
    """
    if isinstance(value, Cpu):
        return value
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    match = _CPU.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise NotAQuantityError(
            f"{shown(value)} is not an amount of CPU", "write CPUs or thousandths of one: 2, 0.5, 500m"
        )
    milli, cpus = match.groups()
    cpu = Cpu(int(milli)) if milli else Cpu(int(Decimal(cpus) * 1000))
    if cpu.milli < 1:
        raise NotAQuantityError(
            "an amount of CPU must be more than 0", "write CPUs or thousandths of one: 2, 0.5, 500m"
        )
    return cpu


def shown(value: object, *, limit: int = 40) -> str:
    r"""
    A value as a message may repeat it: one printable line, quoted when it is text, cut at `limit` characters.

    >>> print(shown("a\tb"), shown(True), shown({"a": 1}))
    "a\tb" true a mapping
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value) if isinstance(value, float) or abs(value) < 10**limit else "a very large number"
    if isinstance(value, str):
        return f'"{_printable(value[:limit])}..."' if len(value) > limit else f'"{_printable(value)}"'
    words: dict[type, str] = {type(None): "nothing", dict: "a mapping", list: "a list", tuple: "a list"}
    return words.get(type(value), f"a {type(value).__name__}")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
