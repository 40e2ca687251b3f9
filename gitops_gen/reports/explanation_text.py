"""What is known of a line, for a person: in columns."""

import json
import textwrap
from collections.abc import Iterator

from gitops_gen.checks.schema_errors import name_place
from gitops_gen.checks.schema_facts import FieldFacts
from gitops_gen.reports.explanation import Explanation, Landing, RuleFact
from gitops_gen.reports.printable import show_line

_WIDTH = 100
_COLUMN = 12
_MANY = 12
_NOUNS = {
    "object": "mapping",
    "array": "list",
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "nothing",
}
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "multiple of",
    "minLength": "characters, at least",
    "maxLength": "characters, at most",
    "minItems": "items, at least",
    "maxItems": "items, at most",
    "minProperties": "keys, at least",
    "maxProperties": "keys, at most",
    "uniqueItems": "items are unique",
}
_SOURCES = {
    "carried": "carried by gitops-gen",
    "imported": "imported into this repository",
    "native": "of Kubernetes itself",
    "given": "given by --schema-location",
}
_SUMMED = frozenset({"every object", "every file", "what lands together"})
"""Scopes whose rules the text only names."""


def render_text(explanation: Explanation) -> str:
    """For a person, in columns."""
    lines = [f"{show_line(explanation.path)}:{explanation.line}"]
    if explanation.text:
        lines += [f"  {show_line(explanation.text)}"]
    lines.append("")
    for name, value in _list_rows(explanation):
        told = textwrap.wrap(show_line(value), _WIDTH - _COLUMN, break_on_hyphens=False) or [""]
        lines.append(f"{name:<{_COLUMN}}{told[0]}".rstrip())
        lines += [f"{'':<{_COLUMN}}{rest}" for rest in told[1:]]
    lines += _list_rules(explanation)
    lines += _list_here(explanation)
    return "\n".join(lines)


def _list_rows(explanation: Explanation) -> Iterator[tuple[str, str]]:
    if explanation.kind or explanation.api_version:
        names = " ".join(filter(None, (explanation.kind, explanation.name)))
        yield "object", f"{names} ({explanation.api_version})" if explanation.api_version else names
    if explanation.keys:
        yield "field", name_place(explanation.keys)
    if explanation.begins != explanation.line:
        yield "begins", f"on line {explanation.begins}"
    if explanation.schema is None:
        yield (
            "schema",
            "none: only the syntax is checked" if not explanation.kind else "none: its fields are not checked",
        )
    else:
        yield "schema", f"{explanation.schema.file}, {_SOURCES[explanation.schema.source]}"
        yield from (("", row) for row in _list_facts(explanation.schema.field))
    for use in explanation.uses:
        yield "used by", f"{use.path}:{use.line} as {'an' if use.role == 'input' else 'a'} {use.role}"
    for landing in explanation.landings:
        if landing.environment or landing.root:
            yield "lands in", _show_landing(landing)
    if explanation.applications:
        yield "deployed by", ", ".join(explanation.applications)


def _show_landing(landing: Landing) -> str:
    words = [landing.environment or "every environment"]
    if landing.namespace:
        words.append(f"namespace {landing.namespace}")
    if landing.root:
        words.append(f"by the build of {landing.root}")
    return ", ".join(words)


def _list_facts(field: FieldFacts) -> Iterator[str]:
    if not field.told:
        yield "has no such field"
        return
    types = " or ".join(_NOUNS.get(name, name) for name in field.types)
    told = (types or ("anything" if field.is_open else ""), "required" if field.required else "")
    yield from filter(None, (", ".join(filter(None, told)), field.description))
    yield from _list_limits(field)
    if field.needs:
        yield f"needs {', '.join(field.needs)}"
    others = [name for name in field.fields if name not in field.needs]
    if others:
        rest = f" and {len(others) - _MANY} more" if len(others) > _MANY else ""
        yield f"may have {', '.join(others[:_MANY])}{rest}"
    for rule, message in field.rules:
        yield f"rule: {rule}" + (f" ({message})" if message else "")


def _list_limits(field: FieldFacts) -> Iterator[str]:
    if field.values:
        yield "one of " + ", ".join(_show_value(value) for value in field.values)
    if field.pattern:
        yield f"fits the pattern {field.pattern}"
    if field.format:
        yield f"format {field.format}"
    if field.has_default:
        yield f"default {_show_value(field.default)}"
    yield from (f"{_BOUNDS[keyword]} {_show_value(value)}" for keyword, value in field.bounds)
    if field.list_keys:
        yield f"items are told apart by {', '.join(field.list_keys)}"


def _show_value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _list_rules(explanation: Explanation) -> Iterator[str]:
    scopes: dict[str, list[RuleFact]] = {}
    for rule in explanation.rules:
        scopes.setdefault(rule.scope, []).append(rule)
    for scope, rules in scopes.items():
        if scope in _SUMMED:
            continue
        yield from ("", f"rules for {show_line(scope)}")
        width = max(len(_show_level(rule)) for rule in rules) + 2
        column = max(len(rule.id) for rule in rules) + 2
        for rule in rules:
            told = f"{rule.id:<{column}}{_show_level(rule):<{width}}{rule.title}"
            indent = " " * (2 + column + width)
            yield from textwrap.wrap(told, _WIDTH, initial_indent="  ", subsequent_indent=indent)
    yield ""
    for scope, rules in scopes.items():
        if scope in _SUMMED:
            told = f"rules for {scope}: {', '.join(_sum_up(rules))}"
            yield from textwrap.wrap(told, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _show_level(rule: RuleFact) -> str:
    return rule.level if rule.level == rule.severity else f"{rule.level} (not {rule.severity})"


def _sum_up(rules: list[RuleFact]) -> Iterator[str]:
    """Ids in runs: `REF001-REF012`; those with another level than their own stand alone, with it."""
    run: list[str] = []
    for rule in sorted(rules):
        if rule.level != rule.severity:
            yield f"{rule.id} ({rule.level})"
        elif run and rule.id[:-3] == run[-1][:-3] and int(rule.id[-3:]) == int(run[-1][-3:]) + 1:
            run.append(rule.id)
        else:
            if run:
                yield _show_run(run)
            run = [rule.id]
    if run:
        yield _show_run(run)


def _show_run(run: list[str]) -> str:
    return run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}"


def _list_here(explanation: Explanation) -> Iterator[str]:
    for line, rules, reason in explanation.waivers:
        yield from ("", f"waived by line {line}: {show_line(', '.join(rules) or 'nothing')}: {show_line(reason)}")
    yield ""
    if not explanation.findings:
        yield "nothing is found on this line"
    for column, severity, rule, message, fix in explanation.findings:
        yield f"found in column {column}: {severity}: {show_line(message)} [{rule}]"
        if fix:
            yield f"  fix: {show_line(fix)}"
