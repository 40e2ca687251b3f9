"""The schema of each kind: the user's own first, then the program's, then the native ones; compiled on demand."""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gitops_gen.assets import find_folder
from gitops_gen.checks.native import Definitions, Release, bundle, choose_release, format_release, list_references
from gitops_gen.checks.validators import load_validators
from gitops_gen.errors import ConfigError

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

_NAME = re.compile(r"[a-z0-9]+")
_GROUP = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_VERSION = re.compile(r"v[0-9]+((alpha|beta)[0-9]+)?")
_GO_DURATION = r"[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)"
_BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"

FORMATS: dict[str, Callable[[str], bool]] = {
    # Kubernetes means Go's 1h30m, not ISO 8601.
    "duration": lambda text: re.fullmatch(_GO_DURATION, text) is not None,
    "byte": lambda text: re.fullmatch(_BASE64, text.replace("\n", "").replace("\r", "")) is not None,
}


class Schema:
    """One kind's schema, ready to be used."""

    def __init__(self, document: dict[str, Any], *, origin: str, folder: str = "", takes_nulls: bool = True) -> None:
        """`document` stands on its own but for files in `folder`; `origin` names it in messages.

        `takes_nulls`: a null where none may stand counts as left out, as for the API server.

        Raises:
            ConfigError: it is not a JSON schema, or refers to something that is not there.
        """
        self.document = document
        self.origin = origin
        self.takes_nulls = takes_nulls
        self._validator = _compile(document, origin, folder)

    def is_valid(self, data: Any) -> bool:  # noqa: ANN401 - JSON is any value
        """Whether `data` fits as it stands."""
        return self._validator.is_valid(data)

    def iter_errors(self, data: Any) -> Iterator["ValidationError"]:  # noqa: ANN401 - as above
        """What does not fit."""
        return self._validator.iter_errors(data)

    def resolve(self, node: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """A part of the schema with its reference followed; empty where that leads nowhere."""
        for _ in range(20):
            if not isinstance(node, dict):
                return {}
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            name = reference.removeprefix("#/$defs/").removeprefix("#/definitions/")
            found = self.document.get("$defs", {}).get(name) or self.document.get("definitions", {}).get(name)
            node = {**found, **{k: v for k, v in node.items() if k != "$ref"}} if isinstance(found, dict) else None
        return {}


class SchemaStore:
    """All schemas of one validation."""

    def __init__(self, *, kubernetes_version: str = "", locations: Sequence[str] = ()) -> None:
        """`locations` are the user's files and folders, searched in their order.

        Raises:
            ConfigError: the version is not here, a location does not exist.
        """
        self.release: Release = choose_release(kubernetes_version)
        self._definitions: dict[Release, Definitions] = {}
        self._locations = [_Location(location, self.release) for location in locations]
        self._known: dict[tuple[str, str], Schema | None] = {}

    def find(self, api_version: str, kind: str) -> Schema | None:
        """The schema of a kind; None if there is none."""
        key = (api_version, kind)
        if key not in self._known:
            self._known[key] = self._find(api_version, kind)
        return self._known[key]

    def is_native(self, api_version: str, kind: str) -> bool:
        """Whether the chosen release serves it itself."""
        return self._define(self.release).find_kind(api_version, kind) is not None

    def list_api_versions(self, kind: str) -> set[str]:
        """The apiVersions with a schema that have a kind of this name."""
        found = set(self._define(self.release).list_kinds().get(kind, ()))
        for folder in sorted(os.scandir(find_folder("schemas")), key=lambda entry: entry.name):
            if folder.is_dir():
                prefix = f"{kind.lower()}_"
                names = (n for n in os.listdir(folder.path) if n.startswith(prefix))
                found |= {f"{folder.name}/{name.removeprefix(prefix).removesuffix('.json')}" for name in names}
        return found

    def list_kinds(self, api_version: str) -> set[str]:
        """The kinds with a schema in one apiVersion."""
        kinds = self._define(self.release).list_kinds()
        found = {kind for kind, versions in kinds.items() if api_version in versions}
        group, _, version = api_version.rpartition("/")
        folder = os.path.join(find_folder("schemas"), group)
        if group and _GROUP.fullmatch(group) and os.path.isdir(folder):
            for name in os.listdir(folder):
                if name.endswith(f"_{version}.json"):
                    found.add(_load_json(os.path.join(folder, name))["properties"]["kind"].get("const", ""))
        return found

    def _define(self, release: Release) -> Definitions:
        if release not in self._definitions:
            self._definitions[release] = Definitions(release)
        return self._definitions[release]

    def _find(self, api_version: str, kind: str) -> Schema | None:
        group, _, version = api_version.rpartition("/")
        if not _NAME.fullmatch(kind.lower()) or not _VERSION.fullmatch(version):
            return None
        if group and not _GROUP.fullmatch(group):
            return None
        for location in self._locations:
            found = location.find(group, version, kind)
            if found is not None:
                return found
        if _GROUP.fullmatch(group):
            name = f"{group}/{kind.lower()}_{version}.json"
            path = os.path.join(find_folder("schemas"), name)
            if os.path.isfile(path):
                return self._load_own(_load_json(path), name, kind)
        native = self._define(self.release).find_kind(api_version, kind)
        if native is None:
            return None
        bundled = bundle(native, self._define(self.release), custom=False)
        return Schema(bundled, origin=f"Kubernetes {format_release(self.release)}")

    def _load_own(self, document: dict[str, Any], origin: str, kind: str) -> Schema | None:
        if document.get("properties", {}).get("kind", {}).get("const", kind) != kind:
            return None  # `seldondeployment` is not the kind SeldonDeployment
        if list_references(document):
            release = choose_release(document.get("x-kubernetes-version", ""))
            document = bundle(document, self._define(release), custom=True)
        return Schema(document, origin=origin)


class _Location:
    """A file or folder of the user's schemas, named as kubeconform or the CRDs catalogue name them."""

    def __init__(self, path: str, release: Release) -> None:
        if not os.path.exists(path):
            raise ConfigError(f"schema location {path} does not exist", hint="give a file or a folder")
        self._path = path
        self._release = format_release(release)

    def find(self, group: str, version: str, kind: str) -> Schema | None:
        name = kind.lower()
        short = "-".join(part for part in (name, group.split(".", 1)[0], version) if part) + ".json"
        if os.path.isfile(self._path):
            return self._find_in_file(group, version, kind, short)
        names = [f"{group}/{name}_{version}.json" if group else "", f"{name}_{version}.json", short, f"{name}.json"]
        for folder in self._list_folders():
            for candidate in filter(None, names):
                path = os.path.join(folder, candidate)
                if os.path.isfile(path):
                    return Schema(_load_json(path), origin=path, folder=os.path.dirname(path))
        return None

    def _list_folders(self) -> Iterator[str]:
        yield self._path
        for name in sorted(os.listdir(self._path)):
            if re.fullmatch(rf"(v{re.escape(self._release)}(\.\d+)?|master)-standalone(-strict)?", name):
                yield os.path.join(self._path, name)

    def _find_in_file(self, group: str, version: str, kind: str, short: str) -> Schema | None:
        document = _load_json(self._path)
        properties = document.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        wanted = (f"{group}/{version}" if group else version, kind)
        told = tuple(_read_constant(properties.get(key)) for key in ("apiVersion", "kind"))
        marks = document.get("x-kubernetes-group-version-kind")
        marked = isinstance(marks, list) and {"group": group, "version": version, "kind": kind} in marks
        named = os.path.basename(self._path) in {short, f"{kind.lower()}_{version}.json"}
        if told == wanted or marked or (named and told in {("", ""), ("", kind)}):
            return Schema(document, origin=self._path, folder=os.path.dirname(self._path))
        return None


def load_named(name: str) -> Schema:
    """One of the program's own schemas, for files that are no Kubernetes objects: `model.schema.json`."""
    folder = find_folder("schemas")
    return Schema(_load_json(os.path.join(folder, name)), origin=name, folder=folder, takes_nulls=False)


def _read_constant(node: Any) -> str:  # noqa: ANN401 - JSON is any value
    if not isinstance(node, dict):
        return ""
    options = node.get("enum")
    value = node.get("const", options[0] if isinstance(options, list) and len(options) == 1 else "")
    return value if isinstance(value, str) else ""


def _load_json(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as stream:
            document = json.load(stream)
    except (OSError, ValueError) as error:
        raise ConfigError(f"schema {path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise ConfigError(f"schema {path} is not a JSON object")
    return document


def _compile(document: dict[str, Any], origin: str, folder: str) -> "Validator":
    jsonschema_rs = load_validators()

    def retrieve(uri: str) -> Any:  # noqa: ANN401 - JSON is any value
        name = uri.removeprefix("file:///schema/")
        if not folder or name == uri or ".." in name or name.startswith("/"):
            raise ConfigError(f"schema {origin} refers to {uri}, which is not beside it")
        return _load_json(os.path.join(folder, name))

    try:
        validator: Validator = jsonschema_rs.validator_for(
            document, formats=FORMATS, validate_formats=True, base_uri="file:///schema/root.json", retriever=retrieve
        )
    except ValueError as error:  # both of the library's errors are
        raise ConfigError(f"schema {origin} cannot be used: {str(error).splitlines()[0]}") from error
    return validator
