"""Rules in CEL that a kind's schema has, asked of an object as the API server asks them of a new one.

As k8s.io/apiextensions-apiserver, pkg/apiserver/schema/cel/validation.go: a rule is asked of each value that stands
where the rule is, but for null; one that looks at `oldSelf` holds for updates, unless it says that there need be none;
and an expression that ends in an error makes the object as invalid as one that is false.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from gitops_gen.checks.cel_library import Answer, Expression, bind, compile_expression, uses_old
from gitops_gen.checks.cel_values import ForeignValueError, to_cel
from gitops_gen.checks.rule import Keys
from gitops_gen.checks.schema_walk import Part, Place

_FIELD = r"\.([\w-]+)|\['((?:[^'\\]|\\.)*)'\]"
_OPERANDS = r"(?:==|!=|\+)\s*self((?:\.\w+)*)(?![\w.(\[])|self((?:\.\w+)*)\s*(?:==|!=|\+)"
_UNORDERED = "lists that are maps or sets are compared and joined without regard to their order"
_MOST_ITEMS = 1_000
_GENERATED = "00000"
"""What stands for what the API server puts behind metadata.generateName."""


class Broken(NamedTuple):
    """A rule that does not hold for a value."""

    keys: Keys
    """The way to the value, or to the field of it that the rule names."""
    expression: str
    message: str
    """What the schema says to it; empty where it says nothing."""
    error: str
    """The error that the expression ends in; empty where it is false."""


class Skipped(NamedTuple):
    """A rule that could not be asked."""

    expression: str
    reason: str


def check_rules(places: Sequence[Place], problems: Collection[Keys]) -> Iterator[Broken | Skipped]:
    """The rules at `places` of an object, as it is with defaults, that do not hold.

    `problems` are the ways to what breaks the schema: a value with such a thing in it is not asked.
    """
    spoilt = {keys[:length] for keys in problems for length in range(len(keys) + 1)}
    for part, keys, value in places:
        if part.rules and value is not None and keys not in spoilt:
            yield from _check_place(part, keys, value if keys else _name(value))


def _check_place(part: Part, keys: Keys, value: Any) -> Iterator[Broken | Skipped]:  # noqa: ANN401 - JSON is any value
    activations: dict[int, Any] = {}
    converted: Any = None
    for rule in part.rules:
        text = rule["rule"].strip()
        is_transition = uses_old(text)
        if is_transition and rule.get("optionalOldSelf") is not True:
            continue
        compiled = compile_expression(text, without_old=is_transition)
        if isinstance(compiled, str):
            yield Skipped(text, compiled)
            continue
        try:
            if not activations:
                converted = to_cel(part, value)
            if id(compiled.env) not in activations:
                activations[id(compiled.env)] = bind(compiled.env, converted)
        except ForeignValueError as error:
            yield Skipped(text, str(error))
            return
        answer = compiled.evaluate(activations[id(compiled.env)])
        if answer.unsupported:
            yield Skipped(text, answer.unsupported)
        elif answer.value is not True and _joins_unordered(part, text):
            yield Skipped(text, _UNORDERED)
        elif answer.value is not True:
            broken = _make_broken(rule, text, keys, answer, converted)
            item = _find_item(compiled, text, converted)
            yield broken if item is None else broken._replace(keys=(*broken.keys, item))


def _find_item(compiled: Expression, text: str, converted: Any) -> int | None:  # noqa: ANN401 - as cel_values gives it
    """The first item of a list that a rule about all items does not hold for alone."""
    if not text.startswith("self.all(") or not isinstance(converted, list):
        return None
    alone = (compiled.evaluate(bind(compiled.env, [item])).value for item in converted[:_MOST_ITEMS])
    return next((number for number, value in enumerate(alone) if value is not True), None)


def _joins_unordered(part: Part, text: str) -> bool:
    """Whether an expression compares or adds lists whose order does not count for Kubernetes."""
    for paths in re.findall(_OPERANDS, text):
        inner: Part | None = part
        for name in filter(None, "".join(paths).split(".")):
            inner = inner.find(name) if inner is not None else None
        if inner is not None and inner.list_keys is not None:
            return True
    return False


def _make_broken(rule: dict[str, Any], text: str, keys: Keys, answer: Answer, converted: Any) -> Broken:  # noqa: ANN401
    message = rule.get("message")
    path = rule.get("fieldPath")
    more = _parse_field_path(path) if isinstance(path, str) and not answer.error else ()
    told = "" if answer.error else _tell(rule.get("messageExpression"), converted)
    return Broken((*keys, *more), text, told or (message.strip() if isinstance(message, str) else ""), answer.error)


def _tell(expression: Any, converted: Any) -> str:  # noqa: ANN401 - JSON is any value
    """What the expression for a message comes to; empty where there is none or it comes to nothing."""
    if not isinstance(expression, str) or uses_old(expression):
        return ""
    compiled = compile_expression(expression)
    if isinstance(compiled, str):
        return ""
    told = compiled.evaluate(bind(compiled.env, converted)).value
    return told.strip() if isinstance(told, str) and "\n" not in told.strip() else ""


def _parse_field_path(path: str) -> Keys:
    """`.spec['a.b']` as keys."""
    return tuple(name or quoted for name, quoted in re.findall(_FIELD, path))


def _name(data: Any) -> Any:  # noqa: ANN401 - as above
    """The object with the name that the API server makes where it is to make one."""
    metadata = data.get("metadata") if isinstance(data, dict) else None
    if not isinstance(metadata, dict) or metadata.get("name") or not isinstance(metadata.get("generateName"), str):
        return data
    return {**data, "metadata": {**metadata, "name": metadata["generateName"] + _GENERATED}}
