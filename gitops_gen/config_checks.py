"""What a schema cannot say about the settings: names that point at each other, and values that must agree.

Each check looks only at parts of the right shape; the schema reports the others.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from gitops_gen.config_problems import Keys, Problem
from gitops_gen.names import show
from gitops_gen.settings import IN_CLUSTER
from gitops_gen.wording import describe, suggest

_YAML_BOOLEANS = frozenset({"y", "n", "yes", "no", "on", "off"})
_SUFFIXES = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_PROTOCOLS = {"seldon": ("seldon", "tensorflow", "kfserving", "v2"), "kserve": ("v1", "v2")}
_NO_TENSORFLOW = ("SKLEARN_SERVER", "XGBOOST_SERVER", "MLFLOW_SERVER", "HUGGINGFACE_SERVER")
"""Prepackaged servers that Seldon's admission webhook refuses with the tensorflow protocol."""


def check_settings(data: Mapping[str, object]) -> Iterator[Problem]:
    """What is wrong with the content of gitops-gen.yaml."""
    yield from _check_environments(_mapping(data, "environments"))
    yield from _check_forge(_mapping(data, "forge"), _text(_mapping(data, "repository"), "url"))
    if _text(_mapping(data, "argocd"), "project") == "default":
        message = "bootstrap/ would replace Argo CD's own project 'default': choose another name, for example models"
        yield Problem(keys=("argocd", "project"), message=message)
    templates = _text(data, "templates")
    if templates.startswith(("/", "\\")) or ":" in templates or ".." in re.split(r"[/\\]", templates):
        message = f"expected a folder inside the repository; got {describe(templates)}"
        yield Problem(keys=("templates",), message=message)
    defaults = _mapping(data, "modelDefaults")
    if "registeredModel" in defaults:
        message = "belongs to one model: write it into that model's model.yaml"
        yield Problem(keys=("modelDefaults", "registeredModel"), message=message)
    yield from check_model(defaults, ("modelDefaults",), _mapping(data, "environments"))


def check_model(data: Mapping[str, object], at: Keys, environments: Collection[str] | None) -> Iterator[Problem]:
    """What is wrong with the content of a model.yaml that stands at `at`."""
    for name in _mapping(data, "environments"):
        if environments is not None and name not in environments:
            message = "gitops-gen.yaml has no such environment" + suggest(name, environments)
            yield Problem(keys=(*at, "environments", name), message=message)
    yield from _check_serving(data, at)
    requests, limits = (_mapping(_mapping(data, "resources"), kind) for kind in ("requests", "limits"))
    for resource in requests.keys() & limits.keys():
        low, high = _parse_quantity(requests[resource]), _parse_quantity(limits[resource])
        if low is not None and high is not None and low > high:
            message = f"is more than the limit {describe(limits[resource])}: Kubernetes refuses such a container"
            yield Problem(keys=(*at, "resources", "requests", resource), message=message)


def split_repository_url(url: str) -> tuple[str, str]:
    """Host and path (`owner/name`, without .git) of a git address; both empty for a folder on this machine."""
    if url.startswith(("/", "file:")):
        return "", ""
    if "://" in url:
        host, _, path = url.partition("://")[2].rpartition("@")[2].partition("/")
    else:
        host, _, path = url.rpartition("@")[2].partition(":")
    return host, path.strip("/").removesuffix(".git")


def _check_environments(environments: Mapping[str, object]) -> Iterator[Problem]:
    places: dict[tuple[str, str], str] = {}
    for name, entry in environments.items():
        if name in _YAML_BOOLEANS:
            yield Problem(keys=("environments", name), message="many YAML readers take this name for true or false")
        if not isinstance(entry, Mapping):
            continue
        yield from _check_predecessor(name, environments)
        namespace = _text(entry, "namespace")
        cluster = _text(entry, "cluster") or IN_CLUSTER
        other = places.setdefault((cluster.rstrip("/"), namespace), name)
        if namespace and other != name:
            message = f"environment {show(other)} deploys to {show(namespace)} in the same cluster: each needs its own"
            yield Problem(keys=("environments", name, "namespace"), message=message)


def _check_predecessor(name: str, environments: Mapping[str, object]) -> Iterator[Problem]:
    keys = ("environments", name, "predecessor")
    predecessor = _text(_mapping(environments, name), "predecessor")
    if predecessor and predecessor not in environments:
        others = [other for other in environments if other != name]
        message = f"there is no environment {describe(predecessor)}" + suggest(predecessor, others)
        yield Problem(keys=keys, message=message)
    way = [name]
    while predecessor and predecessor not in way:
        way.append(predecessor)
        predecessor = _text(_mapping(environments, predecessor), "predecessor")
    if predecessor == name == min(way, key=list(environments).index):
        message = f"a circle, nothing could ever come first: {' ← '.join([*way, name])}"
        yield Problem(keys=keys, message=message)


def _check_forge(forge: Mapping[str, object], repository_url: str) -> Iterator[Problem]:
    kind, project = _text(forge, "kind"), _text(forge, "project")
    if kind not in {"github", "gitlab", "gitea"} or not repository_url:
        return
    host, path = split_repository_url(repository_url)
    depth = len((project or path).split("/"))
    # Gitea may be served below a path of its host, which then stands before owner/name.
    too_deep = depth > 2 and (kind == "github" or (kind == "gitea" and project != ""))  # noqa: PLR2004 - owner and name
    if not (project or path):
        message = "repository.url names no project on a forge: add forge.project: owner/name"
        yield Problem(keys=("forge", "kind"), message=message)
    elif depth < 2 or too_deep:  # noqa: PLR2004 - as above
        where = "" if project else " in repository.url, or in forge.project"
        message = f"expected owner/name{where}; got {describe(project or path)}"
        yield Problem(keys=("forge", "project" if project else "kind"), message=message)
    if not host and not _text(forge, "url"):
        message = "repository.url names no host: add forge.url, the forge's address"
        yield Problem(keys=("forge", "url" if "url" in forge else "kind"), message=message)


def _check_serving(data: Mapping[str, object], at: Keys) -> Iterator[Problem]:
    backend = _text(data, "backend") or "seldon"
    server, protocol = _text(data, "server") or "container", _text(data, "protocol")
    if backend == "seldon" and server != "container" and not server.isupper():
        message = f"expected container or a Seldon implementation such as MLFLOW_SERVER; got {describe(server)}"
        yield Problem(keys=(*at, "server"), message=message)
    if backend == "kserve" and server.isupper():
        message = f"expected container or a KServe model format such as mlflow or sklearn; got {describe(server)}"
        yield Problem(keys=(*at, "server"), message=message)
    if protocol and protocol not in _PROTOCOLS.get(backend, (protocol,)):
        message = f"{backend} speaks {', '.join(_PROTOCOLS[backend])}; got {describe(protocol)}"
        yield Problem(keys=(*at, "protocol"), message=message)
    if protocol == "tensorflow" and server in _NO_TENSORFLOW:
        yield Problem(keys=(*at, "protocol"), message=f"Seldon's {server} does not speak the tensorflow protocol")


def _parse_quantity(value: object) -> Decimal | None:
    """A Kubernetes quantity's number; None if it is not one."""
    found = re.fullmatch(r"([0-9]*\.?[0-9]*)([numkMGTPE]|[KMGTPE]i|[eE][-+]?[0-9]{1,3})?", str(value))
    if found is None or not found[1].strip(".") or isinstance(value, bool):
        return None
    number, suffix = Decimal(found[1]), found[2] or ""
    if suffix in _BINARY:
        return number * Decimal(2 ** _BINARY[suffix])
    return number.scaleb(_SUFFIXES.get(suffix, 0) if len(suffix) < 2 else int(suffix[1:]))  # noqa: PLR2004 - e and digits


def _mapping(data: Any, key: str) -> Mapping[str, object]:  # noqa: ANN401 - any JSON
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _text(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""
