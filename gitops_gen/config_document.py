"""A YAML file that people write, read as plain values and held against its schema."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarbool import ScalarBoolean

from gitops_gen import assets
from gitops_gen.config_problems import Keys, Problem, Unreadable, explain, make_error
from gitops_gen.errors import ConfigError
from gitops_gen.wording import describe, redact
from gitops_gen.yamlio import load_round_trip

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_SCHEMAS = ("gitops-gen.schema.json", "model.schema.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's content, and what its schema finds wrong with it."""

    path: str
    tree: Any
    """The document of the round trip, for positions."""
    data: Mapping[str, object]
    problems: tuple[Problem, ...]


def read_document(text: str | bytes, path: str, *, schema: str, optional: bool = False) -> Document:
    """The file's content, checked against the schema file of that name; an `optional` one may be empty.

    Raises:
        ConfigError: it is not UTF-8, not YAML, not a mapping, or holds what no key takes (NaN, control characters).
    """
    tree = _load(_decode(text, path) if isinstance(text, bytes) else text, path)
    if tree is None and optional:
        tree = CommentedMap()
    if not isinstance(tree, CommentedMap):
        found = "the file is empty" if tree is None else f"the file holds {describe(tree)}"
        raise ConfigError(f"{path}:1:1: {found}; expected keys and values", hint=f"schemas/{schema} lists the keys")
    problems: list[Problem] = []
    data = _make_plain(tree, (), problems, {})
    if problems:
        raise make_error(path, tree, problems)
    errors = _load_validator(schema).iter_errors(data)
    return Document(path=path, tree=tree, data=data, problems=tuple(p for error in errors for p in explain(error)))


def _load(text: str, path: str) -> Any:  # noqa: ANN401 - YAML is any value
    try:
        return load_round_trip(text.removeprefix("\ufeff"), path=path)
    except ConfigError as error:
        # Without the cause: it quotes the line, and with it a password that somebody wrote into a URL.
        raise ConfigError(redact(error.message), hint=error.hint) from None


def _decode(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise ConfigError(f"{path}:{line}:{column}: not UTF-8 text", hint="save the file as UTF-8") from error


def _make_plain(node: object, keys: Keys, problems: list[Problem], seen: dict[int, Any]) -> Any:  # noqa: ANN401 - YAML
    """`node` without ruamel's types; what no key takes becomes a problem.

    `seen` keeps aliases shared: nested ones, copied, would grow for ever.
    """
    if not isinstance(node, CommentedMap | CommentedSeq):
        return _make_plain_scalar(node, keys, problems)
    if id(node) not in seen:
        if isinstance(node, CommentedMap):
            seen[id(node)] = _make_plain_mapping(node, keys, problems, seen)
        else:
            seen[id(node)] = [_make_plain(item, (*keys, i), problems, seen) for i, item in enumerate(node)]
    return seen[id(node)]


def _make_plain_mapping(
    node: CommentedMap, keys: Keys, problems: list[Problem], seen: dict[int, Any]
) -> dict[str, object]:
    plain: dict[str, object] = {}
    for key, value in node.items():
        if isinstance(key, str):
            name = _make_plain_scalar(key, (*keys, str(key)), problems)
            plain[name] = _make_plain(value, (*keys, name), problems, seen)
        else:
            message = f"a key must be text, not {describe(key)}: put it in quotes if it is a name"
            problems.append(Problem(keys=(*keys, key), message=message))
    return plain


def _make_plain_scalar(node: object, keys: Keys, problems: list[Problem]) -> Any:  # noqa: ANN401 - any YAML scalar
    if isinstance(node, str):
        if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in node):  # noqa: PLR2004 - C0, DEL and C1
            problems.append(Problem(keys=keys, message="no line breaks or control characters may stand here"))
        return str(node)
    if isinstance(node, bool | ScalarBoolean):
        return bool(node)
    if isinstance(node, int):
        return int(node)
    if isinstance(node, float):
        if not math.isfinite(node):
            problems.append(Problem(keys=keys, message=f"expected a finite number; got {float(node)}"))
        return float(node)
    return None if node is None else Unreadable()


@cache
def _load_validator(schema: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - heavy, and only commands with settings need it
    from referencing import Registry, Resource  # noqa: PLC0415 - comes with jsonschema

    contents = {name: json.loads(assets.read_asset("schemas", name)) for name in _SCHEMAS}
    resources = [(name, Resource.from_contents(content)) for name, content in contents.items()]
    return Draft202012Validator(contents[schema], registry=Registry().with_resources(resources))
