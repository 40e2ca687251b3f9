"""The schema of each kind: the user's own first, then the program's, then the native ones; compiled on demand."""

import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gitops_gen.assets import find_folder
from gitops_gen.checks.formats import CUSTOM, NATIVE
from gitops_gen.checks.native import Definitions, Release, bundle, choose_release, format_release, list_references
from gitops_gen.checks.schema_files import GROUP, Location, list_api_versions, load_json, read_constant, read_kinds
from gitops_gen.checks.validators import load_validators
from gitops_gen.errors import ConfigError

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
"""What kinds (in lower case) and versions are: labels of DNS."""


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
        self.treatment: Any = None
        """What defaults.py keeps of the schema."""
        self.parts: Any = None
        """What schema_walk.py keeps of it."""
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

    def __init__(self, *, kubernetes_version: str = "", locations: Sequence[str] = (), imported: str = "") -> None:
        """`locations` are the user's files and folders, searched in their order.

        `imported` is the folder that `schemas import` wrote; searched after the locations, where it is there.

        Raises:
            ConfigError: the version is not here, a location does not exist.
        """
        self.release: Release = choose_release(kubernetes_version)
        self._definitions: dict[Release, Definitions] = {}
        self._locations = [Location(location, format_release(self.release)) for location in locations]
        self._imported = imported if imported and os.path.isdir(imported) else ""
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
        return found.union(*(list_api_versions(folder, kind) for folder in self._list_folders()))

    def list_kinds(self, api_version: str) -> set[str]:
        """The kinds with a schema in one apiVersion."""
        kinds = self._define(self.release).list_kinds()
        found = {kind for kind, versions in kinds.items() if api_version in versions}
        group, _, version = api_version.rpartition("/")
        own = (read_kinds(folder, group, version) for folder in self._list_folders() if version)
        return found | {kind for kinds in own for kind, _ in kinds}

    def _list_folders(self) -> list[str]:
        """The folders of schemas named by group, kind and version, in the order of a search."""
        return [*filter(None, [self._imported]), find_folder("schemas")]

    def _define(self, release: Release) -> Definitions:
        if release not in self._definitions:
            self._definitions[release] = Definitions(release)
        return self._definitions[release]

    def _find(self, api_version: str, kind: str) -> Schema | None:
        group, _, version = api_version.rpartition("/")
        if not _LABEL.fullmatch(kind.lower()) or not _LABEL.fullmatch(version):
            return None
        if group and not GROUP.fullmatch(group):
            return None
        for location in self._locations:
            found = location.find(group, version, kind)
            if found is not None:
                return Schema(found.document, origin=found.path, folder=os.path.dirname(found.path))
        name = f"{group}/{kind.lower()}_{version}.json"
        for folder in self._list_folders() if group else ():
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return self.load(load_json(path), path if folder == self._imported else name, kind)
        native = self._define(self.release).find_kind(api_version, kind)
        if native is None:
            return None
        bundled = bundle(native, self._define(self.release), custom=False)
        return Schema(bundled, origin=f"Kubernetes {format_release(self.release)}")

    def load(self, document: dict[str, Any], origin: str, kind: str) -> Schema | None:
        """A schema made from a CustomResourceDefinition, its native types put in; None if it is another kind's.

        Raises:
            ConfigError: it cannot be used.
        """
        properties = document.get("properties")
        if isinstance(properties, dict) and read_constant(properties.get("kind")) not in {"", kind}:
            return None  # `seldondeployment` is not the kind SeldonDeployment
        if is_custom(document):
            _refuse_nulls(document)
        if list_references(document):
            release = choose_release(str(document.get("x-kubernetes-version", "")))
            document = bundle(document, self._define(release), custom=True)
        return Schema(document, origin=origin)


def is_custom(document: dict[str, Any]) -> bool:
    """Whether a schema was made from a CustomResourceDefinition."""
    return "x-kubernetes-version" in document


_NOT_NULL = ["array", "boolean", "number", "object", "string"]


def _refuse_nulls(document: dict[str, Any]) -> None:
    """Let required fields of any type refuse null, as the API server drops it before it looks for them."""
    pending: list[Any] = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            required, fields = node.get("required"), node.get("properties")
            if isinstance(required, list) and isinstance(fields, dict):
                for name in required:
                    if fields.get(name) == {}:
                        fields[name] = {"type": _NOT_NULL}
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def load_named(name: str) -> Schema:
    """One of the program's own schemas, for files that are no Kubernetes objects: `model.schema.json`."""
    folder = find_folder("schemas")
    return Schema(load_json(os.path.join(folder, name)), origin=name, folder=folder, takes_nulls=False)


def _compile(document: dict[str, Any], origin: str, folder: str) -> "Validator":
    jsonschema_rs = load_validators()

    def retrieve(uri: str) -> Any:  # noqa: ANN401 - JSON is any value
        name = uri.removeprefix("file:///schema/")
        if not folder or name == uri or ".." in name or name.startswith("/"):
            raise ConfigError(f"schema {origin} refers to {uri}, which is not beside it")
        return load_json(os.path.join(folder, name))

    try:
        validator: Validator = jsonschema_rs.validator_for(
            document,
            formats=CUSTOM if is_custom(document) else NATIVE,
            validate_formats=True,
            base_uri="file:///schema/root.json",
            retriever=retrieve,
        )
    except ValueError as error:  # both of the library's errors are
        raise ConfigError(f"schema {origin} cannot be used: {str(error).splitlines()[0]}") from error
    return validator
