"""docs/configuration.md, made from the schemas and the names of the variables, so that it cannot fall behind them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gitops_gen.adapters.argocd_http import TOKEN_VARIABLE
from gitops_gen.adapters.forge_project import TITLES
from gitops_gen.adapters.forges import TOKEN_VARIABLES
from gitops_gen.adapters.git_credentials import PASSWORD_VARIABLES, USERNAME_VARIABLE
from gitops_gen.assets import read_asset

HEAD = """# Configuration

<!-- Made from the schemas: edit those, then run
     GITOPS_GEN_UPDATE_GOLDENS=1 pytest tests/unit/test_configuration_reference.py -->

Two files hold what people set. Both are described by a JSON Schema that `gitops-gen init` copies into the repository
(`.gitops-gen/`) and names in the first line of each file, so an editor with a YAML language server completes and
explains every key. A mistake is answered with file, line, column and key, all mistakes of a file at once:

```
gitops-gen.yaml:9:3: forge.kind: 'githb' is not known here; did you mean 'github'?
```
"""
SECRETS = """## Secrets

No secret stands in a file. They come from environment variables:

| For | Variables |
|---|---|
"""
REQUIRED = "**required**"


def render_reference() -> str:
    """The whole page."""
    settings = json.loads(read_asset("schemas", "gitops-gen.schema.json"))
    model = json.loads(read_asset("schemas", "model.schema.json"))
    return "\n".join(
        [
            HEAD,
            *_render_file("gitops-gen.yaml", settings),
            *_list_components(settings["properties"]["openDataHub"]),
            *_render_file("models/&lt;model&gt;/model.yaml", model),
            SECRETS + "\n".join(_list_variables()) + "\n",
        ]
    )


def list_keys(schema: Mapping[str, Any]) -> list[str]:
    """Every key of a file, dotted."""
    return [path for path, _, _ in _walk(schema, schema, "")]


def _render_file(title: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"{_escape(schema['description'])}\n"
    yield "| Key | Meaning | Values | Default |"
    yield "|---|---|---|---|"
    for path, entry, required in _walk(schema, schema, ""):
        default = REQUIRED if required else _show_default(entry)
        meaning = _escape(entry["description"]) + _show_example(entry)
        yield f"| `{path}` | {meaning} | {_show_values(entry)} | {default} |"
    yield ""


def _walk(schema: Mapping[str, Any], root: Mapping[str, Any], at: str) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Path, resolved entry and whether it is required, of each key in the order of the schema."""
    for key, raw in schema.get("properties", {}).items():
        entry = _resolve(raw, root)
        if "description" not in entry:  # a component of Open Data Hub with values of its own: told with the others
            continue
        yield f"{at}{key}", entry, key in schema.get("required", ())
        yield from _walk(entry, root, f"{at}{key}.")
        inner = entry.get("additionalProperties")
        if isinstance(inner, dict) and "properties" in inner:
            yield from _walk(inner, root, f"{at}{key}.<name>.")
        if "properties" in entry.get("items", {}):
            yield from _walk(entry["items"], root, f"{at}{key}[].")


def _resolve(entry: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = entry.get("$ref", "")
    return {**root["$defs"][reference.rpartition("/")[2]], **entry} if reference.startswith("#") else entry


def _show_values(entry: Mapping[str, Any]) -> str:
    if "const" in entry:
        return f"`{entry['const']}`"
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"] if value)
    if "patternErrorMessage" in entry:
        return str(entry["patternErrorMessage"])
    if "allOf" in entry or ("$ref" in entry and not entry["$ref"].startswith("#")):
        return _show_file(entry)
    if entry["type"] == "object":
        return "names and values" if _is_open(entry) else "keys below"
    words = {"array": "list", "boolean": "`true`, `false`", "string": "text"}
    return words.get(entry["type"]) or _show_range(entry)


def _show_file(entry: Mapping[str, Any]) -> str:
    """Where the keys stand, of an entry whose own are told elsewhere."""
    if "allOf" in entry:
        return "keys of `gates`"
    return "keys of `gates` in model.yaml" if entry["$ref"].endswith("/gates") else "keys of model.yaml"


def _is_open(entry: Mapping[str, Any]) -> bool:
    """True for a mapping whose names people choose, and whose values are no mappings."""
    inner = entry.get("additionalProperties")
    return isinstance(inner, dict) and "properties" not in inner


def _show_range(entry: Mapping[str, Any]) -> str:
    noun = "whole number" if entry["type"] == "integer" else "number"
    low = f" above {entry['exclusiveMinimum']}" if "exclusiveMinimum" in entry else ""
    low = low or (f" from {entry['minimum']}" if "minimum" in entry else "")
    return noun + low + (f" to {entry['maximum']}" if "maximum" in entry else "")


def _escape(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _show_default(entry: Mapping[str, Any]) -> str:
    default = entry.get("default")
    if default in (None, "", {}, []):
        return "-"
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def _show_example(entry: Mapping[str, Any]) -> str:
    examples = entry.get("examples", [])
    if not examples or isinstance(examples[0], dict):
        return ""
    shown = (example if isinstance(example, str) else json.dumps(example) for example in examples)
    return " For example " + ", ".join(f"`{example}`" for example in shown) + "."


def _list_components(hub: Mapping[str, Any]) -> Iterator[str]:
    for kind, branch in (("DataScienceCluster", "else"), ("KfDef", "then")):
        names = hub[branch]["properties"]["components"]["propertyNames"]["enum"]
        yield f"Components of a {kind}: {', '.join(f'`{name}`' for name in names)}.\n"


def _list_variables() -> Iterator[str]:
    rows = {
        "MLflow": ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN"),
        "git over http": (USERNAME_VARIABLE, *PASSWORD_VARIABLES),
        "Argo CD's API": (TOKEN_VARIABLE,),
        **{f"{TITLES[kind]}'s API, the first that is set": names for kind, names in TOKEN_VARIABLES.items()},
    }
    for purpose, names in rows.items():
        yield f"| {purpose} | {', '.join(f'`{name}`' for name in names)} |"
    yield "| Image registries | none: docker's `config.json` and its credential helpers |"
