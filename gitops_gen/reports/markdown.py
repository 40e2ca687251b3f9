"""Untrusted text in Markdown: inert on GitHub, GitLab and Gitea alike."""

import html
import re
import unicodedata

from gitops_gen.names import strip_credentials

CUT = "…"
_SPAN_BREAKERS = re.compile(r"[`|\\]|<!--")
"""What does something in a code span, or for those who look for comments in the source: our own marker is one."""
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


class Safe(str):
    """Text that is Markdown already and goes into a template as it is."""

    __slots__ = ()


def code(text: str, limit: int = 120) -> Safe:
    """`text` as inline code: no mention, link, image, HTML, emphasis or table break gets out of it.

    Control, format and line characters are written as escapes; what is longer than `limit` characters is cut.
    """
    shown = _show_invisible(strip_credentials(text)[: limit + 1])
    shown = shown if len(shown) <= limit else shown[: limit - 1] + CUT
    if not shown.strip():
        return Safe("<code>&nbsp;</code>")
    if _SPAN_BREAKERS.search(shown) or shown != shown.strip():
        return Safe("<code>" + "".join(_as_entity(character) for character in shown) + "</code>")
    return Safe(f"`{shown}`")


def link(text: str, url: str, limit: int = 120) -> Safe:
    """`text` as inline code that leads to `url`; without a link where `url` is not a plain http(s) address."""
    label = code(text, limit)
    address = safe_url(url)
    return Safe(f"[{label}](<{address}>)") if address else label


def safe_url(url: str) -> str:
    """`url` without user and password if it is a plain http(s) address; empty for anything else."""
    if not _URL.fullmatch(url):
        return ""
    return strip_credentials(url).replace("[", "%5B").replace("]", "%5D")


def escape(value: object) -> Safe:
    """What a template's value becomes: Markdown that was made here as it is, all else as inline code."""
    if isinstance(value, Safe):
        return value
    if isinstance(value, bool | int | float):
        return Safe(value)
    return code(str(value))


def _show_invisible(text: str) -> str:
    shown = []
    for character in text:
        hidden = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        shown.append(character.encode("unicode_escape").decode() if hidden else character)
    return "".join(shown)


def _as_entity(character: str) -> str:
    if character.isalnum() or character in " .,:=/-":
        return html.escape(character)
    return f"&#{ord(character)};"
