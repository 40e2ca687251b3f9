"""Where an Application takes its manifests from, as Argo CD reads it.

The rules are those of validateSourcePermissions in util/argo/argo.go of argoproj/argo-cd (3.6), of
ExplicitType in pkg/apis/application/v1alpha1/types.go, and of reposerver/repository/repository.go.
"""

import re
from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.argocd_parts import is_open, list_sources, read_app
from gitops_gen.checks.values import read_text
from gitops_gen.names import show
from gitops_gen.wording import redact

_OPTIONS = ("helm", "kustomize", "directory", "plugin")
_ADDRESS = r"(?:[a-z][a-z0-9+.-]*://\S+|(?:[^\s/:@]+@)?[^\s/:]+:\S+|/\S*)"
"""An address with a scheme, git@host:path, or a folder."""
_EXACT = r"v?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"


@rule("ARGOCD001", "error")
def check_one_source(resource: Resource) -> Iterator[Hit]:
    """An Application has one of source, sources and sourceHydrator.

    Why: without any Argo CD has nothing to deploy and reports an invalid spec. With more than one it takes
    sourceHydrator before sources and sources before source, and passes over the other without a word.

    Fix: keep one of them: `source`, or a list `sources` where values or manifests come from several places.
    """
    app = read_app(resource)
    found = [key for key in ("sourceHydrator", "sources", "source") if app.spec.get(key)]
    if not found and app.spec and not app.is_patched:
        yield Hit(
            f"{app.label} has no source", (*app.keys, "spec"), "add a `source` with repoURL, path and targetRevision"
        )
    for ignored in found[1:]:
        yield Hit(
            f"{app.label} has {found[0]} and {ignored}; Argo CD passes over {ignored}",
            (*app.keys, "spec", ignored),
            f"remove {ignored}, or move what it says to {found[0]}",
        )


@rule("ARGOCD002", "error")
def check_source_content(resource: Resource) -> Iterator[Hit]:
    """A source has a repoURL, and a path, a chart or a ref.

    Why: Argo CD refuses a source that does not say what to take from the repository. A `ref` only counts in `sources`:
    it lends files to the other ones.

    Fix: set `path` to the folder in the repository (`.` for its root), or `chart` to the name of a Helm chart.
    """
    app = read_app(resource)
    for source in list_sources(app):
        if app.is_patched or "drySource" in source.keys:
            continue
        has_ref = bool(source.data.get("ref")) and source.is_one_of_several
        if source.data.get("repoURL") in (None, ""):
            yield Hit(f"{source.label} has no repoURL", source.keys, "set repoURL to the address of the repository")
        elif not (source.data.get("path") or source.data.get("chart") or has_ref):
            yield Hit(
                f"{source.label} has neither path nor chart",
                source.keys,
                "set `path` to the folder in the repository, or `chart` to the name of a chart",
            )


@rule("ARGOCD003", "error")
def check_address(resource: Resource) -> Iterator[Hit]:
    """The repoURL of a source is an address that Git can fetch.

    Why: Git takes a text without a scheme for a folder on the disk, which Argo CD does not have. Only repositories of
    charts may stand without one: they are OCI registries.

    Fix: write the whole address: https://, ssh:// or git@HOST:PATH.
    """
    for source in list_sources(read_app(resource)):
        address = read_text(source.data, "repoURL")
        if not address or is_open(address) or source.data.get("chart") or len(address) > 2000:  # noqa: PLR2004
            continue
        if not re.fullmatch(_ADDRESS, address, re.IGNORECASE):
            shown = address.strip()
            proposal = f"write https://{redact(shown)}" if re.fullmatch(r"[\w-]+(\.[\w-]+)+/\S+", shown) else ""
            yield Hit(
                f"{show(redact(address))} is no address of a repository: it has no scheme",
                (*source.keys, "repoURL"),
                proposal or "write the whole address: https://, ssh:// or git@HOST:PATH",
            )


@rule("ARGOCD004", "error")
def check_path_or_chart(resource: Resource) -> Iterator[Hit]:
    """A source has either a path or a chart.

    Why: with a chart Argo CD takes repoURL for a repository of charts, where there are no folders, and passes over the
    path.

    Fix: remove `chart` where the manifests stand in Git, or `path` where they come from a chart.
    """
    for source in list_sources(read_app(resource)):
        if source.data.get("path") and source.data.get("chart"):
            yield Hit(
                f"{source.label} has a chart and a path; Argo CD passes over the path",
                (*source.keys, "path"),
                "remove `path`; or remove `chart` where repoURL is a Git repository",
            )


@rule("ARGOCD005", "error")
def check_chart_version(resource: Resource) -> Iterator[Hit]:
    """A chart has a version.

    Why: Argo CD refuses a chart without a targetRevision, and a repository of charts has no HEAD.

    Fix: set `targetRevision` to the version of the chart.
    """
    app = read_app(resource)
    for source in list_sources(app):
        version = source.data.get("targetRevision")
        if not source.data.get("chart") or app.is_patched or version not in (None, "", "HEAD"):
            continue
        yield Hit(
            f"the chart {show(read_text(source.data, 'chart'))} has {'the version HEAD' if version else 'no version'}",
            (*source.keys, "targetRevision") if "targetRevision" in source.data else (*source.keys, "chart"),
            "set targetRevision to the version of the chart, such as 1.2.3",
        )


@rule("ARGOCD006", "warning")
def check_fixed_version(resource: Resource) -> Iterator[Hit]:
    """The version of a chart is one version, and not a range.

    Why: with a range such as `1.*` or `>=1.0` what is deployed changes with each release of the chart, without a change
    in Git that somebody could review or take back.

    Fix: write the version itself, and raise it by a pull request.
    """
    for source in list_sources(read_app(resource)):
        version = read_text(source.data, "targetRevision").strip()
        if source.data.get("chart") and version not in {"", "HEAD"} and not is_open(version) and _is_range(version):
            yield Hit(
                f"the chart {show(read_text(source.data, 'chart'))} has the range {show(version)} for a version",
                (*source.keys, "targetRevision"),
                "write the one version that was tested",
            )


@rule("ARGOCD007", "error")
def check_options(resource: Resource) -> Iterator[Hit]:
    """A source has options of one kind, and of the kind that it is.

    Why: Argo CD refuses a source with two of helm, kustomize, directory and plugin: each says how to make manifests. A
    chart can only be rendered by Helm, or by a plugin.

    Fix: keep the one that belongs to the source; options for two kinds need two sources.
    """
    for source in list_sources(read_app(resource)):
        given = [option for option in _OPTIONS if source.data.get(option) is not None]
        if len(given) > 1:
            yield Hit(
                f"{source.label} has {' and '.join(given)}; Argo CD takes one of them",
                (*source.keys, given[1]),
                f"keep one of {', '.join(given)}",
            )
        elif source.data.get("chart") and given and given[0] not in {"helm", "plugin"}:
            yield Hit(
                f"{source.label} is a chart, which {given[0]} cannot render",
                (*source.keys, given[0]),
                f"remove {given[0]}; what Helm needs stands in `helm`",
            )


def _is_range(version: str) -> bool:
    """Whether a version is a range; a tag that is no semantic version is neither."""
    return not re.fullmatch(_EXACT, version) and bool(re.search(r"[*^~<>=|,]|(?:^|\.)[xX](?:\.|$)|\s-\s", version))


SOURCE_RULES: tuple[Rule, ...] = (
    check_one_source,
    check_source_content,
    check_address,
    check_path_or_chart,
    check_chart_version,
    check_fixed_version,
    check_options,
)
