"""What cosign pushes beside an image, made by hand: signatures, attestations, bundles and bills of materials."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gitops_gen.adapters.oci_manifest import OCI_MANIFEST, digest_of
from gitops_gen.names import Digest
from tests.oci_images import describe, encode

SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
COSIGN_ARTIFACT = "application/vnd.dev.cosign.artifact.sig.v1+json"
_CONFIG = b"{}"
_CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"


@dataclass(frozen=True)
class Signer:
    """A key pair like that of `cosign generate-key-pair`."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def pem(self) -> str:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, content: bytes) -> str:
        return base64.b64encode(self.key.sign(content, ec.ECDSA(SHA256()))).decode()


@dataclass(frozen=True)
class Layer:
    """A layer of what hangs on an image."""

    media_type: str
    content: bytes
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hanging:
    """A manifest that hangs on an image, with its blobs."""

    body: bytes
    blobs: tuple[bytes, ...]

    @property
    def digest(self) -> Digest:
        return digest_of(self.body)


def sign_image(signer: Signer, digest: str, *, name: str = "registry.example.com/ml/churn") -> Layer:
    """A signature as `cosign sign` makes it."""
    payload = encode(
        {
            "critical": {
                "identity": {"docker-reference": name},
                "image": {"docker-manifest-digest": digest},
                "type": "cosign container image signature",
            },
            "optional": None,
        }
    )
    return Layer(SIMPLE, payload, {"dev.cosignproject.cosign/signature": signer.sign(payload)})


def make_statement(digest: str, predicate_type: str, predicate: Any = None) -> bytes:
    """An in-toto statement about an image."""
    return encode(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "image", "digest": {"sha256": digest.removeprefix("sha256:")}}],
            "predicateType": predicate_type,
            "predicate": predicate or {},
        }
    )


def make_envelope(signer: Signer, payload: bytes) -> dict[str, Any]:
    """A DSSE envelope."""
    kind = "application/vnd.in-toto+json"
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    return {
        "payloadType": kind,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"sig": signer.sign(signed)}],
    }


def attest(signer: Signer, digest: str, predicate_type: str, predicate: Any = None) -> Layer:
    """An attestation as `cosign attest` makes it."""
    envelope = make_envelope(signer, make_statement(digest, predicate_type, predicate))
    return Layer(DSSE, encode(envelope), {"predicateType": predicate_type})


def make_bundle(signer: Signer, digest: str, predicate_type: str, predicate: Any = None) -> Layer:
    """A Sigstore bundle that a key signed, as `cosign sign` of version 3 makes it."""
    bundle = {
        "mediaType": BUNDLE,
        "verificationMaterial": {"publicKey": {"hint": "x"}},
        "dsseEnvelope": make_envelope(signer, make_statement(digest, predicate_type, predicate)),
    }
    return Layer(BUNDLE, encode(bundle))


def provenance(builder: str, commit: str = "") -> dict[str, Any]:
    """The predicate of SLSA provenance v1."""
    dependencies = [{"uri": "git+https://git.example.com/ml/churn", "digest": {"gitCommit": commit}}] if commit else []
    return {
        "buildDefinition": {"buildType": "https://ci.example.com/v1", "resolvedDependencies": dependencies},
        "runDetails": {"builder": {"id": builder}},
    }


def hang(*layers: Layer, subject: Digest | None = None, subject_size: int = 1) -> Hanging:
    """The manifest with these layers; with a subject it is a referrer."""
    manifest: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": describe(_CONFIG_TYPE, _CONFIG),
        "layers": [describe(each.media_type, each.content, annotations=dict(each.annotations)) for each in layers],
    }
    if subject:
        manifest |= {
            "artifactType": COSIGN_ARTIFACT,
            "subject": {"mediaType": OCI_MANIFEST, "digest": subject, "size": subject_size},
        }
    return Hanging(json.dumps(manifest).encode(), (_CONFIG, *(each.content for each in layers)))


def cosign_tag(digest: str, suffix: str = ".sig") -> str:
    """The tag under which cosign keeps what belongs to an image."""
    return digest.replace(":", "-") + suffix
