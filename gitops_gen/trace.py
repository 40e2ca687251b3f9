"""The whole chain of a release in both directions: from what runs to the data, and from the data to where it ran."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from gitops_gen.attempts import open_base
from gitops_gen.chain import Chain, Trace
from gitops_gen.errors import GitopsGenError, InvalidValueError, NotFoundError
from gitops_gen.evidence import Evidence
from gitops_gen.model import Image, Run, RunSelector
from gitops_gen.names import parse_image_ref, parse_run_id, show
from gitops_gen.ports import Registry, Repository, Tracking
from gitops_gen.settings import Settings
from gitops_gen.tags import IMAGE
from gitops_gen.timeline import Stay, read_stays

_Value = TypeVar("_Value")
_SHORT = 7
"""Characters of a commit or a run id that stand for the whole."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{7,64}")
_HEX = re.compile(r"[0-9a-f]{7,64}")
_RESOURCE = re.compile(r"(?:[a-z0-9-]+/)?[A-Za-z][A-Za-z0-9.]*/([a-z0-9][a-z0-9.-]*)")
_VERSION = re.compile(r"models:/(.+)/([^/@]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRequest:
    """What a person or a bot asks for."""

    query: str
    """A digest, a run id, a commit, models:/NAME/VERSION, or KIND/NAME of what serves the model."""
    environment: str = ""
    """Of a resource: the environment that it is in; empty for all."""
    offline: bool = False
    """Ask neither MLflow nor the registry."""
    base_branch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePorts:
    """The outside world. Tracking is made once gitops-gen.yaml is known."""

    repository: Repository
    registry: Registry
    tracking: Callable[[Settings], Tracking]


def trace(request: TraceRequest, ports: TracePorts) -> Trace:
    """The chains of all releases that the query fits; what MLflow or the registry do not say is a warning.

    Raises:
        InvalidValueError: nobody can tell what is meant.
        NotFoundError: neither the history nor MLflow knows it.
        UnreachableError: the repository does not answer.
    """
    fits = _understand(request.query)
    checkout, settings = open_base(request.base_branch, ports.repository)
    stays = [stay for group in read_stays(checkout).values() for stay in group]
    found = [stay for stay in stays if fits(stay)]
    if request.environment:
        settings.environment(request.environment)
        found = [stay for stay in found if stay.environment == request.environment]
    warnings: list[str] = []
    asked = _Asked(request, ports, settings, warnings)
    wanted = dict.fromkeys((stay.model, stay.evidence.digest) for stay in found)
    chains = tuple(asked.follow(_collect(stays, *key)) for key in wanted)
    if not chains:
        chains = asked.find_unpromoted()
    if not chains:
        raise NotFoundError(
            f"nothing on branch {checkout.base_branch} comes from {show(request.query)}, or ever did",
            hint="trace takes a digest, a run id, a commit of the training code or of this repository, "
            "models:/NAME/VERSION, or KIND/NAME of what serves the model",
        )
    return Trace(
        query=request.query,
        repository=ports.repository.address,
        branch=checkout.base_branch,
        commit=checkout.base_commit,
        chains=chains,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _understand(query: str) -> Callable[[Stay], bool]:
    """Whether a stay is what the query means.

    Raises:
        InvalidValueError: it has the form of nothing that can be looked for.
    """
    text = query.strip()
    if _DIGEST.fullmatch(text):
        return lambda stay: any(known.startswith(text) for known in _list_digests(stay.evidence))
    if _HEX.fullmatch(text.lower()):
        short = text.lower()
        return lambda stay: any(known.lower().startswith(short) for known in _list_ids(stay))
    if version := _VERSION.fullmatch(text):
        return lambda stay: _registered(stay.evidence) == (version[1], version[2])
    if resource := _RESOURCE.fullmatch(text):
        return lambda stay: stay.until is None and stay.model == resource[1]
    raise InvalidValueError(
        f"{show(query)} is nothing that can be traced",
        hint=f"give a digest, a run id, a commit (at least {_SHORT} characters), models:/NAME/VERSION, or KIND/NAME",
    )


def _list_digests(evidence: Evidence) -> Iterable[str]:
    """Of the image, the artifact and the datasets."""
    yield evidence.digest
    yield str(evidence.data["model"].get("contentHash", ""))
    yield from (str(dataset.get("digest", "")) for dataset in evidence.data["run"].get("datasets", ()))


def _list_ids(stay: Stay) -> Iterable[str]:
    """What is named by hexadecimal digits: the run, the source commit, data, and commits of this repository."""
    evidence = stay.evidence
    yield evidence.run_id
    yield str(evidence.data.get("source", {}).get("commit", ""))
    yield from (str(dataset.get("digest", "")) for dataset in evidence.data["run"].get("datasets", ()))
    yield from (revision.commit for revision in (stay.since, stay.last, stay.until) if revision is not None)


def _registered(evidence: Evidence) -> tuple[str, str]:
    return str(evidence.data["model"].get("registered", "")), evidence.version


def _collect(stays: Sequence[Stay], model: str, digest: str) -> tuple[Stay, ...]:
    """All stays of a release, wherever it was, the newest first."""
    same = [stay for stay in stays if (stay.model, stay.evidence.digest) == (model, digest)]
    return tuple(sorted(same, key=lambda stay: -stay.since.time))


class _Asked:
    """MLflow and the registry, as far as they answer."""

    def __init__(self, request: TraceRequest, ports: TracePorts, settings: Settings, warnings: list[str]) -> None:
        self._request = request
        self._registry = ports.registry
        self._warnings = warnings
        self._tracking: Tracking | None = None
        if not request.offline:
            self._tracking = self._try("MLflow was not asked", lambda: ports.tracking(settings))

    def follow(self, stays: tuple[Stay, ...]) -> Chain:
        """The chain of a release."""
        evidence = stays[0].evidence
        image: Mapping[str, Any] = evidence.data.get("image", {})
        reference = f"{image['name']}@{image['digest']}" if image else ""
        return Chain(
            model=stays[0].model,
            evidence=evidence,
            stays=stays,
            run=self._find_run(evidence.run_id),
            image=self._find_image(reference),
        )

    def find_unpromoted(self) -> tuple[Chain, ...]:
        """The chain of a run that was never promoted: it ends in MLflow, and perhaps in the registry."""
        tracking, query = self._tracking, self._request.query.strip()
        version = _VERSION.fullmatch(query)
        if tracking is None or self._request.environment or not (version or _HEX.fullmatch(query)):
            return ()
        selector = (
            RunSelector(model=version[1], version=version[2]) if version else RunSelector(run_id=parse_run_id(query))
        )
        try:
            run = tracking.fetch_run(selector)
        except GitopsGenError as error:
            if not isinstance(error, NotFoundError | InvalidValueError):
                self._warnings.append(f"MLflow: {error.message}")
            return ()
        model = run.version.name if run.version else ""
        image = self._find_image(run.tags.get(IMAGE, ""))
        return (Chain(model=model, evidence=None, stays=(), run=run, image=image),)

    def _find_run(self, run_id: str) -> Run | None:
        tracking = self._tracking
        if tracking is None:
            return None
        return self._try("MLflow", lambda: tracking.fetch_run(RunSelector(run_id=parse_run_id(run_id))))

    def _find_image(self, reference: str) -> Image | None:
        if not reference or self._request.offline:
            return None
        return self._try("registry", lambda: self._registry.resolve(parse_image_ref(reference)))

    def _try(self, what: str, ask: Callable[[], _Value]) -> _Value | None:
        try:
            return ask()
        except GitopsGenError as error:
            self._warnings.append(f"{what}: {error.message}")
            return None
