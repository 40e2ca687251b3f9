"""`gitops-gen validate --graph`: who refers to whom in each environment, as a drawing."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from gitops_gen.checks.environment_checks import check_environments
from gitops_gen.checks.environments import Environment, Member, list_sources
from gitops_gen.checks.reference_edges import Edge, ResolvedEdge, find_edges
from gitops_gen.checks.reference_folders import clean_path
from gitops_gen.checks.reference_repository import find_repository, is_repository
from gitops_gen.checks.rule import Keys
from gitops_gen.checks.selection import Selection
from gitops_gen.errors import NotFoundError
from gitops_gen.names import show
from gitops_gen.overview import read_overview
from gitops_gen.reports.reference_graph import Drawing, Link, Node, State
from gitops_gen.validation import Prepared, ValidateRequest

if TYPE_CHECKING:
    from gitops_gen.ports import Kustomize

_FOLDER = "folder"
"""What stands for the kind of a folder that is not there."""


def draw_environments(
    request: ValidateRequest,
    prepared: Prepared,
    *,
    environment: str,
    find_kustomize: "Callable[[], Kustomize | None]",
) -> tuple[tuple[Drawing, ...], tuple[str, ...]]:
    """The drawing of one environment, or of all where `environment` is empty; and the folders that were not built.

    With paths in the request, only what stands below them, and what that refers to or is referred to by.

    Raises:
        NotFoundError: there is no such environment.
    """
    overview = read_overview(request, prepared, find_kustomize=find_kustomize)
    names = [each.name for each in overview.environments]
    if environment and environment not in names:
        known = ", ".join(filter(None, names))
        hint = f"there is {known}" if known else "gitops-gen.yaml declares none"
        raise NotFoundError(f"there is no environment {show(environment)}", hint=hint)
    drawings = [_draw(each) for each in overview.environments if environment in {"", each.name}]
    if not request.everything:
        drawings = [_cut(drawing, request.paths) for drawing in drawings]
    return tuple(drawings), tuple(overview.unbuilt)


class _Pen:
    """Makes the nodes of a drawing, each once."""

    def __init__(self, environment: Environment) -> None:
        self.nodes: dict[str, Node] = {}
        self.told = {(row[0], row[1]) for row in check_environments([environment], Selection(only=("REF",)))}
        """Files and lines that the rules of references report."""
        self._ids: dict[int, str] = {}
        for member in environment.members:
            wanted = f"{member.group}/{member.kind} {member.namespace}/{member.name}".lstrip("/")
            found = wanted if wanted not in self.nodes else f"{wanted} ({member.root or member.path})"
            while found in self.nodes:
                found += "'"
            self._ids[id(member)] = found
            folder = member.root or find_folder(member)
            self.nodes[found] = Node(found, member.kind, member.name, member.namespace, folder, member.path)

    def find(self, member: Member) -> str:
        """The id of the node of a member."""
        return self._ids[id(member)]

    def add(self, kind: str, name: str, namespace: str, state: State) -> str:
        """The id of a node for something that the environment does not have."""
        wanted = f"{kind} {namespace}/{name} ({state})"
        self.nodes.setdefault(wanted, Node(wanted, kind, name, namespace, "", state=state))
        return wanted


def _draw(environment: Environment) -> Drawing:
    """The drawing of an environment; what `validate` reports is red, and nothing else is."""
    pen = _Pen(environment)
    links = [link for each in find_edges(environment) for link in _draw_edge(environment, pen, each)]
    for member in environment.select("Application", group="argoproj.io"):
        links += _draw_sources(environment, pen, member)
    nodes = sorted(pen.nodes.values(), key=lambda node: (not node.folder, node.folder, node.kind, node.id))
    return Drawing(environment.name, nodes, sorted(dict.fromkeys(links)))


def _draw_edge(environment: Environment, pen: _Pen, found: ResolvedEdge) -> Iterator[Link]:
    edge = found.edge
    if not edge.kind:  # the folder that an Application deploys, drawn below
        return
    hit = environment.hit(found.source, "", edge.keys)
    source = pen.find(found.source)
    if found.targets:
        for target in found.targets:
            yield Link(source, pen.find(target), edge.role, "here", hit.path, hit.line)
        return
    state: State = "external" if found.state == "external" else "unknown"
    if found.state == "missing" and (hit.path, hit.line) in pen.told:
        state = "missing"
    node = pen.add(edge.kind, edge.name or show_selector(edge), edge.namespace, state)
    yield Link(source, node, edge.role, state, hit.path, hit.line)


def _draw_sources(environment: Environment, pen: _Pen, member: Member) -> Iterator[Link]:
    """The folders of this repository that an Application deploys."""
    spec = member.data.get("spec")
    ours = find_repository(environment.settings)
    for keys, source in list_sources(spec) if isinstance(spec, dict) else ():
        wanted = source.get("path")
        if not isinstance(wanted, str) or not wanted or not is_repository(source.get("repoURL"), ours):
            continue
        folder = clean_path(wanted)
        directory = source.get("directory")
        recurses = isinstance(directory, dict) and directory.get("recurse") is True
        below = _list_below(environment, folder) if recurses else []
        place: Keys = (*keys, "path")
        hit = environment.hit(member, "", ("spec", *place))
        folders = sorted({node.folder for node in pen.nodes.values() if node.folder in {folder, *below}})
        for each in folders:
            yield Link(pen.find(member), each, "deploys", "here", hit.path, hit.line, to_folder=True)
        if not folders:
            state: State = "missing" if (hit.path, hit.line) in pen.told else "unknown"
            yield Link(pen.find(member), pen.add(_FOLDER, folder, "", state), "deploys", state, hit.path, hit.line)


def _list_below(environment: Environment, folder: str) -> list[str]:
    found = {find_folder(member) for member in environment.members if not member.root}
    return [each for each in found if folder == "." or each.startswith(f"{folder}/")]


def find_folder(member: Member) -> str:
    """The folder that the manifest of a member stands in."""
    return member.path.rpartition("/")[0] or "."


def show_selector(edge: Edge) -> str:
    """The labels that a selector asks for: `app=churn`."""
    labels = (edge.selector or {}).get("matchLabels")
    pairs = [f"{key}={value}" for key, value in sorted(labels.items())] if isinstance(labels, dict) else []
    return ", ".join(pairs) or "by expressions"


def _cut(drawing: Drawing, paths: Sequence[str]) -> Drawing:
    """What stands below some paths, with what it refers to and what refers to it."""

    def is_meant(node: Node) -> bool:
        places = (node.folder, node.path)
        return any(place == path or place.startswith(f"{path}/") for path in paths for place in places)

    meant = {node.id for node in drawing.nodes if is_meant(node)}
    folders = {node.folder for node in drawing.nodes if node.id in meant}
    links = [
        link
        for link in drawing.links
        if link.source in meant or (link.target in folders if link.to_folder else link.target in meant)
    ]
    ends = meant.union(link.source for link in links)
    ends.update(link.target for link in links if not link.to_folder)
    kept = {node.folder for node in drawing.nodes if node.id in ends}
    links = [link for link in links if not link.to_folder or link.target in kept]
    return Drawing(drawing.environment, [node for node in drawing.nodes if node.id in ends], links)
