"""Debian's docker-registry on loopback, open and behind htpasswd, and images pushed to it over its own API."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from gitops_gen.adapters.oci_manifest import OCI_INDEX, OCI_MANIFEST
from gitops_gen.names import Digest, ImageRef, parse_image_ref
from tests.oci_images import BuiltImage, describe, digest_of, encode
from tests.signing import Hanging

USERNAME = "alice"
PASSWORD = "wonder-land"
# htpasswd -nbBC 4 alice wonder-land
_HTPASSWD = "alice:$2y$04$pTCyY.Mq7h0QusqhrYODMuFUeHMP0cxgXUDsEWiJBfiVmF3E/Hzyu\n"
_START_SECONDS = 20


@dataclass
class OciRegistry:
    """A registry process; `stop` and `start` keep its port and its content."""

    program: str
    folder: Path
    with_login: bool = False
    certificate: Path | None = None
    """A PEM file with certificate and key; with it the registry speaks TLS."""
    host: str = field(init=False)
    """host:port, as it stands in an image reference."""
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{probe.getsockname()[1]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        config = {
            "version": "0.1",
            "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "storage")}},
            "http": {"addr": self.host, "secret": "only-for-tests"},
        }
        if self.certificate:
            config["http"]["tls"] = {"certificate": str(self.certificate), "key": str(self.certificate)}
        if self.with_login:
            (self.folder / "htpasswd").write_text(_HTPASSWD)
            config["auth"] = {"htpasswd": {"realm": "tests", "path": str(self.folder / "htpasswd")}}
        (self.folder / "config.yml").write_text(json.dumps(config))

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://{self.host}"

    @property
    def _verify(self) -> str | bool:
        return str(self.certificate) if self.certificate else True

    @property
    def auth(self) -> tuple[str, str] | None:
        return (USERNAME, PASSWORD) if self.with_login else None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.program, "serve", str(self.folder / "config.yml")], stdout=log, stderr=log
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Nothing listens inside the block."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def ref(self, repository: str, tag: str | None = None, digest: Digest | None = None) -> ImageRef:
        text = f"{self.host}/{repository}" + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
        return parse_image_ref(text)

    def push(self, image: BuiltImage, repository: str, tag: str) -> ImageRef:
        """Push all that `image` is made of; gives its reference by tag."""
        for blob in image.blobs.values():
            self._push_blob(repository, blob)
        for media_type, body in image.manifests:
            self._put_manifest(repository, digest_of(body), media_type, body)
        self._put_manifest(repository, tag, image.media_type, image.body)
        return self.ref(repository, tag)

    def push_hanging(self, repository: str, hanging: Hanging, tag: str = "") -> None:
        """Push what hangs on an image, under a tag, or as a referrer."""
        for blob in hanging.blobs:
            self._push_blob(repository, blob)
        self._put_manifest(repository, tag or hanging.digest, OCI_MANIFEST, hanging.body)

    def push_index(self, repository: str, tag: str, *hangings: Hanging) -> None:
        """What a client pushes where the registry has no referrers API: an index under the image's digest as tag."""
        entries = [describe(OCI_MANIFEST, hanging.body) for hanging in hangings]
        body = encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})
        self._put_manifest(repository, tag, OCI_INDEX, body)

    def write_docker_config(self, folder: Path) -> Path:
        """A folder for DOCKER_CONFIG that holds the login."""
        folder.mkdir(parents=True, exist_ok=True)
        auths = {self.host: {"username": USERNAME, "password": PASSWORD}}
        (folder / "config.json").write_text(json.dumps({"auths": auths}))
        return folder

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/v2/", auth=self.auth, verify=self._verify, timeout=5).ok
        except requests.ConnectionError:
            return False

    def _push_blob(self, repository: str, blob: bytes) -> None:
        start = self._ask("POST", f"{self.url}/v2/{repository}/blobs/uploads/")
        url = urljoin(self.url, start.headers["Location"])
        self._ask("PUT", f"{url}{'&' if '?' in url else '?'}digest={digest_of(blob)}", data=blob)

    def _put_manifest(self, repository: str, name: str, media_type: str, body: bytes) -> None:
        url = f"{self.url}/v2/{repository}/manifests/{name}"
        answer = self._ask("PUT", url, data=body, headers={"Content-Type": media_type})
        assert answer.headers["Docker-Content-Digest"] == digest_of(body)

    def _ask(self, method: str, url: str, **more: object) -> requests.Response:
        response = requests.request(method, url, auth=self.auth, verify=self._verify, timeout=10, **more)
        assert response.ok, f"{method} {url}: {response.status_code} {response.text}"
        return response


def find_program() -> str:
    """The registry's program, or the test is skipped."""
    program = shutil.which("docker-registry") or shutil.which("registry")
    if program is None:
        pytest.skip("needs docker-registry: apt-get install docker-registry")
    return program


@contextmanager
def running_registry(
    folder: Path, *, with_login: bool = False, certificate: Path | None = None
) -> Iterator[OciRegistry]:
    """A registry that keeps its content in `folder` and runs inside the block."""
    registry = OciRegistry(find_program(), folder, with_login=with_login, certificate=certificate)
    registry.start()
    try:
        yield registry
    finally:
        registry.stop()


@pytest.fixture(scope="session")
def oci_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OciRegistry]:
    """A registry that anybody may push to and pull from."""
    with running_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="session")
def oci_registry_htpasswd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OciRegistry]:
    """A registry that asks for USERNAME and PASSWORD by Basic authentication."""
    with running_registry(tmp_path_factory.mktemp("registry-login"), with_login=True) as registry:
        yield registry
