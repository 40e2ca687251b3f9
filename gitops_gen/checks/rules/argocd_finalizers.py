"""The finalizers of Applications, of what makes them, and of AppProjects.

Argo CD's are in pkg/apis/application/v1alpha1/application_defaults.go of argoproj/argo-cd (3.6).
"""

from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.argocd_parts import is_open, list_texts, read_app
from gitops_gen.names import show
from gitops_gen.wording import find_near

_DELETES = "resources-finalizer.argocd.argoproj.io"
_FINALIZERS = (
    _DELETES,
    f"{_DELETES}/foreground",
    f"{_DELETES}/background",
    "pre-delete-finalizer.argocd.argoproj.io",
    "pre-delete-finalizer.argocd.argoproj.io/cleanup",
    "post-delete-finalizer.argocd.argoproj.io",
    "post-delete-finalizer.argocd.argoproj.io/cleanup",
)
_OTHERS = ("foregroundDeletion", "orphan", "foreground", "background")
"""Finalizers of Kubernetes' own, and what Argo CD took for them once."""


@rule("ARGOCD019", "error")
def check_finalizers(resource: Resource) -> Iterator[Hit]:
    """A finalizer is one that Argo CD removes.

    Why: Kubernetes deletes an object once all its finalizers are gone. Nobody removes one that is misspelled: the
    Application can never be deleted, and what it has deployed stays.

    Fix: write `resources-finalizer.argocd.argoproj.io`, with `/background` or `/foreground` where that is wanted; or
    leave finalizers out, where deleting the Application shall leave its objects alone.
    """
    app = read_app(resource)
    known = (_DELETES,) if resource.kind == "AppProject" else _FINALIZERS
    for place, name in list_texts(app.metadata.get("finalizers"), (*app.keys, "metadata", "finalizers")):
        if name in known or name in _OTHERS or is_open(name):
            continue
        near = find_near(name, known, cutoff=0.75)
        if near or "argo" in name:
            yield Hit(
                f"Argo CD does not know the finalizer {show(name)}",
                place,
                f"write {near}" if near else f"write {_DELETES}, or remove it",
            )


RULES: tuple[Rule, ...] = (check_finalizers,)
