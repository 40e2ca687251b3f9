"""The form of a CustomResourceDefinition: that of apiextensions.k8s.io/v1, without nulls and texts for people. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from gitops_gen.checks.rule import Keys
from gitops_gen.names import show

GROUP_NAME = "apiextensions.k8s.io"
Problem = tuple[Keys, str]
"""Where something is wrong, and what."""
_LABEL = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_GROUP_LIMIT = 253
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_TEXTS = frozenset({"description", "example", "externalDocs", "id", "title"})
_VALUES = frozenset({"default", "enum"})
_MAPPINGS = frozenset({"properties", "patternProperties", "definitions"})
_SCHEMAS = frozenset({"items", "additionalProperties", "additionalItems", "not"})
_LISTS = frozenset({"allOf", "anyOf", "oneOf"})
_LOGIC = _LISTS | {"not"}


def simplify(data: Mapping[str, Any]) -> tuple[dict[str, Any], Problem | None]:
    """A definition in the one form, and what keeps it from having that form.

    v1beta1 has one schema for all versions, and keeps unknown fields unless told not to; what is kept then says so at
    each object of the schema, as in v1.
    """
    api_version = data.get("apiVersion")
    if not isinstance(api_version, str) or api_version not in {f"{GROUP_NAME}/v1", f"{GROUP_NAME}/v1beta1"}:
        return {}, (("apiVersion",), f"{show(str(api_version))} is not a version of {GROUP_NAME}: v1 and v1beta1 are")
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return {}, (("spec",), "it has no spec")
    old = api_version.endswith("v1beta1")
    told = spec.get("preserveUnknownFields")
    preserve = old if told is None else bool(told)
    keep = {"group": spec.get("group"), "names": spec.get("names"), "scope": spec.get("scope")}
    versions = _list_versions(spec) if old else spec.get("versions")
    versions = [one for one in versions if one is not None] if isinstance(versions, list) else None
    if not versions:
        return {}, (("spec", "versions"), "it has no versions")
    shared = spec.get("validation") if old else None
    simple = [_simplify_version(one, shared, preserve=preserve) for one in versions]
    kept = {key: value for key, value in keep.items() if value is not None}
    form = {"apiVersion": f"{GROUP_NAME}/v1", "kind": "CustomResourceDefinition", "metadata": data.get("metadata")}
    return form | {"spec": kept | {"versions": simple, "preserveUnknownFields": preserve}}, None


def check_names(simple: Mapping[str, Any]) -> Problem | None:
    """What is wrong with the names of a definition that its schema does not see; they become names of files."""
    spec = simple["spec"]
    group, kind = spec["group"], spec["names"]["kind"]
    if not _SUBDOMAIN.fullmatch(group) or len(group) > _GROUP_LIMIT:
        return ("spec", "group"), f"{show(group)} is no name of a group"
    if not _LABEL.fullmatch(kind.lower()):
        return ("spec", "names", "kind"), f"{show(kind)} is no name of a kind"
    names = [one["name"] for one in spec["versions"]]
    for number, name in enumerate(names):
        if not _LABEL.fullmatch(name):
            return ("spec", "versions", number, "name"), f"{show(name)} is no name of a version"
        if name in names[:number]:
            return ("spec", "versions", number, "name"), f"the version {show(name)} is there twice"
    if not any(one["served"] for one in spec["versions"]):
        return ("spec", "versions"), "it serves no version"
    return None


def adapt(definition: Mapping[str, Any], translate: Callable[[str], str]) -> dict[str, Any]:
    """A definition for the validators: `translate` gives the pattern to use, or none."""
    versions = [
        one | {"schema": {"openAPIV3Schema": _adapt_node(one["schema"]["openAPIV3Schema"], translate)}}
        if "schema" in one
        else one
        for one in definition["spec"]["versions"]
    ]
    return {**definition, "spec": {**definition["spec"], "versions": versions}}


def _adapt_node(node: Any, translate: Callable[[str], str]) -> Any:  # noqa: ANN401 - a schema, true or false
    if not isinstance(node, dict):
        return node
    adapted: dict[str, Any] = {}
    for key, value in node.items():
        if key in _MAPPINGS:
            adapted[key] = {name: _adapt_node(one, translate) for name, one in value.items()}
        elif key in _SCHEMAS:
            adapted[key] = _adapt_node(value, translate)
        elif key in _LISTS:
            adapted[key] = [_adapt_node(one, translate) for one in value]
        elif key == "pattern":
            adapted |= {key: found} if (found := translate(value)) else {}
        else:
            adapted[key] = value
    return adapted


def _list_versions(spec: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as it stands in the file
    versions = spec.get("versions")
    if versions:
        return versions
    name = spec.get("version")
    return [{"name": name, "served": True, "storage": True}] if name else []


def _simplify_version(version: Any, shared: Any, *, preserve: bool) -> Any:  # noqa: ANN401 - as it stands in the file
    if not isinstance(version, dict):
        return version
    holder = shared if version.get("schema") is None else version["schema"]
    kept = {key: version.get(key) for key in ("name", "served", "storage") if version.get(key) is not None}
    if not isinstance(holder, dict) or holder.get("openAPIV3Schema") is None:
        return kept | ({} if holder is None or isinstance(holder, dict) else {"schema": holder})
    return kept | {"schema": {"openAPIV3Schema": _simplify_node(holder["openAPIV3Schema"], preserve=preserve)}}


def _simplify_node(node: Any, *, preserve: bool, keep: bool = True) -> Any:  # noqa: ANN401 - as it stands in the file
    """A schema without nulls and texts; with `preserve`, its objects keep what they do not name.

    `keep` is false in what only says which values are good, as `anyOf` does.
    """
    if not isinstance(node, dict):
        return node
    simple: dict[str, Any] = {}
    for key, value in node.items():
        inner = keep and key not in _LOGIC
        if value is None or key in _TEXTS:
            continue
        if key in _MAPPINGS and isinstance(value, dict):
            simple[key] = {
                name: _simplify_node(one, preserve=preserve, keep=inner)
                for name, one in value.items()
                if one is not None
            }
        elif key in _SCHEMAS:
            simple[key] = _simplify_node(value, preserve=preserve, keep=inner)
        elif key in _LISTS and isinstance(value, list):
            simple[key] = [_simplify_node(one, preserve=preserve, keep=inner) for one in value if one is not None]
        else:
            filled = isinstance(value, list) and key not in _VALUES
            simple[key] = [one for one in value if one is not None] if filled else value
    if preserve and keep and (simple.get("type") == "object" or "properties" in simple):
        simple[_PRESERVE] = True
    return simple
