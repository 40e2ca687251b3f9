"""Which forge, project and token the settings and the environment mean."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.adapters.forge_http import ForgeAccess, clean_text, make_refusal, read_message
from gitops_gen.adapters.forge_project import ForgeProject, parse_project
from gitops_gen.adapters.forges import make_forge
from gitops_gen.adapters.http_limits import is_loopback
from gitops_gen.errors import ConfigError, GitopsGenError
from gitops_gen.settings import ForgeKind, ForgeSettings

URL = "https://github.com/acme/deploy.git"


@pytest.mark.parametrize(
    ("kind", "url", "api", "path"),
    [
        ("github", "https://github.com/acme/deploy", "https://api.github.com", "acme/deploy"),
        ("github", "https://github.com/acme/deploy.git/", "https://api.github.com", "acme/deploy"),
        ("github", "https://user:pass@github.com/acme/deploy.git", "https://api.github.com", "acme/deploy"),
        ("github", "git@github.com:acme/deploy.git", "https://api.github.com", "acme/deploy"),
        ("github", "github.com:acme/deploy.git", "https://api.github.com", "acme/deploy"),
        ("github", "ssh://git@ssh.github.com:443/acme/deploy.git", "https://api.github.com", "acme/deploy"),
        ("github", "https://GitHub.com/acme/deploy.x", "https://api.github.com", "acme/deploy.x"),
        ("github", "https://octo.ghe.com/acme/deploy", "https://api.octo.ghe.com", "acme/deploy"),
        ("github", "https://git.acme.example:8443/a/b.git", "https://git.acme.example:8443/api/v3", "a/b"),
        ("github", "https://git.acme.example:443/a/b.git", "https://git.acme.example/api/v3", "a/b"),
        ("gitlab", "https://gitlab.com/a/b/c/d.git", "https://gitlab.com/api/v4", "a/b/c/d"),
        ("gitlab", "git@gitlab.com:group/sub/name.git", "https://gitlab.com/api/v4", "group/sub/name"),
        ("gitlab", "ssh://git@altssh.gitlab.com:443/a/b.git", "https://gitlab.com/api/v4", "a/b"),
        ("gitlab", "ssh://git@git.acme.example:2222/a/b.git", "https://git.acme.example/api/v4", "a/b"),
        ("gitea", "https://git.acme.example/a/b", "https://git.acme.example/api/v1", "a/b"),
        ("gitea", "https://acme.example/sub/git/a/b.git", "https://acme.example/sub/git/api/v1", "a/b"),
        ("gitea", "gitea@git.acme.example:a/b.git", "https://git.acme.example/api/v1", "a/b"),
        ("gitea", "http://localhost:3000/a/b.git", "http://localhost:3000/api/v1", "a/b"),
        ("gitea", "http://127.0.0.1:3000/a/b.git", "http://127.0.0.1:3000/api/v1", "a/b"),
        ("gitea", "http://[::1]:3000/a/b.git", "http://[::1]:3000/api/v1", "a/b"),
        ("gitea", "git@[2001:db8::1]:a/b.git", "https://[2001:db8::1]/api/v1", "a/b"),
    ],
)
def test_the_project_is_read_from_the_repository_url(kind: ForgeKind, url: str, api: str, path: str) -> None:
    project = parse_project(url, ForgeSettings(kind=kind))
    assert (project.api, project.path) == (api, path)
    assert project.address == f"{api} ({path})"
    assert "pass" not in project.address


@pytest.mark.parametrize(
    ("kind", "url", "settings", "api", "path"),
    [
        ("gitlab", "git@ssh.example:a/b.git", {"url": "https://web.example"}, "https://web.example/api/v4", "a/b"),
        (
            "gitlab",
            "https://x.example/git/a/b",
            {"url": "https://x.example/git/"},
            "https://x.example/git/api/v4",
            "a/b",
        ),
        (
            "gitlab",
            "https://y.example/z",
            {"url": "https://x.example", "project": "a/b/c"},
            "https://x.example/api/v4",
            "a/b/c",
        ),
        (
            "gitea",
            "/srv/deploy.git",
            {"url": "http://x.example", "project": "/a/b.git"},
            "http://x.example/api/v1",
            "a/b",
        ),
        (
            "gitea",
            "file:///srv/deploy",
            {"url": "https://x.example/api/v1", "project": "a/b"},
            "https://x.example/api/v1",
            "a/b",
        ),
        ("gitea", "http://x.example/a/b", {"url": "http://x.example"}, "http://x.example/api/v1", "a/b"),
        ("github", "https://github.com/a/b", {"project": "c/d"}, "https://api.github.com", "c/d"),
        ("github", "git@alias:a/b", {"url": "https://api.github.com"}, "https://api.github.com", "a/b"),
        ("github", "git@alias:a/b", {"url": "https://api.octo.ghe.com"}, "https://api.octo.ghe.com", "a/b"),
        ("github", "git@alias:a/b", {"url": "https://x.example/api/v3"}, "https://x.example/api/v3", "a/b"),
    ],
)
def test_the_settings_stand_in_for_the_url(
    kind: ForgeKind, url: str, settings: Mapping[str, str], api: str, path: str
) -> None:
    project = parse_project(url, ForgeSettings(kind=kind, **settings))
    assert (project.api, project.path) == (api, path)


@pytest.mark.parametrize(
    ("kind", "url", "settings", "message"),
    [
        ("github", "/srv/git/deploy.git", {}, "does not tell which GitHub"),
        ("github", "file:///srv/git/deploy.git", {}, "does not tell which GitHub"),
        ("github", "C:/deploy", {}, "does not tell which GitHub"),
        ("github", "https://github.com/deploy", {}, "names no project of GitHub: 'deploy' is not owner/name"),
        ("github", "https://github.com/a/b/c", {}, "'a/b/c' is not owner/name"),
        ("gitlab", "https://gitlab.com/deploy", {}, r"is not group\[/subgroup…\]/name"),
        ("gitlab", "https://gitlab.com/a/../b", {}, "'a/../b' is not"),
        ("gitea", "https://git.example/a/b%20c", {}, "'a/b%20c' is not owner/name"),
        ("gitea", URL, {"project": "a/b?c"}, "^forge.project names no project"),
        ("gitea", "http://git.example/a/b", {}, "plain http: the forge's token would be sent in the clear"),
        ("gitea", "https://git.example:port/a/b", {}, "is not a URL"),
        ("gitea", "https://user:secret@git.example:port/a/b", {}, "is not a URL"),
        ("gitea", URL, {"url": "git.example"}, "forge.url 'git.example' is not the address of a forge"),
        ("gitea", URL, {"url": "ssh://git.example"}, "is not the address of a forge"),
        ("gitea", URL, {"url": "https://git.example?x=1"}, "is not the address of a forge"),
        ("gitea", URL, {"url": "https://me:secret@git.example"}, "carries a login"),
        ("gitea", URL, {"url": "https://[git.example"}, "is not a URL"),
    ],
)
def test_what_names_no_project_is_said_with_the_way_out(
    kind: ForgeKind, url: str, settings: Mapping[str, str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        parse_project(url, ForgeSettings(kind=kind, **settings))
    assert caught.value.hint
    assert "secret" not in caught.value.message + caught.value.hint


@given(st.text(max_size=60), st.sampled_from(["github", "gitlab", "gitea"]))
def test_any_text_is_a_project_or_a_configuration_error(url: str, kind: ForgeKind) -> None:
    try:
        project = parse_project(url, ForgeSettings(kind=kind))
    except ConfigError:
        return
    assert project.web.startswith(("https://", "http://"))
    assert ".." not in project.path.split("/")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("app.localhost", True),
        ("127.1.2.3", True),
        ("[::1]", True),
        ("10.0.0.1", False),
        ("localhost.example", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_no_forge_is_none() -> None:
    assert make_forge(ForgeSettings(), "/srv/deploy", {}) is None


@pytest.mark.parametrize(
    ("kind", "environ", "variable"),
    [
        ("github", {"GITHUB_TOKEN": "a", "GITOPS_GEN_FORGE_TOKEN": "b"}, "GITOPS_GEN_FORGE_TOKEN"),
        ("github", {"GITHUB_TOKEN": "a", "GH_TOKEN": "b"}, "GH_TOKEN"),
        ("github", {"GITHUB_TOKEN": "a", "GH_TOKEN": ""}, "GITHUB_TOKEN"),
        ("gitlab", {"GITLAB_TOKEN": " a\n"}, "GITLAB_TOKEN"),
        ("gitea", {"GITEA_TOKEN": "a"}, "GITEA_TOKEN"),
        ("gitea", {"FORGEJO_TOKEN": "a"}, "FORGEJO_TOKEN"),
    ],
)
def test_the_first_token_that_is_set_is_taken(kind: ForgeKind, environ: Mapping[str, str], variable: str) -> None:
    forge = make_forge(ForgeSettings(kind=kind), URL, environ)
    assert forge is not None
    assert forge._access.variable == variable  # type: ignore[attr-defined] # each adapter has it
    assert forge._access.token == environ[variable].strip()  # type: ignore[attr-defined] # each adapter has it
    assert forge.address.endswith("(acme/deploy)")


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_a_missing_token_names_the_variables(kind: ForgeKind) -> None:
    with pytest.raises(ConfigError, match=r"no token for .*GITOPS_GEN_FORGE_TOKEN, G\w+_TOKEN") as caught:
        make_forge(ForgeSettings(kind=kind), URL, {"GITHUB_ACTIONS": "true"})
    assert caught.value.hint == "set GITOPS_GEN_FORGE_TOKEN"


def test_a_gitlab_job_token_is_said_to_be_too_little() -> None:
    with pytest.raises(ConfigError) as caught:
        make_forge(ForgeSettings(kind="gitlab"), URL, {"CI_JOB_TOKEN": "glcbt-x"})
    assert "CI_JOB_TOKEN" in caught.value.hint


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ünïcode", "nul\0"])
def test_what_cannot_be_a_token_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(ConfigError, match="GITHUB_TOKEN holds no token of GitHub") as caught:
        make_forge(ForgeSettings(kind="github"), URL, {"GITHUB_TOKEN": token})
    assert token not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(("kind", "library"), [("github", "github"), ("gitlab", "gitlab")])
def test_a_missing_library_is_a_configuration_error_that_says_what_to_install(kind: ForgeKind, library: str) -> None:
    code = f"""
import sys
sys.modules[{library!r}] = None
from gitops_gen.adapters.forges import make_forge
from gitops_gen.errors import ConfigError
from gitops_gen.settings import ForgeSettings
try:
    make_forge(ForgeSettings(kind={kind!r}), {URL!r}, {{"GITOPS_GEN_FORGE_TOKEN": "t"}})
except ConfigError as error:
    print(error.message, "|", error.hint)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"not installed: {library}" in done.stdout
    assert f'pip install "gitops-gen[{kind}]"' in done.stdout


def test_a_library_is_imported_only_for_its_forge() -> None:
    code = f"""
import json, sys
from gitops_gen.adapters.forges import make_forge
from gitops_gen.settings import ForgeSettings
make_forge(ForgeSettings(kind="gitea"), {URL!r}, {{"GITOPS_GEN_FORGE_TOKEN": "t"}})
print(json.dumps([name for name in ("github", "gitlab") if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"message": "Not Found"}', "Not Found"),
        (b'{"message": ["one", "two"]}', "one; two"),
        (b'{"message": {"base": ["gone"], "title": ["too long"]}}', "base: gone; title: too long"),
        (b'{"error": "insufficient_scope", "error_description": "more"}', "insufficient_scope; more"),
        ({"message": "Failed", "errors": [{"message": "why"}, {"code": "custom"}, 3]}, "Failed; why; code: custom"),
        (b'"text"', "text"),
        (b"<html>", ""),
        (b"\xff\xfe", ""),
        (None, ""),
    ],
)
def test_the_message_of_a_refusal_is_read_whatever_its_form(body: object, message: str) -> None:
    assert read_message(body) == message


@given(st.text())
def test_a_forge_text_is_one_short_printable_line(text: str) -> None:
    line = clean_text(text, "token-123")
    assert line.isprintable()
    assert len(line) <= 300
    assert "token-123" not in line


@pytest.mark.parametrize("status", [301, 401, 403, 404, 409, 422, 429, 500, 503])
@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_every_refusal_has_a_hint_without_the_token(kind: ForgeKind, status: int) -> None:
    access = ForgeAccess(
        project=ForgeProject(kind=kind, web="https://git.example", path="a/b"), token="t0ken", variable="GITEA_TOKEN"
    )
    error: GitopsGenError = make_refusal(access, action="comment", status=status, body={"message": "no t0ken\n"})
    assert error.message.endswith(f"refused to comment: {status} no ***")
    assert error.hint
    assert "t0ken" not in error.hint
    if status in {401, 403, 404}:
        assert "GITEA_TOKEN" in error.hint


def test_a_project_of_no_forge_has_the_web_as_api() -> None:
    assert ForgeProject(kind="none", web="https://git.example", path="a/b").api == "https://git.example"
