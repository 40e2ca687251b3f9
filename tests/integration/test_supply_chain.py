"""Signatures and what else hangs on an image, on real registries, and what a promotion makes of them."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitops_gen.adapters.oci_layout import REF_NAME, RegistryLayout
from gitops_gen.adapters.oci_manifest import OCI_INDEX, OCI_MANIFEST
from gitops_gen.adapters.registry_oci import RegistryOCI
from gitops_gen.adapters.signatures import SignatureChecker
from gitops_gen.errors import ConfigError, RefusedError
from gitops_gen.evidence_file import parse_evidence
from gitops_gen.gate_supply import check_image_signature, check_provenance, check_sbom
from gitops_gen.model import Attachment, Identity, Image, Signers, SupplyChain
from gitops_gen.names import parse_image_ref
from tests.integration.conftest import World
from tests.oci_images import build_image, describe, encode, write_layout
from tests.own_sigstore import ISSUER, SUBJECT, OwnSigstore
from tests.releases import digest
from tests.servers import oci_referrers
from tests.servers.oci_registry import OciRegistry
from tests.signing import Layer, Signer, attest, cosign_tag, hang, make_bundle, provenance, sign_image

OURS, THEIRS = Signer(), Signer()
SLSA = "https://slsa.dev/provenance/v1"
BUILDER = "https://ci.example.com/builder"
KEY = "keys/cosign.pub"
EVIDENCE = "models/churn/overlays/staging/evidence.yaml"


@pytest.fixture(scope="session")
def referrers_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OciRegistry]:
    with oci_referrers.running(tmp_path_factory.mktemp("referrers")) as registry:
        yield registry


def push_tag(server: OciRegistry, repository: str, image: Image, *layers: Layer) -> None:
    server.push_hanging(repository, hang(*layers), cosign_tag(image.digest))


def push_fallback(server: OciRegistry, repository: str, image: Image, *layers: Layer) -> None:
    hanging = [hang(layer, subject=image.digest) for layer in layers]
    for each in hanging:
        server.push_hanging(repository, each)
    server.push_index(repository, cosign_tag(image.digest, ""), *hanging)


def push_referrers(server: OciRegistry, repository: str, image: Image, *layers: Layer) -> None:
    for layer in layers:
        server.push_hanging(repository, hang(layer, subject=image.digest))


Push = Callable[..., None]
WAYS = {"tag": ("oci_registry", push_tag), "fallback": ("oci_registry", push_fallback)}
WAYS["referrers"] = ("referrers_registry", push_referrers)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> tuple[OciRegistry, str, Image, Push]:
    """A registry with an image, and how things are hung on it."""
    fixture, push = WAYS[request.param]
    server = request.getfixturevalue(fixture)
    repository = f"supply/{abs(hash(request.node.nodeid))}"
    ref = server.push(build_image(), repository, "1")
    return server, repository, RegistryOCI(environ={}).resolve(ref), push


def look(image: Image) -> SupplyChain:
    attachments = RegistryOCI(environ={}).list_attachments(image)
    return SignatureChecker().verify(image, attachments, Signers(keys=(OURS.pem,)))


@pytest.mark.parametrize(
    ("make", "counts"),
    [
        (lambda image: (sign_image(OURS, image.digest),), True),
        (lambda image: (make_bundle(OURS, image.digest, "https://sigstore.dev/cosign/sign/v1"),), True),
        (lambda image: (sign_image(THEIRS, image.digest), sign_image(OURS, image.digest)), True),
        (lambda image: (sign_image(THEIRS, image.digest),), False),
        (lambda _: (sign_image(OURS, digest("b")),), False),
        (lambda image: (Layer(*_tampered(image)),), False),
    ],
    ids=["good", "good bundle", "good beside another", "wrong key", "another image", "tampered"],
)
def test_a_signature_counts_if_it_is_ours_and_of_this_image(way, make, counts):
    server, repository, image, push = way
    assert look(image) == SupplyChain(), "nothing hangs on it yet"
    assert check_image_signature(look(image)).problem == "nobody has signed the image"
    push(server, repository, image, *make(image))
    chain = look(image)
    assert bool(chain.signers) is counts
    assert bool(check_image_signature(chain).problem) is not counts


def _tampered(image: Image) -> tuple[str, bytes, dict[str, str]]:
    good = sign_image(OURS, digest("b"))
    return good.media_type, good.content.replace(digest("b").encode(), image.digest.encode()), dict(good.annotations)


def test_an_identity_counts_wherever_its_bundle_is_kept(way):
    server, repository, image, push = way
    own, other = OwnSigstore(), OwnSigstore()
    signers = Signers(identities=(Identity(subject=SUBJECT, issuer=ISSUER),), trusted_root=own.trusted_root)
    registry, checker = RegistryOCI(environ={}), SignatureChecker()
    push(server, repository, image, other.make_bundle(image.digest, "https://sigstore.dev/cosign/sign/v1"))
    assert checker.verify(image, registry.list_attachments(image), signers).signers == ()
    push(
        server,
        repository,
        image,
        other.make_bundle(image.digest, "https://sigstore.dev/cosign/sign/v1"),
        own.make_bundle(image.digest, "https://sigstore.dev/cosign/sign/v1"),
    )
    chain = checker.verify(image, registry.list_attachments(image), signers)
    assert chain.signers == (f"{SUBJECT} ({ISSUER})",)


def test_provenance_and_a_bill_of_materials_are_found(way):
    server, repository, image, push = way
    push(
        server,
        repository,
        image,
        attest(OURS, image.digest, SLSA, provenance(BUILDER, "c0ffee")),
        Layer("application/spdx+json", b'{"spdxVersion": "SPDX-2.3"}'),
    )
    chain = look(image)
    assert chain.sboms == ("SPDX",)
    assert check_sbom(chain).problem == ""
    assert check_provenance(chain, (BUILDER,), "c0ffee").problem == ""
    assert check_provenance(chain, (BUILDER,), "beef").problem


def test_what_buildkit_lists_in_the_index_is_found(oci_registry: OciRegistry):
    image = build_image()
    subject = {"sha256": image.digest.removeprefix("sha256:")}
    statement = {"predicateType": "https://spdx.dev/Document", "subject": [{"digest": subject}], "predicate": {}}
    layer = Layer("application/vnd.in-toto+json", encode(statement))
    hanging = hang(layer)
    oci_registry.push(image, "supply/buildkit", "single")
    oci_registry.push_hanging("supply/buildkit", hanging)
    entries = [
        describe(image.media_type, image.body, platform={"os": "linux", "architecture": "amd64"}),
        describe(
            OCI_MANIFEST,
            hanging.body,
            platform={"os": "unknown", "architecture": "unknown"},
            annotations={"vnd.docker.reference.type": "attestation-manifest"},
        ),
    ]
    body = encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})
    oci_registry._put_manifest("supply/buildkit", "multi", OCI_INDEX, body)
    registry = RegistryOCI(environ={})
    found = registry.list_attachments(registry.resolve(oci_registry.ref("supply/buildkit", "multi")))
    assert [attachment.media_type for attachment in found] == ["application/vnd.in-toto+json"]


def test_a_layout_has_what_hangs_on_its_images(tmp_path: Path):
    built = build_image()
    write_layout(tmp_path, {"1": built})
    registry = RegistryLayout(tmp_path)
    image = registry.resolve(parse_image_ref("registry.example.com/ml/churn:1"))
    assert registry.list_attachments(image) == ()
    tagged, referrer = (
        hang(sign_image(OURS, image.digest)),
        hang(sign_image(THEIRS, image.digest), subject=image.digest),
    )
    index = json.loads((tmp_path / "index.json").read_text())
    for each, annotations in ((tagged, {REF_NAME: cosign_tag(image.digest)}), (referrer, {})):
        for content in (each.body, *each.blobs):
            name = describe("", content)["digest"].removeprefix("sha256:")
            (tmp_path / "blobs" / "sha256" / name).write_bytes(content)
        index["manifests"].append(describe(OCI_MANIFEST, each.body, annotations=annotations))
    (tmp_path / "index.json").write_text(json.dumps(index))
    found = RegistryLayout(tmp_path).list_attachments(image)
    assert len(found) == 2
    assert len(SignatureChecker().verify(image, found, Signers(keys=(OURS.pem,))).signers) == 1


@pytest.mark.skipif(shutil.which("cosign") is None, reason="needs cosign 2 or 3 on the PATH")
def test_what_cosign_itself_signs_counts(way, tmp_path: Path):
    _, _, image, _ = way
    environment = {**os.environ, "COSIGN_PASSWORD": ""}

    def cosign(*arguments: str) -> None:
        subprocess.run(["cosign", *arguments], cwd=tmp_path, env=environment, check=True, capture_output=True)

    cosign("generate-key-pair")
    (tmp_path / "slsa.json").write_text(json.dumps(provenance(BUILDER)))
    reference = f"{image.name}@{image.digest}"
    version = subprocess.run(["cosign", "version"], capture_output=True, text=True, check=True).stdout
    offline = ["--tlog-upload=false", *(["--use-signing-config=false"] if "v3." in version else [])]
    options = ("--key", "cosign.key", *offline, "--yes")
    registry, checker = RegistryOCI(environ={}), SignatureChecker()
    signers = Signers(keys=((tmp_path / "cosign.pub").read_text(),))
    assert checker.verify(image, registry.list_attachments(image), signers).signers == ()
    cosign("sign", *options, reference)
    cosign("attest", *options, "--type", "slsaprovenance1", "--predicate", "slsa.json", reference)
    chain = checker.verify(image, registry.list_attachments(image), signers)
    assert len(chain.signers) == 1
    assert check_provenance(chain, (BUILDER,), "").problem == ""
    other = checker.verify(image, registry.list_attachments(image), Signers(keys=(OURS.pem,)))
    assert other.signers == ()
    assert other.problems


# What a promotion makes of it


def start(world: World, gates: str, key: str = OURS.pem) -> None:
    world.commit({"gitops-gen.yaml": lambda text: text + gates, KEY: key})
    world.add_run(1, "a")


GATES = f"gates: {{imageSignature: fail, imageProvenance: warn, sbom: warn, signers: {{keys: [{KEY}]}}}}\n"


def test_an_unsigned_image_is_refused_and_a_signed_one_promoted(world: World):
    start(world, GATES)
    refused = world.promote(1)
    assert isinstance(refused.error, RefusedError)
    assert "image-signature: nobody has signed the image" in refused.error.message
    assert "cosign sign" in refused.error.hint
    assert world.branches() == ["main"]
    _attach(world, sign_image(THEIRS, digest("a")))
    assert "nobody that counts" in world.promote(1).error.message
    _attach(world, sign_image(OURS, digest("a")))
    outcome = world.promote(1)
    assert outcome.error is None
    verdicts = {v.gate: v for v in parse_evidence(world.read(EVIDENCE), path="").verdicts}
    assert verdicts["image-signature"].result == "passed"
    assert verdicts["image-signature"].detail.startswith("signed by key sha256:")
    assert (verdicts["image-provenance"].result, verdicts["sbom"].result) == ("warned", "warned")
    assert world.promote(1).operation == "unchanged"


def _attach(world: World, layer: Layer) -> None:
    attachment = Attachment(media_type=layer.media_type, content=layer.content, annotations=layer.annotations)
    world.registry.attach(digest("a"), attachment)


def test_a_key_that_is_not_there_is_named(world: World):
    start(world, "gates: {imageSignature: fail, signers: {keys: [keys/other.pub]}}\n")
    error = world.promote(1).error
    assert isinstance(error, ConfigError)
    assert "'keys/other.pub', which is not on branch main" in error.message


def test_nothing_is_asked_of_the_registry_where_no_gate_is_set(world: World):
    world.add_run(1, "a")
    outcome = world.promote(1)
    assert {"image-signature", "sbom"}.isdisjoint({v.gate for v in outcome.verdicts})
