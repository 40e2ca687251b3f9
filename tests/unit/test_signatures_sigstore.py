"""Signatures by identities, of a Sigstore of our own: sigstore itself says what is good."""

import json
from dataclasses import replace

import pytest

from gitops_gen.adapters.signatures import SignatureChecker
from gitops_gen.errors import ConfigError
from gitops_gen.gate_supply import check_image_signature, check_provenance
from gitops_gen.model import Attachment, Identity, Signers, SupplyChain
from tests.own_sigstore import ISSUER, SUBJECT, OwnSigstore
from tests.releases import digest, make_image
from tests.signing import Layer, Signer, make_bundle, provenance

OURS, THEIRS = OwnSigstore(), OwnSigstore()
IMAGE = make_image("a")
SIGNED = "https://sigstore.dev/cosign/sign/v1"
SLSA = "https://slsa.dev/provenance/v1"
US = Signers(identities=(Identity(subject=SUBJECT, issuer=ISSUER),), trusted_root=OURS.trusted_root)


def check(*layers: Layer, signers: Signers = US) -> SupplyChain:
    attachments = [Attachment(media_type=each.media_type, content=each.content) for each in layers]
    return SignatureChecker().verify(IMAGE, attachments, signers)


def test_a_signature_by_our_identity_counts_and_names_it():
    chain = check(OURS.make_bundle(IMAGE.digest, SIGNED))
    assert chain.signers == (f"{SUBJECT} ({ISSUER})",)
    assert check_image_signature(chain).problem == ""


def test_provenance_by_our_identity_counts():
    chain = check(OURS.make_bundle(IMAGE.digest, SLSA, provenance("https://ci.example.com/builder", "c0ffee")))
    assert check_provenance(chain, ("https://ci.example.com/builder",), "c0ffee").problem == ""
    assert check_provenance(chain, (), "beef").problem


def tamper(layer: Layer, change) -> Layer:
    data = json.loads(layer.content)
    change(data)
    return replace(layer, content=json.dumps(data).encode())


GOOD = OURS.make_bundle(IMAGE.digest, SIGNED)
OTHER = json.loads(OURS.make_bundle(IMAGE.digest, SIGNED).content)


@pytest.mark.parametrize(
    ("layer", "problem"),
    [
        (OURS.make_bundle(IMAGE.digest, SIGNED, subject=f"{SUBJECT}-of-a-fork"), "SANs do not match"),
        (OURS.make_bundle(IMAGE.digest, SIGNED, issuer="https://elsewhere.example.com"), "OIDCIssuer does not match"),
        (THEIRS.make_bundle(IMAGE.digest, SIGNED), "does not verify"),
        (OURS.make_bundle(digest("b"), SIGNED), "about another image"),
        (tamper(GOOD, lambda d: d["dsseEnvelope"].update(OTHER["dsseEnvelope"])), "does not verify"),
        (tamper(GOOD, lambda d: d["verificationMaterial"].pop("tlogEntries")), "cannot be read"),
        (
            tamper(GOOD, lambda d: d["verificationMaterial"]["tlogEntries"][0].update(integratedTime="1800000000")),
            "does not verify",
        ),
        (
            tamper(
                GOOD,
                lambda d: d["verificationMaterial"]["certificate"].update(OTHER["verificationMaterial"]["certificate"]),
            ),
            "does not verify",
        ),
    ],
    ids=["fork", "issuer", "another sigstore", "another image", "signature", "unlogged", "too late", "certificate"],
)
def test_any_other_does_not_count_and_it_is_said_why(layer: Layer, problem: str):
    chain = check(layer)
    assert chain.signers == ()
    assert problem in chain.problems[0]


def test_keys_and_identities_count_side_by_side():
    key = Signer()
    signers = replace(US, keys=(key.pem,))
    chain = check(make_bundle(key, IMAGE.digest, SIGNED), GOOD, signers=signers)
    assert len(chain.signers) == 2
    one = check(GOOD, signers=replace(signers, identities=()))
    assert one.problems == ("a signature by an identity, and only keys count",)


def test_one_of_several_identities_is_enough():
    other = Identity(subject="ada@example.com", issuer=ISSUER)
    assert check(GOOD, signers=replace(US, identities=(other, *US.identities))).signers


def test_a_trusted_root_that_is_none_is_a_mistake_in_the_settings():
    with pytest.raises(ConfigError, match="trustedRoot has no Sigstore trusted root"):
        check(GOOD, signers=replace(US, trusted_root="{}"))
