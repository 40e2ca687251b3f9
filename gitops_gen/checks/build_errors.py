"""What kustomize says when it does not build: made short, and brought to the place that is meant."""

import re
from collections.abc import Iterator

from gitops_gen.checks.failure_places import PLACES, Failure, find_value, make_hit, shorten
from gitops_gen.checks.graph import Graph
from gitops_gen.checks.rule import Hit, Keys
from gitops_gen.checks.tree import Tree

_UNCHECKED = (
    (re.compile(r"must specify --enable-helm"), "it needs Helm, which is not run here"),
    (re.compile(r"external plugins disabled|fail(ed|ure) to load .*plugin|exec.*disabled"), "it needs a plugin"),
    (re.compile(r"no 'git' program on path|git fetch|dial tcp|proxyconnect"), "it needs the network"),
    (re.compile(r"did not finish in [\d.]+ seconds"), "kustomize took too long"),
)
# Inside of these the folder is named that the rest of the message is about.
_WITHIN = re.compile(r"(?:recursed accumulation of path|couldn't make target for path) '([^']*)': ")
_ENDINGS = re.compile(
    r"': (?:must build at directory|failed to run|no 'git' program|must resolve to a file).*|'+$", re.DOTALL
)
_CONFIG = re.compile(r"trouble configuring builtin (\w+) with config: `.*?`: ", re.DOTALL)
_RING = re.compile(r"cycle detected: candidate root '([^']*)'")
_QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"|\[([^\]\s]+)\]|path\(([^)]+)\)|`([^`\s]+?):?`")


def explain_unchecked(message: str) -> str:
    """Why a build could not be made here although nothing is known to be wrong; empty if something is."""
    return next((reason for pattern, reason in _UNCHECKED if pattern.search(message)), "")


def find_failed_folder(graph: Graph, root: str, message: str) -> str:
    """The folder whose own content kustomize was busy with."""
    inner = [match[1].rstrip("/") for match in _WITHIN.finditer(message) if match[1].rstrip("/") in graph.folders]
    return inner[-1] if inner else root


def list_failures(tree: Tree, graph: Graph, root: str, message: str) -> Iterator[Hit]:
    """A hit at the place that kustomize's message is about; of a ring, one at each reference in it."""
    yield explain_failure(tree, graph, root, message)
    ring = _RING.search(message)
    if ring and ring[1] in graph.folders:
        yield from _list_ring(graph, ring[1], find_failed_folder(graph, root, message))


def _list_ring(graph: Graph, start: str, end: str) -> Iterator[Hit]:
    """The references that lead from `start` to `end`, which refers to `start`."""
    before: dict[str, tuple[str, Keys]] = {start: ("", ())}
    waiting = [start]
    for folder in waiting:
        for link in graph.links.get(folder, ()):
            if link.is_folder and link.path not in before:
                before[link.path] = (folder, link.reference.keys)
                waiting.append(link.path)
    at = end
    while at != start and at in before:
        folder, keys = before[at]
        message = f"does not build: it refers to {at}, which refers back to it"
        yield Hit(message, keys, "break the ring", path=graph.folders[folder].path)
        at = folder


def explain_failure(tree: Tree, graph: Graph, root: str, message: str) -> Hit:
    """A hit at the place that kustomize's message is about."""
    folder = find_failed_folder(graph, root, message)
    text = message.replace('\\"', '"')
    text = text[max((match.end() for match in _WITHIN.finditer(text)), default=0) :]
    failure = Failure(tree, graph, graph.folders[folder], _ENDINGS.sub("", _CONFIG.sub("", text)).strip())
    for pattern, find in PLACES:
        found = pattern.search(text)
        hit = find(failure, found) if found else None
        if hit is not None:
            return hit
    keys = next(_list_mentioned(failure, text), ())
    return make_hit(failure, shorten(failure.text), keys)


def _list_mentioned(failure: Failure, text: str) -> Iterator[Keys]:
    """The references and names in the kustomization that a message quotes, the first first."""
    quoted = [next(part for part in match.groups() if part) for match in _QUOTED.finditer(text)]
    for part in quoted:
        yield from (ref.keys for ref in failure.kustomization.references if ref.target == part)
    for part in quoted:
        yield from find_value(failure.kustomization.data, part)
