"""
The single values of the model: what each may look like, and the sentence a wrong one is answered with.

Values that may be confidential are never repeated in a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from hanzo_iac.model.written import fault
from hanzo_iac.names import MAX_WRITTEN, is_dns_label, is_host
from hanzo_iac.units import Cpu, Money, NotAQuantityError, Size, parse_cpu, parse_money, parse_size, shown

Q = TypeVar("Q")


def _quantity(parse: Callable[[object], Q]) -> Callable[[Any], Q]:
    def validate(value: Any) -> Q:
        try:
            return parse(value)
        except NotAQuantityError as error:
            raise fault(error.what, error.hint) from None

    return validate


def _as_yaml(cpu: Cpu) -> str | int:
    return str(cpu) if cpu.milli % 1000 else cpu.milli // 1000


SizeValue = Annotated[
    Size,
    PlainValidator(_quantity(parse_size)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9.]+ ?[MGTmgt]([Ii][Bb]?|[Bb])$", "examples": ["50GB", "512MB"]}),
]
MoneyValue = Annotated[
    Money,
    PlainValidator(_quantity(parse_money)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\$[0-9][0-9,]*(\.[0-9]{1,2})?/month$", "examples": ["$500/month"]}),
]
CpuValue = Annotated[
    Cpu,
    PlainValidator(_quantity(parse_cpu)),
    PlainSerializer(_as_yaml),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}], "examples": [2, "500m"]}),
]


def _name(text: str) -> str:
    if len(text) > MAX_WRITTEN:
        raise fault(f"a name has at most {MAX_WRITTEN} characters, this has {len(text)}", "shorten it")
    if not is_dns_label(text):
        small = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
        small = re.sub("^[^a-z]+", "", small)
        hint = f"write {small}" if len(small) > 1 else "write for example web"
        raise fault(f"{shown(text)} is not a name: small letters, digits and -, a letter first, no - last", hint)
    return text


Name = Annotated[str, AfterValidator(_name), Field(json_schema_extra={"maxLength": MAX_WRITTEN})]
"""What a service, a resource or an application is called."""


def _matching(pattern: str, what: str, hint: str) -> Any:
    """A check for one syntax. `what` says what the text is not; the text stands before it."""
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise fault(f"{shown(text)} {what}", hint)
        return text

    return AfterValidator(check)


_VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)


def _variable(text: str) -> str:
    # Not repeated: it stands in the path, where what looks like a secret is hidden.
    if not _VARIABLE.fullmatch(text):
        raise fault("is not a variable's name: letters, digits and _, no digit first", "write for example LOG_LEVEL")
    return text


VariableName = Annotated[str, AfterValidator(_variable)]
Slug = Annotated[
    str, _matching("[a-z0-9][a-z0-9.-]{0,62}", "is not a size's name", "write DigitalOcean's slug: s-2vcpu-4gb")
]
BucketName = Annotated[
    str,
    _matching("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "is not a bucket's name", "3 to 63 of a-z, 0-9 and -: acme-uploads"),
]
ClusterName = Annotated[
    str,
    _matching("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "is not a database cluster's name", "doctl databases list shows them"),
]
_GPU = re.compile("[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


def _gpu(value: Any) -> str | tuple[str, ...]:
    """One name as text, several as a tuple: the first that can be had is taken."""
    names = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else None
    if names is None or not all(isinstance(name, str) for name in names):
        raise fault("must be a GPU's name, or a list of them", "write for example l40s, or [l40s, h100]")
    if not names:
        raise fault("the list is empty", "name a GPU, or leave gpu out")
    for name in names:
        if not _GPU.fullmatch(name):
            raise fault(f"{shown(name)} is not a GPU's name", "write it in small letters: l40s, h100, a10g")
        if names.count(name) > 1:
            raise fault(f"{name} stands {names.count(name)} times", "write each GPU once, best first")
    return value if isinstance(value, str) else names


def _as_list(gpu: str | tuple[str, ...] | None) -> str | list[str] | None:
    return list(gpu) if isinstance(gpu, tuple) else gpu


GpuValue = Annotated[
    str | tuple[str, ...],
    PlainValidator(_gpu),
    PlainSerializer(_as_list),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
            "examples": ["l40s", ["l40s", "h100"]],
        }
    ),
]
"""A GPU, or several of which the first that can be had is taken."""

ImageName = Annotated[
    str,
    _matching(
        r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,254}(@sha256:[0-9a-f]{64})?",
        "is not an image's name",
        "write for example ghcr.io/acme/web:1.4.2",
    ),
]
Runtime = Annotated[
    str,
    _matching(
        r"[a-z][a-z+]{0,30}(-[0-9][0-9A-Za-z.]{0,30})?",
        "is not a runtime",
        "write a language and its version: python-3.12",
    ),
]
ModelName = Annotated[
    str,
    _matching(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}", "is not a model's name", "write for example claude-3.5-sonnet"),
]
GitRef = Annotated[
    str,
    _matching(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,249}", "is not a branch, tag or commit", "write for example main"),
]
UrlPath = Annotated[str, _matching(r"/[A-Za-z0-9._~/%-]{0,254}", "is not a path", "begin it with a slash: /healthz")]
MountPath = Annotated[
    str, _matching(r"(/[A-Za-z0-9._-]{1,63}){1,8}", "is not a folder's path", "begin it with a slash: /mnt/share")
]
TimeZone = Annotated[
    str,
    _matching(r"[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}", "is not a time zone", "write for example Europe/Zurich"),
]


def _git_url(text: str) -> str:
    if re.search(r"//[^/@]*:[^/@]*@", text):
        raise fault("a password stands in the address", "take it out; Git credentials belong to the build system")
    if not re.fullmatch(r"(https://|ssh://|git@)[^\s\x00-\x1f]{3,500}", text):
        raise fault(f"{shown(text)} is not a Git address", "write for example https://github.com/acme/app.git")
    return text


GitUrl = Annotated[str, AfterValidator(_git_url)]


def _relative_path(text: str) -> str:
    path = PurePosixPath(text)
    if not text or "\0" in text or "\n" in text:
        raise fault("is not a path", "write a folder beside hanzo.yaml: . or services/web")
    if path.is_absolute() or text.startswith("~"):
        raise fault(f"{shown(text)} holds on one machine only", "write it relative to hanzo.yaml: . or services/web")
    return text


RelativePath = Annotated[str, AfterValidator(_relative_path)]
"""A path below or beside the folder of hanzo.yaml."""


def _path_inside(text: str) -> str:
    if ".." in PurePosixPath(text).parts:
        raise fault(f"{shown(text)} leads out of the repository", "write a folder inside it: services/web")
    return _relative_path(text)


PathInside = Annotated[str, AfterValidator(_path_inside)]


def _host(text: str) -> str:
    if "://" in text or "/" in text:
        raise fault(f"{shown(text)} is more than a host name", "leave out https:// and the path: chat.example.com")
    if not is_host(text):
        hint = f"write {text.lower()}" if is_host(text.lower()) else "write for example chat.example.com"
        raise fault(f"{shown(text)} is not a host name", hint)
    return text


Host = Annotated[str, AfterValidator(_host)]


def _origin(text: str) -> str:
    if text != "*" and not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", text, re.ASCII):
        raise fault(f"{shown(text)} is not an origin", "write for example https://app.example.com, or *")
    return text


Origin = Annotated[str, AfterValidator(_origin)]
"""Where a page comes from: scheme and host, no path."""

ObjectPrefix = Annotated[
    str,
    _matching(r"([A-Za-z0-9!_.*'()/-]{0,200})", "is not the beginning of an object's name", "write for example tmp/"),
]


def _version(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000 else value


Version = Annotated[
    str,
    _matching(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}", "is not a version", 'write for example "18"'),
    BeforeValidator(_version, json_schema_input_type=str | int),
]
"""An engine's version; a whole number may stand without quotes."""


# Beginnings of tokens whose makers publish them so that leaks are found. Own knowledge, 2026-11.
_TOKEN = re.compile(
    r"sk-[A-Za-z0-9_-]{8}|sk_(live|test)_|gh[pousr]_[A-Za-z0-9]{20}|github_pat_|glpat-|xox[abprs]-|AKIA[A-Z0-9]{12}"
    r"|do[opr]_v1_[0-9a-f]{8}|hf_[A-Za-z0-9]{20}|AIza[A-Za-z0-9_-]{20}|eyJ[A-Za-z0-9_-]{10,}\.|-----BEGIN "
)
_PASSWORD_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@")


def looks_secret(text: str) -> bool:
    """
    Whether the text is plainly a credential: a known token, a private key, or an address with a password.

    >>> looks_secret("sk-proj-0123456789"), looks_secret("postgres://u:p@db/x"), looks_secret("https://example.com")
    (True, True, False)
    """
    return bool(_TOKEN.search(text) or _PASSWORD_IN_URL.search(text))


def _plain_value(text: str) -> str:
    if "\0" in text:
        raise fault("a variable cannot hold a NUL byte", "remove it")
    if looks_secret(text):
        raise fault("looks like a secret, and hanzo.yaml is read by many", "name it under secrets: instead")
    return text


PlainValue = Annotated[str, AfterValidator(_plain_value)]
"""A variable's value, not confidential."""


_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,62}", re.ASCII)


def _secret_key(text: str) -> str:
    long_random = len(text) >= 24 and re.search(r"\d", text) and not re.search(r"[_.-]", text)
    if looks_secret(text) or long_random or not _KEY.fullmatch(text):
        hint = "write the name under which the secret store keeps it: OPENAI_API_KEY"
        raise fault("must be the name of a secret, never its value", hint)
    return text


SecretKey = Annotated[str, AfterValidator(_secret_key)]
"""The name under which the secret store keeps a value."""
