"""Addresses, networks and URLs, as rules in CEL look at them.

Source: k8s.io/apiserver, pkg/cel/library/ip.go, cidr.go and urls.go.
"""

import ipaddress
import re
import urllib.parse
from typing import Any

Row = tuple[str, tuple[str, ...], str, Any, bool]
"""As in cel_numbers."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Interface | ipaddress.IPv6Interface
Tagged = dict[str, Any]
_URL = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?=[^?#]|$)|(?=/)(?P<none>))"
    r"(?://(?:(?P<user>[^/?#@]*)@)?(?P<host>[^/?#]*))?(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:\#(?P<fragment>.*))?",
    re.DOTALL,
)
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|(?:[^\x00-\x20\"#%/:<>?@\[\\\]^`{|}]|%[89A-Fa-f][0-9A-Fa-f])*)(?::[0-9]*)?")


def _read_ip(text: str) -> Address:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped is not None or address.scope_id):
        raise ValueError("an address with a zone, or one of IPv4 in IPv6, is not allowed")
    return address


def _parse_ip(text: str) -> Tagged:
    return {"~ip": str(_read_ip(text))}


def _get_ip(tagged: Tagged) -> Address:
    if "~ip" not in tagged:
        raise ValueError("no such overload")
    return _read_ip(tagged["~ip"])


def _is(check: Any) -> Any:  # noqa: ANN401 - functions
    """Whether a text is what `check` makes of it, without an error."""

    def ask(text: str) -> bool:
        try:
            check(text)
        except ValueError:
            return False
        return True

    return ask


def _is_canonical(text: str) -> bool:
    return str(_read_ip(text)) == text


def _is_unicast(tagged: Tagged) -> bool:
    address = _get_ip(tagged)
    is_special = address.is_unspecified or address.is_loopback or address.is_multicast or _is_link_local(address)
    return not is_special and str(address) != "255.255.255.255"


def _is_link_local(address: Address) -> bool:
    return address in ipaddress.ip_network("169.254.0.0/16" if address.version == 4 else "fe80::/10")  # noqa: PLR2004


def _is_local_multicast(tagged: Tagged) -> bool:
    address = _get_ip(tagged)
    if isinstance(address, ipaddress.IPv4Address):
        return address in ipaddress.ip_network("224.0.0.0/24")
    return address.packed[0] == 0xFF and address.packed[1] & 0x0F == 0x02  # noqa: PLR2004 - scope "link" of multicast


def _read_cidr(text: str) -> Network:
    _, slash, length = text.partition("/")
    if not slash or "%" in text or not re.fullmatch(r"0|[1-9]\d{0,2}", length, re.ASCII):
        raise ValueError("a network is an address, a slash and the length of its prefix")
    network = ipaddress.ip_interface(text)
    _read_ip(str(network.ip))
    return network


def _parse_cidr(text: str) -> Tagged:
    return {"~cidr": str(_read_cidr(text))}


def _get_cidr(tagged: Tagged) -> Network:
    if "~cidr" not in tagged:
        raise ValueError("no such overload")
    return _read_cidr(tagged["~cidr"])


def _contains_ip(tagged: Tagged, other: Any) -> bool:  # noqa: ANN401 - an address or its text
    return (_read_ip(other) if isinstance(other, str) else _get_ip(other)) in _get_cidr(tagged).network


def _contains_cidr(tagged: Tagged, other: Any) -> bool:  # noqa: ANN401 - a network or its text
    outer = _get_cidr(tagged)
    inner = _read_cidr(other) if isinstance(other, str) else _get_cidr(other)
    return inner.ip in outer.network and outer.network.prefixlen <= inner.network.prefixlen


def _to_text(tagged: Tagged) -> str:
    for key in ("~ip", "~cidr"):
        if key in tagged:
            return str(tagged[key])
    raise ValueError("no such overload")


def _read_url(text: str) -> re.Match[str]:
    """As Go's ParseRequestURI: absolute, or a path from the root on."""
    found = _URL.fullmatch(text)
    if text == "*":
        raise ValueError("only the path of a request")
    if found is None or re.search(r"[\x00-\x1f\x7f]", text):
        raise ValueError("invalid URI for request")
    if found["host"] is not None and not _HOST.fullmatch(found["host"]):
        raise ValueError("invalid host or port")
    if re.search(r"%(?![0-9A-Fa-f]{2})", found["path"] + (found["fragment"] or "")):
        raise ValueError("invalid URL escape")
    return found


def is_url(text: str) -> bool:
    """Whether a text is an absolute URL, or a path from the root on."""
    return text == "*" or bool(_is(_read_url)(text))


def _parse_url(text: str) -> Tagged:
    _read_url(text)
    return {"~url": text}


def _split(tagged: Tagged) -> re.Match[str]:
    return _read_url(tagged["~url"])


def _get_host(tagged: Tagged) -> str:
    return _split(tagged)["host"] or ""


def _get_hostname(tagged: Tagged) -> str:
    return re.sub(r":\d*$", "", _get_host(tagged)).strip("[]")


def _get_port(tagged: Tagged) -> str:
    found = re.search(r":(\d*)$", _get_host(tagged))
    return found[1] if found else ""


def _get_path(tagged: Tagged) -> str:
    return urllib.parse.quote(_split(tagged)["path"], safe="/%!$&'()*+,;=:@~-._")


def _get_query(tagged: Tagged) -> dict[str, list[str]]:
    return urllib.parse.parse_qs(_split(tagged)["query"] or "", keep_blank_values=True)


NETWORK: tuple[Row, ...] = (
    ("ip", ("string",), "object", _parse_ip, False),
    ("isIP", ("string",), "bool", _is(_read_ip), False),
    ("ip.isCanonical", ("string",), "bool", _is_canonical, False),
    ("family", ("object",), "int", lambda tagged: _get_ip(tagged).version, True),
    ("isUnspecified", ("object",), "bool", lambda tagged: _get_ip(tagged).is_unspecified, True),
    ("isLoopback", ("object",), "bool", lambda tagged: _get_ip(tagged).is_loopback, True),
    ("isLinkLocalUnicast", ("object",), "bool", lambda tagged: _is_link_local(_get_ip(tagged)), True),
    ("isLinkLocalMulticast", ("object",), "bool", _is_local_multicast, True),
    ("isGlobalUnicast", ("object",), "bool", _is_unicast, True),
    ("cidr", ("string",), "object", _parse_cidr, False),
    ("isCIDR", ("string",), "bool", _is(_read_cidr), False),
    ("containsIP", ("object", "string"), "bool", _contains_ip, True),
    ("containsIP", ("object", "object"), "bool", _contains_ip, True),
    ("containsCIDR", ("object", "string"), "bool", _contains_cidr, True),
    ("containsCIDR", ("object", "object"), "bool", _contains_cidr, True),
    ("ip", ("object",), "object", lambda tagged: {"~ip": str(_get_cidr(tagged).ip)}, True),
    ("prefixLength", ("object",), "int", lambda tagged: _get_cidr(tagged).network.prefixlen, True),
    ("masked", ("object",), "object", lambda tagged: {"~cidr": str(_get_cidr(tagged).network)}, True),
    ("string", ("object",), "string", _to_text, False),
    ("url", ("string",), "object", _parse_url, False),
    ("isURL", ("string",), "bool", is_url, False),
    ("getScheme", ("object",), "string", lambda tagged: (_split(tagged)["scheme"] or "").lower(), True),
    ("getHost", ("object",), "string", _get_host, True),
    ("getHostname", ("object",), "string", _get_hostname, True),
    ("getPort", ("object",), "string", _get_port, True),
    ("getEscapedPath", ("object",), "string", _get_path, True),
    ("getQuery", ("object",), "object", _get_query, True),
)
