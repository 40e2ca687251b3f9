"""The rules on credentials, asked about one file: what stands in it counts, not what a build makes of it."""

from collections.abc import Callable, Iterator

from gitops_gen.checks.catalogue import load_rules
from gitops_gen.checks.credential_scan import find_credentials, is_yaml
from gitops_gen.checks.rule import Hit, Rule
from gitops_gen.checks.source import Source

_KUSTOMIZATIONS = ("Kustomization", "Component", "")


def check_credentials(source: Source, takes: Callable[[str], bool]) -> Iterator[tuple[Rule, Hit, tuple[int, int]]]:
    """What the rules find, and where; `takes` says whether objects of a kind are checked."""
    in_text, in_secrets, in_generators = load_rules("credentials")
    for hit in in_text.check(find_credentials(source)):
        yield in_text, hit, (hit.line, hit.column)
    for resource in source.list_resources() if is_yaml(source.path) else ():
        rule = in_secrets if resource.kind == "Secret" and not resource.api_version.count("/") else None
        if resource.kind in _KUSTOMIZATIONS and "secretGenerator" in resource.data:
            rule = in_generators
        if rule is not None and takes(resource.kind or "Kustomization"):
            for hit in rule.check(resource):
                yield rule, hit, source.locate(resource.document, resource.keys + hit.keys)
