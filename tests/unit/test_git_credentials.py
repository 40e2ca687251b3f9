"""Where a remote is and how git gets in."""

import base64
from pathlib import Path

import pytest

from gitops_gen.adapters.git_credentials import (
    TOKEN_USER,
    carry_over,
    parse_config,
    parse_remote,
    read_switch,
)
from gitops_gen.errors import InvalidValueError


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"GITOPS_GEN_GIT_{name}", raising=False)


@pytest.mark.parametrize(
    ("text", "url", "origin"),
    [
        ("https://host.example/team/x.git", "https://host.example/team/x.git", "https://host.example"),
        ("https://u:p@host.example:8443/x", "https://host.example:8443/x", "https://host.example:8443"),
        ("http://u:p@[::1]:3000/x", "http://[::1]:3000/x", "http://[::1]:3000"),
        ("ssh://git:secret@host.example:22/x", "ssh://git@host.example:22/x", ""),
        ("ssh://host.example/x", "ssh://host.example/x", ""),
        ("git@host.example:team/x.git", "git@host.example:team/x.git", ""),
        ("file:///srv/x.git", "file:///srv/x.git", ""),
    ],
)
def test_a_url_loses_its_credentials_and_nothing_else(text: str, url: str, origin: str) -> None:
    remote = parse_remote(text)
    assert (remote.url, remote.origin, remote.is_path) == (url, origin, False)


def test_a_path_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd:name.git").mkdir()
    assert parse_remote("x/y.git").url == str(tmp_path / "x/y.git")
    assert parse_remote("odd:name.git").url == str(tmp_path / "odd:name.git")
    assert parse_remote(tmp_path).is_path


@pytest.mark.parametrize(
    "text", ["", "--upload-pack=touch x", "https://host/x\n", "https://host:port/x", "https://[::1/x"]
)
def test_what_is_no_url_and_no_path_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_remote(text)
    assert "--repo" in caught.value.hint


class TestCredentials:
    URL = "https://host.example/x"

    def test_the_argument_wins_over_the_url_and_the_url_over_the_environment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITOPS_GEN_GIT_TOKEN", "from-environment")
        with_password = "https://u%40x:p%2Fw@host.example/x"
        assert credentials(with_password, ("bot", "argument")) == ("bot", "argument")
        assert credentials(with_password) == ("u@x", "p/w")
        assert credentials(self.URL) == (TOKEN_USER, "from-environment")

    def test_the_password_of_the_environment_wins_over_its_token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GITOPS_GEN_GIT_TOKEN", "token")
        monkeypatch.setenv("GITOPS_GEN_GIT_PASSWORD", "password")
        monkeypatch.setenv("GITOPS_GEN_GIT_USERNAME", "bot")
        assert credentials(self.URL) == ("bot", "password")
        assert credentials("https://jane@host.example/x") == ("bot", "password")
        monkeypatch.delenv("GITOPS_GEN_GIT_USERNAME")
        assert credentials("https://jane@host.example/x") == ("jane", "password")

    def test_a_long_user_name_alone_is_a_token_and_a_short_one_a_hint_for_the_helper(self) -> None:
        token = "t" * 30
        assert credentials(f"https://{token}@host.example/x") == (TOKEN_USER, token)
        remote = parse_remote("https://jane@host.example/x")
        assert ("credential.https://host.example.username", "jane") in remote.config()
        assert not remote.secrets

    def test_no_secret_is_in_the_repr(self) -> None:
        remote = parse_remote("https://u:p4ss@host.example/x")
        assert not [secret for secret in remote.secrets if secret in repr(remote)]

    def test_git_gets_a_header_for_this_host_alone(self) -> None:
        config = parse_remote("https://u:p@host.example/x").config()
        basic = base64.b64encode(b"u:p").decode()
        assert ("http.https://host.example/.extraHeader", f"Authorization: Basic {basic}") in config
        assert ("credential.helper", "") in config

    def test_an_authorization_header_that_is_set_already_is_forgotten_first(self) -> None:
        given = [("http.https://host.example/.extraheader", "AUTHORIZATION: basic old")]
        headers = [value for key, value in parse_remote("https://u:p@host.example/x").config(given) if "Header" in key]
        assert headers[0] == ""
        assert len(headers) == 2

    def test_a_remote_that_is_not_http_gets_its_url_only(self) -> None:
        assert parse_remote("git@h:x").config() == [("remote.origin.url", "git@h:x")]


def credentials(url: str, given: tuple[str, str] | None = None) -> tuple[str, str]:
    remote = parse_remote(url, given)
    return remote.user, remote.password


class TestConfiguration:
    def test_a_listing_is_parsed_with_its_lines_and_bare_keys(self) -> None:
        listing = b"user.name\nA\nB\0format.signoff\0a.b\n\0"
        assert parse_config(listing) == [("user.name", "A\nB"), ("format.signoff", "true"), ("a.b", "")]

    def test_identity_signing_and_access_are_carried_over_and_nothing_that_changes_what_git_does(self) -> None:
        wanted = [
            ("user.name", "Local"),
            ("commit.gpgsign", "true"),
            ("gpg.ssh.program", "x"),
            ("credential.helper", "store"),
            ("http.https://h/.extraheader", "A: b"),
            ("core.sshcommand", "ssh -i key"),
            ("url.git@h:.insteadof", "https://h/"),
        ]
        unwanted = [
            ("core.hookspath", "x"),
            ("remote.origin.url", "x"),
            ("safe.directory", "*"),
            ("commit.template", "t"),
        ]
        known = [("user.name", "Global")]
        assert carry_over([*known, *wanted, *unwanted], known) == wanted

    @pytest.mark.parametrize(
        ("values", "on"), [((), False), (("true",), True), (("true", "no"), False), (("1",), True)]
    )
    def test_of_a_switch_the_last_value_counts(self, values: tuple[str, ...], on: bool) -> None:
        assert read_switch([("commit.gpgsign", value) for value in values], "commit.gpgsign") is on
