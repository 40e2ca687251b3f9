"""What is known of a line, for a program."""

from gitops_gen.checks.schema_facts import FieldFacts
from gitops_gen.reports.explanation import Explanation
from gitops_gen.reports.json_text import dump_json


def render_json(explanation: Explanation) -> str:
    """One object; `docs/validating.md` says what its keys are."""
    field = explanation.schema.field if explanation.schema else None
    return dump_json(
        {
            "path": explanation.path,
            "line": explanation.line,
            "begins": explanation.begins,
            "document": explanation.document,
            "object": {
                "apiVersion": explanation.api_version,
                "kind": explanation.kind,
                "name": explanation.name,
            },
            "field": list(explanation.keys),
            "schema": {
                "file": explanation.schema.file,
                "source": explanation.schema.source,
                "field": _pack_field(field),
            }
            if explanation.schema and field
            else None,
            "uses": [use._asdict() for use in explanation.uses],
            "landings": [landing._asdict() for landing in explanation.landings],
            "applications": list(explanation.applications),
            "rules": [rule._asdict() for rule in explanation.rules],
            "waivers": [
                {"line": line, "rules": list(rules), "reason": why} for line, rules, why in explanation.waivers
            ],
            "findings": [
                dict(zip(("column", "severity", "rule", "message", "fix"), each, strict=True))
                for each in explanation.findings
            ],
        }
    )


def _pack_field(field: FieldFacts) -> dict[str, object]:
    packed = field._asdict()
    has_default = packed.pop("has_default")
    if not has_default:
        del packed["default"]
    packed["bounds"] = dict(field.bounds)
    packed["rules"] = [{"rule": rule, "message": message} for rule, message in field.rules]
    return packed
