"""Which project on which forge a repository's URL means."""

import re
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import SplitResult, urlsplit

from gitops_gen.adapters.http_limits import is_loopback
from gitops_gen.errors import ConfigError
from gitops_gen.names import show
from gitops_gen.settings import ForgeKind, ForgeSettings

TITLES: dict[ForgeKind, str] = {"github": "GitHub", "gitlab": "GitLab", "gitea": "Gitea", "none": "no forge"}

_SCP = re.compile(r"(?:[^/@:\s]+@)?(?P<host>\[[0-9a-fA-F:]+\]|[^/@:\s]{2,}):(?P<path>(?!//)\S+)")
_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]+")
_LOGIN = re.compile(r"//[^/\s]*@")
_API_PATH = re.compile(r"/api(/v[134])?$")
# Hosts that take ssh on port 443 for a forge of another name.
_WEB_HOSTS = {
    "ssh.github.com": "github.com",
    "api.github.com": "github.com",
    "www.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
}
_GITHUB = "https://github.com"
_DATA_RESIDENCY = ".ghe.com"
_OWNER_AND_NAME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeProject:
    """A project on a forge."""

    kind: ForgeKind
    web: str
    """The forge's address, with the path that it is served under, without a slash at the end."""
    path: str
    """owner/name; on GitLab with all groups: group/subgroup/name."""

    @property
    def title(self) -> str:
        """The forge's name for messages."""
        return TITLES[self.kind]

    @property
    def api(self) -> str:
        """The address of the forge's REST API."""
        match self.kind:
            case "github":
                scheme, _, host = self.web.partition("://")
                if self.web == _GITHUB or host.endswith(_DATA_RESIDENCY):
                    return f"{scheme}://api.{host}"
                return f"{self.web}/api/v3"
            case "gitlab":
                return f"{self.web}/api/v4"
            case "gitea":
                return f"{self.web}/api/v1"
            case "none":
                return self.web
        assert_never(self.kind)

    @property
    def address(self) -> str:
        """The API's address and the project, for messages."""
        return f"{self.api} ({self.path})"


@dataclass(frozen=True, slots=True)
class _Remote:
    """What a git URL says; `web` is empty where nobody may be sent a token on the strength of it."""

    web: str
    path: str
    over_http: bool
    plain: bool = False


def parse_project(repository_url: str, settings: ForgeSettings) -> ForgeProject:
    """The project that the repository's URL names, with `url` and `project` of `settings` in their place.

    https, ssh and `git@host:path` are read, with ports. Plain http counts on loopback or where settings.url says so.

    Raises:
        ConfigError: forge or project cannot be told from the URL and the settings.
    """
    remote = _read_remote(repository_url)
    web = _read_address(settings.url) if settings.url else ""
    if not web and remote is not None:
        if remote.plain:
            raise ConfigError(
                f"repository {_show_url(repository_url)} is reached over plain http: the forge's token would be sent "
                "in the clear",
                hint="set forge.url in gitops-gen.yaml to the forge's https address (or, knowingly, to the http one)",
            )
        web = remote.web
    if not web:
        raise ConfigError(
            f"{_show_url(repository_url)} does not tell which {TITLES[settings.kind]} it is on",
            hint="set forge.url and forge.project in gitops-gen.yaml",
        )
    path = _clean_path(settings.project) if settings.project else _clean_path(remote.path if remote else "")
    if not settings.project and remote is not None and remote.over_http:
        web, path = _split_sub_path(web, path, settings)
    _check_path(path, settings, repository_url)
    return ForgeProject(kind=settings.kind, web=web, path=path)


def _read_remote(url: str) -> _Remote | None:
    """Host and path of a git URL; None for a local path."""
    if "://" not in url:
        found = _SCP.fullmatch(url)
        return _Remote(_web("https", found["host"]), found["path"], over_http=False) if found else None
    parts = _split(url)
    if parts.scheme in {"ssh", "git+ssh", "git"}:
        return _Remote(_web("https", parts.hostname or ""), parts.path, over_http=False)
    if parts.scheme in {"http", "https"}:
        host = parts.hostname or ""
        plain = parts.scheme == "http" and not is_loopback(host)
        return _Remote(_web(parts.scheme, host, parts.port), parts.path, over_http=True, plain=plain)
    return None


def _read_address(url: str) -> str:
    """forge.url as web address: an API address is taken for the forge that it belongs to."""
    parts = _split(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ConfigError(
            f"gitops-gen.yaml: forge.url {_show_url(url)} is not the address of a forge",
            hint="write it as https://HOST[:PORT][/PATH]",
        )
    if parts.username or parts.password:
        raise ConfigError(
            f"gitops-gen.yaml: forge.url {_show_url(url)} carries a login",
            hint="take it out; the token comes from the environment",
        )
    return _web(parts.scheme, parts.hostname, parts.port) + _API_PATH.sub("", parts.path.rstrip("/"))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is no number
    except ValueError as error:
        raise ConfigError(f"{_show_url(url)} is not a URL", hint="see repository.url and forge.url") from error
    return parts


def _web(scheme: str, host: str, port: int | None = None) -> str:
    name = _WEB_HOSTS.get(host.lower(), host.lower())
    if name.startswith("api.") and name.endswith(_DATA_RESIDENCY):
        name = name.removeprefix("api.")
    if ":" in name and not name.startswith("["):
        name = f"[{name}]"
    default = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{name}" + (f":{port}" if port and port != default else "")


def _clean_path(path: str) -> str:
    return path.strip("/").removesuffix(".git").rstrip("/")


def _split_sub_path(web: str, path: str, settings: ForgeSettings) -> tuple[str, str]:
    """Take the path that the forge is served under off the project's path."""
    below = urlsplit(web).path.strip("/")
    if below and path.startswith(below + "/"):
        return web, path.removeprefix(below + "/")
    owner, name = path.rsplit("/", 2)[-_OWNER_AND_NAME:] if path.count("/") > 1 else ("", "")
    if settings.kind == "gitea" and not settings.url and name:
        # Gitea has no subgroups: what stands before owner/name is where it is served.
        return f"{web}/{path.removesuffix(f'/{owner}/{name}')}", f"{owner}/{name}"
    return web, path


def _check_path(path: str, settings: ForgeSettings, repository_url: str) -> None:
    segments = path.split("/")
    fits = len(segments) >= _OWNER_AND_NAME if settings.kind == "gitlab" else len(segments) == _OWNER_AND_NAME
    if not fits or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        form = "group[/subgroup…]/name" if settings.kind == "gitlab" else "owner/name"
        source = "forge.project" if settings.project else _show_url(repository_url)
        raise ConfigError(
            f"{source} names no project of {TITLES[settings.kind]}: {show(path)} is not {form}",
            hint=f"set forge.project in gitops-gen.yaml to {form}",
        )


def _show_url(url: str) -> str:
    return show(_LOGIN.sub("//", url))
