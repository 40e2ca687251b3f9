"""Where every model stands: what each environment has, since when, what is proposed, and what Argo CD says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gitops_gen.attempts import open_base
from gitops_gen.errors import GitopsGenError, NotFoundError
from gitops_gen.evidence import Evidence
from gitops_gen.evidence_file import parse_evidence
from gitops_gen.model import ApplicationState, PullRequest
from gitops_gen.names import EnvironmentName, ModelName
from gitops_gen.plan import branch_name
from gitops_gen.ports import ArgoCD, Checkout, Forge, Repository
from gitops_gen.settings import Settings
from gitops_gen.standing import Cell, Status
from gitops_gen.timeline import ALL, Place, evidence_path, read_stays

BRANCHES = "gitops-gen/"
"""How the names of all promotions' branches begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRequest:
    """What a person or a bot asks for."""

    model: str = ""
    """One model alone; empty for all."""
    live: bool = False
    """Ask Argo CD too."""
    base_branch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPorts:
    """The outside world. Forge and Argo CD are made once gitops-gen.yaml is known."""

    repository: Repository
    forge: Callable[[Settings], Forge | None]
    argocd: Callable[[Settings], ArgoCD]


def read_status(request: StatusRequest, ports: StatusPorts) -> Status:
    """The status; a forge or an Argo CD that does not answer is a warning.

    Raises:
        NotFoundError: there is no such model, branch or gitops-gen.yaml.
        UnreachableError: the repository does not answer.
    """
    checkout, settings = open_base(request.base_branch, ports.repository)
    models = _list_models(checkout, request.model)
    environments = [environment.name for environment in settings.environments]
    warnings: list[str] = []
    pattern = ALL if not request.model else evidence_path(ModelName(request.model), EnvironmentName("*"))
    stays = read_stays(checkout, pattern)
    contents = checkout.read_files(
        [evidence_path(ModelName(model), EnvironmentName(name)) for model in models for name in environments]
    )
    proposed = _list_proposed(ports, settings, checkout, models, warnings)
    live = _ask_argocd(ports, settings, warnings) if request.live else {}
    cells: dict[Place, Cell] = {}
    for model in models:
        for name in environments:
            path = evidence_path(ModelName(model), EnvironmentName(name))
            evidence = _parse(contents[path], path, warnings) if path in contents else None
            cells[model, name] = Cell(
                model=model,
                environment=name,
                evidence=evidence,
                intact=evidence is None or evidence.intact,
                stays=stays.get((model, name), ()),
                pull_request=proposed.get((model, name)),
                live=live.get(f"{model}-{name}"),
            )
    return Status(
        repository=ports.repository.address,
        branch=checkout.base_branch,
        commit=checkout.base_commit,
        environments=tuple(environments),
        predecessors={environment.name: environment.predecessor for environment in settings.environments},
        models=tuple(models),
        cells=cells,
        asked_live=request.live,
        warnings=tuple(warnings),
    )


def _list_models(checkout: Checkout, wanted: str) -> Sequence[str]:
    folder = f"models/{wanted}" if wanted else "models"
    parts = [path.split("/") for path in checkout.list_files(folder)]
    models = sorted({part[1] for part in parts if len(part) > 2})  # noqa: PLR2004 - models/<model>/<file>
    if wanted and not models:
        known = sorted({part[1] for path in checkout.list_files("models") if len(part := path.split("/")) > 2})  # noqa: PLR2004 - as above
        raise NotFoundError(
            f"there is no model {wanted} on branch {checkout.base_branch}",
            hint=f"there is: {', '.join(known)}" if known else "promote a first run",
        )
    return models


def _parse(content: bytes, path: str, warnings: list[str]) -> Evidence | None:
    try:
        return parse_evidence(content.decode(errors="replace"), path=path)
    except GitopsGenError as error:
        warnings.append(error.message)
        return None


def _list_proposed(
    ports: StatusPorts, settings: Settings, checkout: Checkout, models: Sequence[str], warnings: list[str]
) -> Mapping[Place, PullRequest]:
    """The open pull requests: only those are asked for whose branch is there."""
    found: dict[Place, PullRequest] = {}
    try:
        forge = ports.forge(settings)
        if forge is None:
            return {}
        branches = ports.repository.list_branches(BRANCHES)
        for model in models:
            for environment in settings.environments:
                branch = branch_name(environment.name, ModelName(model))
                if branch not in branches:
                    continue
                every = forge.list_pull_requests(branch=branch, base=checkout.base_branch)
                current = next((request for request in every if request.state == "open"), None)
                if current is not None:
                    found[model, environment.name] = current
    except GitopsGenError as error:
        warnings.append(f"pull requests are not shown: {error.message}")
    return found


def _ask_argocd(ports: StatusPorts, settings: Settings, warnings: list[str]) -> Mapping[str, ApplicationState]:
    try:
        return ports.argocd(settings).list_applications(settings.argocd.project)
    except GitopsGenError as error:
        warnings.append(f"what runs is not shown: {error.message}")
        return {}
