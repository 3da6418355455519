"""
Files as objects of the model, or every fault they hold in one answer.

Pydantic stops before the rules between fields when a field is wrong. So wrong fields are taken out of a copy until the
rest is right, and the rules are held against that rest. A rule that read something taken out is not reported: it may be
a mere consequence.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.faults import errors_of, fault_of, path, place
from hanzo_iac.model.written import WITHOUT_RULES, Loc, Problem, Written
from hanzo_iac.model.yaml_reader import MAX_BYTES, Document, read_yaml, too_large

W = TypeVar("W", bound=Written)

_MAX_PASSES = 20
_MAX_FAULTS = 100
"""Faults that are reported; a file with more has one cause. Chosen."""


def read_file(file: Path) -> bytes:
    """
    The file's bytes.

    Raises:
        InputError: there is no such file, it cannot be read, or it is larger than 1 MiB.
    """
    try:
        if not file.exists():
            raise InputError(_no_file(file))
        if not file.is_file():
            raise InputError(Fault(str(file), "is not a file", "give a hanzo.yaml, or the folder that holds one"))
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise InputError(too_large(str(file), size))
        return file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        what = f"cannot be read: {reason[:1].lower()}{reason[1:]}"
        raise InputError(Fault(str(file), what, "check the path and its permissions")) from None


def _no_file(file: Path) -> Fault:
    other = file.with_suffix(".yml")
    if file.suffix == ".yaml" and other.exists():
        return Fault(str(file), "does not exist", f"rename {other.name} to {file.name}")
    if file.parent.is_dir():
        return Fault(str(file), "does not exist", "write one; examples/my-rag-app/hanzo.yaml shows how")
    return Fault(str(file), "does not exist, nor does its folder", "check the path")


def load(model: type[W], text: str | bytes, *, where: str) -> W:
    """
    The object the text describes; `where` is what messages call the text.

    Raises:
        InputError: every fault of the text, in its order.
    """
    document = read_yaml(text, where=where)
    if document.data is None:
        raise InputError(Fault(where, "is empty", _example(model)))
    if not isinstance(document.data, dict):
        raise InputError(Fault(where, "must be a mapping at the top", _example(model)))
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = _Search(model, document.data).run(error)
        raise InputError(_in_order(found, document, where)) from None


def _example(model: type[Written]) -> str:
    examples = model.model_fields["name"].examples
    return f"begin with name: {examples[0] if examples else 'a-name'}"


class _Search:
    """All faults of one mapping."""

    def __init__(self, model: type[Written], data: dict[str, Any]) -> None:
        self.model = model
        self.data = _copy(data)
        self.taken_out: set[Loc] = set()
        self.found: list[tuple[Loc, Fault]] = []

    def run(self, error: ValidationError) -> list[tuple[Loc, Fault]]:
        """(place, fault), as they were found; without any of the fields' own, what `error` says."""
        for _ in range(_MAX_PASSES):
            try:
                rest = self.model.model_validate(self.data, context=WITHOUT_RULES)
            except ValidationError as wrong:
                if not self._take_out_all(wrong):
                    break
            else:
                self._hold_rules(rest)
                break
        return self.found or [(place(detail), fault_of(self.model, detail)) for detail in errors_of(error)]

    def _take_out_all(self, error: ValidationError) -> bool:
        """Note what is new in the error and take all of it out of the copy; False when that would leave nothing."""
        details = errors_of(error)
        for detail in details:
            if not self._is_gone(place(detail)):
                self.found.append((place(detail), fault_of(self.model, detail)))
        now: set[Loc] = set()
        return all([self._take_out(detail, now) for detail in details])  # noqa: C419  every one is taken out

    def _hold_rules(self, rest: Written) -> None:
        """Note every broken rule that read nothing of what was taken out."""
        for owner, problem in _problems(rest, ()):
            reads = (problem.at,) if problem.reads is None else problem.reads
            if not any(self._is_gone((*owner, *read)) for read in reads):
                loc = (*owner, *problem.at)
                self.found.append((loc, Fault(path(loc), problem.what, problem.hint)))

    def _is_gone(self, loc: Loc) -> bool:
        return any(_overlap(loc, gone) for gone in self.taken_out)

    def _take_out(self, detail: ErrorDetails, now: set[Loc]) -> bool:
        loc = _up_to_list(place(detail))
        if detail["type"] == "missing" and len(loc) == 1:
            return self._fill_in(str(loc[0]))
        if any(loc[: len(gone)] == gone for gone in now):
            return True
        holder, depth = self._deepest_holder(loc)
        if depth == 0:
            return False
        holder.pop(loc[depth - 1])
        now.add(loc[:depth])
        self.taken_out |= {loc, loc[:depth]}
        return True

    def _fill_in(self, key: str) -> bool:
        """What is missing at the top cannot be taken out with its holder; its example stands in."""
        examples = self.model.model_fields[key].examples
        if not examples:
            return False
        self.taken_out.add((key,))
        self.data[key] = examples[0]
        return True

    def _deepest_holder(self, loc: Loc) -> tuple[dict[Any, Any], int]:
        """The innermost mapping on the way to `loc` that has the next key, and how many keys lead there."""
        holder, current, depth = self.data, self.data, 0
        for number, part in enumerate(loc, start=1):
            if not isinstance(current, dict) or part not in current:
                break
            holder, depth = current, number
            current = current[part]
        return holder, depth


def _problems(value: Any, loc: Loc) -> Iterator[tuple[Loc, Problem]]:
    """(place of its owner, broken rule) of everything in the value."""
    if isinstance(value, Written):
        for problem in value.problems():
            yield loc, problem
        for name in value.model_fields_set:
            yield from _problems(getattr(value, name), (*loc, name))
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from _problems(held, (*loc, key))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _problems(item, (*loc, number))


def _copy(value: Any) -> Any:
    """A copy whose mappings can lose keys, shared ones made separate."""
    if isinstance(value, dict):
        return {key: _copy(held) for key, held in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _overlap(one: Loc, other: Loc) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _up_to_list(loc: Loc) -> Loc:
    """The place, or the list it stands in: taking out an item would move the others."""
    for number, part in enumerate(loc):
        if isinstance(part, int):
            return loc[:number]
    return loc


def _in_order(found: list[tuple[Loc, Fault]], document: Document, where: str) -> list[Fault]:
    """The faults in the file's order, each with the line it stands on."""
    lined = [(_line(loc, document), fault) for loc, fault in found]
    lined.sort(key=lambda pair: pair[0])
    faults = [
        Fault(fault.where, f"{fault.what} ({where}:{line})" if line else f"{fault.what} ({where})", fault.hint)
        for line, fault in lined
    ]
    if len(faults) > _MAX_FAULTS:
        more = Fault(where, f"and {len(faults) - _MAX_FAULTS} more faults", "")
        return [*faults[:_MAX_FAULTS], more]
    return faults


def _line(loc: Loc, document: Document) -> int:
    """The line of the place, or of the nearest thing around it; 0 = none."""
    for end in range(len(loc), 0, -1):
        if loc[:end] in document.line_by_loc:
            return document.line_by_loc[loc[:end]]
    return 0
