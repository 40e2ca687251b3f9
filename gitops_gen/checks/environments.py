"""What lands together: the objects of each environment, from all builds and from the manifests outside of builds."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from gitops_gen.checks.externals import Externals
from gitops_gen.checks.origins import Built
from gitops_gen.checks.rule import Hit, Keys, Resource
from gitops_gen.checks.scopes import Scopes
from gitops_gen.checks.tree import Tree
from gitops_gen.checks.values import as_mapping, read_mapping, read_text

Made = TypeVar("Made")
Locate = Callable[["Member", Keys], tuple[str, int, int]]
"""Path, line and column of a part of a member."""


class Member(NamedTuple):
    """An object that lands in an environment."""

    resource: Resource
    namespace: str
    """Where it lands: its own, else the one that its Application or its environment has; empty for what has none."""
    root: str = ""
    """The folder whose build makes it; empty for a manifest outside of builds."""
    path: str = ""
    """The file it stands in; empty for what a generator made."""
    built: Built | None = None

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.resource.kind

    @property
    def group(self) -> str:
        """The group of its apiVersion; empty for the core's."""
        return self.resource.group

    @property
    def name(self) -> str:
        """metadata.name; empty if there is none."""
        return self.resource.name

    @property
    def data(self) -> dict[str, Any]:
        """As the API server would read it."""
        return self.resource.data


class Environment:
    """All that lands in one environment; what belongs to no environment of its own lands in each."""

    def __init__(
        self,
        name: str,
        members: Sequence[Member],
        *,
        settings: Mapping[str, Any],
        unknown: Sequence[str],
        externals: Externals,
        locate: Locate,
        tree: Tree,
    ) -> None:
        self.name = name
        self.members = members
        self.settings = settings
        """gitops-gen.yaml as it stands, which may be wrong."""
        self.unknown = unknown
        """Folders whose build was not made: what is not among the members may come from there."""
        self.tree = tree
        self._externals = externals
        self._locate = locate
        self._made: dict[Callable[[Environment], Any], Any] = {}
        self._names: dict[tuple[str, str, str | None], tuple[str, ...]] = {}

    def remember(self, make: Callable[["Environment"], Made]) -> Made:
        """What a function makes of the environment, made once."""
        if make not in self._made:
            self._made[make] = make(self)
        found: Made = self._made[make]
        return found

    @property
    def declared(self) -> Mapping[str, Any]:
        """What gitops-gen.yaml says of it: namespace, cluster and so on; empty if it does not have it."""
        return _read_entry(self.settings, self.name)

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Member, ...]]:
        found: dict[str, list[Member]] = {}
        for member in self.members:
            found.setdefault(member.kind, []).append(member)
        return {kind: tuple(members) for kind, members in found.items()}

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], tuple[Member, ...]]:
        found: dict[tuple[str, str], list[Member]] = {}
        for member in self.members:
            found.setdefault((member.kind, member.name), []).append(member)
        return {key: tuple(members) for key, members in found.items()}

    def select(self, *kinds: str, group: str | None = None) -> tuple[Member, ...]:
        """The objects of some kinds, of one group or of any."""
        found = (member for kind in kinds for member in self._by_kind.get(kind, ()))
        return tuple(member for member in found if group is None or member.group == group)

    def find(self, kind: str, name: str, namespace: str = "", *, group: str | None = None) -> Member | None:
        """The object of that name; without `namespace` in any, and one whose namespace nobody knows fits each."""
        for member in self._by_name.get((kind, name), ()):
            near = not namespace or not member.namespace or member.namespace == namespace
            if near and (group is None or member.group == group):
                return member
        return None

    def list_names(self, kind: str, namespace: str = "", *, group: str | None = None) -> tuple[str, ...]:
        """Names of the objects of a kind, to suggest one of."""
        key = (kind, namespace, group)
        if key not in self._names:
            fitting = (m for m in self.select(kind, group=group) if namespace in {"", m.namespace} or not m.namespace)
            self._names[key] = tuple(sorted({member.name for member in fitting if member.name}))
        return self._names[key]

    def is_external(self, kind: str, name: str, namespace: str = "") -> bool:
        """Whether gitops-gen.yaml declares that the cluster has an object which the repository does not."""
        return self._externals.has_object(kind, name, namespace)

    def is_external_metric(self, name: str) -> bool:
        """Whether gitops-gen.yaml declares a metric that nothing in the repository exposes."""
        return self._externals.has_metric(name)

    def hit(self, member: Member, message: str, keys: Keys = (), fix: str = "") -> Hit:
        """What a rule found at `keys` of an object, at the place that caused it."""
        path, line, column = self._locate(member, keys)
        return Hit(message, keys, fix, path=path, line=line, column=column, kind=member.kind)


class Group(NamedTuple):
    """What was read of a repository, to be split into environments."""

    members: tuple[Member, ...]
    unknown: tuple[str, ...]
    """Those whose build was not made."""


def list_names(settings: Mapping[str, Any], places: Iterable[str]) -> tuple[str, ...]:
    """The environments: those of gitops-gen.yaml, and those that only a folder `overlays/<name>` speaks of."""
    configured = settings.get("environments")
    names = dict.fromkeys(configured) if isinstance(configured, dict) else {}
    for place in places:
        above, found, rest = place.rpartition("overlays/")
        if found and (not above or above.endswith("/")):
            names.setdefault(rest.split("/")[0])
    return tuple(str(name) for name in names)


def find_environment(place: str, names: Iterable[str]) -> str:
    """The environment that a folder or file belongs to, by the folder in its path that is called like it; else none."""
    parts = place.split("/")
    return next((part for part in reversed(parts) if part in names), "")


def make_members(
    built: Mapping[str, Sequence[Built]],
    manifests: Iterable[tuple[str, Resource]],
    settings: Mapping[str, Any],
    names: Sequence[str],
) -> tuple[Member, ...]:
    """Every object with the namespace that it lands in."""
    plain = [(path, resource) for path, resource in manifests if resource.name or resource.kind]
    objects = [each.resource for found in built.values() for each in found]
    scopes = Scopes((*objects, *(resource for _, resource in plain)))
    targets = dict(_list_targets((*objects, *(resource for _, resource in plain))))

    def find_namespace(resource: Resource, place: str) -> str:
        if scopes.is_cluster_scoped(resource):
            return ""
        if resource.namespace:
            return resource.namespace
        return targets.get(place) or read_text(_read_entry(settings, find_environment(place, names)), "namespace")

    made = [
        Member(each.resource, find_namespace(each.resource, root), root, each.path, each)
        for root, found in built.items()
        for each in found
    ]
    made += [Member(resource, find_namespace(resource, path.rpartition("/")[0]), "", path) for path, resource in plain]
    return tuple(made)


def _read_entry(settings: Mapping[str, Any], environment: str) -> dict[str, Any]:
    return read_mapping(as_mapping(settings.get("environments")), environment)


def _list_targets(resources: Iterable[Resource]) -> Iterator[tuple[str, str]]:
    """Each folder that an Application reads, and the namespace that it deploys into."""
    for resource in resources:
        if resource.kind != "Application" or resource.group != "argoproj.io":
            continue
        spec = resource.data.get("spec")
        destination = spec.get("destination") if isinstance(spec, dict) else None
        namespace = destination.get("namespace") if isinstance(destination, dict) else None
        if isinstance(spec, dict) and isinstance(namespace, str):
            for _, source in list_sources(spec):
                path = source.get("path")
                if isinstance(path, str) and path:
                    yield path.strip("/").removeprefix("./") or ".", namespace


def list_sources(spec: Mapping[str, Any]) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """The sources of an Application's spec, each with the way to it: `sources` counts where it is there."""
    several = spec.get("sources")
    if isinstance(several, list) and several:
        yield from ((("sources", n), source) for n, source in enumerate(several) if isinstance(source, dict))
    elif isinstance(spec.get("source"), dict):
        yield ("source",), spec["source"]


def _find_place(member: Member, names: Sequence[str]) -> str:
    """The environment that a member lands in, none for all; an Application goes with what it deploys."""
    place = find_environment(member.root or member.path, names)
    spec = member.data.get("spec") if not place and member.kind == "Application" else None
    paths = [source.get("path") for _, source in list_sources(spec)] if isinstance(spec, dict) else []
    return place or next((found for path in paths if (found := find_environment(str(path), names))), "")


def split_environments(
    group: Group, settings: Mapping[str, Any], names: Sequence[str], *, locate: Locate, tree: Tree
) -> Iterator[Environment]:
    """Each environment with all that lands in it. With no names at all, everything is one environment."""
    externals = Externals(settings)
    placed = [(_find_place(member, names), member) for member in group.members]
    for name in names or ("",):
        fits = ("", name)
        yield Environment(
            name,
            tuple(member for place, member in placed if place in fits),
            settings=settings,
            unknown=tuple(root for root in group.unknown if find_environment(root, names) in fits),
            externals=externals,
            locate=locate,
            tree=tree,
        )
