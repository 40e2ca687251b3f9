"""Which Grafana the objects of an environment go into, and the folders and keys that they name.

As controllers/controller_shared.go of grafana/grafana-operator v5 finds them.
"""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.dashboards import OPERATOR_GROUPS
from gitops_gen.checks.environments import Environment, Member
from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping, read_spec, read_text
from gitops_gen.names import show
from gitops_gen.wording import suggest

_V5 = "grafana.integreatly.org"


@rule("GRAFANA015", "error")
def check_instances(environment: Environment) -> Iterator[Hit]:
    """The selector of a dashboard, data source or folder matches a Grafana of the environment.

    Why: the operator puts an object into the Grafanas that its `instanceSelector` matches by their labels, in its own
    namespace unless `allowCrossNamespaceImport` is set. One that matches none is put nowhere. Nothing is said in an
    environment without any Grafana.

    Fix: write labels that a Grafana has in `metadata.labels`, or set `allowCrossNamespaceImport: true`.
    """
    instances = [m for m in environment.select("Grafana", group=_V5) if not environment.is_external("Grafana", m.name)]
    if not instances or environment.unknown:
        return
    for member in environment.members:
        spec = read_spec(member.resource)
        selector = spec.get("instanceSelector")
        if member.group != _V5 or not isinstance(selector, dict):
            continue
        fitting = [each for each in instances if _matches(selector, _read_labels(each))]
        crosses = spec.get("allowCrossNamespaceImport") is True
        near = [
            m for m in fitting if crosses or not m.namespace or not member.namespace or m.namespace == member.namespace
        ]
        if near:
            continue
        if fitting:
            message = f"matches only Grafana {show(fitting[0].name)} in namespace {show(fitting[0].namespace)}"
            fix = "set allowCrossNamespaceImport: true, or move it into that namespace"
        else:
            first = instances[0]
            labels = ", ".join(f"{k}: {v}" for k, v in _read_labels(first).items()) or "no labels"
            message, fix = (
                f"matches no Grafana; {show(first.name)} has {labels}"[:300],
                "write labels that a Grafana has",
            )
        yield environment.hit(
            member,
            f"the instanceSelector of {member.kind} {show(member.name)} {message}",
            ("spec", "instanceSelector"),
            fix,
        )


@rule("GRAFANA016", "error")
def check_references(environment: Environment) -> Iterator[Hit]:
    """The ConfigMap that holds a dashboard has its key, and the folders that objects name are there.

    Why: the operator waits for them, and the dashboard is missing in Grafana until they come. Whether the ConfigMap
    itself is there is a question for the rules on references.

    Fix: write a key that the ConfigMap has, or the name of a GrafanaFolder in the same namespace.
    """
    if environment.unknown:
        return
    for member in environment.members:
        if member.group not in OPERATOR_GROUPS:
            continue
        spec = read_spec(member.resource)
        reference = as_mapping(spec.get("configMapRef"))
        name, key = read_text(reference, "name"), read_text(reference, "key")
        if name and key:
            yield from _check_config_map(environment, member, name, key)
        for field in ("folderRef", "parentFolderRef"):
            folder = read_text(spec, field)
            if folder and not _exists(environment, "GrafanaFolder", folder, member.namespace):
                names = environment.list_names("GrafanaFolder", member.namespace, group=_V5)
                yield environment.hit(
                    member,
                    f"there is no GrafanaFolder {show(folder)}{suggest(folder, names)}",
                    ("spec", field),
                    "write the name of a GrafanaFolder in the same namespace",
                )


def _check_config_map(environment: Environment, member: Member, name: str, key: str) -> Iterator[Hit]:
    found = environment.find("ConfigMap", name, member.namespace)
    held = {**as_mapping(found.data.get("data")), **as_mapping(found.data.get("binaryData"))} if found else {}
    if found and key not in held:
        yield environment.hit(
            member,
            f"ConfigMap {show(name)} has no key {show(key)}{suggest(key, [k for k in held if isinstance(k, str)])}",
            ("spec", "configMapRef", "key"),
            "write a key that it has",
        )


def _exists(environment: Environment, kind: str, name: str, namespace: str) -> bool:
    found = environment.find(kind, name, namespace, group=_V5)
    return found is not None or environment.is_external(kind, name, namespace)


def _read_labels(member: Member) -> dict[str, Any]:
    return as_mapping(as_mapping(member.data.get("metadata")).get("labels"))


def _matches(selector: dict[str, Any], labels: dict[str, Any]) -> bool:
    """As labelsSatisfyMatchExpressions of the operator decides; what is no expression counts as fitting."""
    if any(labels.get(key) != value for key, value in as_mapping(selector.get("matchLabels")).items()):
        return False
    for expression in map(as_mapping, as_list(selector.get("matchExpressions"))):
        key, values = read_text(expression, "key"), as_list(expression.get("values"))
        holds = {
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
            "In": labels.get(key) in values,
            "NotIn": labels.get(key) not in values,
        }
        if not holds.get(read_text(expression, "operator"), True):
            return False
    return True


RULES: tuple[Rule, ...] = (check_instances, check_references)
