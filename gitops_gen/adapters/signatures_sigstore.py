"""Sigstore bundles that an identity signed, verified by sigstore."""

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gitops_gen.errors import ConfigError, UnreachableError
from gitops_gen.model import Signers
from gitops_gen.names import show

if TYPE_CHECKING:
    from sigstore.verify import Verifier


class Verified(NamedTuple):
    """What a bundle gave."""

    payload: bytes | None
    """The statement that was signed; None if the bundle is no good."""
    signer: str = ""
    problem: str = ""


def verify_bundle(content: bytes, signers: Signers) -> Verified:
    """The statement of a bundle that one of the identities signed.

    Raises:
        ConfigError: sigstore is not installed, or the trusted root cannot be read.
        UnreachableError: the trusted root of the public Sigstore cannot be brought up to date.
    """
    try:
        from sigstore.errors import Error, VerificationError
        from sigstore.models import Bundle
        from sigstore.verify import policy
    except ImportError as error:
        raise ConfigError(
            "the image is signed by an identity, and sigstore is not installed",
            hint="pip install 'gitops-gen[sigstore]'",
        ) from error
    try:
        bundle = Bundle.from_json(content)
    except (Error, ValueError):
        return Verified(None, problem="a Sigstore bundle that cannot be read")
    verifier = _make_verifier(signers.trusted_root)
    problem = ""
    for identity in signers.identities:
        expected = policy.Identity(identity=identity.subject, issuer=identity.issuer)
        try:
            _, payload = verifier.verify_dsse(bundle, expected)
        except VerificationError as error:
            problem = problem or f"a signature by an identity does not verify: {show(str(error), 200)[1:-1]}"
        else:
            return Verified(payload, signer=f"{identity.subject} ({identity.issuer})")
    return Verified(None, problem=problem)


@cache
def _make_verifier(trusted_root: str) -> "Verifier":
    from sigstore.errors import Error
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier

    if not trusted_root:
        try:
            return Verifier.production()
        except Error as error:
            raise UnreachableError(
                f"Sigstore's trusted root cannot be brought up to date: {error}",
                hint="name a file that has it with gates.signers.trustedRoot where the machine has no network",
            ) from error
    with tempfile.TemporaryDirectory(prefix="gitops-gen-") as folder:
        path = Path(folder, "trusted_root.json")
        path.write_text(trusted_root, encoding="utf-8")
        try:
            return Verifier(trusted_root=TrustedRoot.from_file(str(path)))
        except (Error, ValueError) as error:
            raise ConfigError(
                "gates.signers.trustedRoot has no Sigstore trusted root",
                hint="it is the trusted_root.json that Sigstore publishes by TUF (cosign trusted-root create)",
            ) from error
