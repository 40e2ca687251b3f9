"""Whose signatures count: good, by another key, of another image, tampered with, and odd."""

import base64
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.adapters.signatures import SignatureChecker
from gitops_gen.errors import ConfigError
from gitops_gen.gate_supply import check_image_signature, check_provenance, check_sbom
from gitops_gen.model import Attachment, Identity, Signers, SupplyChain
from tests.releases import digest, make_image
from tests.signing import BUNDLE, DSSE, SIMPLE, Layer, Signer, attest, make_bundle, provenance, sign_image

OURS, THEIRS = Signer(), Signer()
IMAGE = make_image("a")
SLSA = "https://slsa.dev/provenance/v1"
SIGNED = "https://sigstore.dev/cosign/sign/v1"
BUILDER = "https://ci.example.com/builder"


def check(*layers: Layer, signers: Signers | None = None) -> SupplyChain:
    attachments = [
        Attachment(media_type=each.media_type, content=each.content, annotations=each.annotations) for each in layers
    ]
    return SignatureChecker().verify(IMAGE, attachments, signers or Signers(keys=(OURS.pem,)))


@pytest.mark.parametrize(
    "layer", [sign_image(OURS, IMAGE.digest), make_bundle(OURS, IMAGE.digest, SIGNED)], ids=["simple", "bundle"]
)
def test_a_signature_by_our_key_counts_and_names_the_key(layer):
    chain = check(layer)
    (signer,) = chain.signers
    assert signer.startswith("key sha256:")
    assert chain.problems == ()
    assert check_image_signature(chain).note == f"signed by {signer}"


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        (sign_image(THEIRS, IMAGE.digest), "by a key that does not count"),
        (sign_image(OURS, digest("b")), "of another image"),
        (replace(sign_image(OURS, IMAGE.digest), annotations={}), "by a key that does not count"),
        (replace(sign_image(OURS, IMAGE.digest), content=b"{}"), "by a key that does not count"),
        (make_bundle(THEIRS, IMAGE.digest, SIGNED), "by a key that does not count"),
        (make_bundle(OURS, digest("b"), SIGNED), "about another image"),
        (Layer(BUNDLE, b"[]"), "cannot be read"),
        (Layer(BUNDLE, b'{"verificationMaterial": {"publicKey": {}}}'), "signs no statement"),
        (Layer(BUNDLE, b'{"verificationMaterial": {"certificate": {}}}'), "only keys count"),
        (Layer(DSSE, b"\xff"), "cannot be read"),
        (Layer(SIMPLE, b"", {"dev.sigstore.cosign/certificate": "x"}), "old form"),
    ],
)
def test_any_other_signature_does_not_count_and_it_is_said_why(layer, problem):
    chain = check(layer)
    assert chain.signers == ()
    assert problem in chain.problems[0]
    look = check_image_signature(chain)
    assert "nobody that counts has signed the image" in look.problem
    assert problem in look.problem


def test_an_image_without_anything_is_unsigned():
    chain = check()
    assert check_image_signature(chain).problem == "nobody has signed the image"
    assert check_provenance(chain, (), "").problem == "the image has no SLSA provenance"
    assert check_sbom(chain).problem == "the image has no bill of materials"


def test_a_good_signature_beside_bad_ones_counts():
    chain = check(sign_image(THEIRS, IMAGE.digest), sign_image(OURS, digest("b")), sign_image(OURS, IMAGE.digest))
    assert len(chain.signers) == 1
    assert len(chain.problems) == 2


def test_rsa_and_ed25519_keys_count_too():
    payload = sign_image(OURS, IMAGE.digest).content
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ed_key = ed25519.Ed25519PrivateKey.generate()
    for key, signature in (
        (rsa_key, rsa_key.sign(payload, padding.PKCS1v15(), SHA256())),
        (ed_key, ed_key.sign(payload)),
    ):
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        layer = Layer(SIMPLE, payload, {"dev.cosignproject.cosign/signature": base64.b64encode(signature).decode()})
        assert len(check(layer, signers=Signers(keys=(pem,))).signers) == 1


def test_a_key_that_cannot_be_read_is_a_mistake_in_the_settings():
    with pytest.raises(ConfigError, match="cannot be read"):
        check(signers=Signers(keys=("-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----\n",)))


@pytest.mark.parametrize("make", [attest, make_bundle])
def test_provenance_by_our_key_names_builder_and_commit(make):
    chain = check(make(OURS, IMAGE.digest, SLSA, provenance(BUILDER, "C0FFEE")))
    assert BUILDER in check_provenance(chain, (BUILDER,), "c0ffee").note
    assert check_provenance(chain, (), "").problem == ""
    assert "not one of `builders`" in check_provenance(chain, ("https://other.example.com",), "c0ffee").problem
    assert "names commit c0ffee, and the run beef" in check_provenance(chain, (BUILDER,), "beef").problem


def test_provenance_v0_2_is_read_too():
    predicate = {
        "builder": {"id": BUILDER},
        "materials": [
            {"uri": "git+https://x", "digest": {"sha1": "c0ffee"}},
            {"uri": "pkg:x", "digest": {"sha1": "1"}},
        ],
    }
    chain = check(attest(OURS, IMAGE.digest, "https://slsa.dev/provenance/v0.2", predicate))
    assert check_provenance(chain, (BUILDER,), "c0ffee").problem == ""
    assert check_provenance(chain, (BUILDER,), "beef").problem


def test_provenance_that_nobody_vouches_for_does_not_count():
    chain = check(attest(THEIRS, IMAGE.digest, SLSA, provenance(BUILDER)))
    assert "nobody that counts vouches" in check_provenance(chain, (), "").problem


@pytest.mark.parametrize(
    "layer",
    [
        Layer("application/spdx+json", b""),
        Layer("application/vnd.cyclonedx+json", b""),
        attest(THEIRS, IMAGE.digest, "https://spdx.dev/Document"),
        attest(OURS, IMAGE.digest, "https://cyclonedx.org/bom/v1.5"),
        Layer("application/vnd.in-toto+json", attest(OURS, IMAGE.digest, "x").content),
    ],
)
def test_a_bill_of_materials_is_recognised_in_each_form(layer):
    expected = layer.media_type != "application/vnd.in-toto+json"
    assert bool(check_sbom(check(layer)).note) is expected


def test_an_identity_that_cannot_be_verified_does_not_count():
    signers = Signers(identities=(Identity(subject="a@example.com", issuer="https://issuer.example.com"),))
    layer = Layer(BUNDLE, b'{"verificationMaterial": {"certificate": {"rawBytes": "AA=="}}}')
    assert "cannot be read" in check(layer, signers=signers).problems[0]
    root = replace(signers, trusted_root="{}")
    assert check(layer, signers=root).signers == ()


@settings(max_examples=200, deadline=None)
@given(
    media_type=st.sampled_from([SIMPLE, DSSE, BUNDLE, "application/vnd.in-toto+json"]),
    content=st.one_of(
        st.binary(max_size=40),
        st.recursive(
            st.none() | st.booleans() | st.text(max_size=5) | st.integers(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "critical",
                            "image",
                            "payload",
                            "payloadType",
                            "signatures",
                            "sig",
                            "subject",
                            "digest",
                            "verificationMaterial",
                            "publicKey",
                            "dsseEnvelope",
                            "sha256",
                            "predicate",
                        ]
                    ),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_nothing_odd_ever_counts_or_breaks(media_type, content):
    chain = check(Layer(media_type, content, {"dev.cosignproject.cosign/signature": "AAAA"}))
    assert chain.signers == ()
