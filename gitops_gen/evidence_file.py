"""evidence.yaml: the evidence as text, in one style, and back."""

import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from gitops_gen.errors import RefusedError
from gitops_gen.evidence import Evidence, hash_evidence
from gitops_gen.yamlio import dump_round_trip, load_round_trip

SIZE_LIMIT = 900_000
"""Bytes. The evidence becomes a ConfigMap, which Kubernetes limits to 1 MiB."""

_HEAD = """\
# Written by gitops-gen for every promotion; `hash` covers all the rest, so an edit by hand shows.
# yaml-language-server: $schema=../../../../.gitops-gen/evidence.schema.json
"""
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_YAML_1_1_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])


def dump_evidence(evidence: Evidence) -> str:
    """The text of evidence.yaml: the same facts give the same bytes.

    Raises:
        RefusedError: it is too large for a ConfigMap.
    """
    text = _HEAD + dump_round_trip(_to_yaml(evidence.data))
    if len(text.encode()) > SIZE_LIMIT:
        raise RefusedError(
            f"the evidence of run {evidence.run_id} has {len(text.encode()):,} bytes, over the {SIZE_LIMIT:,} of a "
            "ConfigMap",
            hint="log long texts as artifacts of the run, not as parameters or metrics",
        )
    return text


def parse_evidence(text: str, *, path: str) -> Evidence:
    """The evidence in `text`.

    Raises:
        ConfigError: it is not YAML.
        RefusedError: it lacks what every evidence has.
    """
    data = _to_plain(load_round_trip(text, path=path))
    try:
        evidence = Evidence(data=data)
        _ = (
            evidence.digest,
            evidence.run_id,
            evidence.version,
            evidence.metrics,
            evidence.parameters,
            evidence.overrides,
        )
        hash_evidence(data)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise RefusedError(
            f"{path}: this is not evidence as gitops-gen writes it ({error!r})",
            hint="restore the file from git: git log -p " + path,
        ) from error
    return evidence


def _to_yaml(value: object, path: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - a ruamel node
    match value:
        case Mapping():
            node = CommentedMap({_to_key(key): _to_yaml(value[key], (*path, key)) for key in sorted(value)})
            if _is_one_line(path):
                node.fa.set_flow_style()
            return node
        case list() | tuple():
            items = CommentedSeq([_to_yaml(item, (*path, "*")) for item in value])
            if all(isinstance(item, str | int) for item in value):
                items.fa.set_flow_style()
            return items
        case str():
            return DoubleQuotedScalarString(value)
        case _:
            return value


def _is_one_line(path: tuple[str, ...]) -> bool:
    """A metric, a field of a signature, a verdict: one line each, so that a promotion's diff stays short."""
    match path:
        case ("run", "experiment") | ("run", "metrics", _) | ("model", "signature", _, _):
            return True
        case ("overrides" | "gates" | "rolledBack", _):
            return True
        case _:
            return False


def _to_key(key: str) -> str:
    plain = _PLAIN_KEY.fullmatch(key) and key.lower() not in _YAML_1_1_WORDS
    return key if plain else DoubleQuotedScalarString(key)


def _to_plain(value: Any) -> Any:  # noqa: ANN401 - YAML is any value
    match value:
        case Mapping():
            return {str(key): _to_plain(item) for key, item in value.items()}
        case list():
            return [_to_plain(item) for item in value]
        case bool() | None:
            return value
        case int():
            return int(value)
        case float():
            return float(value)
        case _:
            return str(value)
