"""gitops-gen.yaml and each model.yaml: their schema, and what a schema cannot say."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from gitops_gen.checks.catalogue import SUBJECTS, find_rule
from gitops_gen.checks.discover import SETTINGS_FILE
from gitops_gen.checks.files import Row, to_row
from gitops_gen.checks.graph import Graph
from gitops_gen.checks.levels import list_rule_names, read_settings
from gitops_gen.checks.rule import Rule
from gitops_gen.checks.rules import settings as rules
from gitops_gen.checks.rules.provenance_parts import split_overlay
from gitops_gen.checks.rules.settings import OverlayPlace, SettingsProblem
from gitops_gen.checks.schema_errors import find_problems
from gitops_gen.checks.schema_store import load_named
from gitops_gen.checks.source import Source
from gitops_gen.checks.tree import Tree
from gitops_gen.config_checks import check_model, check_settings
from gitops_gen.config_problems import Problem
from gitops_gen.names import show
from gitops_gen.wording import suggest

_MODEL_FILE = re.compile(r"models/[^/]+/model\.yaml")
_EVIDENCE_FILE = re.compile(r"models/[^/]+/overlays/[^/]+/evidence\.yaml")


def is_settings_file(path: str) -> bool:
    """Whether a file of a GitOps repository is one of the program's own, which no cluster gets."""
    return path == SETTINGS_FILE or bool(_MODEL_FILE.fullmatch(path) or _EVIDENCE_FILE.fullmatch(path))


def check_settings_files(tree: Tree, paths: Iterable[str]) -> Iterator[Row]:
    """What is wrong with those of `paths` that are settings; evidence has rules of its own."""
    environments = _list_environments(tree)
    for path in paths:
        if path == SETTINGS_FILE:
            yield from _check(
                tree,
                path,
                "gitops-gen.schema.json",
                (rules.check_settings_shape, rules.check_settings_meaning),
                _check_settings,
            )
        elif _MODEL_FILE.fullmatch(path):
            yield from _check(
                tree,
                path,
                "model.schema.json",
                (rules.check_model_shape, rules.check_model_meaning),
                lambda data: check_model(data, (), environments),
            )


def check_overlay_places(tree: Tree, graph: Graph, folders: Iterable[str]) -> Iterator[Row]:
    """What of those of `folders` that are overlays of models does not go with the environments of gitops-gen.yaml."""
    environments = _list_environments(tree)
    for folder in folders:
        names, kustomization = split_overlay(folder), graph.folders.get(folder)
        source = tree.read(kustomization.path) if kustomization else None
        if not names or kustomization is None or source is None or not environments:
            continue
        if not kustomization.data or kustomization.is_component:
            continue
        below = (graph.folders[each].data.get("namespace") for each in graph.chain(folder) if each != folder)
        inherited = frozenset(namespace for namespace in below if isinstance(namespace, str))
        place = OverlayPlace(names[1], kustomization.data, inherited, environments)
        for rule in (rules.check_overlay_namespace, rules.check_overlay_environment):
            for hit in rule.check(place):
                yield to_row(source.path, rule, hit, source.locate(0, hit.keys))


def _check(
    tree: Tree, path: str, schema_name: str, both: tuple[Rule, Rule], check: Callable[[Any], Iterable[Problem]]
) -> Iterator[Row]:
    source = tree.read(path)
    if source is None or (source.read.problems and not source.documents):
        return  # said already; with line ends of Windows, or a key twice, there are documents all the same
    problems = list(_find(source, schema_name, check))
    for rule in both:
        for hit in rule.check(problems):
            yield to_row(path, rule, hit, source.locate(0, hit.keys))


def _find(source: Source, schema_name: str, check: Callable[[Any], Iterable[Problem]]) -> Iterator[SettingsProblem]:
    if not source.documents:
        if schema_name != "model.schema.json":  # an empty model.yaml means the defaults
            yield SettingsProblem("schema", (), "the file is empty; expected keys and values")
        return
    data = source.documents[0]
    if len(source.documents) > 1:
        yield SettingsProblem("schema", (), "the file holds more than one document", "keep the first one")
    schema = load_named(schema_name)
    found = find_problems(schema, data) if not schema.is_valid(data) else []
    yield from (SettingsProblem("schema", p.keys, p.message, p.fix) for p in found)
    if not isinstance(data, dict):
        return
    told = {problem.keys for problem in found}
    for problem in check(data):
        if problem.keys not in told:
            where = ".".join(str(key) for key in problem.keys)
            yield SettingsProblem("meaning", problem.keys, f"{where}: {problem.message}")


def _check_settings(data: Mapping[str, Any]) -> Iterator[Problem]:
    yield from check_settings(data)
    for keys, name in list_rule_names(data):
        if name not in SUBJECTS and find_rule(name) is None:
            yield Problem(keys=keys, message=f"there is no rule {show(name)}{suggest(name, SUBJECTS)}")


def _list_environments(tree: Tree) -> Mapping[str, Any] | None:
    environments = read_settings(tree).get("environments")
    return environments if isinstance(environments, dict) else None
