"""A Sigstore of one's own for tests: a certificate authority, a certificate log and a transparency log, with bundles.

What is signed, and how, follows RFC 6962 (certificate timestamps and the tree), Rekor's entries of kind dsse 0.0.1, and
Sigstore's bundle v0.3 and trusted root v0.1; whether it is right, sigstore itself says.
"""

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.signing import BUNDLE, Layer, make_statement

ISSUER_OID = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
SCT_OID = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
ORIGIN = "log.sigstore.test"
SUBJECT = "https://git.example.com/ml/churn/.ci/build.yaml@refs/heads/main"
ISSUER = "https://tokens.example.com"
_KIND = "application/vnd.in-toto+json"


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def log_id(key: ec.EllipticCurvePrivateKey) -> bytes:
    return hashlib.sha256(der(key)).digest()


def sign(key: ec.EllipticCurvePrivateKey, content: bytes) -> bytes:
    return key.sign(content, ec.ECDSA(SHA256()))


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def canonical(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()


@dataclass
class OwnSigstore:
    """The keys of all parts, and what they vouch for."""

    ca_key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    ct_key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    rekor_key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    start: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __post_init__(self) -> None:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own sigstore")])
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        self.ca = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.ca_key.public_key())
            .serial_number(1)
            .not_valid_before(self.start - timedelta(days=1))
            .not_valid_after(self.start + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.ca_key.public_key()), critical=False)
            .sign(self.ca_key, SHA256())
        )

    @property
    def trusted_root(self) -> str:
        """The root that a verifier needs."""
        valid = {"start": (self.start - timedelta(days=1)).isoformat().replace("+00:00", "Z")}

        def log(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
            public = {"rawBytes": b64(der(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": valid}
            return {
                "baseUrl": "https://log.sigstore.test",
                "hashAlgorithm": "SHA2_256",
                "publicKey": public,
                "logId": {"keyId": b64(log_id(key))},
            }

        authority = {
            "subject": {"organization": "own", "commonName": "own sigstore"},
            "uri": "https://ca.sigstore.test",
            "certChain": {"certificates": [{"rawBytes": b64(self.ca.public_bytes(Encoding.DER))}]},
            "validFor": valid,
        }
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [log(self.rekor_key)],
                "certificateAuthorities": [authority],
                "ctlogs": [log(self.ct_key)],
                "timestampAuthorities": [],
            }
        )

    def certify(self, key: ec.EllipticCurvePrivateKey, subject: str, issuer: str) -> x509.Certificate:
        """A certificate of ten minutes, with the timestamp of the certificate log in it."""
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.ca_key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.ca.subject)
            .public_key(key.public_key())
            .serial_number(2)
            .not_valid_before(self.start)
            .not_valid_after(self.start + timedelta(minutes=10))
            .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(subject)]), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(authority, critical=False)
            .add_extension(x509.UnrecognizedExtension(ISSUER_OID, issuer.encode()), critical=False)
        )

        def finish(timestamps: bytes) -> x509.Certificate:
            extension = x509.UnrecognizedExtension(SCT_OID, timestamps)
            return builder.add_extension(extension, critical=False).sign(self.ca_key, SHA256())

        draft = finish(self._make_timestamps(b"\0" * 70))
        return finish(self._make_timestamps(sign(self.ct_key, self._timestamp_data(draft.tbs_precertificate_bytes))))

    def _timestamp_data(self, tbs: bytes) -> bytes:
        milliseconds = int(self.start.timestamp() * 1000)
        entry = log_id(self.ca_key) + len(tbs).to_bytes(3, "big") + tbs
        return struct.pack("!BBQH", 0, 0, milliseconds, 1) + entry + struct.pack("!H", 0)

    def _make_timestamps(self, signature: bytes) -> bytes:
        milliseconds = int(self.start.timestamp() * 1000)
        one = b"\0" + log_id(self.ct_key) + struct.pack("!QH", milliseconds, 0)
        one += bytes([4, 3]) + struct.pack("!H", len(signature)) + signature  # SHA-256, ECDSA
        several = struct.pack("!H", len(one)) + one
        listed = struct.pack("!H", len(several)) + several
        length = bytes([len(listed)]) if len(listed) < 128 else bytes([0x81, len(listed)])
        return b"\x04" + length + listed

    def make_bundle(
        self,
        digest: str,
        predicate_type: str,
        predicate: Any = None,
        *,
        subject: str = SUBJECT,
        issuer: str = ISSUER,
    ) -> Layer:
        """A bundle with a statement about an image, signed by an identity and logged."""
        key = new_key()
        certificate = self.certify(key, subject, issuer)
        payload = make_statement(digest, predicate_type, predicate)
        signature = sign(key, b"DSSEv1 %d %s %d %s" % (len(_KIND), _KIND.encode(), len(payload), payload))
        envelope = {"payload": b64(payload), "payloadType": _KIND, "signatures": [{"sig": b64(signature), "keyid": ""}]}
        return Layer(
            BUNDLE,
            json.dumps(
                {
                    "mediaType": BUNDLE,
                    "verificationMaterial": {
                        "certificate": {"rawBytes": b64(certificate.public_bytes(Encoding.DER))},
                        "tlogEntries": [self._log(certificate, envelope, payload, signature)],
                    },
                    "dsseEnvelope": envelope,
                }
            ).encode(),
        )

    def _log(
        self, certificate: x509.Certificate, envelope: dict[str, Any], payload: bytes, signature: bytes
    ) -> dict[str, Any]:
        """The only entry of the transparency log, with its proof, the log's head, and its promise."""
        sha256 = {"algorithm": "sha256"}
        body = canonical(
            {
                "apiVersion": "0.0.1",
                "kind": "dsse",
                "spec": {
                    "envelopeHash": {**sha256, "value": hashlib.sha256(canonical(envelope)).hexdigest()},
                    "payloadHash": {**sha256, "value": hashlib.sha256(payload).hexdigest()},
                    "signatures": [
                        {"signature": b64(signature), "verifier": b64(certificate.public_bytes(Encoding.PEM))}
                    ],
                },
            }
        )
        root = hashlib.sha256(b"\0" + body).digest()
        note = f"{ORIGIN}\n1\n{b64(root)}\n"
        signed = b64(log_id(self.rekor_key)[:4] + sign(self.rekor_key, note.encode()))
        seconds = int(self.start.timestamp()) + 5
        promise = canonical(
            {"body": b64(body), "integratedTime": seconds, "logID": log_id(self.rekor_key).hex(), "logIndex": 0}
        )
        return {
            "logIndex": "0",
            "logId": {"keyId": b64(log_id(self.rekor_key))},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(seconds),
            "inclusionPromise": {"signedEntryTimestamp": b64(sign(self.rekor_key, promise))},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": b64(root),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": f"{note}\n\u2014 {ORIGIN} {signed}\n"},
            },
            "canonicalizedBody": b64(body),
        }
