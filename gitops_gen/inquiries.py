"""What gates have to know of the world beside run and repository: asked only where a gate wants it."""

from dataclasses import replace

from gitops_gen.errors import ConfigError, GitopsGenError
from gitops_gen.evidence import describe_release
from gitops_gen.gate_checks import Arrival
from gitops_gen.gate_settings import CustomGate, Gates
from gitops_gen.gates import Case
from gitops_gen.model import Identity, Image, Signers, SupplyChain, Verdict
from gitops_gen.names import show
from gitops_gen.ports import Checkout
from gitops_gen.promotion import Attempt
from gitops_gen.timeline import evidence_path, read_stays


def ask_the_world(attempt: Attempt, case: Case) -> Case:
    """The case with the answers that its gates want; a release that is there already is asked nothing.

    Raises:
        ConfigError: a key cannot be read, or is not in the repository.
        UnreachableError: the registry does not answer.
    """
    if case.standing is not None:
        return case
    gates, image = case.gates, case.release.image
    return replace(
        case,
        supply=_check_supply_chain(attempt, gates, image) if image and gates.asks_supply_chain else None,
        arrival=_find_arrival(attempt, case) if gates.soak != "0s" else None,
        health=_ask_argocd(attempt, case),
        on_branch=_ask_source(attempt, case),
        custom=tuple(_ask_custom(attempt, case, name, gate) for name, gate in gates.custom.items()),
        now=attempt.ports.now(),
    )


def _find_arrival(attempt: Attempt, case: Case) -> Arrival | None:
    predecessor = case.environment.predecessor
    if predecessor is None or case.predecessor is None:
        return None
    place = (attempt.model, predecessor)
    stays = read_stays(attempt.checkout, evidence_path(*place)).get(place)
    return Arrival(environment=predecessor, time=stays[0].since.time) if stays else None


def _ask_argocd(attempt: Attempt, case: Case) -> str | None:
    """Why the predecessor is not as it should be, empty if it is; None if nobody is to be asked."""
    settings, predecessor = attempt.settings, case.environment.predecessor
    if not settings.argocd.url or predecessor is None or case.gates.predecessor_health == "off":
        return None
    name = f"{attempt.model}-{predecessor}"
    try:
        states = attempt.ports.argocd(settings).list_applications(settings.argocd.project)
    except GitopsGenError as error:
        return error.message
    state = states.get(name)
    if state is None:
        return f"Argo CD has no Application {name} in project {settings.argocd.project}"
    if (state.health, state.sync) != ("Healthy", "Synced"):
        why = f": {state.message}" if state.message else ""
        return f"Argo CD says that {name} is {state.health} and {state.sync}{why}"
    image = case.release.image
    if image is not None and not any(text.endswith(f"@{image.digest}") for text in state.images):
        return f"Argo CD says that {name} is Healthy and Synced, but nothing there runs {image.digest}"
    return ""


def _ask_source(attempt: Attempt, case: Case) -> str | None:
    """Why the training code is not on the branch, empty if it is; None if nobody is to be asked."""
    branch, source = case.gates.source_branch, case.release.run.source
    if not branch:
        return None
    repository = case.gates.source_repository or source.repository
    if not source.commit or not repository:
        return f"the run names no {'repository' if source.commit else 'commit'} of its training code"
    try:
        found = attempt.ports.source.has_commit(repository, branch=branch, commit=source.commit)
    except GitopsGenError as error:
        return error.message
    return "" if found else f"commit {source.commit} is not on branch {branch} of {repository}"


def _ask_custom(attempt: Attempt, case: Case, name: str, gate: CustomGate) -> Verdict:
    document = {
        "version": 1,
        "gate": name,
        "environment": case.environment.name,
        "release": describe_release(case.release, case.environment.name),
        "champion": dict(case.champion.data) if case.champion else None,
    }
    return attempt.ports.custom_gates.ask(name, gate, document)


def _check_supply_chain(attempt: Attempt, gates: Gates, image: Image) -> SupplyChain:
    """What hangs on the image, and whose signatures on it are good.

    Raises:
        ConfigError: a key cannot be read, or is not in the repository.
    """
    attachments = attempt.ports.registry.list_attachments(image)
    return attempt.ports.signatures.verify(image, attachments, _read_signers(attempt.checkout, gates))


def _read_signers(checkout: Checkout, gates: Gates) -> Signers:
    """Whose signatures count: keys and trusted root as they stand on the base branch."""
    keys, root = gates.signers.get("keys", ()), gates.signers.get("trustedRoot", "")
    paths = [path for path in (*keys, root) if path]
    files = checkout.read_files(paths)
    for path in paths:
        if path not in files:
            raise ConfigError(
                f"gates.signers names {show(path)}, which is not on branch {checkout.base_branch}",
                hint="commit the file there first",
            )
    return Signers(
        keys=tuple(files[path].decode(errors="replace") for path in keys),
        identities=tuple(Identity(**entry) for entry in gates.signers.get("identities", ())),
        trusted_root=files[root].decode(errors="replace") if root else "",
    )
