"""Signatures on images: cosign's, with keys, and Sigstore bundles, with keys or identities.

The forms are cosign's simple signing payload, DSSE envelopes with in-toto statements, and Sigstore bundles.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gitops_gen.adapters.oci_attachments import BUNDLE, DSSE, IN_TOTO, SIMPLE_SIGNING
from gitops_gen.errors import ConfigError
from gitops_gen.model import Attachment, Image, Signers, Statement, SupplyChain
from gitops_gen.names import Digest, show

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

_SIGNATURE = "dev.cosignproject.cosign/signature"
_CERTIFICATE = "dev.sigstore.cosign/certificate"
_COSIGN_TYPE = "cosign container image signature"
_COSIGN_STATEMENT = "https://sigstore.dev/cosign/sign/v1"
"""The predicate of a statement that is a signature and nothing more."""
_SBOM_MEDIA_TYPES = {
    "application/spdx+json": "SPDX",
    "text/spdx+json": "SPDX",
    "text/spdx": "SPDX",
    "application/vnd.cyclonedx+json": "CycloneDX",
    "application/vnd.cyclonedx+xml": "CycloneDX",
    "application/vnd.syft+json": "Syft",
}
_SBOM_PREDICATES = (("https://spdx.dev/Document", "SPDX"), ("https://cyclonedx.org/bom", "CycloneDX"))


class _Key(NamedTuple):
    name: str
    """`key sha256:` and the first digits of the hash of what it is."""
    key: "PublicKeyTypes"


class _Found(NamedTuple):
    """What one attachment says."""

    signer: str = ""
    statement: Statement | None = None
    problem: str = ""


class SignatureChecker:
    """Checks signatures with cryptography, and those of identities with sigstore; fits ports.SignatureVerifier."""

    def verify(self, image: Image, attachments: Sequence[Attachment], signers: Signers) -> SupplyChain:
        """What of `attachments` is about `image`, and signed by one of `signers`. See `ports.SignatureVerifier`."""
        keys = [_read_key(pem) for pem in signers.keys]
        found = [entry for attachment in attachments for entry in _check(attachment, image.digest, keys, signers)]
        statements = tuple(entry.statement for entry in found if entry.statement is not None)
        boms = [_SBOM_MEDIA_TYPES.get(attachment.media_type, "") for attachment in attachments]
        boms += [name for s in statements for start, name in _SBOM_PREDICATES if s.predicate_type.startswith(start)]
        return SupplyChain(
            signers=tuple(dict.fromkeys(entry.signer for entry in found if entry.signer)),
            problems=tuple(dict.fromkeys(entry.problem for entry in found if entry.problem)),
            statements=statements,
            sboms=tuple(sorted({name for name in boms if name})),
        )


def _check(attachment: Attachment, digest: Digest, keys: Sequence[_Key], signers: Signers) -> Iterator[_Found]:
    media_type, content = attachment.media_type, attachment.content
    if media_type == SIMPLE_SIGNING:
        yield _check_simple(attachment, digest, keys)
    elif media_type == DSSE:
        yield _check_envelope(_parse(content), digest, keys)
    elif media_type.startswith(BUNDLE):
        yield _check_bundle(content, digest, keys, signers)
    elif media_type == IN_TOTO:
        statement = _read_statement(content, digest)
        yield _Found(statement=statement) if statement else _Found(problem="a statement is about another image")


def _check_simple(attachment: Attachment, digest: Digest, keys: Sequence[_Key]) -> _Found:
    signature = _decode(attachment.annotations.get(_SIGNATURE, ""))
    if _CERTIFICATE in attachment.annotations:
        return _Found(
            problem="a signature with a certificate in cosign's old form: sign with a Sigstore bundle instead"
        )
    signer = _find_signer(attachment.content, signature, keys)
    if not signer:
        return _Found(problem="a signature by a key that does not count, or of something else than was signed")
    critical = _parse(attachment.content).get("critical")
    critical = critical if isinstance(critical, dict) else {}
    named = critical.get("image")
    about = named.get("docker-manifest-digest") if isinstance(named, dict) else ""
    if critical.get("type") != _COSIGN_TYPE or about != digest:
        return _Found(problem=f"a signature of another image, {show(str(about))}")
    return _Found(signer=signer)


def _check_envelope(envelope: Mapping[str, Any], digest: Digest, keys: Sequence[_Key]) -> _Found:
    payload, kind = _decode(envelope.get("payload")), envelope.get("payloadType")
    if not isinstance(kind, str):
        return _Found(problem="an attestation that cannot be read")
    signed = b"DSSEv1 %d %b %d %b" % (len(kind.encode()), kind.encode(), len(payload), payload)
    signatures = envelope.get("signatures")
    entries = [s for s in signatures if isinstance(s, dict)] if isinstance(signatures, list) else []
    signer = next((who for s in entries if (who := _find_signer(signed, _decode(s.get("sig")), keys))), "")
    return _take_statement(payload, digest, signer, "by a key that does not count")


def _take_statement(payload: bytes, digest: Digest, signer: str, unsigned: str) -> _Found:
    """The statement in a payload; one that only says that the image is signed counts as a signature."""
    statement = _read_statement(payload, digest, signer)
    if statement is None:
        return _Found(problem="an attestation about another image")
    problem = "" if signer else f"an attestation of {show(statement.predicate_type)} {unsigned}"
    if statement.predicate_type == _COSIGN_STATEMENT:
        return _Found(signer=signer, problem="" if signer else f"a signature {unsigned}")
    return _Found(statement=statement, problem=problem)


def _check_bundle(content: bytes, digest: Digest, keys: Sequence[_Key], signers: Signers) -> _Found:
    bundle = _parse(content)
    material = bundle.get("verificationMaterial")
    if not isinstance(material, dict):
        return _Found(problem="a Sigstore bundle that cannot be read")
    if "publicKey" in material:
        envelope = bundle.get("dsseEnvelope")
        if isinstance(envelope, dict):
            return _check_envelope(envelope, digest, keys)
        return _Found(problem="a Sigstore bundle that signs no statement about the image")
    if not signers.identities:
        return _Found(problem="a signature by an identity, and only keys count")
    from gitops_gen.adapters.signatures_sigstore import verify_bundle

    verified = verify_bundle(content, signers)
    if verified.payload is None:
        return _Found(problem=verified.problem)
    return _take_statement(verified.payload, digest, verified.signer, "by an identity that does not count")


def _read_statement(payload: bytes, digest: Digest, signer: str = "") -> Statement | None:
    """The in-toto statement in `payload` if it is about the image."""
    data = _parse(payload)
    subjects = data.get("subject")
    hexes = [
        subject["digest"].get("sha256")
        for subject in (subjects if isinstance(subjects, list) else [])
        if isinstance(subject, dict) and isinstance(subject.get("digest"), dict)
    ]
    predicate = data.get("predicate")
    if digest.removeprefix("sha256:") not in hexes:
        return None
    return Statement(
        predicate_type=str(data.get("predicateType", "")),
        predicate=predicate if isinstance(predicate, dict) else {},
        signer=signer,
    )


def _find_signer(content: bytes, signature: bytes, keys: Sequence[_Key]) -> str:
    return next((key.name for key in keys if _is_signed(content, signature, key.key)), "")


def _is_signed(content: bytes, signature: bytes, key: "PublicKeyTypes") -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        match key:
            case ec.EllipticCurvePublicKey():
                key.verify(signature, content, ec.ECDSA(SHA256()))
            case rsa.RSAPublicKey():
                key.verify(signature, content, padding.PKCS1v15(), SHA256())
            case ed25519.Ed25519PublicKey():
                key.verify(signature, content)
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def _read_key(pem: str) -> _Key:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            "gates.signers.keys has a key that cannot be read",
            hint="it names files with public keys as PEM, such as the cosign.pub of cosign generate-key-pair",
        ) from error
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return _Key(f"key sha256:{hashlib.sha256(der).hexdigest()[:16]}", key)


def _decode(text: object) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _parse(content: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
