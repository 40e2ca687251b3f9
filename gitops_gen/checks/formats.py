"""The formats of texts that an API server knows, and how it reads each; all others are open to any text.

Native kinds are read by Go's types. Custom ones are held to k8s.io/kube-openapi, pkg/validation/strfmt, which takes
other texts for some of them. Not looked at: isbn, creditcard, ssn, bsonobjectid, which no manifest has.
"""

import re
from collections.abc import Callable

Formats = dict[str, Callable[[str], bool]]

_GO_DURATION = r"[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)"
_WORD_DURATION = r"(?i)[0-9]+\s*(ns|us|µs|ms|s|m|h|d|w|hr|wk|nano|micro|milli|sec|min|hour|day|week)"
_BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
_TIME = r"([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))"
_HEX4 = "-?[0-9a-f]{4}"
_OPEN = (
    "idn-email",
    "idn-hostname",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri-reference",
    "uri-template",
)
"""Formats of JSON Schema that an API server does not look at."""


def _is_go_duration(text: str) -> bool:
    """Kubernetes means Go's 1h30m, not ISO 8601."""
    return re.fullmatch(_GO_DURATION, text) is not None


def _is_go_base64(text: str) -> bool:
    return re.fullmatch(_BASE64, text.replace("\n", "").replace("\r", "")) is not None


def _is_duration(text: str) -> bool:
    return _is_go_duration(text) or re.search(_WORD_DURATION, text) is not None


def _is_base64(text: str) -> bool:
    return bool(text) and re.fullmatch(_BASE64, text) is not None


def _is_date(text: str) -> bool:
    from datetime import date  # noqa: PLC0415 - for the rare field of this format

    try:
        return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_date_time(text: str) -> bool:
    day, _, rest = text.lower().partition("t")
    found = re.fullmatch(_TIME, rest.partition("t")[0])
    return found is not None and _is_date(day) and found[1] <= "23" and found[2] <= "59" and found[3] <= "59"


def _is_address(text: str, version: int) -> bool:
    from ipaddress import ip_address  # noqa: PLC0415 - as above

    if version == 4:  # noqa: PLR2004 - as on the wire
        if ":" in text:  # such as ::ffff:10.0.0.1
            return "." in text and _is_address(text, 6)
        text = ".".join(part.lstrip("0") or part[:1] for part in text.split("."))  # zeros in front are let pass
    try:
        return ip_address(text).version == version and "%" not in text
    except ValueError:
        return False


def _is_cidr(text: str) -> bool:
    address, slash, bits = text.partition("/")
    version = 6 if ":" in address else 4
    limit = 128 if ":" in address else 32
    digits = bits.isascii() and bits.isdigit() and len(bits) <= 3  # noqa: PLR2004 - as long as 128
    return bool(slash) and digits and int(bits) <= limit and _is_address(address, version)


def _is_uuid(version: str) -> Callable[[str], bool]:
    third, fourth = f"-?{version}[0-9a-f]{{3}}" if version else _HEX4, "-?[89ab][0-9a-f]{3}"
    pattern = f"(?i)[0-9a-f]{{8}}{_HEX4}{third}{fourth if version in {'4', '5'} else _HEX4}-?[0-9a-f]{{12}}"
    return lambda text: re.fullmatch(pattern, text) is not None


def _is_uri(text: str) -> bool:
    """A path or an absolute URI; what stands behind the scheme is looked at for spaces alone."""
    return re.fullmatch(r"(/|[A-Za-z][A-Za-z0-9+.-]*:)[^\x00-\x1f\x7f ]*", text) is not None


def _is_email(text: str) -> bool:
    """Something before and behind an `@`, which is less than Go asks for."""
    name, _, host = text.rpartition("@")
    return bool(name and host.strip())


def _is_hostname(text: str) -> bool:
    """Upstream takes symbols and letters of any script too: these, and a single label, are hardly looked at."""
    if not text or len(text) > 255 or any(len(part) > 63 for part in text.split(".")):  # noqa: PLR2004 - as DNS has it
        return False
    if "." not in text or not text.isascii():
        return re.search(r"[\s/:@_]", text) is None
    return re.fullmatch(r"([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}", text) is not None


NATIVE: Formats = {"duration": _is_go_duration, "byte": _is_go_base64}
CUSTOM: Formats = {
    **{name: lambda _: True for name in _OPEN},
    "byte": _is_base64,
    "cidr": _is_cidr,
    "date": _is_date,
    "date-time": _is_date_time,
    "datetime": _is_date_time,
    "duration": _is_duration,
    "email": _is_email,
    "hexcolor": lambda text: re.fullmatch(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text) is not None,
    "hostname": _is_hostname,
    "ipv4": lambda text: _is_address(text, 4),
    "ipv6": lambda text: _is_address(text, 6),
    "uri": _is_uri,
    "uuid": _is_uuid(""),
    "uuid3": _is_uuid("3"),
    "uuid4": _is_uuid("4"),
    "uuid5": _is_uuid("5"),
}
