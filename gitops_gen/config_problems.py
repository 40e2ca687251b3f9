"""What is wrong with a settings file, in words: the place, what was expected, the nearest name that exists."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitops_gen.errors import ConfigError
from gitops_gen.names import show
from gitops_gen.wording import BOOLEAN_WORDS, NOUNS, describe, redact, suggest

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Keys = tuple[str | int, ...]

_SECRET_KEY = re.compile(r"token|passw|secret|credential|api_?key|private_?key", re.IGNORECASE)
_BOUNDS = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than"}


class Unreadable:
    """Stands for a value that no key takes: a date, a tagged value, a set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a file, at the key that `keys` leads to."""

    keys: Keys
    message: str


def make_error(path: str, tree: Any, problems: Iterable[Problem]) -> ConfigError:  # noqa: ANN401 - any YAML
    """One error that lists the problems in the order of the file, one a line."""
    from gitops_gen.yamlio import find_position  # noqa: PLC0415 - ruamel.yaml, which `validate` does without

    lines = []
    for problem in problems:
        position = find_position(tree, problem.keys)
        key = show(redact(".".join(str(k) for k in problem.keys)), 120)[1:-1]
        place = f"{path}:{position.line}:{position.column}: " + (f"{key}: " if key else "")
        lines.append((position.line, position.column, place + problem.message))
    return ConfigError("\n".join(line for _, _, line in sorted(set(lines))))


def explain(error: "ValidationError") -> Iterator[Problem]:
    """The problems that one error of jsonschema stands for."""
    keys: Keys = tuple(error.absolute_path)
    value: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    if "propertyNames" in error.absolute_schema_path:
        keys = (*keys, value)
    match error.validator:
        case "additionalProperties":
            known = schema.get("properties", {})
            for key in value:
                if key not in known:
                    yield Problem(keys=(*keys, key), message=_explain_unknown_key(key, known))
        case "required":
            missing = next(key for key in rule if error.message.startswith(repr(key)))
            meaning = schema.get("properties", {}).get(missing, {}).get("description", "")
            yield Problem(
                keys=keys, message=f"the key {show(missing)} is missing" + (f": {meaning}" if meaning else "")
            )
        case _:
            yield Problem(keys=keys, message=_explain_value(error, value, schema))


def _explain_unknown_key(key: str, known: Collection[str]) -> str:
    if _SECRET_KEY.search(key):
        return "secrets do not belong in this file; they are read from environment variables alone"
    return "unknown key" + suggest(key, known)


def _explain_value(error: "ValidationError", value: Any, schema: Any) -> str:  # noqa: ANN401 - any JSON
    rule: Any = error.validator_value
    match error.validator:
        case "type":
            message = _explain_type(value, [rule] if isinstance(rule, str) else rule, schema)
        case "enum" if isinstance(value, str) and value:
            message = f"{describe(value)} is not known here" + suggest(value, [v for v in rule if v])
        case "enum":
            message = f"expected one of {', '.join(v for v in rule if v)}; got {describe(value)}"
        case "const":
            message = f"expected {rule}, the version that this program reads; got {describe(value)}"
        case "pattern":
            message = f"expected {schema['patternErrorMessage']}; got {describe(value)}"
        case "minimum" | "maximum" | "exclusiveMinimum" as bound:
            message = f"expected {_BOUNDS[bound]} {rule}; got {describe(value)}"
        case "minLength" | "minProperties":
            message = "must not be empty"
        case "maxLength":
            message = f"expected at most {rule} characters; got {len(value)}: {describe(value)}"
        case "uniqueItems":
            twice = next(item for index, item in enumerate(value) if item in value[:index])
            message = f"{describe(twice)} stands twice in the list"
        case _:
            message = redact(error.message)
    return message


def _explain_type(value: Any, types: Sequence[str], schema: Any) -> str:  # noqa: ANN401 - any JSON
    """What was expected, and the way out where YAML read something else than what was meant."""
    expected = schema.get("patternErrorMessage") or " or ".join(NOUNS[t] for t in types)
    if value is None:
        return f"is empty; expected {expected}: give it a value or remove the key"
    message = f"expected {expected}; got {describe(value)}"
    if "boolean" in types and isinstance(value, str) and value.lower() in BOOLEAN_WORDS:
        return f"{message}: write {BOOLEAN_WORDS[value.lower()]}"
    scalar = not isinstance(value, Mapping | list)
    if scalar and "string" in types and re.search(schema.get("pattern", ""), str(value)):
        return f"{message}, which YAML does not read as text: put it in quotes"
    return message
