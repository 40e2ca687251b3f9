"""`gitops-gen explain FILE:LINE`: what stands on a line, which schema and rules hold there, and what uses the file."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from gitops_gen.checks.catalogue import BY_ENVIRONMENT, BY_KIND, PINNED_KINDS, load_rules
from gitops_gen.checks.devfiles import is_devfile
from gitops_gen.checks.discover import KUSTOMIZATIONS, SETTINGS_FILE
from gitops_gen.checks.levels import Levels, read_settings
from gitops_gen.checks.line_keys import Spot, find_spot
from gitops_gen.checks.objects import list_annotated, looks_like_object
from gitops_gen.checks.rule import Resource
from gitops_gen.checks.rules.provenance_parts import EVIDENCE_FILE, split_overlay
from gitops_gen.checks.schema_facts import find_facts
from gitops_gen.checks.schema_store import Schema, load_named
from gitops_gen.checks.settings_files import is_settings_file
from gitops_gen.checks.source import Source
from gitops_gen.checks.waivers import find_waivers
from gitops_gen.errors import InvalidValueError, NotFoundError
from gitops_gen.file_uses import list_applications, list_landings, list_uses
from gitops_gen.findings import CheckResult
from gitops_gen.overview import Overview, read_overview
from gitops_gen.patch_targets import find_patched
from gitops_gen.reports.explanation import Explanation, RuleFact, SchemaFact
from gitops_gen.reports.source_lines import list_concealed
from gitops_gen.validate import validate
from gitops_gen.validation import IMPORTED, Prepared, ValidateRequest

if TYPE_CHECKING:
    from gitops_gen.ports import Kustomize

_DEVFILE = "devfile.schema.json"
_ENDINGS = (".yaml", ".yml", ".json", "Kustomization")


def explain_line(
    request: ValidateRequest,
    prepared: Prepared,
    path: str,
    line: int,
    *,
    find_kustomize: "Callable[[], Kustomize | None]",
) -> Explanation:
    """All that is known of a line; `path` is below the root of the request, which asks for all of the repository.

    Raises:
        GitopsGenError: there is no such file or line, or it is not YAML.
    """
    overview = read_overview(request, prepared, find_kustomize=find_kustomize)
    source = overview.tree.read(path)
    if source is None:
        raise NotFoundError(f"there is no file {path} in {request.root}", hint="name a file of the repository")
    if not path.endswith(_ENDINGS):
        raise InvalidValueError(f"{path} is no YAML or JSON", hint="name a manifest, a kustomization or settings")
    lines = source.content.decode("utf-8", "replace").removesuffix("\n").split("\n")
    if not 0 < line <= len(lines):
        count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
        raise NotFoundError(f"{path} has no line {line}: it has {count}", hint="name one of these")
    spot = find_spot(source.content, line)
    if spot is None and source.read.problems and not source.documents:
        said = source.read.problems[0]
        raise InvalidValueError(
            f"{path} cannot be read as YAML", hint=f"line {said.line} is wrong: run gitops-gen validate"
        )
    result = validate(request, prepared, find_kustomize=find_kustomize)
    resource = _find_resource(source, spot) if spot else None
    keys = spot.keys[len(resource.keys) :] if spot and resource else spot.keys if spot else ()
    patched = find_patched(overview, source, spot, line) if spot else None
    if patched is not None:
        resource, keys = patched
    own = _name_own_schema(source, spot)
    schema = None if own else _find_schema(overview, "" if patched else path, resource)
    concealed = path in list_concealed(result.findings)
    return Explanation(
        path=path,
        line=line,
        text="" if concealed else lines[line - 1].strip(),
        begins=spot.line if spot else line,
        document=spot.document if spot else 0,
        api_version=resource.api_version if resource else "",
        kind=resource.kind if resource else "",
        name=resource.name if resource else "",
        keys=keys,
        schema=_describe_schema(request, own, schema, keys),
        uses=tuple(list_uses(overview, path)),
        landings=tuple(list_landings(overview, path, None if patched else resource)),
        applications=tuple(list_applications(overview, path)),
        rules=tuple(_list_rules(overview, path, resource, source, own)),
        waivers=tuple(
            (each.line, each.rules, each.reason) for each in find_waivers(source.content) if each.target == line
        ),
        findings=tuple(_list_findings(result, path, line)),
    )


def _find_resource(source: Source, spot: Spot) -> Resource | None:
    """The object that a place belongs to; None where there is none."""
    around = [
        each
        for each in source.list_resources()
        if each.document == spot.document and spot.keys[: len(each.keys)] == each.keys
    ]
    found = max(around, key=lambda each: len(each.keys), default=None)
    return found if found is not None and (looks_like_object(found.data) or found.kind) else None


def _list_findings(result: CheckResult, path: str, line: int) -> Iterator[tuple[int, str, str, str, str]]:
    for each in result.findings:
        if (each.path, each.line) == (path, line):
            yield each.column, each.severity, each.rule, each.message, each.fix


def _describe_schema(
    request: ValidateRequest, own: str, schema: Schema | None, keys: Sequence[str | int]
) -> SchemaFact | None:
    """Which schema a file is checked by, and what it says of the field; None where there is none."""
    if own:
        return SchemaFact(own, "carried", find_facts(load_named(own), tuple(keys)))
    if schema is None:
        return None
    origin, kind = schema.origin, "carried"
    if origin.startswith("Kubernetes "):
        kind = "native"
    elif IMPORTED in origin.replace("\\", "/"):
        kind, origin = "imported", origin[origin.replace("\\", "/").index(IMPORTED) :]
    elif request.schema_locations and origin.startswith(request.schema_locations):
        kind = "given"
    return SchemaFact(origin, kind, find_facts(schema, tuple(keys)))


def _find_schema(overview: Overview, path: str, resource: Resource | None) -> Schema | None:
    if path.rpartition("/")[2] in KUSTOMIZATIONS:
        is_component = resource is not None and resource.kind == "Component"
        version, kind = ("v1alpha1", "Component") if is_component else ("v1beta1", "Kustomization")
        return overview.store.find(f"kustomize.config.k8s.io/{version}", kind)
    return overview.store.find(resource.api_version, resource.kind) if resource else None


def _name_own_schema(source: Source, spot: Spot | None) -> str:
    """The schema of a file that is no object: settings of this program, a devfile; empty for all else."""
    if source.path == SETTINGS_FILE:
        return "gitops-gen.schema.json"
    if is_settings_file(source.path):
        return f"{source.path.rpartition('/')[2].removesuffix('.yaml')}.schema.json"
    # A file that breaks off in its second document has places of more documents than values.
    is_read = spot is not None and spot.document < len(source.documents)
    data = source.documents[spot.document] if spot and is_read else None
    if isinstance(data, dict) and "schemaVersion" in data and not looks_like_object(data):
        return _DEVFILE if is_devfile(source.path, data) else ""
    return ""


def _list_rules(
    overview: Overview, path: str, resource: Resource | None, source: Source, own: str
) -> Iterator[RuleFact]:
    """Every rule that may say something about a file, once, with the severity that it has there."""
    levels = Levels(read_settings(overview.tree))
    seen = set()
    for scope, module in _list_modules(overview, path, resource, source, own):
        for rule in load_rules(module):
            if rule.id not in seen:
                seen.add(rule.id)
                yield RuleFact(rule.id, rule.title, rule.severity, levels.find(rule.id, path) or rule.severity, scope)


def _list_modules(
    overview: Overview, path: str, resource: Resource | None, source: Source, own: str
) -> Iterator[tuple[str, str]]:
    """(what they hold for, module) of the rules of a file."""
    ours = overview.tree.exists(SETTINGS_FILE)
    is_own = ours and is_settings_file(path)
    is_kustomization = path.rpartition("/")[2] in KUSTOMIZATIONS
    if resource is not None and not is_own and not is_kustomization:
        key = resource.group_kind
        yield from ((resource.kind, module) for module in BY_KIND.get(key, ()))
        yield from ((resource.kind, module) for module in list_annotated(resource.data))
        if key in PINNED_KINDS:
            yield resource.kind, "pins"
    if own == _DEVFILE:
        yield "devfiles", "devfile"
        yield "every object", "schema"
    if is_own and path.rpartition("/")[2] != EVIDENCE_FILE:
        yield "settings", "settings"
    if is_kustomization:
        yield "kustomizations", "kustomize"
    if ours and split_overlay(path.rpartition("/")[0]):
        yield "overlays of models", "provenance"
    if (resource is not None and not is_own) or is_kustomization:
        yield "every object", "schema"
    yield from (("every file", module) for module in ("files", "text", "credentials"))
    if find_waivers(source.content):
        yield "waivers", "waivers"
    if ours and not own:
        yield from (("what lands together", module) for module in BY_ENVIRONMENT)
