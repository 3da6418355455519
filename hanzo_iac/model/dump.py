"""Objects of the model as YAML that reads back as equal objects."""

from __future__ import annotations

import re

import yaml

from hanzo_iac.model.written import Written


class _Dumper(yaml.SafeDumper):
    """Quotes whatever YAML 1.1 or YAML 1.2 would read as something other than text."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # PyYAML folds lines at characters such as U+0085, which then read back as spaces; double quotes escape them.
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
# Numbers of YAML 1.2 that PyYAML, which knows YAML 1.1, would leave without quotes: 1e3, 0o17.
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$"), list("-+.0123456789")
)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"0o[0-7]+$|[-+]?\d+$"), list("-+0123456789"))


def dump(written: Written) -> str:
    """What was written, in authoring order and canonical spelling; defaults that nobody wrote are left out."""
    data = written.model_dump(mode="json", exclude_unset=True)
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False)
