"""The real adapters, chosen by options, environment and settings."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_gen.errors import ConfigError

if TYPE_CHECKING:
    from gitops_gen.ports import ArgoCD, Forge, Registry, Tracking
    from gitops_gen.promotion import PromotePorts
    from gitops_gen.reconciliation import ReconcilePorts
    from gitops_gen.settings import Settings
    from gitops_gen.status import StatusPorts
    from gitops_gen.trace import TracePorts

TRACKING_VARIABLE = "MLFLOW_TRACKING_URI"
ACTOR_VARIABLES = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN")
"""Where CI systems say for whom they run; Gitea and Forgejo use the first one too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The GitOps repository that a command works on."""

    url: str
    base: str
    """Branch to merge into; empty leaves it to gitops-gen.yaml."""
    checkout: Path | None
    """The person's checkout, whose git configuration counts; None if the repository was named."""


def find_place(repo: str, base: str) -> Place:
    """The repository of `--repo`, or the origin and the branch of the checkout that this folder is in.

    Raises:
        NotFoundError: neither is there.
    """
    if repo:
        return Place(url=repo, base=base, checkout=None)
    from gitops_gen.adapters.git_origin import find_remote

    origin = find_remote(Path.cwd())
    return Place(url=origin.url, base=base or origin.branch, checkout=origin.checkout)


def find_actor(place: Place) -> str:
    """Who runs this, as the CI system or git calls them; empty if neither says."""
    from gitops_gen.adapters.git_origin import read_identity

    named = next((os.environ[name] for name in ACTOR_VARIABLES if os.environ.get(name)), "")
    return named or read_identity(place.checkout or Path.cwd())


@contextmanager
def open_ports(
    place: Place, *, tracking_uri: str, image_layout: Path | None, insecure_registry: bool, sign_off: bool
) -> "Iterator[PromotePorts]":
    """The world as `promote` sees it; what is temporary is removed at the end."""
    from gitops_gen.adapters.custom_gates import CustomGateRunner
    from gitops_gen.adapters.kustomize import KustomizeCommand
    from gitops_gen.adapters.repository_git import RepositoryGit
    from gitops_gen.adapters.signatures import SignatureChecker
    from gitops_gen.adapters.source_git import SourceGit
    from gitops_gen.promotion import PromotePorts

    with RepositoryGit(place.url, config_from=place.checkout, sign_off=sign_off or None) as repository:
        yield PromotePorts(
            repository=repository,
            registry=open_registry(image_layout, insecure=insecure_registry),
            kustomize=KustomizeCommand(),
            signatures=SignatureChecker(),
            tracking=lambda settings: open_tracking(settings, tracking_uri),
            forge=_open_forge,
            argocd=open_argocd,
            source=SourceGit(),
            custom_gates=CustomGateRunner(),
            sleep=time.sleep,
            now=time.time,
        )


@contextmanager
def open_status_ports(place: Place) -> "Iterator[StatusPorts]":
    """The world as `status` sees it."""
    from gitops_gen.adapters.repository_git import RepositoryGit
    from gitops_gen.status import StatusPorts

    with RepositoryGit(place.url, config_from=place.checkout) as repository:
        yield StatusPorts(repository=repository, forge=_open_forge, argocd=open_argocd)


@contextmanager
def open_trace_ports(
    place: Place, *, tracking_uri: str, image_layout: Path | None, insecure_registry: bool
) -> "Iterator[TracePorts]":
    """The world as `trace` sees it."""
    from gitops_gen.adapters.repository_git import RepositoryGit
    from gitops_gen.trace import TracePorts

    with RepositoryGit(place.url, config_from=place.checkout) as repository:
        yield TracePorts(
            repository=repository,
            registry=open_registry(image_layout, insecure=insecure_registry),
            tracking=lambda settings: open_tracking(settings, tracking_uri),
        )


@contextmanager
def open_reconcile_ports(place: Place, *, tracking_uri: str) -> "Iterator[ReconcilePorts]":
    """The world as `reconcile` sees it."""
    from gitops_gen.adapters.repository_git import RepositoryGit
    from gitops_gen.reconciliation import ReconcilePorts

    with RepositoryGit(place.url, config_from=place.checkout) as repository:
        yield ReconcilePorts(
            repository=repository,
            tracking=lambda settings: open_tracking(settings, tracking_uri),
            forge=_open_forge,
        )


def open_argocd(settings: "Settings") -> "ArgoCD":
    """The Argo CD of the settings.

    Raises:
        ConfigError: they name none, or there is no token.
    """
    from gitops_gen.adapters.argocd_http import TOKEN_VARIABLE, ArgoCDHttp

    if not settings.argocd.url:
        raise ConfigError("gitops-gen.yaml names no Argo CD to ask", hint="set argocd.url")
    return ArgoCDHttp(settings.argocd.url, os.environ.get(TOKEN_VARIABLE, ""))


def open_registry(image_layout: Path | None, *, insecure: bool) -> "Registry":
    """The registries, or the OCI layout that stands in for them."""
    if image_layout is not None:
        from gitops_gen.adapters.oci_layout import RegistryLayout

        return RegistryLayout(image_layout)
    from gitops_gen.adapters.registry_oci import RegistryOCI

    return RegistryOCI(insecure=insecure)


def open_tracking(settings: "Settings | None", tracking_uri: str) -> "Tracking":
    """MLflow at the address of the option, the environment or the settings, in this order.

    Raises:
        ConfigError: none of them has one.
    """
    from gitops_gen.adapters.tracking_mlflow import TrackingMlflow

    configured = settings.mlflow.tracking_uri if settings else ""
    address = tracking_uri or os.environ.get(TRACKING_VARIABLE, "") or configured
    if not address:
        raise ConfigError(
            "there is no MLflow server to ask",
            hint=f"set {TRACKING_VARIABLE}, mlflow.trackingUri in gitops-gen.yaml, or pass --tracking-uri",
        )
    return TrackingMlflow(
        address,
        ui_url=settings.mlflow.ui_url if settings else "",
        registry_uri=os.environ.get("MLFLOW_REGISTRY_URI", ""),
    )


def read_local_settings() -> "Settings | None":
    """The gitops-gen.yaml of this folder or of one above it; None if there is none."""
    from gitops_gen.config import SETTINGS_FILE, load_settings

    for folder in (Path.cwd(), *Path.cwd().parents):
        path = folder / SETTINGS_FILE
        if path.is_file():
            return load_settings(path.read_bytes(), str(path))
    return None


def _open_forge(settings: "Settings") -> "Forge | None":
    from gitops_gen.adapters.forges import make_forge

    return make_forge(settings.forge, settings.repository_url, os.environ)
