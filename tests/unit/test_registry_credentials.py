"""Logins are found where docker and podman keep them, and never shown."""

import base64
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.adapters.http_limits import is_loopback
from gitops_gen.adapters.registry_auth import Challenge, parse_challenges
from gitops_gen.adapters.registry_credentials import Credential, find_credential, list_config_files
from gitops_gen.adapters.registry_http import show_address
from gitops_gen.errors import ConfigError

HOST = "registry.example.com"
SECRET = "s3cret-pa:ss"


def auth(username="bob", password=SECRET):
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


@pytest.fixture
def environ(tmp_path):
    """An environment whose docker folder is at tmp_path/docker, with helpers from tmp_path/bin."""
    (tmp_path / "docker").mkdir()
    (tmp_path / "bin").mkdir()
    return {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker"), "PATH": str(tmp_path / "bin")}


@pytest.fixture
def write_config(tmp_path, environ):
    def write(config):
        (tmp_path / "docker" / "config.json").write_text(json.dumps(config))

    return write


@pytest.fixture
def write_helper(tmp_path, environ):
    """Writes docker-credential-NAME: a program that runs `body` with the server's address as `server`."""

    def write(name, body):
        program = tmp_path / "bin" / f"docker-credential-{name}"
        program.write_text(
            f"#!{sys.executable}\nimport json, sys\nassert sys.argv[1:] == ['get']\nserver = sys.stdin.read()\n{body}\n"
        )
        program.chmod(0o755)

    return write


def give(username, secret):
    return f"print(json.dumps({{'ServerURL': server, 'Username': {username!r}, 'Secret': {secret!r}}}))"


@pytest.mark.parametrize(
    ("key", "registry"),
    [
        (HOST, HOST),
        (f"https://{HOST}", HOST),
        (f"https://{HOST}/v2/", HOST),
        ("localhost:5000", "localhost:5000"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("docker.io", "docker.io"),
        ("https://index.docker.io/v1/", "registry-1.docker.io"),
    ],
)
def test_a_login_is_found_however_its_registry_is_written(write_config, environ, key, registry):
    write_config({"auths": {key: auth()}})
    found = find_credential(registry, "team/churn", environ=environ)
    assert (found.username, found.password) == ("bob", SECRET)
    assert found.source.endswith("config.json")


def test_a_login_for_a_repository_wins_over_its_folders_and_its_registry(write_config, environ):
    write_config({"auths": {HOST: auth("all"), f"{HOST}/team": auth("team"), f"{HOST}/team/churn": auth("churn")}})
    users = [find_credential(HOST, path, environ=environ).username for path in ("team/churn", "team/x", "teams/x")]
    assert users == ["churn", "team", "all"]


def test_user_and_password_may_stand_in_plain(write_config, environ):
    write_config({"auths": {HOST: {"username": "bob", "password": SECRET}}})
    assert find_credential(HOST, "x", environ=environ).password == SECRET


def test_an_identity_token_is_a_login(write_config, environ):
    write_config({"auths": {HOST: {**auth("<token>", ""), "identitytoken": SECRET}}})
    assert find_credential(HOST, "x", environ=environ).identity_token == SECRET


@pytest.mark.parametrize(
    "config",
    [{}, [], {"auths": {}}, {"auths": []}, {"auths": {HOST: {}}}, {"auths": {HOST: "x"}}, {"auths": {"other": auth()}}],
)
def test_without_a_login_there_is_none(write_config, environ, config):
    write_config(config)
    assert find_credential(HOST, "x", environ=environ) is None


def test_without_any_config_file_there_is_no_login(environ):
    assert find_credential(HOST, "x", environ=environ) is None
    assert find_credential(HOST, "x", environ={}) is None


def test_the_process_environment_is_asked_by_default(write_config, environ, monkeypatch):
    write_config({"auths": {HOST: auth()}})
    for name in ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", environ["DOCKER_CONFIG"])
    assert find_credential(HOST, "x").username == "bob"


def test_files_that_the_environment_names_are_asked_before_the_usual_places(tmp_path):
    environ = {"HOME": "/h", "XDG_RUNTIME_DIR": "/r", "DOCKER_CONFIG": "/d", "REGISTRY_AUTH_FILE": "/a/auth.json"}
    named = [str(path) for path in list_config_files(environ)]
    assert named == ["/a/auth.json", "/d/config.json", "/r/containers/auth.json"]
    del environ["DOCKER_CONFIG"], environ["REGISTRY_AUTH_FILE"]
    assert [str(p) for p in list_config_files(environ)] == ["/r/containers/auth.json", "/h/.docker/config.json"]


def test_podmans_file_is_asked_where_dockers_has_nothing(tmp_path, environ):
    (tmp_path / "containers").mkdir()
    (tmp_path / "containers" / "auth.json").write_text(json.dumps({"auths": {HOST: auth("podman")}}))
    assert find_credential(HOST, "x", environ={**environ, "XDG_RUNTIME_DIR": str(tmp_path)}).username == "podman"


def test_a_helper_for_all_registries_is_asked_for_the_host(write_config, write_helper, environ):
    write_config({"credsStore": "vault", "auths": {HOST: {}}})
    write_helper("vault", give("bob", SECRET) + f"\nassert server == {HOST!r}")
    found = find_credential(HOST, "x", environ=environ)
    assert (found.username, found.password, found.source) == ("bob", SECRET, "docker-credential-vault")


def test_a_helper_for_one_registry_wins_over_the_one_for_all(write_config, write_helper, environ):
    write_config({"credsStore": "vault", "credHelpers": {HOST: "cloud"}})
    write_helper("vault", give("vault", SECRET))
    write_helper("cloud", give("cloud", SECRET))
    assert find_credential(HOST, "x", environ=environ).username == "cloud"
    assert find_credential("other.example.com", "x", environ=environ).username == "vault"


def test_docker_hub_is_asked_for_by_the_address_that_docker_login_uses(write_config, write_helper, environ):
    write_config({"credsStore": "vault"})
    write_helper("vault", "assert server == 'https://index.docker.io/v1/'\n" + give("bob", SECRET))
    assert find_credential("docker.io", "library/x", environ=environ).username == "bob"


def test_a_helper_may_give_an_identity_token(write_config, write_helper, environ):
    write_config({"credsStore": "vault"})
    write_helper("vault", give("<token>", SECRET))
    found = find_credential(HOST, "x", environ=environ)
    assert (found.identity_token, found.password) == (SECRET, "")


def test_a_helper_that_has_nothing_leaves_the_file_to_ask(write_config, write_helper, environ):
    write_config({"credsStore": "vault", "auths": {HOST: auth()}})
    write_helper("vault", "print('credentials not found in native keychain'); sys.exit(1)")
    assert find_credential(HOST, "x", environ=environ).username == "bob"


@pytest.mark.parametrize(
    "body", [f"print({SECRET!r}); sys.exit(1)", f"print({SECRET!r})", "print('[]')", f"sys.exit({SECRET!r})"]
)
def test_a_helper_that_fails_is_named_and_what_it_said_is_not_shown(write_config, write_helper, environ, body):
    write_config({"credsStore": "vault"})
    write_helper("vault", body)
    with pytest.raises(ConfigError, match="docker-credential-vault failed") as caught:
        find_credential(HOST, "x", environ=environ)
    assert SECRET not in caught.value.message + caught.value.hint


def test_a_helper_that_cannot_be_run_is_named(tmp_path, write_config, environ):
    write_config({"credsStore": "vault"})
    program = tmp_path / "bin" / "docker-credential-vault"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    with pytest.raises(ConfigError, match="docker-credential-vault does not answer"):
        find_credential(HOST, "x", environ=environ)


def test_a_helper_that_is_not_installed_is_named_with_the_file_that_asks_for_it(write_config, environ):
    write_config({"credsStore": "desktop"})
    with pytest.raises(ConfigError, match=r"config\.json: its credential helper docker-credential-desktop"):
        find_credential(HOST, "x", environ=environ)


@pytest.mark.parametrize("name", ["../../evil", "a b", "-x", ["x"]])
def test_a_helpers_name_is_no_path(write_config, environ, name):
    write_config({"credsStore": name})
    with pytest.raises(ConfigError, match="cannot be a credential helper's name"):
        find_credential(HOST, "x", environ=environ)


@pytest.mark.parametrize("text", ["", "{", f'{{"auths": {SECRET}', "[" * 100_000])
def test_a_config_file_that_is_not_json_is_named_and_not_shown(tmp_path, environ, text):
    (tmp_path / "docker" / "config.json").write_text(text)
    with pytest.raises(ConfigError, match=r"config\.json: is not JSON") as caught:
        find_credential(HOST, "x", environ=environ)
    assert SECRET not in str(caught.value)


def test_a_config_file_that_cannot_be_read_is_named(tmp_path, environ):
    (tmp_path / "docker" / "config.json").mkdir()
    with pytest.raises(ConfigError, match=r"config\.json: cannot be read"):
        find_credential(HOST, "x", environ=environ)


@pytest.mark.parametrize("broken", ["s3cret", "////w==", "$$$"])
def test_a_login_that_is_not_base64_is_named_and_not_shown(write_config, environ, broken):
    write_config({"auths": {HOST: {"auth": broken}}})
    with pytest.raises(ConfigError, match=HOST) as caught:
        find_credential(HOST, "x", environ=environ)
    assert broken not in caught.value.message


def test_a_credential_does_not_show_its_secrets():
    shown = repr(Credential(source="x", username="bob", password=SECRET, identity_token=SECRET))
    assert "bob" in shown
    assert SECRET not in shown


# The WWW-Authenticate header.

tokens = st.text("abcXYZ019-._~+!", min_size=1, max_size=8)
names = st.text("abcdefgh-_", min_size=1, max_size=8)
values = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20)
challenges = st.builds(
    Challenge, scheme=tokens.map(str.lower), parameters=st.dictionaries(names, values, min_size=1, max_size=4)
)


def write_challenge(challenge, *, upper, spaces):
    def quote(value):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    scheme = challenge.scheme.upper() if upper else challenge.scheme
    parameters = [f"{name}{spaces}={spaces}{quote(value)}" for name, value in challenge.parameters.items()]
    return f"{scheme} " + f"{spaces},{spaces}".join(parameters)


@given(st.lists(challenges, min_size=1, max_size=4), st.booleans(), st.sampled_from(["", " ", "\t "]))
def test_challenges_read_back_as_they_are_written(written, upper, spaces):
    header = ", ".join(write_challenge(challenge, upper=upper, spaces=spaces) for challenge in written)
    assert parse_challenges(header) == tuple(written)


@given(st.text(max_size=200))
def test_any_header_gives_challenges_or_nothing(header):
    for challenge in parse_challenges(header):
        assert challenge.scheme == challenge.scheme.lower()
        assert challenge.scheme in header.lower()


@pytest.mark.parametrize("header", ['Bearer realm="' + "\\" * 50_000, "a " * 50_000, "a=" * 50_000, "," * 50_000])
def test_a_hostile_header_takes_no_time(header):
    assert len(parse_challenges(header)) <= 50_000


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ()),
        ("Basic", (("basic", {}),)),
        ("Negotiate, Basic realm=x", (("negotiate", {}), ("basic", {"realm": "x"}))),
        ("Negotiate dG9rZW4=, Basic realm=x", (("negotiate", {}), ("basic", {"realm": "x"}))),
        (
            'Bearer realm="https://a.example.com/t",service="r",scope="repository:a/b:pull,push"',
            (("bearer", {"realm": "https://a.example.com/t", "service": "r", "scope": "repository:a/b:pull,push"}),),
        ),
        ('Basic realm="a \\"b\\"", , Bearer Realm=c', (("basic", {"realm": 'a "b"'}), ("bearer", {"realm": "c"}))),
        ('Basic realm="a", realm="b"', (("basic", {"realm": "a"}),)),
        ('Basic realm="open', (("basic", {}),)),
    ],
)
def test_headers_as_servers_write_them(header, expected):
    assert tuple((c.scheme, c.parameters) for c in parse_challenges(header)) == expected


# Addresses.


@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1", "127.9.9.9:80", "[::1]", "[::1]:5000"])
def test_loopback_is_this_machine_by_its_name(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["localhost.example.com", "127.0.0.1.example.com", "127.1:80", "10.0.0.1", "[::2]", "[", ""]
)
def test_another_host_is_no_loopback(host):
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://bob:s3cret@auth.example.com:8443/token?x=y", "https://auth.example.com:8443"),
        ("http://[::1]:5000/v2/", "http://[::1]:5000"),
        ("https://a\x1bb/", "https://a?b"),
        ("https://a:port/", "://"),
    ],
)
def test_an_address_is_shown_without_login_and_query(url, shown):
    assert show_address(url) == shown
