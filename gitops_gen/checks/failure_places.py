"""The places that kustomize's messages are about: a function for each kind of message."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.graph import Graph
from gitops_gen.checks.kustomization import GENERATORS, Kustomization
from gitops_gen.checks.patches import find_break, list_patches, list_texts, locate_in_patch
from gitops_gen.checks.rule import Hit, Keys, Resource
from gitops_gen.checks.tree import Tree

_ID = re.compile(r"(\w+)\.[^/\s]*/([^\s.]+)\.\S*")


class Failure(NamedTuple):
    """A failed build."""

    tree: Tree
    graph: Graph
    kustomization: Kustomization
    """The one whose own content kustomize was busy with."""
    text: str
    """The rest of the message."""


def make_hit(failure: Failure, message: str, keys: Keys = (), fix: str = "") -> Hit:
    """A hit in the kustomization itself."""
    return Hit(f"does not build: {message}", keys, fix, path=failure.kustomization.path)


def shorten(text: str) -> str:
    """The message in one line, without what stands before each message."""
    text = re.sub(r"^accumulating resources: (accumulation err=')?", "", text)
    text = re.sub(r"&\{0x[0-9a-f]+ <nil>\}: ", "", text)
    return " ".join(text.split())


def find_value(node: Any, wanted: str, keys: Keys = ()) -> Iterator[Keys]:  # noqa: ANN401 - YAML is any value
    """Where a text stands, as a value or an item."""
    if node == wanted:
        yield keys
    for key, value in _iterate(node):
        yield from find_value(value, wanted, (*keys, key))


def find_key(node: Any, wanted: str) -> Iterator[Keys]:  # noqa: ANN401 - as above
    """Where a key stands, the shallowest first."""
    level: list[tuple[Keys, Any]] = [((), node)]
    while level:
        yield from ((*keys, wanted) for keys, value in level if isinstance(value, dict) and wanted in value)
        level = [((*keys, key), value) for keys, each in level for key, value in _iterate(each)]


def _iterate(node: Any) -> Iterator[tuple[str | int, Any]]:  # noqa: ANN401 - as above
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from enumerate(node)


def _find_unknown(failure: Failure, found: re.Match[str]) -> Hit | None:
    """A field that kustomize does not know, in the kustomization or in a file under `configurations`."""
    field = found[1]
    message = f"kustomize knows no field `{field}` here"
    if "invalid Kustomization" in failure.text:
        keys = list(find_key(failure.kustomization.data, field))
        return make_hit(failure, message, keys[-1] if keys else (), "correct or remove it")
    return _find_in_settings(failure, lambda data: find_key(data, field), message)


def _find_in_settings(failure: Failure, find: Callable[[Any], Iterator[Keys]], message: str) -> Hit | None:
    """A hit in one of the files that set transformers."""
    for _, link in failure.graph.list_links(failure.kustomization.folder):
        source = failure.tree.read(link.path) if link.reference.role == "configuration" and link.path else None
        for document, data in enumerate(source.documents if source else ()):
            for keys in find(data):
                return Hit(f"does not build: {message}", keys, "correct or remove it", document, path=link.path)
    return None


def _find_type(failure: Failure, found: re.Match[str]) -> Hit:
    """A value of the wrong type."""
    fields = found[2].split(".")[1:]
    wanted = found[3].removeprefix("types.")
    given = {"number": (int, float), "string": (str,), "bool": (bool,), "object": (dict,), "array": (list,)}[found[1]]
    spots: list[tuple[Keys, Any]] = [((), failure.kustomization.data)]
    for field in fields:
        inside = [(keys, value) for keys, value in spots if isinstance(value, dict)]
        inside += [((*k, i), v) for k, value in spots if isinstance(value, list) for i, v in enumerate(value)]
        spots = [((*keys, field), value[field]) for keys, value in inside if isinstance(value, dict) and field in value]
    items = [((*k, i), v) for k, value in spots if isinstance(value, list) for i, v in enumerate(value)]
    keys = next((keys for keys, value in [*items, *spots] if isinstance(value, given)), tuple(fields[:1]))
    name = ".".join(fields)
    fix = "put it in quotes" if wanted == "string" and found[1] in {"number", "bool"} else ""
    return make_hit(failure, f"`{name}` is a {found[1]}, and {_TYPES.get(wanted, wanted)} is needed", keys, fix)


_TYPES = {"string": "text", "[]string": "a list of texts", "int64": "a whole number"}


def _find_named(field: str) -> Callable[[Failure, re.Match[str]], Hit]:
    """A place finder for the entries of a field that have a name."""

    def find(failure: Failure, found: re.Match[str]) -> Hit:
        entries = failure.kustomization.list_items(field)
        keys: Keys = next(((field, index) for index, entry in entries if entry.get("name") == found[1]), (field,))
        return make_hit(failure, shorten(failure.text), keys)

    return find


def _find_replicas(failure: Failure, found: re.Match[str]) -> Hit:
    hit = _find_named("replicas")(failure, found)
    return hit._replace(message=f"does not build: nothing that has replicas is called {found[1]}", fix="correct `name`")


def _find_var(failure: Failure, found: re.Match[str]) -> Hit | None:
    """A var, which is resolved at the very end, by whatever kustomization it is declared."""
    for folder in failure.graph.chain(failure.kustomization.folder):
        kustomization = failure.graph.folders[folder]
        for index, entry in kustomization.list_items("vars"):
            if entry.get("name") == found[1]:
                message = f"does not build: nothing has the field that the var {found[1]} takes its value from"
                return Hit(message, ("vars", index), "correct `objref` or `fieldref`", path=kustomization.path)
    return None


def _find_generator(failure: Failure, found: re.Match[str]) -> Hit | None:
    for field in GENERATORS:
        for index, entry in reversed(list(failure.kustomization.list_items(field))):
            if entry.get("name") == found[1]:
                exists = "exists" in failure.text
                message = f"the generator's {found[1]} {'is there already' if exists else 'is not there to be changed'}"
                fix = "give another name, or `behavior: merge` or `replace`" if exists else "remove `behavior`"
                return make_hit(failure, message, (field, index, "name"), fix)
    return None


def _find_repeated(failure: Failure, found: re.Match[str]) -> Hit:
    """An object that is there twice."""
    references = failure.kustomization.references
    keys = next((ref.keys for ref in reversed(references) if ref.target == found[1]), ())
    what = _ID.sub(r"\1 \2", found[2])
    return make_hit(
        failure, f"{found[1]} brings {what}, which is there already", keys, "rename or remove one of the two"
    )


def _find_operation(failure: Failure, found: re.Match[str]) -> Hit | None:
    """An operation whose path is not there."""
    for patch in list_patches(failure.tree, failure.kustomization):
        for number, operation in enumerate(patch.operations):
            if isinstance(operation, dict) and operation.get("path") == found[1]:
                place = locate_in_patch(failure.tree, patch, (number,))
                what = f"{operation.get('op')} {found[1]}"
                if operation.get("op") == "add":
                    message, fix = (
                        f"the patch cannot {what}: its parent is not there",
                        "correct it, or add the parent first",
                    )
                else:
                    message, fix = f"the patch cannot {what}: it is not there, or is another", "correct the path"
                return Hit(f"does not build: {message}", (), fix, 0, *place, patch.path)
    return None


def _find_break(failure: Failure, _found: re.Match[str]) -> Hit | None:
    """A patch that is not YAML: the line in it, and not the one in kustomize's message, which counts from elsewhere."""
    for text in list_texts(failure.tree, failure.kustomization):
        problem = find_break(text.source)
        if problem is not None:
            line, column = problem.line, problem.column
            source = failure.tree.read(text.path)
            if text.text is not None and source is not None:
                last = len(text.source.content.splitlines())
                line, column = source.locate_line(0, text.text, min(problem.line, last) - 1)
            what = f": {problem.detail}" if problem.detail else ""
            fix = "close what is open, and check the indentation"
            return Hit(f"does not build: the patch is not YAML{what}", (), fix, 0, line, column, text.path)
    return None


def _find_patch(failure: Failure, _found: re.Match[str]) -> Hit | None:
    """An entry of `patches` that kustomize cannot read: it quotes the text, or the path, of it."""
    for field in ("patches", "patchesJson6902"):
        for index, entry in failure.kustomization.list_items(field):
            for key in ("patch", "path"):
                text = entry.get(key)
                first = text.lstrip().split("\n")[0] if isinstance(text, str) else ""
                if first and first.replace("\\", "\\\\") in failure.text:
                    is_json = first[0] in "[{"
                    fix = "what begins with [ or { must be JSON: quote its keys and texts" if is_json else ""
                    message = "the patch is neither a list of operations, with a target, nor a resource"
                    return make_hit(failure, message, (field, index, key), fix)
    return None


def _find_malformed(failure: Failure, found: re.Match[str]) -> Hit | None:
    """A resource that is not YAML, or no Kubernetes object."""
    for link in failure.graph.links[failure.kustomization.folder]:
        if link.reference.target == found[1] and link.exists and not link.is_folder:
            line = re.search(r"yaml: line (\d+)", found[2])
            reason = shorten(re.sub(r" in object \{.*", "", found[2].split("': must")[0]))
            if line is None and "missing metadata.name" in reason:
                for resource in list_nameless(failure.tree, link.path):
                    keys = (*resource.keys, "metadata", "name")
                    return Hit(f"does not build: {reason}", keys, "name it", resource.document, path=link.path)
            return Hit(f"does not build: {reason}", line=int(line[1]) if line else 1, path=link.path)
    return None


def list_nameless(tree: Tree, path: str) -> Iterator[Resource]:
    """The objects of a file that have no name."""
    source = tree.read(path)
    return (resource for resource in (source.list_resources() if source else ()) if not resource.name)


def _find_cycle(failure: Failure, found: re.Match[str]) -> Hit:
    keys = next(
        (link.reference.keys for link in failure.graph.links[failure.kustomization.folder] if link.path == found[1]), ()
    )
    return make_hit(failure, f"it refers to {found[1]}, which refers back to it", keys, "break the ring")


def _find_kind(failure: Failure, found: re.Match[str]) -> Hit:
    links = failure.graph.links[failure.kustomization.folder]
    keys = next((link.reference.keys for link in links if link.path == found[2]), ())
    if found[1].startswith("!="):
        return make_hit(failure, f"{found[2]} is a component", keys, "list it under `components`")
    return make_hit(failure, f"{found[2]} is no component", keys, "list it under `resources`")


def _find_line(failure: Failure, found: re.Match[str]) -> Hit:
    return Hit(f"does not build: {found[2]}", line=int(found[1]), path=failure.kustomization.path)


PLACES: tuple[tuple[re.Pattern[str], Callable[[Failure, re.Match[str]], Hit | None]], ...] = (
    (re.compile(r'unknown field "([^"]+)"'), _find_unknown),
    (re.compile(r"cannot unmarshal (\w+) into Go struct field (\S+) of type (\S+)"), _find_type),
    (re.compile(r"invalid Kustomization: yaml: line (\d+): (.*)"), _find_line),
    (re.compile(r"from '([^']*)': .*?already registered id: ([^\s']+)", re.DOTALL), _find_repeated),
    (re.compile(r"missing path: \"([^\"]+)\""), _find_operation),
    (re.compile(r"(?:for path|value|testing value):? '?(/[^'\s]*?)'?(?::|\s)"), _find_operation),
    (re.compile(r"trouble configuring builtin Patch\w+|unable to parse SM or JSON patch"), _find_break),
    (re.compile(r"unable to parse SM or JSON patch|must specify a target for JSON patch"), _find_patch),
    (re.compile(r"var '\{(\S+) "), _find_var),
    (re.compile(r"resource with name (\S+) does not match a config"), _find_replicas),
    (re.compile(r"merging from generator .*?Name:\"([^\"]+)\"", re.DOTALL), _find_generator),
    (re.compile(r"config ?map (\S+) illegally repeats"), _find_named("configMapGenerator")),
    (re.compile(r"secret (\S+) illegally repeats"), _find_named("secretGenerator")),
    (re.compile(r"cycle detected: candidate root '([^']*)'"), _find_cycle),
    (re.compile(r"expected kind (!= 'Component'|'Component') for path '([^']*)'"), _find_kind),
    (
        re.compile(r"considering field '([^']*)'"),
        lambda failure, found: _find_in_settings(
            failure, lambda data: find_value(data, found[1]), f"a path cannot have the wildcard of '{found[1]}'"
        ),
    ),
    (re.compile(r"accumulating resources from '([^']*)': ((?:missing|MalformedYAML).*)", re.DOTALL), _find_malformed),
)
"""For each kind of message what finds its place; None where it is not found."""
