"""An image registry that speaks the OCI distribution API: what a tag or digest points at.

No library, as those that are kept up give no digest (oras), or the config's (python-dxf), and retry no 429.
"""

import os
from collections.abc import Mapping

from gitops_gen.adapters.oci_attachments import Source, list_attachments
from gitops_gen.adapters.oci_manifest import MANIFEST_TYPES, Descriptor, check_digest, read_image
from gitops_gen.adapters.registry_auth import authorize, make_login_error
from gitops_gen.adapters.registry_credentials import DOCKER_HUB, Credential, canonical_registry, find_credential
from gitops_gen.adapters.registry_http import Answer, HttpClient, show_address, split_origin
from gitops_gen.errors import InvalidValueError, NotFoundError, RefusedError, UnreachableError
from gitops_gen.model import Attachment, Image
from gitops_gen.names import Digest, ImageRef, parse_digest, parse_image_ref, show

DEFAULT_TAG = "latest"
"""What a reference without tag and digest means, as docker and podman push it."""

_DOCKER_HUB_API = "registry-1.docker.io"
_ACCEPT = ", ".join(MANIFEST_TYPES)
_OK, _BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 400, 401, 403, 404


class RegistryOCI:
    """Image registries over https, each with the login that docker or podman has for it; fits ports.Registry."""

    def __init__(
        self,
        *,
        insecure: bool = False,
        timeout: float = 30.0,
        pause: float = 0.5,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """`insecure` allows plain http for hosts other than this machine.

        `timeout` is in seconds without an answer, `pause` in seconds before the second retry (it doubles);
        `environ` stands in for os.environ, which says where the docker configuration is.
        """
        self._client = HttpClient(insecure=insecure, timeout=timeout, pause=pause)
        self._environ = os.environ if environ is None else environ
        self._repositories: dict[str, _Repository] = {}

    def resolve(self, ref: ImageRef) -> Image:
        """What `ref` points at now, by the registry's word and by the sha256 of what it serves.

        Raises:
            NotFoundError: no such repository, tag or digest.
            RefusedError: the content does not match its digest, or is no container image.
            UnreachableError: no answer, no login, or no sensible answer.
            ConfigError: docker's configuration cannot be used.
        """
        if not ref.tag and not ref.digest:
            ref = ref._replace(tag=DEFAULT_TAG)
        repository = self._repositories.get(ref.name) or self._open(ref)
        wanted = ref.digest or ref.tag
        announced = _read_digest(repository.fetch("HEAD", f"manifests/{wanted}"), ref)
        answer = repository.fetch("GET", f"manifests/{announced or wanted}")
        for expected in filter(None, (announced, ref.digest)):
            check_digest(answer.body, expected, place=str(ref))
        return read_image(ref, _read_media_type(answer, ref), answer.body, repository.read)

    def list_attachments(self, image: Image) -> tuple[Attachment, ...]:
        """What hangs on the image: signatures, attestations, bills of materials. See `ports.Registry`."""
        ref = parse_image_ref(f"{image.name}@{image.digest}")
        repository = self._repositories.get(ref.name) or self._open(ref)

        def fetch(name: str) -> tuple[str, bytes] | None:
            try:
                answer = repository.fetch("GET", f"manifests/{name}")
            except NotFoundError:
                return None
            return _read_media_type(answer, ref), answer.body

        def fetch_referrers(digest: Digest) -> bytes | None:
            try:
                return repository.fetch("GET", f"referrers/{digest}").body
            except NotFoundError:
                return None

        return list_attachments(image, Source(fetch, fetch_referrers, repository.read))

    def _open(self, ref: ImageRef) -> "_Repository":
        host, path = ref.registry, ref.repository
        if canonical_registry(host) == DOCKER_HUB:
            host, path = _DOCKER_HUB_API, path if "/" in path else f"library/{path}"
        repository = _Repository(self._client, ref.registry, path, environ=self._environ)
        repository.connect(host)
        self._repositories[ref.name] = repository
        return repository


class _Repository:
    """One repository on one registry, with the authorization that it asked for."""

    def __init__(self, client: HttpClient, registry: str, path: str, *, environ: Mapping[str, str]) -> None:
        self._client = client
        self._registry = registry
        self._path = path
        self._environ = environ
        self._base = ""
        self._authorization = ""
        self._credential: Credential | None = None

    def connect(self, host: str) -> None:
        """Find out how `host` wants to be asked: the scheme that works, and the login."""
        failure: UnreachableError | None = None
        for scheme in self._client.list_schemes(host):
            self._base = f"{scheme}://{host}"
            try:
                answer = self._send("GET", "/v2/")
            except UnreachableError as error:
                failure = failure or error
                continue
            if scheme == "http" and answer.status == _BAD_REQUEST and failure is None:
                failure = self._make_error(answer)  # what a TLS server says to plain http
                continue
            return self._greet(answer)
        raise failure or UnreachableError(f"registry {self._registry} cannot be reached")

    def _greet(self, answer: Answer) -> None:
        if split_origin(answer.url) != split_origin(self._base):
            raise UnreachableError(
                f"registry {self._registry} redirects to {show_address(answer.url)}",
                hint="name that host in the image reference if it is the registry that you mean",
            )
        if answer.status == _UNAUTHORIZED:
            self._authorize(answer)
        elif answer.status == _NOT_FOUND:
            raise UnreachableError(
                f"{self._base} does not speak the registry API: /v2/ answers 404",
                hint="check the registry's host and port in the image reference",
            )
        elif answer.status != _OK:
            raise self._make_error(answer)

    def fetch(self, method: str, path: str) -> Answer:
        """The answer with status 200 to a request below the repository.

        Raises:
            NotFoundError: 404.
            UnreachableError: any other status.
        """
        full_path = f"/v2/{self._path}/{path}"
        answer = self._send(method, full_path)
        # A redirected host's challenge is not followed: the login is not for it.
        if answer.status == _UNAUTHORIZED and split_origin(answer.url) == split_origin(self._base):
            self._authorize(answer)
            answer = self._send(method, full_path)
        if answer.status == _NOT_FOUND:
            kind, _, name = path.partition("/")
            raise NotFoundError(
                f"registry {self._registry} has no {self._path}{'@' if ':' in name else ':'}{name}"
                + (" (a blob)" if kind == "blobs" else ""),
                hint="push the image first, or correct the reference",
            )
        if answer.status != _OK:
            raise self._make_error(answer)
        return answer

    def read(self, descriptor: Descriptor) -> bytes:
        """The content that a descriptor in this repository points at, unchecked."""
        kind = "manifests" if descriptor.media_type in MANIFEST_TYPES else "blobs"
        return self.fetch("GET", f"{kind}/{descriptor.digest}").body

    def _send(self, method: str, path: str) -> Answer:
        return self._client.send(
            method,
            f"{self._base}{path}",
            registry=self._registry,
            authorization=self._authorization,
            accept=_ACCEPT if "/manifests/" in path else "*/*",
        )

    def _authorize(self, answer: Answer) -> None:
        if self._credential is None:
            self._credential = find_credential(self._registry, self._path, environ=self._environ)
        self._authorization = authorize(
            self._client,
            answer.headers.get("www-authenticate", ""),
            self._credential,
            registry=self._registry,
            repository=self._path,
        )

    def _make_error(self, answer: Answer) -> UnreachableError:
        address = show_address(answer.url)
        if answer.status in (_UNAUTHORIZED, _FORBIDDEN):
            reason = f"{address} answers {answer.status} for {self._path}, which may be private or not there"
            return make_login_error(self._registry, reason, self._credential)
        wait = answer.headers.get("retry-after", "")
        return UnreachableError(
            f"{address} answers {answer.status} for {self._path}",
            hint=f"it asks to wait {show(wait)} (seconds or a date)" if wait else "try again, or ask who runs it",
        )


def _read_digest(answer: Answer, ref: ImageRef) -> Digest | None:
    text = answer.headers.get("docker-content-digest")
    try:
        return parse_digest(text) if text else None
    except InvalidValueError as error:
        raise RefusedError(
            f"{ref}: the registry gives the digest {show(str(text))}", hint="gitops-gen pins sha256 digests only"
        ) from error


def _read_media_type(answer: Answer, ref: ImageRef) -> str:
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MANIFEST_TYPES:
        raise UnreachableError(
            f"{show_address(answer.url)} answers with {show(media_type)}, not with an image manifest, for {ref}",
            hint="if it is a registry, push the image again with a current docker, podman or buildah",
        )
    return media_type
