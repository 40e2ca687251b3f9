"""The gates on an image's supply chain: who signed it, what its provenance says, and whether it has an SBOM."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gitops_gen.checks.values import as_list, as_mapping, dig
from gitops_gen.gate_checks import Look
from gitops_gen.model import Statement, SupplyChain
from gitops_gen.names import show

_SLSA = ("https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1")
_MOST = 3


def check_image_signature(chain: SupplyChain) -> Look:
    """Somebody whose signature counts has signed the image's digest."""
    if chain.signers:
        return Look(note=f"signed by {', '.join(chain.signers)}")
    if not chain.problems:
        return Look(problem="nobody has signed the image")
    return Look(problem=f"nobody that counts has signed the image; there is {_join(chain.problems)}")


def check_provenance(chain: SupplyChain, builders: Sequence[str], commit: str) -> Look:
    """A provenance that counts says which builder made the image, and of which commit."""
    statements = [statement for statement in chain.statements if statement.predicate_type in _SLSA]
    if not statements:
        return Look(problem="the image has no SLSA provenance")
    vouched = [statement for statement in statements if statement.signer]
    if not vouched:
        return Look(problem="nobody that counts vouches for the image's provenance")
    problems = []
    for statement in vouched:
        builder, problem = _find_builder(statement), _judge(statement, builders, commit)
        if not problem:
            return Look(note=f"built by {show(builder, 200)[1:-1]}, says {statement.signer}")
        problems.append(problem)
    return Look(problem=_join(problems))


def check_sbom(chain: SupplyChain) -> Look:
    """The image has a bill of materials."""
    return Look(note=", ".join(chain.sboms)) if chain.sboms else Look(problem="the image has no bill of materials")


def _judge(statement: Statement, builders: Sequence[str], commit: str) -> str:
    builder = _find_builder(statement)
    if builders and builder not in builders:
        return f"the provenance names the builder {show(builder, 200)}, which is not one of `builders`"
    commits = sorted(set(_list_commits(statement.predicate)))
    if commit and commits and commit.lower() not in commits:
        return f"the provenance names commit {_join(commits)}, and the run {commit}"
    return ""


def _find_builder(statement: Statement) -> str:
    predicate = statement.predicate
    return str(dig(predicate, "runDetails", "builder", "id") or dig(predicate, "builder", "id") or "")


def _list_commits(predicate: Mapping[str, Any]) -> Iterator[str]:
    """The git commits that a provenance says the image was built of."""
    sources = [
        *as_list(dig(predicate, "buildDefinition", "resolvedDependencies")),
        *as_list(predicate.get("materials")),
        as_mapping(dig(predicate, "invocation", "configSource")),
    ]
    for source in sources:
        digests = as_mapping(dig(source, "digest"))
        is_git = "gitCommit" in digests or str(dig(source, "uri") or "").startswith(("git+", "git:"))
        found = digests.get("gitCommit") or (digests.get("sha1") if is_git else None)
        if isinstance(found, str):
            yield found.lower()


def _join(texts: Sequence[str]) -> str:
    left = len(texts) - _MOST
    return "; ".join(texts[:_MOST]) + (f"; and {left} more" if left > 0 else "")
