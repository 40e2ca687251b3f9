"""What the verbs need of the outside world. Adapters and the tests' fakes both fit these, and share their tests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from gitops_gen.gate_settings import CustomGate
from gitops_gen.model import (
    ApplicationState,
    Attachment,
    Image,
    Proposal,
    PullRequest,
    Run,
    RunSelector,
    Signers,
    SupplyChain,
    Verdict,
)
from gitops_gen.names import Digest, ImageRef

CHECK = "gitops-gen"
"""The name of the check that forges show beside a commit."""
NOTHING: Mapping[str, str] = MappingProxyType({})
ORIGIN_ANNOTATION = "config.kubernetes.io/origin"
"""Where kustomize's build_many says which file an object comes from, or which kustomization generated it: YAML with
`path` or `configuredIn`, below the root."""


class Tracking(Protocol):
    """An MLflow tracking server and model registry."""

    @property
    def address(self) -> str:
        """The tracking URI, without credentials."""
        ...

    def fetch_run(self, selector: RunSelector) -> Run:
        """The run that is meant.

        Raises:
            NotFoundError: there is no such run, version, alias or experiment, or the run is deleted.
            RefusedError: two runs tie for the best, or its metric is NaN.
            UnreachableError: the server does not answer or refuses.
        """
        ...

    def find_run(self, selector: RunSelector) -> Run:
        """The same run, with its tags and its model version, but without metrics, datasets and model."""
        ...

    def record(self, run: Run, tags: Mapping[str, str]) -> tuple[str, ...]:
        """Write `tags` on the run and on its model version; gives a warning for each that could not be written."""
        ...

    def fetch_image_digests(self, run: Run) -> Mapping[str, frozenset[Digest]]:
        """For each OCI image (layout folder or tar) among the run's artifacts: artifact path to its digests."""
        ...


class SignatureVerifier(Protocol):
    """Says whose signatures on an image are good."""

    def verify(self, image: Image, attachments: Sequence[Attachment], signers: Signers) -> SupplyChain:
        """What of `attachments` is about `image` and signed by one of `signers`.

        Raises:
            ConfigError: a key or a trusted root cannot be read, or the library for identities is missing.
            UnreachableError: the public Sigstore's trusted root cannot be brought up to date.
        """
        ...


class Registry(Protocol):
    """An OCI image registry."""

    def resolve(self, ref: ImageRef) -> Image:
        """What `ref` points at now. With a digest in `ref` that digest is looked up, and the tag is carried over.

        Raises:
            NotFoundError: no such repository, tag or digest.
            UnreachableError: the registry does not answer or refuses.
        """
        ...

    def list_attachments(self, image: Image) -> tuple[Attachment, ...]:
        """What hangs on the image: by the referrers API, the tag that stands in for it, and cosign's tags.

        Raises:
            UnreachableError: as for `resolve`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A branch as it stands on the remote."""

    commit: str
    pushed: bool
    """False where the branch had just these files already and nothing was sent."""
    created: bool = False
    """True where the remote had no such branch before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A commit of the base branch."""

    commit: str
    time: int
    """When it was committed, in seconds since 1970; of a merge, when it was merged."""
    author: str
    subject: str
    """The first line of its message."""
    paths: tuple[str, ...]
    """Those that were asked for and that it changed, sorted."""


class Checkout(Protocol):
    """The base branch of a remote at one commit, read without a work tree."""

    @property
    def base_branch(self) -> str:
        """The branch that was opened."""
        ...

    @property
    def base_commit(self) -> str:
        """Its commit."""
        ...

    def list_files(self, prefix: str = "") -> tuple[str, ...]:
        """Paths of all files below the folder `prefix`, sorted; no file's content is fetched for it."""
        ...

    def read_files(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The contents of those of `paths` that are there, brought in one request."""
        ...

    def list_history(self, *patterns: str, newest: int = 0) -> tuple[Revision, ...]:
        """The commits of the branch itself that changed files which match, newest first; a merge is one commit.

        Patterns are git's globs: `*` is anything but a slash. `newest` looks at so many commits at least, 0 at all; the
        last one that it looks at counts as the one that brought all of its files.
        """
        ...

    def read_at(self, places: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], bytes]:
        """The contents of files as commits of the history have them, by (commit, path), where they are there."""
        ...


class Repository(Protocol):
    """A git remote that promotions are pushed to."""

    @property
    def address(self) -> str:
        """The remote's URL or path, without credentials."""
        ...

    def open(self, base_branch: str = "") -> Checkout:
        """The tip of `base_branch`, by default the remote's HEAD.

        Raises:
            NotFoundError: no such repository or branch.
            UnreachableError: the remote does not answer or refuses.
        """
        ...

    def publish(
        self,
        checkout: Checkout,
        *,
        branch: str,
        files: Mapping[str, bytes | None],
        message: str,
        force: bool = False,
    ) -> Published:
        """Make `branch` one commit on top of the checkout's base with `files` (None deletes one), and push it.

        The same files on a branch that still fits the base push nothing. The branch is replaced with a lease.

        Raises:
            RefusedError: somebody else's commits stand on the branch and `force` is not set.
            RaceLostError: base or branch moved meanwhile; open again.
            UnreachableError: the push was refused, or the remote does not answer.
        """
        ...

    def list_branches(self, prefix: str) -> Mapping[str, str]:
        """The branches on the remote whose name begins with `prefix`, and their commits."""
        ...

    def delete_branch(self, branch: str) -> bool:
        """Delete `branch` on the remote if it carries our commit only; False if there was none to delete."""
        ...


class Forge(Protocol):
    """Where pull requests live."""

    @property
    def address(self) -> str:
        """The API's address and the project, without credentials."""
        ...

    def list_pull_requests(self, *, branch: str, base: str) -> tuple[PullRequest, ...]:
        """All from `branch` into `base`, open or not, newest first.

        Raises, as the others do:
            UnreachableError: no answer, or 401, 403, 404, 422; the message has the status and what the forge says.
        """
        ...

    def create(self, proposal: Proposal) -> PullRequest:
        """Open a pull request."""
        ...

    def update(self, number: int, proposal: Proposal) -> PullRequest:
        """Give an open one the proposal's title, body, labels and reviewers."""
        ...

    def close(self, number: int, *, body: str, comment: str) -> PullRequest:
        """Close it unmerged: `body` replaces its text, `comment` tells people why."""
        ...

    def comment(self, number: int, *, body: str, comment: str) -> PullRequest:
        """Leave a comment on an open one (none if it is empty), and replace its text by `body`."""
        ...

    def set_check(self, commit: str, *, passes: bool, description: str) -> None:
        """Let the check CHECK of a commit on the project pass or fail."""
        ...


class ArgoCD(Protocol):
    """An Argo CD server."""

    @property
    def address(self) -> str:
        """The server's address."""
        ...

    def list_applications(self, project: str) -> Mapping[str, ApplicationState]:
        """The Applications of an AppProject, by name.

        Raises:
            UnreachableError: the server does not answer, or refuses.
        """
        ...


class SourceRepository(Protocol):
    """The git repositories that training code is in."""

    def has_commit(self, repository: str, *, branch: str, commit: str) -> bool:
        """Whether `commit`, which may be shortened, is on the branch.

        Raises:
            NotFoundError: there is no such repository or branch.
            UnreachableError: it does not answer or refuses.
        """
        ...


class CustomGates(Protocol):
    """Programs of the team's own that judge a release."""

    def ask(self, name: str, gate: CustomGate, document: Mapping[str, Any]) -> Verdict:
        """What the gate says of the release in `document`; one that does not answer as it should has failed."""
        ...


class BuildError(NamedTuple):
    """Why a folder does not build."""

    message: str
    """Kustomize's own, with paths relative to the root."""


class Kustomize(Protocol):
    """The real kustomize."""

    def build(self, root: Path, path: str) -> str:
        """The YAML that kustomize makes of the folder `path` below `root`.

        Raises:
            RefusedError: it does not build; the message is kustomize's own, with paths relative to `root`.
            ConfigError: there is neither `kubectl` nor `kustomize`; the hint says how to get one.
        """
        ...

    def build_many(
        self, root: Path, folders: Iterable[str], *, apart: Mapping[str, str] = NOTHING
    ) -> Mapping[str, str | BuildError]:
        """What kustomize makes of each of `folders` below `root`; one that does not build hinders no other.

        Objects stand in the order in which kustomize loads them, and have the annotation ORIGIN_ANNOTATION, which says
        where each comes from; `buildMetadata` and `sortOptions` of the folders have no say. Folders with different
        values in `apart` are not built in one process.

        Raises:
            ConfigError: as for `build`.
        """
        ...
