"""Who may change a generated file: a stamp in its first lines tells whether a person has edited it since."""

import hashlib
import re
from dataclasses import dataclass

# The first lines of a YAML file or a script, or the first key of a JSON object.
_STAMP = re.compile(
    r"^(?:# |  \"\$comment\": \")"
    r"gitops-gen: settings=(?P<settings>[0-9a-f]{12}) content=(?P<content>[0-9a-f]{12})(?:\",)?\n",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the stamp of a generated file says."""

    settings: str
    """Hash of the settings that the file was rendered from."""
    edited: bool
    """True if the content no longer matches its stamp."""


def hash_text(text: str) -> str:
    """The first 12 hexadecimal digits of the text's sha256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def stamp(text: str, *, settings: str = "") -> str:
    """`text` with a stamp as its first line; `settings` is the text of what it was rendered from."""
    return f"# gitops-gen: settings={hash_text(settings)} content={hash_text(text)}\n{text}"


def stamp_json(text: str) -> str:
    """`text`, a JSON object indented by two, with a stamp as its first key, `$comment`: JSON has no comments."""
    opening, rest = text.split("\n", 1)
    return f'{opening}\n  "$comment": "gitops-gen: settings={hash_text("")} content={hash_text(text)}",\n{rest}'


def read_stamp(text: str) -> Stamp | None:
    """The stamp of a generated file; None if it has none. Line endings do not count as an edit."""
    unix = text.replace("\r\n", "\n")
    found = _STAMP.search(unix)
    if found is None:
        return None
    content = unix[: found.start()] + unix[found.end() :]
    return Stamp(settings=found["settings"], edited=hash_text(content) != found["content"])
