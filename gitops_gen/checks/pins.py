"""What a build of an overlay must show before it is pushed, by the rules that `validate` has."""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.catalogue import PINNED_KINDS
from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.rules.pins import RULES as PIN_RULES
from gitops_gen.checks.rules.pins_parts import parse_image
from gitops_gen.checks.rules.provenance import check_overlay
from gitops_gen.checks.rules.provenance_parts import ModelOverlay, read_document
from gitops_gen.checks.source import list_resources
from gitops_gen.checks.values import dig
from gitops_gen.checks.yaml_reader import read_yaml
from gitops_gen.findings import Finding
from gitops_gen.names import show

# Of rules/kustomize, which need the files of the whole repository; here the build alone tells.
_BUILDS = "KUST001"
_ENTRIES = "KUST005"
_HARMLESS = {"bom", "duplicate-key", "line-ends", "value"}
"""Problems of a text that leave its documents what they are."""


def check_build(built: str, overlay: ModelOverlay) -> tuple[Finding, ...]:
    """What is wrong with `built`, the output of kustomize for `overlay`, whose own objects are not looked at.

    A finding that lies in the build is told at the top of the overlay's kustomization.
    """
    path = overlay.kustomization.path if overlay.kustomization else overlay.folder
    read = read_yaml(built.encode())
    problems = [problem for problem in read.problems if problem.code not in _HARMLESS]
    objects = [resource for number, data in enumerate(read.documents) for resource in list_resources(data, number)]
    if problems or not objects:
        why = f"is not YAML: {problems[0].code} in line {problems[0].line}" if problems else "has no objects in it"
        return (_finding(path, _BUILDS, f"the build {why}"),)

    def locate(_resource: Resource, _keys: Keys) -> tuple[str, int, int]:
        return path, 1, 1

    findings = [
        _finding(path, rule.id, hit.message, fix=hit.fix, severity=rule.severity)
        for resource in objects
        if resource.group_kind in PINNED_KINDS
        for rule in PIN_RULES
        for hit in rule.check(resource)
    ]
    findings += check_overlay(overlay._replace(objects=objects), locate)
    findings += _check_entries(objects, overlay, path)
    return tuple(findings)


def _check_entries(objects: list[Resource], overlay: ModelOverlay, path: str) -> Iterator[Finding]:
    entries = dig(read_document(overlay.kustomization), "images")
    used = {image for each in objects for image in _list_container_images(each.data)}
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        name, digest, tag = (str(dig(entry, key) or "") for key in ("newName", "digest", "newTag"))
        name = name or parse_image(str(dig(entry, "name"))).name
        end = f"@{digest}" if digest else f":{tag}" if tag else ""
        if not any(image.startswith(name) and image.endswith(end) for image in used):
            place = overlay.kustomization.locate(0, ("images", number)) if overlay.kustomization else (1, 1)
            yield _finding(
                path,
                _ENTRIES,
                f"the `images` entry {show(str(dig(entry, 'name')))} matches no container",
                fix="`name` must be the image as the base has it, without tag",
                place=place,
            )


def _list_container_images(node: Any) -> Iterator[str]:  # noqa: ANN401 - YAML is any value
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("containers", "initContainers") and isinstance(value, list):
                yield from (str(item["image"]) for item in value if isinstance(item, dict) and "image" in item)
            yield from _list_container_images(value)
    elif isinstance(node, list):
        for item in node:
            yield from _list_container_images(item)


def _finding(
    path: str, rule: str, message: str, *, fix: str = "", severity: str = "error", place: tuple[int, int] = (1, 1)
) -> Finding:
    line, column = place
    return Finding(path=path, line=line, column=column, rule=rule, severity=severity, message=message, fix=fix)
