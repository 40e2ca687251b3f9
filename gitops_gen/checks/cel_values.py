"""Values of an object as rules in CEL see them: of the types that the schema gives them.

As k8s.io/apiserver, pkg/cel/common/valuesunstructured.go: fields with names are all that a rule sees of an object with
fields, null is no value of a field, and text in the formats below is bytes, a duration or a time.
"""

import re
import sys
from binascii import a2b_base64
from typing import Any, NamedTuple

from gitops_gen.checks.schema_walk import OBJECT_META, Part

_DEPTH = 100
# In Windows the library takes a number for a C long, which has 32 bits there.
_BITS = 31 if sys.platform == "win32" else 63
_INTEGERS = range(-(2**_BITS), 2**_BITS)
_RESERVED = frozenset(
    {
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    }
)
_ESCAPES = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
_UNITS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 1000, "µs": 1000, "μs": 1000, "ns": 1}
"""Nanoseconds."""
_DURATION_PART = r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)"


class ForeignValueError(Exception):
    """A value that the CEL library cannot take, though the API server can."""


class _Descriptor(NamedTuple):
    full_name: str


class _Span(NamedTuple):
    seconds: int
    nanos: int


class Duration(_Span):
    """A duration in the shape of protobuf's, which is the only one that the library takes for one in a mapping."""

    DESCRIPTOR = _Descriptor("google.protobuf.Duration")


class Timestamp(_Span):
    """A time, as above."""

    DESCRIPTOR = _Descriptor("google.protobuf.Timestamp")


def to_cel(part: Part, value: Any, *, depth: int = 0) -> Any:  # noqa: ANN401 - JSON is any value
    """`value`, to which `part` of a schema belongs, as the CEL library takes it.

    Raises:
        ForeignValueError: it has a number or a text that the library cannot take.
    """
    if depth > _DEPTH:
        raise ForeignValueError("values lie too deep in one another")
    if isinstance(value, dict):
        return _to_map(part, value, depth)
    if isinstance(value, list):
        items = part.items
        return [_to_plain(item, depth) if items is None else to_cel(items, item, depth=depth + 1) for item in value]
    types = part.schema.get("type")
    if isinstance(value, str):
        form = part.schema.get("format")
        return _to_formatted(value, form) if form in _FORMATS and types != "integer" else _check_text(value)
    if isinstance(value, int) and not isinstance(value, bool) and _is_number(types):
        return float(value)
    return _to_plain(value, depth)


def escape(name: str) -> str:
    """A field's name as CEL writes it; empty where it cannot."""
    if name in _RESERVED:
        return f"__{name}__"
    if name.isascii() and name.isidentifier() and "__" not in name:
        return name
    if not re.fullmatch(r"[A-Za-z_./-][\w./-]*", name, re.ASCII):
        return ""
    return re.sub(r"__|[./-]", lambda found: _ESCAPES[found[0]], name)


def _to_map(part: Part, value: dict[Any, Any], depth: int) -> dict[str, Any]:
    if part.name == OBJECT_META and not part.fields:
        return {key: _check_text(value[key]) for key in ("name", "generateName") if isinstance(value.get(key), str)}
    if part.fields:
        seen = ((key, inner) for key, inner in value.items() if key in part.fields and inner is not None)
        named = ((escape(key), part.find(key), inner) for key, inner in seen)
        return {
            name: to_cel(child, inner, depth=depth + 1) for name, child, inner in named if name and child is not None
        }
    rest = part.rest
    if rest is not None:
        return {_check_text(str(key)): to_cel(rest, inner, depth=depth + 1) for key, inner in value.items()}
    plain: dict[str, Any] = _to_plain(value, depth)
    return plain


def _to_plain(value: Any, depth: int) -> Any:  # noqa: ANN401 - JSON is any value
    if depth > _DEPTH:
        raise ForeignValueError("values lie too deep in one another")
    if isinstance(value, dict):
        return {_check_text(str(key)): _to_plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_to_plain(item, depth + 1) for item in value]
    if isinstance(value, str):
        return _check_text(value)
    if isinstance(value, int) and not isinstance(value, bool) and value not in _INTEGERS:
        raise ForeignValueError("a number is too large")
    if value is None or isinstance(value, bool | int | float):
        return value
    raise ForeignValueError("a value is no JSON")


def _check_text(text: str) -> str:
    """The library reads text to its first NUL, and refuses half of a surrogate pair."""
    if "\0" not in text:
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    raise ForeignValueError("a text has characters that are none")


def _is_number(types: Any) -> bool:  # noqa: ANN401 - as above
    return types == "number" or (isinstance(types, list) and "number" in types and "integer" not in types)


def _to_formatted(text: str, form: str) -> Any:  # noqa: ANN401 - as above
    try:
        if form == "byte":
            return bytearray(a2b_base64(text))
        if form == "duration":
            return _to_duration(text)
        return _to_timestamp(text)
    except (ValueError, OverflowError) as error:
        raise ForeignValueError(f"a text is no {form}") from error


_FORMATS = frozenset({"byte", "date", "date-time", "duration"})


def _to_timestamp(text: str) -> Timestamp:
    import datetime as dt  # noqa: PLC0415 - few kinds have times

    found = dt.datetime.fromisoformat(text)
    aware = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    since = aware - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return Timestamp(since.days * 86_400 + since.seconds, since.microseconds * 1000)


def _to_duration(text: str) -> Duration:
    """Go's 1h30m."""
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if rest != "0" and not re.fullmatch(f"(?:{_DURATION_PART})+", rest):
        raise ValueError(text)
    total = sum(round(float(number) * _UNITS[unit]) for number, unit in re.findall(_DURATION_PART, rest))
    seconds, nanos = divmod(total, 10**9)
    return Duration(sign * seconds, sign * nanos)
