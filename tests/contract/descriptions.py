"""What is wrong with an exchange by the API's description: path, query, body and answer, unknown fields included."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import graphql
import openapi_core
from openapi_core.datatypes import RequestParameters
from ruamel.yaml import YAML
from werkzeug.datastructures import Headers, ImmutableMultiDict

FOLDER = Path(__file__).parent / "openapi"
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request to a forge and its answer."""

    method: str
    path: str
    """Below the API's prefix, still percent-encoded."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 200
    answer: bytes = b""


class Description:
    """An OpenAPI 3 document, or a Swagger 2 one brought to its form."""

    def __init__(self, document: dict[str, Any], *, prefix: str = "") -> None:
        """`prefix` is what stands before the operations' paths in the document itself (GitLab: /api/v4)."""
        if document.get("swagger") == "2.0":
            document = _modernise(document)
        self._paths = {path.removeprefix(prefix): item for path, item in document["paths"].items()}
        self._document = {**document, "paths": self._paths, "servers": [{"url": "http://forge.invalid"}]}
        self._openapi = openapi_core.OpenAPI.from_dict(self._document)
        self._patterns = [
            (path, re.compile(re.sub(r"\\\{[^/]+?\\\}", "([^/]+)", re.escape(path)))) for path in self._paths
        ]

    @classmethod
    def load(cls, path: Path, *, prefix: str = "") -> "Description":
        """The description in a JSON or YAML file; a Go template's actions are taken out."""
        text = re.sub(r"\{\{[^}]*\}\}", "", path.read_text(encoding="utf-8"))
        document = json.loads(text) if text.lstrip().startswith("{") else YAML(typ="safe").load(text)
        return cls(document, prefix=prefix)

    def find_problems(self, exchange: Exchange, *, answers: bool = True) -> Iterator[str]:
        """Sentences about what the description does not allow; the answer counts only if `answers`."""
        operation = self._find_operation(exchange)
        if operation is None:
            yield f"{exchange.method} {exchange.path} is not described"
            return
        item, details, names, values = operation
        parameters = [self.resolve(p) for p in (*item.get("parameters", ()), *details.get("parameters", ()))]
        known = {p["name"] for p in parameters if p["in"] == "query"}
        for name in parse_qs(exchange.query, keep_blank_values=True).keys() - known:
            yield f"query parameter {name} is not described"
        yield from self._find_unknown_fields(details, exchange)
        request = _Request(exchange, dict(zip(names, map(unquote, values), strict=True)))
        for error in self._openapi.iter_request_errors(request):
            yield f"request: {_explain(error)}"
        if answers:
            for error in self._openapi.iter_response_errors(request, _Response(exchange)):
                yield f"answer {exchange.status}: {_explain(error)}"

    def resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a `$ref` in the document leads to."""
        while "$ref" in node:
            target: Any = self._document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def schema_of(self, method: str, path: str, status: str) -> Mapping[str, Any]:
        """The schema of an answer."""
        answer = self.resolve(self._paths[path][method]["responses"][status])
        return answer["content"]["application/json"]["schema"]

    def _find_operation(self, exchange: Exchange) -> tuple[Any, Any, list[str], tuple[str, ...]] | None:
        for path, pattern in self._patterns:
            found = pattern.fullmatch(exchange.path)
            if found and exchange.method.lower() in self._paths[path]:
                item = self._paths[path]
                return item, item[exchange.method.lower()], re.findall(r"\{([^/]+?)\}", path), found.groups()
        return None

    def _find_unknown_fields(self, details: Mapping[str, Any], exchange: Exchange) -> Iterator[str]:
        if not exchange.body:
            return
        described = self.resolve(details.get("requestBody", {})).get("content", {}).get("application/json")
        if described is None:
            yield "no body is described"
            return
        body = json.loads(exchange.body)
        schema = self.resolve(described["schema"])
        fields = set(schema.get("properties", ()))
        for part in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
            fields |= set(self.resolve(part).get("properties", ()))
        for name in body.keys() - fields if isinstance(body, dict) else ():
            yield f"field {name} of the body is not described"


def find_graphql_problems(body: bytes) -> list[str]:
    """What GitHub's GraphQL schema has against a query and its variables."""
    sent = json.loads(body)
    schema = graphql.build_schema((FOLDER / "github.graphql").read_text(encoding="utf-8"))
    document = graphql.parse(sent["query"])
    problems = [error.message for error in graphql.validate(schema, document)]
    if problems:
        return problems
    (operation,) = [node for node in document.definitions if isinstance(node, graphql.OperationDefinitionNode)]
    coerced = graphql.execution.values.get_variable_values(schema, operation.variable_definitions, sent["variables"])
    return [error.message for error in coerced] if isinstance(coerced, list) else []


class _Request:
    """An exchange as openapi-core's protocol of a request has it."""

    host_url = "http://forge.invalid"

    def __init__(self, exchange: Exchange, path_values: Mapping[str, str]) -> None:
        self.method = exchange.method.lower()
        self.path = exchange.path
        self.full_url_pattern = self.host_url + exchange.path
        self.body = exchange.body or None
        self.content_type = "application/json"
        query = parse_qs(exchange.query, keep_blank_values=True)
        self.parameters = RequestParameters(
            query=ImmutableMultiDict([(name, value) for name, values in query.items() for value in values]),
            header=Headers(dict(exchange.headers)),
            path=dict(path_values),
        )


class _Response:
    """An exchange as openapi-core's protocol of a response has it."""

    content_type = "application/json"

    def __init__(self, exchange: Exchange) -> None:
        self.status_code = exchange.status
        self.data = exchange.answer
        self.headers = Headers()


def _explain(error: Exception) -> str:
    causes = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
    return "; ".join(f"{'.'.join(map(str, getattr(c, 'path', ())))} {getattr(c, 'message', c)}".strip() for c in causes)


def sample(description: Description, schema: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - a table of types
    """The smallest value that a schema allows."""
    schema = description.resolve(schema)
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            parts = [sample(description, part) for part in schema[key][: None if key == "allOf" else 1]]
            merged = {k: v for part in parts if isinstance(part, dict) for k, v in part.items()}
            return merged or parts[0]
    if schema.get("nullable"):
        return None
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            required = schema.get("required", ())
            return {name: sample(description, schema["properties"][name]) for name in required}
        case "array":
            return []
        case "integer" | "number":
            return 1
        case "boolean":
            return False
    formats = {"date-time": "2026-01-01T00:00:00Z", "uri": "https://forge.invalid/", "email": "a@forge.invalid"}
    return formats.get(schema.get("format", ""), "text")


def _modernise(old: dict[str, Any]) -> dict[str, Any]:
    """Swagger 2.0 in the form of OpenAPI 3.0, as far as these operations need it."""
    text = json.dumps(old).replace("#/definitions/", "#/components/schemas/").replace('"file"', '"string"')
    old = json.loads(text.replace("#/responses/", "#/components/responses/").replace("#/parameters/", "#/none/"))

    def make_response(response: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in response:
            return response
        new = {"description": response.get("description", "")}
        if "schema" in response:
            new["content"] = {"application/json": {"schema": response["schema"]}}
        return new

    def make_operation(operation: dict[str, Any]) -> dict[str, Any]:
        new: dict[str, Any] = {"parameters": [], "responses": {}}
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "body":
                content = {"application/json": {"schema": parameter["schema"]}}
                new["requestBody"] = {"content": content, "required": parameter.get("required", False)}
            elif parameter["in"] in {"path", "query"}:
                schema = {k: v for k, v in parameter.items() if k in {"type", "enum", "items", "format"}}
                required = parameter["in"] == "path"
                new["parameters"].append(
                    {"name": parameter["name"], "in": parameter["in"], "required": required, "schema": schema}
                )
        for status, response in operation["responses"].items():
            new["responses"][str(status)] = make_response(response)
        return new

    paths = {
        path: {method: make_operation(operation) for method, operation in item.items() if method in _METHODS}
        for path, item in old["paths"].items()
    }
    responses = {name: make_response(response) for name, response in old.get("responses", {}).items()}
    return {
        "openapi": "3.0.3",
        "info": {"title": "converted", "version": "1"},
        "paths": paths,
        "components": {"schemas": old["definitions"], "responses": responses},
    }
