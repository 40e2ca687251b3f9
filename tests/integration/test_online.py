"""`validate --online` with everything real: an MLflow server over http and an image registry."""

import uuid
from dataclasses import dataclass

import pytest

from gitops_gen.adapters.registry_oci import RegistryOCI
from gitops_gen.adapters.tracking_mlflow import TrackingMlflow
from gitops_gen.checks.rules.provenance_parts import ModelOverlay, read_document
from gitops_gen.checks.source import Source
from gitops_gen.evidence import build_evidence
from gitops_gen.evidence_file import dump_evidence
from gitops_gen.model import Release, RunSelector
from gitops_gen.names import EnvironmentName, ImageRef, ModelName, RunId
from gitops_gen.online import OnlineOutcome, check_online
from gitops_gen.record_image import record_image
from tests.oci_images import build_image
from tests.servers.mlflow_server import MlflowServer
from tests.servers.oci_registry import OciRegistry


@dataclass
class World:
    """A run with its image recorded, and an overlay with the evidence of both."""

    mlflow: MlflowServer
    oci: OciRegistry
    selector: RunSelector
    ref: ImageRef
    overlay: ModelOverlay

    def check(self, *overlays: ModelOverlay) -> OnlineOutcome:
        registry = RegistryOCI(environ={}, timeout=5, pause=0.01)
        return check_online(overlays or [self.overlay], TrackingMlflow(self.mlflow.uri), registry)

    def push_other(self) -> ImageRef:
        return self.oci.push(build_image(labels={"number": "2"}), self.ref.repository, self.ref.tag)


def ids(outcome: OnlineOutcome) -> list[str]:
    return [finding.rule for finding in outcome.findings]


@pytest.fixture
def world(mlflow_server: MlflowServer, oci_registry: OciRegistry, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    name = f"online-{uuid.uuid4().hex[:8]}"
    plan = [{"key": name, "experiment": "online", "params": {"C": "1"}, "legacy_model": True, "register": [name]}]
    selector = RunSelector(run_id=RunId(mlflow_server.log_runs(plan)[name]["run_id"]))
    ref = oci_registry.push(build_image(labels={"number": "1"}), f"ml/{name}", "v1")
    tracking, registry = TrackingMlflow(mlflow_server.uri), RegistryOCI(environ={})
    recorded = record_image(selector, ref, tracking=tracking, registry=registry)
    release = Release(model=ModelName(name), run=recorded.run, image=recorded.image)
    environment = EnvironmentName("staging")
    evidence = build_evidence(release=release, environment=environment, overrides=(), program="gitops-gen")
    folder = f"models/{name}/overlays/{environment}"
    source = Source(f"{folder}/evidence.yaml", dump_evidence(evidence).encode())
    return World(mlflow_server, oci_registry, selector, ref, ModelOverlay(folder, name, environment, None, source))


def test_what_was_just_promoted_is_all_there(world: World):
    assert world.check() == ((), (), ())


def test_a_tag_that_was_pushed_again_and_an_image_that_was_recorded_since_are_found(world: World):
    other = world.push_other()
    assert ids(world.check()) == ["ONLINE004"]
    record_image(world.selector, other, tracking=TrackingMlflow(world.mlflow.uri), registry=RegistryOCI(environ={}))
    assert ids(world.check()) == ["ONLINE003", "ONLINE004"]


def test_a_run_a_version_and_an_image_that_never_were_are_found(world: World):
    content = world.overlay.evidence.content
    data = read_document(world.overlay.evidence)
    run, digest = (data[part][key].encode() for part, key in (("run", "id"), ("image", "digest")))
    texts = [
        content.replace(run, b"0" * 32),
        content.replace(b'version: "1"', b'version: "99"'),
        content.replace(digest, b"sha256:" + b"0" * 64),
    ]
    overlays = [world.overlay._replace(evidence=Source(f"{n}.yaml", text)) for n, text in enumerate(texts)]
    outcome = world.check(*overlays)
    found = {(f.path, f.rule) for f in outcome.findings}
    expected = {("0.yaml", "ONLINE001"), ("1.yaml", "ONLINE005"), ("2.yaml", "ONLINE002"), ("2.yaml", "ONLINE003")}
    assert found == expected
    assert outcome.errors == ()


@pytest.mark.parametrize("stopped", ["mlflow", "oci"])
def test_a_server_that_is_stopped_is_named_and_the_other_still_asked(world: World, stopped: str):
    world.push_other()
    server = getattr(world, stopped)
    server.stop()
    try:
        outcome = world.check()
    finally:
        server.start()
    address = {"mlflow": world.mlflow.uri, "oci": world.oci.host}[stopped]
    assert [error.exit_code for error in outcome.errors] == [3]
    assert address in outcome.errors[0].message
    assert [address in unchecked.reason for unchecked in outcome.unchecked] == [True]
    assert ids(outcome) == (["ONLINE004"] if stopped == "mlflow" else [])
