"""The registry adapter against Debian's docker-registry, and against servers that misbehave as that one cannot."""

import base64
import datetime as dt
import hashlib
import json
import ssl
import time
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gitops_gen.adapters.oci_manifest import BODY_LIMIT, MANIFEST_TYPES, OCI_MANIFEST
from gitops_gen.adapters.registry_http import HttpClient
from gitops_gen.adapters.registry_oci import RegistryOCI
from gitops_gen.errors import ConfigError, NotFoundError, RefusedError, UnreachableError
from gitops_gen.names import parse_image_ref
from tests.oci_images import REVISION, BuiltImage, build_image, build_multi_platform, digest_of
from tests.servers.oci_registry import PASSWORD, USERNAME, running_registry
from tests.servers.scripted_http import Reply, Request, serve

REPOSITORY = "team/churn"
TOKEN = "t0ken-s3cret"
NEVER_SHOWN = (TOKEN, PASSWORD, base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode())
BASIC = "Basic " + NEVER_SHOWN[-1]


def make_registry(environ=None, **options):
    return RegistryOCI(environ=environ or {}, pause=0, timeout=5, **options)


def resolve(host, suffix=":1.0", *, registry=None, environ=None, repository=REPOSITORY, **options):
    registry = registry or make_registry(environ, **options)
    return registry.resolve(parse_image_ref(f"{host}/{repository}{suffix}"))


def fail(error, host, suffix=":1.0", **options):
    """The error that resolving ends in; it shows no secret, nor does what it was raised from."""
    with pytest.raises(error) as caught:
        resolve(host, suffix, **options)
    shown = f"{caught.value.message} {caught.value.hint} {caught.value.__cause__!r}"
    assert not [secret for secret in NEVER_SHOWN if secret in shown]
    return caught.value


def answer_image(request: Request, image: BuiltImage, tag: str = "1.0") -> Reply:
    """What a registry answers that has `image` under `tag` and asks for no login."""
    if request.path == "/v2/":
        return Reply()
    contents = {f"manifests/{name}": (image.body, image.media_type) for name in (tag, image.digest)}
    contents |= {f"manifests/{digest_of(body)}": (body, media_type) for media_type, body in image.manifests}
    contents |= {f"blobs/{digest}": (blob, "application/octet-stream") for digest, blob in image.blobs.items()}
    found = contents.get(request.path.removeprefix(f"/v2/{REPOSITORY}/"))
    if not found:
        return Reply(status=404)
    body, media_type = found
    return Reply(headers={"Content-Type": media_type, "Docker-Content-Digest": digest_of(body)}, body=body)


@contextmanager
def serve_image(image=None, *, change=None, tls=None):
    """A server that has an image; `change(request, reply)` may give another reply, or None for the same."""
    image = image or build_image()

    def answer(request):
        reply = answer_image(request, image)
        return (change(request, reply) if change else None) or reply

    with serve(answer, tls=tls) as server:
        yield server


@pytest.fixture
def login(tmp_path):
    """An environment with a login for a host."""

    def write(host, entry=None):
        auths = {host: entry or {"username": USERNAME, "password": PASSWORD}}
        (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
        return {"DOCKER_CONFIG": str(tmp_path)}

    return write


# The real one.


def test_an_image_behind_a_login_is_found_with_dockers_login(oci_registry_htpasswd, tmp_path):
    server = oci_registry_htpasswd
    image = build_multi_platform()
    server.push(image, REPOSITORY, "1.0")
    environ = {"DOCKER_CONFIG": str(server.write_docker_config(tmp_path))}
    found = resolve(server.host, environ=environ)
    assert (found.digest, found.revision) == (image.digest, REVISION)


def test_without_a_login_the_error_says_how_to_log_in(oci_registry_htpasswd):
    error = fail(UnreachableError, oci_registry_htpasswd.host)
    assert oci_registry_htpasswd.host in error.message
    assert f"docker login {oci_registry_htpasswd.host}" in error.hint
    assert error.exit_code == 3


def test_a_refused_login_is_told_with_the_file_that_it_came_from(oci_registry_htpasswd, login):
    environ = login(oci_registry_htpasswd.host, {"username": USERNAME, "password": "wrong"})
    error = fail(UnreachableError, oci_registry_htpasswd.host, environ=environ)
    assert "401" in error.message
    assert "config.json" in error.hint


def test_a_stopped_registry_is_told_by_its_address_and_found_again_once_it_runs(oci_registry):
    image = build_image(salt="stopped")
    oci_registry.push(image, REPOSITORY, "stopped")
    registry = make_registry()
    with oci_registry.stopped():
        error = fail(UnreachableError, oci_registry.host, ":stopped", registry=registry)
    assert f"http://{oci_registry.host}" in error.message
    assert "refused" in error.message
    assert resolve(oci_registry.host, ":stopped", registry=registry).digest == image.digest


def test_what_is_not_there_is_told_with_reference_and_registry(oci_registry):
    error = fail(NotFoundError, oci_registry.host, ":absent")
    assert f"{REPOSITORY}:absent" in error.message
    assert oci_registry.host in error.message
    assert error.exit_code == 2


def test_an_image_whose_blob_the_registry_lost_is_told(oci_registry):
    image = build_image(salt="lost")
    oci_registry.push(image, "team/lost", "1.0")
    (config,) = [digest for digest, blob in image.blobs.items() if blob.startswith(b"{")]
    blob = oci_registry.folder / "storage/docker/registry/v2/blobs/sha256" / config[7:9] / config[7:] / "data"
    blob.unlink()
    error = fail((NotFoundError, UnreachableError), oci_registry.host, repository="team/lost")
    assert oci_registry.host in error.message


# What is asked.


def test_all_four_manifest_types_are_accepted_and_the_manifest_is_got_by_digest():
    image = build_image()
    with serve_image(image) as server:
        resolve(server.host)
    head, get = [r for r in server.requests if "/manifests/" in r.path]
    assert (head.method, head.path) == ("HEAD", f"/v2/{REPOSITORY}/manifests/1.0")
    assert (get.method, get.path) == ("GET", f"/v2/{REPOSITORY}/manifests/{image.digest}")
    for request in (head, get):
        assert request.headers["accept"].split(", ") == list(MANIFEST_TYPES)


def test_a_registry_is_greeted_once_for_many_questions():
    with serve_image() as server:
        registry = make_registry()
        resolve(server.host, registry=registry)
        resolve(server.host, registry=registry)
        assert len(server.asked("/v2/")) == 1


def test_a_netrc_file_is_not_looked_into(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login {USERNAME} password {PASSWORD}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serve_image() as server:
        resolve(server.host)
    assert not [r for r in server.requests if "authorization" in r.headers]


# Answers that do not fit.


def test_content_that_differs_from_the_announced_digest_is_refused_with_both():
    other = build_image(salt="other")

    def change(request, reply):
        if request.method == "GET" and "/manifests/" in request.path:
            return replace(reply, body=other.body)
        return None

    with serve_image(change=change) as server:
        error = fail(RefusedError, server.host)
    assert build_image().digest in error.message
    assert other.digest in error.message
    assert error.exit_code == 1


def test_a_digest_header_other_than_the_digest_asked_for_is_refused():
    def change(request, reply):
        if request.method == "HEAD":
            return replace(reply, headers={**reply.headers, "Docker-Content-Digest": f"sha256:{'0' * 64}"})
        return None if "0" * 64 not in request.path else answer_image(replace(request, path=by_digest), build_image())

    by_digest = f"/v2/{REPOSITORY}/manifests/{build_image().digest}"
    with serve_image(change=change) as server:
        fail(RefusedError, server.host, f"@{build_image().digest}")


def test_without_a_digest_header_the_content_tells():
    def change(request, reply):
        headers = {name: value for name, value in reply.headers.items() if name != "Docker-Content-Digest"}
        return replace(reply, headers=headers)

    image = build_multi_platform()
    with serve_image(image, change=change) as server:
        assert resolve(server.host).digest == image.digest


def test_a_digest_of_another_kind_is_refused():
    sha512 = f"sha512:{hashlib.sha512(build_image().body).hexdigest()}"

    def change(request, reply):
        return replace(reply, headers={**reply.headers, "Docker-Content-Digest": sha512})

    with serve_image(change=change) as server:
        assert "sha256" in fail(RefusedError, server.host).hint


@pytest.mark.parametrize(
    "content_type", ["text/html; charset=utf-8", "application/vnd.docker.distribution.manifest.v1+prettyjws", ""]
)
def test_an_answer_that_is_no_manifest_is_told_by_its_type(content_type):
    def change(request, reply):
        headers = {**reply.headers, "Content-Type": content_type}
        return replace(reply, headers=headers) if "/manifests/" in request.path else None

    with serve_image(change=change) as server:
        assert f"'{content_type.partition(';')[0]}'" in fail(UnreachableError, server.host).message


def test_a_content_type_with_parameters_is_the_same_type():
    def change(request, reply):
        if "/manifests/" in request.path:
            return replace(reply, headers={**reply.headers, "Content-Type": f"{OCI_MANIFEST.upper()}; charset=utf-8"})
        return None

    with serve_image(change=change) as server:
        assert resolve(server.host).digest == build_image().digest


def test_a_body_without_end_is_not_read_to_its_end():
    def change(request, reply):
        return replace(reply, body=b" " * (BODY_LIMIT + 1)) if request.method == "GET" else None

    with serve_image(change=change) as server:
        assert "4 MiB" in fail(UnreachableError, server.host).message


def test_a_body_that_breaks_off_is_told_by_the_address():
    def change(request, reply):
        if request.method == "GET" and "/manifests/" in request.path:
            return replace(reply, headers={**reply.headers, "Content-Length": "999999", "Connection": "close"})
        return None

    with serve_image(change=change) as server:
        assert server.host in fail(UnreachableError, server.host).message


def test_a_server_that_is_no_registry_is_told_so():
    with serve(lambda _: Reply(status=404)) as server:
        error = fail(UnreachableError, server.host)
    assert "does not speak the registry API" in error.message


@pytest.mark.parametrize("status", [401, 403])
def test_a_repository_that_one_may_not_read_is_told_with_the_way_to_log_in(status):
    def change(request, reply):
        return Reply(status=status) if "/manifests/" in request.path else None

    with serve_image(change=change) as server:
        error = fail(UnreachableError, server.host)
        assert f"docker login {server.host}" in error.hint


def test_a_server_that_takes_too_long_is_told_so():
    def change(request, reply):
        time.sleep(0.4)

    with serve_image(change=change) as server, pytest.raises(UnreachableError, match="no answer in time"):
        RegistryOCI(environ={}, pause=0, timeout=0.1).resolve(parse_image_ref(f"{server.host}/x:1"))


def test_a_host_that_does_not_exist_is_told_by_its_address():
    assert "https://registry.invalid" in fail(UnreachableError, "registry.invalid").message


# Busy servers.


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_registry_is_asked_again(status):
    busy = iter([Reply(status=status, headers={"Retry-After": "0"}), Reply(status=status)])
    with serve_image(change=lambda *_: next(busy, None)) as server:
        assert resolve(server.host).digest == build_image().digest
    assert len(server.asked("/v2/")) == 3


def test_retry_after_is_waited_for():
    busy = iter([Reply(status=429, headers={"Retry-After": "1"})])
    with serve_image(change=lambda *_: next(busy, None)) as server:
        start = time.monotonic()
        resolve(server.host)
    assert time.monotonic() - start >= 1


@pytest.mark.parametrize("wait", ["3600", "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_a_long_wait_is_not_waited_for_but_told(wait):
    with serve(lambda _: Reply(status=429, headers={"Retry-After": wait})) as server:
        error = fail(UnreachableError, server.host)
    assert "429" in error.message
    assert wait in error.hint
    assert len(server.requests) == 1


@pytest.mark.parametrize("wait", ["soon", ""])
def test_a_registry_that_stays_busy_is_given_up(wait):
    with serve(lambda _: Reply(status=503, headers={"Retry-After": wait} if wait else {})) as server:
        error = fail(UnreachableError, server.host)
    assert "503" in error.message
    assert len(server.requests) == 4


# Bearer tokens.


def make_challenge(realm, more=""):
    return {"WWW-Authenticate": f'Bearer realm="{realm}",service="registry"{more}'}


@contextmanager
def serve_with_tokens(give_token, *, realm="http://{host}/token", change=None):
    """A registry that asks for TOKEN, with the service that gives it out at `realm`."""

    def answer(request):
        if request.path.startswith("/token"):
            return give_token(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(status=401, headers=make_challenge(realm.format(host=request.headers["host"])))
        return (change(request) if change else None) or answer_image(request, build_image())

    with serve(answer) as server:
        yield server


def give(name="token", token=TOKEN):
    return lambda _: Reply(body=json.dumps({name: token}).encode())


@pytest.mark.parametrize("name", ["token", "access_token"])
def test_anybody_may_get_a_token_for_a_public_image(name):
    with serve_with_tokens(give(name)) as server:
        assert resolve(server.host).digest == build_image().digest
    (request,) = server.asked("/token")
    assert parse_qs(urlsplit(request.path).query) == {
        "service": ["registry"],
        "scope": [f"repository:{REPOSITORY}:pull"],
    }
    assert "authorization" not in request.headers


def test_a_login_is_given_to_the_token_service_and_not_to_the_registry(login):
    with serve_with_tokens(give()) as server:
        resolve(server.host, environ=login(server.host))
    assert {r.headers.get("authorization") for r in server.asked("/token")} == {BASIC}
    assert BASIC not in {r.headers.get("authorization") for r in server.requests if not r.path.startswith("/token")}


def test_a_query_in_the_realm_is_kept():
    with serve_with_tokens(give(), realm="http://{host}/token?account=x") as server:
        resolve(server.host)
    (request,) = server.asked("/token")
    assert parse_qs(urlsplit(request.path).query)["account"] == ["x"]


def test_an_identity_token_is_exchanged_by_oauth(login):
    with serve_with_tokens(give("access_token")) as server:
        resolve(server.host, environ=login(server.host, {"identitytoken": "refresh-me"}))
    (request,) = server.asked("/token")
    assert request.method == "POST"
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["gitops-gen"],
        "refresh_token": ["refresh-me"],
        "service": ["registry"],
        "scope": [f"repository:{REPOSITORY}:pull"],
    }
    assert "refresh-me" not in request.path


def test_an_expired_token_is_renewed_with_the_scope_that_the_registry_names():
    expired = iter([Reply(status=401, headers={})])

    def change(request):
        reply = next(expired, None) if "/manifests/" in request.path else None
        realm = make_challenge(f"http://{request.headers['host']}/token", ',scope="repository:other:pull"')
        return reply and replace(reply, headers=realm)

    with serve_with_tokens(give(), change=change) as server:
        assert resolve(server.host).digest == build_image().digest
    scopes = [parse_qs(urlsplit(r.path).query)["scope"] for r in server.asked("/token")]
    assert scopes == [[f"repository:{REPOSITORY}:pull"], ["repository:other:pull"]]


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_refused_is_told_with_the_way_to_log_in(login, status):
    with serve_with_tokens(lambda _: Reply(status=status)) as server:
        error = fail(UnreachableError, server.host, environ=login(server.host))
        assert f"docker login {server.host}" in error.hint


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"token": 7}', b'{"token": ""}', f'{{"token": "{TOKEN}\\r\\nX: y"}}'.encode()]
)
def test_an_answer_without_a_usable_token_is_told(body):
    with serve_with_tokens(lambda _: Reply(body=body)) as server:
        assert "without a token" in fail(UnreachableError, server.host).message


def test_a_token_service_that_fails_is_told_with_its_status(login):
    with serve_with_tokens(lambda _: Reply(status=418)) as server:
        assert "answers 418" in fail(UnreachableError, server.host, environ=login(server.host)).message


@pytest.mark.parametrize(
    "realm",
    ["http://auth.example.com/token", "http://127.1:9/token", "ftp://127.0.0.1/", "", "token", "http://[", "//"],
)
def test_a_login_is_not_sent_to_a_realm_that_is_not_encrypted_or_no_address(login, realm):
    with serve_with_tokens(give(), realm=realm) as server:
        error = fail(UnreachableError, server.host, environ=login(server.host))
    assert "sends us to" in error.message


def test_a_registry_that_asks_for_another_scheme_is_told_which():
    with serve(lambda _: Reply(status=401, headers={"WWW-Authenticate": "Negotiate"})) as server:
        assert "negotiate" in fail(UnreachableError, server.host).message


def test_an_identity_token_is_no_basic_login(login):
    with serve(lambda _: Reply(status=401, headers={"WWW-Authenticate": "Basic realm=x"})) as server:
        environ = login(server.host, {"identitytoken": "refresh-me"})
        assert "asks for a login" in fail(UnreachableError, server.host, environ=environ).message


def test_a_broken_docker_configuration_matters_only_where_a_login_is_asked_for(tmp_path):
    (tmp_path / "config.json").write_text("{")
    environ = {"DOCKER_CONFIG": str(tmp_path)}
    with serve_image() as server:
        assert resolve(server.host, environ=environ).digest == build_image().digest
    with serve_with_tokens(give()) as server:
        fail(ConfigError, server.host, environ=environ)


# Redirects.


def redirect_to(other):
    def answer(request):
        if request.headers.get("authorization") != BASIC:
            return Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})
        if "/blobs/" in request.path:
            return Reply(status=307, headers={"Location": f"http://{other}{request.path}"})
        return answer_image(request, build_image())

    return answer


def test_a_redirect_to_another_host_does_not_carry_the_login(login):
    with serve_image() as storage, serve(redirect_to(storage.host)) as server:
        assert resolve(server.host, environ=login(server.host)).revision == REVISION
    assert storage.requests
    assert not [r for r in storage.requests if "authorization" in r.headers]


def test_a_redirect_on_the_same_host_keeps_the_login(login):
    def answer(request):
        if request.headers.get("authorization") != BASIC:
            return Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})
        if "/blobs/" in request.path and not request.path.startswith("/moved"):
            return Reply(status=302, headers={"Location": f"/moved{request.path}"})
        return answer_image(replace(request, path=request.path.removeprefix("/moved")), build_image())

    with serve(answer) as server:
        assert resolve(server.host, environ=login(server.host)).revision == REVISION


def test_a_redirected_hosts_challenge_does_not_get_the_login(login):
    def ask_for_login(request):
        return Reply(status=401, headers=make_challenge(f"http://{request.headers['host']}/token"))

    with serve(ask_for_login) as thief, serve(redirect_to(thief.host)) as server:
        fail(UnreachableError, server.host, environ=login(server.host))
    assert {r.path.split("/")[-2] for r in thief.requests} == {"blobs"}
    assert not [r for r in thief.requests if "authorization" in r.headers]


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("http://storage.example.com/x", "not encrypted"),
        ("file:///etc/passwd", "an address that is not one"),
        ("http://[", "an address that is not one"),
        ("/v2/", "redirects"),
    ],
)
def test_a_redirect_that_leads_nowhere_good_is_not_followed(location, message):
    def change(request, reply):
        return Reply(status=302, headers={"Location": location})

    with serve_image(change=change) as server:
        assert message in fail(UnreachableError, server.host).message


def test_a_registry_that_is_another_one_by_now_is_named():
    with serve_image() as other:

        def change(request, reply):
            return Reply(status=301, headers={"Location": f"http://{other.host}/v2/"})

        with serve_image(change=change) as server:
            assert other.host in fail(UnreachableError, server.host).message


# Encryption. 127.1 is 127.0.0.1 to the system, but not a loopback host to us.


def test_a_host_that_is_not_this_machine_is_asked_over_https_only():
    with serve_image() as server:
        host = server.host.replace("127.0.0.1", "127.1")
        error = fail(UnreachableError, host)
    assert f"https://{host}" in error.message
    assert "TLS" in error.message
    assert "--insecure-registry" in error.hint
    assert not server.requests


def test_plain_http_for_another_host_takes_leave():
    with serve_image() as server:
        host = server.host.replace("127.0.0.1", "127.1")
        assert resolve(host, insecure=True).digest == build_image().digest


@pytest.mark.parametrize(
    ("registry", "insecure", "schemes"),
    [
        ("registry.example.com", False, ("https",)),
        ("registry.example.com", True, ("https", "http")),
        ("localhost:5000", False, ("http", "https")),
    ],
)
def test_https_comes_first_but_for_this_machine(registry, insecure, schemes):
    assert HttpClient(insecure=insecure).list_schemes(registry) == schemes


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A self-signed certificate for 127.0.0.1: a file with it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_that_requests_ca_bundle_names_is_trusted(tls, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with serve_image(tls=tls) as server:
        assert resolve(server.host).digest == build_image().digest


def test_a_certificate_that_nobody_vouches_for_is_refused_even_if_plain_http_is_allowed(tls, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with serve_image(tls=tls) as server:
        host = server.host.replace("127.0.0.1", "127.1")
        error = fail(UnreachableError, host, insecure=True)
    assert "certificate is not valid" in error.message
    assert "REQUESTS_CA_BUNDLE" in error.hint
    assert not server.requests


def test_a_registry_that_speaks_tls_on_this_machine_is_found_too(certificate, tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    image = build_image()
    with running_registry(tmp_path, certificate=certificate) as server:
        server.push(image, REPOSITORY, "1.0")
        assert resolve(server.host).digest == image.digest


# Proxies.


def test_docker_hub_is_asked_by_the_name_of_its_api_and_by_whole_paths(monkeypatch):
    image = build_image()
    hub = "http://registry-1.docker.io/v2/"

    def answer(request):
        if request.method == "CONNECT":
            return Reply(status=501)
        path = request.path.removeprefix(hub)
        return answer_image(replace(request, path=f"/v2/{path.replace('library/churn', REPOSITORY)}"), image)

    with serve(answer) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.host}")
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.host}")
        found = resolve("docker.io", repository="churn", insecure=True)
    assert str(found) == f"docker.io/churn:1.0@{image.digest}"
    assert f"{hub}library/churn/manifests/1.0" in [r.path for r in proxy.requests]
    assert "registry-1.docker.io:443" in [r.path for r in proxy.requests]


def test_this_machine_is_not_reached_through_a_proxy(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serve_image() as server:
        assert resolve(server.host).digest == build_image().digest
