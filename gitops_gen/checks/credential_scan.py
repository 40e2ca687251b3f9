"""Credentials in a file: tokens by their form, and what stands at keys such as `password`.

The forms are those of detect-secrets, whose detectors of entropy, keywords and addresses are not used: they take
checksums, names of Secrets and cluster addresses for credentials. It is imported once a file holds a mark of a token.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from gitops_gen.checks.credential_filter import WORDS, may_hold_assignments, may_hold_tokens
from gitops_gen.checks.discover import ENDINGS, KUSTOMIZATIONS
from gitops_gen.checks.rule import Keys
from gitops_gen.checks.source import Source
from gitops_gen.names import show

_MOST = 100
"""Credentials that are told of one file."""
_MOST_FOUND = 10 * _MOST
"""Credentials of one sort that are looked for: some may be on one line, or be another rule's."""
_OWN_RULES = ("data", "stringData", "encryptedData")
"""Fields of Secrets, which other rules look at, and of what holds encrypted ones."""
_SECRET_KINDS = ("Secret", "SealedSecret")


class Credential(NamedTuple):
    """Where a credential stands, and what it is; never its text."""

    line: int
    column: int
    what: str


def find_credentials(source: Source) -> list[Credential]:
    """The credentials in a file, one for a line, in the order of their lines."""
    found: dict[int, Credential] = {}
    if may_hold_tokens(source.content):
        from gitops_gen.checks.credential_tokens import find_tokens  # noqa: PLC0415 - for the few files with a mark

        for line, column, what in find_tokens(source.content):
            found.setdefault(line, Credential(line, column, what))
    if may_hold_assignments(source.content.lower()):
        from gitops_gen.checks.credential_texts import find_in_text  # noqa: PLC0415 - as above

        documents = source.documents if is_yaml(source.path) else []
        for document, keys, offset, key in islice(_find_assignments(documents), _MOST_FOUND):
            line, column = source.locate(document, keys) if offset < 0 else source.locate_line(document, keys, offset)
            found.setdefault(line, Credential(line, column, f"the value of {show(key)}"))
        if not is_yaml(source.path) or source.read.problems:
            text = source.content.decode("utf-8", "replace")
            for offset, key in islice(find_in_text(text), _MOST_FOUND):
                found.setdefault(offset + 1, Credential(offset + 1, 1, f"the value of {show(key)}"))
    if found and is_yaml(source.path):
        for line in _list_secret_lines(source):
            found.pop(line, None)
    return [found[line] for line in sorted(found)][:_MOST]


def is_yaml(path: str) -> bool:
    """Whether a file is read as YAML or JSON."""
    return path.endswith(ENDINGS) or path.rpartition("/")[2] in KUSTOMIZATIONS


def _find_assignments(documents: Sequence[Any]) -> Iterator[tuple[int, Keys, int, str]]:
    """Document, way, line of the text (-1 for the whole value) and key of each credential at a key."""
    from gitops_gen.checks.credential_texts import find_in_text  # noqa: PLC0415 - as above
    from gitops_gen.checks.credential_words import is_credential  # noqa: PLC0415 - as above

    for number, document in enumerate(documents):
        for way, key, value in _list_values(document):
            if is_credential(key, value):
                yield number, way, -1, key
            elif isinstance(value, str) and ("=" in value or ":" in value) and _has_word(value):
                for offset, name in find_in_text(value):
                    yield number, way, offset, name


def _has_word(text: str) -> bool:
    folded = text.lower()
    return any(word in folded for word in WORDS)


def _list_values(document: object) -> Iterator[tuple[Keys, str, object]]:
    """Every value that is no mapping or list: the way to it, its key, and it; that of a name counts for the name."""
    waiting: list[tuple[Keys, str, object]] = [((), "", document)]
    seen: set[int] = set()
    while waiting:
        way, key, value = waiting.pop()
        if isinstance(value, dict | list):
            if id(value) in seen:  # an alias
                continue
            seen.add(id(value))
        if isinstance(value, dict):
            if value.get("kind") == "CustomResourceDefinition":
                continue
            skipped: tuple[str, ...] = _OWN_RULES if value.get("kind") in _SECRET_KINDS else ("encryptedData", "sops")
            if isinstance(value.get("secretGenerator"), list):
                skipped = ("secretGenerator",)
            name, told = value.get("name"), value.get("value")
            if isinstance(name, str) and isinstance(told, str | int):
                yield (*way, "value"), name, told
                skipped = (*skipped, "value")
            entries = reversed(value.items())  # what is put in last is looked at first
            waiting += (((*way, k), k, v) for k, v in entries if isinstance(k, str) and k not in skipped)
        elif isinstance(value, list):
            waiting += (((*way, n), "", value[n]) for n in range(len(value) - 1, -1, -1))
        else:
            yield way, key, value


def _list_secret_lines(source: Source) -> Iterator[int]:
    """The lines of the data of Secrets, which have a rule of their own."""
    if b"Secret" not in source.content:
        return
    for resource in source.list_resources():
        if resource.kind not in _SECRET_KINDS:
            continue
        for field in _OWN_RULES:
            values = resource.data.get(field)
            for key in values if isinstance(values, dict) else ():
                if isinstance(key, str):
                    yield from source.list_lines(resource.document, (*resource.keys, field, key))
