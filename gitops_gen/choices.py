"""What a person chooses for a new GitOps repository, and how that fits a gitops-gen.yaml that is there already."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.tokens import CommentToken

from gitops_gen.config import SETTINGS_FILE, load_settings
from gitops_gen.config_checks import split_repository_url
from gitops_gen.errors import ConfigError, InvalidValueError
from gitops_gen.names import EnvironmentName, parse_environment_name, show
from gitops_gen.render.platform import DEFAULT_COMPONENTS
from gitops_gen.settings import Settings
from gitops_gen.yamlio import dump_round_trip, load_round_trip

NO_HUB = "none"
_BEHIND = 2
"""Where ruamel keeps the comment behind an entry."""
_FORGE_HOSTS = {"github.com": "github", "gitlab.com": "gitlab", "codeberg.org": "gitea", "gitea.com": "gitea"}
_FORGE_NAMES = {"github": "github", "gitlab": "gitlab", "gitea": "gitea", "forgejo": "gitea"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentChoice:
    """An environment that was asked for."""

    name: EnvironmentName
    namespace: str = ""
    """Empty if none was named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was asked for; empty means not asked for."""

    repository_url: str = ""
    base_branch: str = ""
    forge: str = ""
    environments: tuple[EnvironmentChoice, ...] = ()
    """In the order of promotion."""
    mlflow_uri: str = ""
    argocd_namespace: str = ""
    argocd_project: str = ""
    open_data_hub: str = ""
    """DataScienceCluster, KfDef, or none."""
    components: tuple[tuple[str, str], ...] = ()
    """Names and states of Open Data Hub's components."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A choice that contradicts gitops-gen.yaml."""

    option: str
    key: str
    there: str
    asked: str


def parse_environments(texts: Iterable[str]) -> tuple[EnvironmentChoice, ...]:
    """Environments written as `name` or `name=namespace`.

    Raises:
        InvalidValueError: one is not a name, or stands there twice.
    """
    found: dict[str, EnvironmentChoice] = {}
    for text in texts:
        name, equals, namespace = (part.strip() for part in text.partition("="))
        if equals and not namespace:
            raise InvalidValueError(f"{show(text)} names no namespace", hint="write NAME or NAME=NAMESPACE")
        if name in found:
            raise InvalidValueError(f"environment {show(name)} is given twice", hint="give each environment once")
        found[name] = EnvironmentChoice(name=parse_environment_name(name), namespace=namespace)
    return tuple(found.values())


def parse_components(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Components written as `name` (Managed) or `name=STATE`."""
    pairs = (text.partition("=") for text in texts)
    return tuple((name.strip(), state.strip() or "Managed") for name, _, state in pairs)


def guess_forge(repository_url: str) -> str:
    """The forge that a repository's host is known or named for; none for a folder; empty if it cannot be told."""
    host, _ = split_repository_url(repository_url)
    if not host:
        return "none" if repository_url.startswith(("/", "file:")) else ""
    name = host.partition(":")[0].lower()
    return _FORGE_HOSTS.get(name) or _FORGE_NAMES.get(name.partition(".")[0], "")


def make_settings(choices: Choices) -> Settings:
    """The settings of a new repository.

    Raises:
        InvalidValueError: repository URL, forge or environments are missing.
        ConfigError: a choice breaks the schema of gitops-gen.yaml; the message names the key.
    """
    forge = choices.forge or guess_forge(choices.repository_url)
    missing = {"--repository-url": choices.repository_url, "--forge": forge, "--environment": choices.environments}
    for option, value in missing.items():
        if not value:
            raise InvalidValueError(
                f"{option} is missing", hint=f"give {option}, or run init on a terminal to be asked"
            )
    tree = CommentedMap(version=1)
    _fill(tree, choices, forge)
    try:
        return load_settings(dump_round_trip(tree))
    except ConfigError as error:
        # There is no file yet: its lines mean nothing to the person, the keys do.
        message = re.sub(rf"^{re.escape(SETTINGS_FILE)}:\d+:\d+: ", "", error.message, flags=re.MULTILINE)
        raise ConfigError(message, hint="mend the option or answer that the key stands for") from error


def list_conflicts(settings: Settings, choices: Choices) -> tuple[Conflict, ...]:
    """Where the choices contradict the settings that are there."""
    hub = settings.open_data_hub
    there = {
        ("--repository-url", "repository.url"): (settings.repository_url, choices.repository_url),
        ("--base-branch", "repository.baseBranch"): (settings.base_branch, choices.base_branch),
        ("--forge", "forge.kind"): (settings.forge.kind, choices.forge),
        ("--mlflow-uri", "mlflow.trackingUri"): (settings.mlflow.tracking_uri, choices.mlflow_uri),
        ("--argocd-namespace", "argocd.namespace"): (settings.argocd.namespace, choices.argocd_namespace),
        ("--argocd-project", "argocd.project"): (settings.argocd.project, choices.argocd_project),
        ("--open-data-hub", "openDataHub.kind"): (hub.kind if hub else NO_HUB, choices.open_data_hub),
        **{
            ("--component", f"openDataHub.components.{name}"): (hub.components.get(name, "") if hub else "", state)
            for name, state in choices.components
        },
    }
    conflicts = [
        Conflict(option=option, key=key, there=present or "nothing", asked=asked)
        for (option, key), (present, asked) in there.items()
        if asked and asked != present
    ]
    return (*conflicts, *_list_environment_conflicts(settings, choices.environments))


def apply_choices(text: str, choices: Choices) -> str:
    """The text of gitops-gen.yaml with the choices in it, comments and all else as they are."""
    tree = load_round_trip(text, path=SETTINGS_FILE)
    if choices.open_data_hub == NO_HUB:
        tree.pop("openDataHub", None)
    _fill(tree, choices, choices.forge)
    return dump_round_trip(tree)


def _list_environment_conflicts(settings: Settings, asked: Sequence[EnvironmentChoice]) -> Iterator[Conflict]:
    names = [environment.name for environment in settings.environments]
    wanted = [choice.name for choice in asked]
    if wanted and wanted != names:
        yield Conflict(option="--environment", key="environments", there=", ".join(names), asked=", ".join(wanted))
        return
    for environment, choice in zip(settings.environments, asked, strict=False):
        if choice.namespace and choice.namespace != environment.namespace:
            yield Conflict(
                option="--environment",
                key=f"environments.{environment.name}.namespace",
                there=environment.namespace,
                asked=choice.namespace,
            )


def _fill(tree: Any, choices: Choices, forge: str) -> None:  # noqa: ANN401 - a document of the round trip
    """Set in the document what was chosen."""
    for section, key, value in (
        ("repository", "url", choices.repository_url),
        ("repository", "baseBranch", choices.base_branch),
        ("forge", "kind", forge),
        ("argocd", "namespace", choices.argocd_namespace),
        ("argocd", "project", choices.argocd_project),
        ("mlflow", "trackingUri", choices.mlflow_uri),
    ):
        if value and tree.get(section, {}).get(key) != value:
            tree.setdefault(section, CommentedMap())[key] = value
    if choices.environments:
        entries = tree.setdefault("environments", CommentedMap())
        following = _lift_comment(entries)
        _fill_environments(entries, choices.environments)
        _set_comment(entries, following)
    if choices.open_data_hub != NO_HUB and (choices.open_data_hub or choices.components):
        _fill_hub(tree.setdefault("openDataHub", CommentedMap()), choices)


def _fill_environments(entries: Any, asked: Sequence[EnvironmentChoice]) -> None:  # noqa: ANN401 - as _fill
    wanted = [str(choice.name) for choice in asked]
    for name in [name for name in entries if name not in wanted]:
        del entries[name]
    if list(entries) != [name for name in wanted if name in entries]:  # moving an entry would lose its comments
        for name in wanted:
            if name in entries:
                entries[name] = entries.pop(name)
    predecessor = None
    for index, choice in enumerate(asked):
        name = str(choice.name)
        if name not in entries:
            entries.insert(index, name, CommentedMap(namespace=choice.namespace or f"models-{name}"))
        if choice.namespace:
            entries[name]["namespace"] = choice.namespace
        if predecessor:
            entries[name]["predecessor"] = predecessor
        else:
            entries[name].pop("predecessor", None)
        predecessor = name


def _lift_comment(node: Any) -> CommentToken | None:  # noqa: ANN401 - as _fill
    """Take off the comment that stands behind the last line of `node`: ruamel hangs it on the last entry."""
    if not isinstance(node, CommentedMap) or not node:
        return None
    last = next(reversed(node))
    found = _lift_comment(node[last])
    if found is None and node.ca.items.get(last):
        found = node.ca.items.pop(last)[_BEHIND]
    return found


def _set_comment(node: Any, comment: CommentToken | None) -> None:  # noqa: ANN401 - as _fill
    """Put it behind the last line of `node`."""
    while isinstance(node[last := next(reversed(node))], CommentedMap):
        node = node[last]
    if comment is not None:
        node.ca.items[last] = [None, None, comment, None]


def _fill_hub(section: Any, choices: Choices) -> None:  # noqa: ANN401 - as _fill
    kind = choices.open_data_hub or section.get("kind", "DataScienceCluster")
    if section.get("kind", kind) != kind:  # the components of one kind mean nothing to the other
        section.pop("components", None)
    section["kind"] = kind
    components = section.setdefault("components", CommentedMap())
    defaults = () if choices.components or components else DEFAULT_COMPONENTS.get(kind, ())
    for name, state in (*((name, "Managed") for name in defaults), *choices.components):
        components[name] = state
