"""The files that the sources of an Application lend each other.

The rules are those of GetRefSources in util/argo/argo.go of argoproj/argo-cd (3.6), and of
reposerver/repository/repository.go.
"""

import re
from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.argocd_parts import AppSource, is_open, list_sources, list_texts, read_app
from gitops_gen.checks.values import as_list, as_mapping, read_mapping, read_text
from gitops_gen.names import show
from gitops_gen.wording import suggest

_REF = r"[a-zA-Z0-9_-]+"


@rule("ARGOCD008", "error")
def check_refs(resource: Resource) -> Iterator[Hit]:
    """The names that sources lend files by are well formed, and each is given once.

    Why: Argo CD refuses a `ref` with other characters than letters, digits, `_` and `-`, and two sources of one ref. In
    a single `source` it has no meaning.

    Fix: give each source of files its own `ref`, and name it in the other sources as `$REF/path/to/file`.
    """
    seen: dict[str, str] = {}
    for source in list_sources(read_app(resource)):
        ref = read_text(source.data, "ref")
        keys = (*source.keys, "ref")
        if not ref or is_open(ref):
            continue
        if not source.is_one_of_several:
            yield Hit(f"{source.label} has a ref, which only counts in `sources`", keys, "remove it, or use `sources`")
        elif not re.fullmatch(_REF, ref):
            yield Hit(f"the ref {show(ref)} has characters that it must not have", keys, "use letters, digits, _ and -")
        elif ref in seen:
            yield Hit(f"{seen[ref]} has the ref {show(ref)} already", keys, "give each source a ref of its own")
        seen.setdefault(ref, source.label)


@rule("ARGOCD009", "error")
def check_ref_targets(resource: Resource) -> Iterator[Hit]:
    """A value file that begins with $ names a source of the Application.

    Why: `$values/prod.yaml` is the file prod.yaml of the source with `ref: values`. Where no source has that ref, Argo
    CD looks for a file with that very name, and cannot make the manifests. It takes no files out of a chart.

    Fix: add a source with that `ref`, or write the ref that is there. With a single `source` there are none.
    """
    sources = list(list_sources(read_app(resource)))
    lent = {read_text(source.data, "ref"): source for source in sources if source.is_one_of_several}
    lent.pop("", None)
    if any(is_open(ref) for ref in lent):
        return
    for source in sources:
        for keys, name in _list_files(source):
            ref = name[1:].split("/")[0]
            if not name.startswith("$") or is_open(name):
                continue
            if ref not in lent:
                yield Hit(
                    f"{show(name)} names the source {show(ref)}, and no source has that ref{suggest(ref, lent)}",
                    keys,
                    f"add `ref: {ref}` to the source that has the file" if re.fullmatch(_REF, ref) else "",
                )
            elif lent[ref].data.get("chart"):
                yield Hit(
                    f"{show(name)} is a file of {lent[ref].label}, which is a chart: Argo CD takes no files out of it",
                    keys,
                    "let the ref stand at a source that is a Git repository",
                )


def _list_files(source: AppSource) -> Iterator[tuple[Keys, str]]:
    """The files that Helm is to read for values."""
    helm = read_mapping(source.data, "helm")
    keys = (*source.keys, "helm")
    yield from list_texts(helm.get("valueFiles"), (*keys, "valueFiles"))
    for number, parameter in enumerate(as_list(helm.get("fileParameters"))):
        yield (*keys, "fileParameters", number, "path"), read_text(as_mapping(parameter), "path")


REF_RULES: tuple[Rule, ...] = (check_refs, check_ref_targets)
