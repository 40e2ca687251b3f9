"""A forge in memory that fits ports.Forge."""

from dataclasses import dataclass, field, replace

from gitops_gen.errors import UnreachableError
from gitops_gen.model import Proposal, PullRequest


@dataclass(kw_only=True)
class FakeForge:
    """Keeps pull requests as a forge would; what it does not know it leaves out with a warning."""

    address: str = "https://forge.invalid/api (acme/deploy)"
    author: str = "robot"
    known_labels: frozenset[str] | None = None
    """None: every label is there."""
    known_people: frozenset[str] | None = None
    has_checks: bool = True
    """False: there is nothing that a merge could wait for, and auto-merge is refused."""
    failure: UnreachableError | None = None
    """Raised by every call while it is set."""
    pull_requests: list[PullRequest] = field(default_factory=list)
    proposals: dict[int, Proposal] = field(default_factory=dict)
    """What each was last proposed as."""
    labels: dict[int, tuple[str, ...]] = field(default_factory=dict)
    reviewers: dict[int, tuple[str, ...]] = field(default_factory=dict)
    comments: dict[int, tuple[str, ...]] = field(default_factory=dict)
    checks: dict[str, tuple[bool, str]] = field(default_factory=dict)
    """By commit: whether the check passes, and what it says."""
    auto_merges: set[int] = field(default_factory=set)

    def list_pull_requests(self, *, branch: str, base: str) -> tuple[PullRequest, ...]:
        """All from `branch` into `base`, newest first."""
        self._fail()
        return tuple(pull for pull in reversed(self.pull_requests) if self._branches(pull.number) == (branch, base))

    def create(self, proposal: Proposal) -> PullRequest:
        """Open one, unless one is open for these branches."""
        self._fail()
        for pull in self.pull_requests:
            if pull.state == "open" and self._branches(pull.number) == (proposal.branch, proposal.base):
                raise self.make_error(422, "a pull request already exists for these branches")
        number = len(self.pull_requests) + 1
        opened = PullRequest(
            number=number,
            url=f"https://forge.invalid/acme/deploy/pull/{number}",
            state="open",
            title=proposal.title,
            body=proposal.body,
            draft=proposal.draft,
            author=self.author,
        )
        self.pull_requests.append(opened)
        return self._apply(opened, proposal)

    def update(self, number: int, proposal: Proposal) -> PullRequest:
        """Give it the proposal's title, body and draft state; add labels and reviewers."""
        self._fail()
        updated = replace(self._find(number), title=proposal.title, body=proposal.body, draft=proposal.draft)
        self._put(updated)
        return self._apply(updated, proposal)

    def close(self, number: int, *, body: str, comment: str) -> PullRequest:
        """Close it unmerged."""
        self._fail()
        closed = replace(self._find(number), state="closed", body=body)
        self._put(closed)
        if comment:
            self.comments[number] = (*self.comments.get(number, ()), comment)
        return closed

    def comment(self, number: int, *, body: str, comment: str) -> PullRequest:
        """Replace its body, and leave a comment."""
        self._fail()
        changed = replace(self._find(number), body=body)
        self._put(changed)
        if comment:
            self.comments[number] = (*self.comments.get(number, ()), comment)
        return changed

    def set_check(self, commit: str, *, passes: bool, description: str) -> None:
        """Keep what the check of a commit says."""
        self._fail()
        self.checks[commit] = (passes, description)

    def set_state(self, number: int, state: str) -> None:
        """What a person does on the forge: merged, closed, or open again."""
        self._put(replace(self._find(number), state=state))

    def make_error(self, status: int, message: str) -> UnreachableError:
        """A refusal as the adapters word it; set it as `failure`."""
        return UnreachableError(f"{self.address} refused: {status} {message}", hint=f"a forge said {status}")

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _find(self, number: int) -> PullRequest:
        for pull in self.pull_requests:
            if pull.number == number:
                return pull
        raise self.make_error(404, f"there is no pull request {number}")

    def _put(self, pull: PullRequest) -> None:
        self.pull_requests[pull.number - 1] = pull

    def _branches(self, number: int) -> tuple[str, str]:
        return self.proposals[number].branch, self.proposals[number].base

    def _apply(self, pull: PullRequest, proposal: Proposal) -> PullRequest:
        number = pull.number
        first = self.proposals.get(number, proposal)
        self.proposals[number] = replace(proposal, branch=first.branch, base=first.base)
        warnings = []
        for what, wanted, known, kept in (
            ("labels not set ({})", proposal.labels, self.known_labels, self.labels),
            ("review not asked of {}", proposal.reviewers, self.known_people, self.reviewers),
        ):
            unknown = [name for name in wanted if known is not None and name not in known]
            warnings += [f"{what.format(name)}: not known" for name in unknown]
            kept[number] = tuple(dict.fromkeys([*kept.get(number, ()), *(n for n in wanted if n not in unknown)]))
        if proposal.auto_merge and self.has_checks:
            self.auto_merges.add(number)
        elif proposal.auto_merge:
            warnings.append("auto-merge not turned on: nothing to wait for")
        return replace(pull, warnings=tuple(warnings))
