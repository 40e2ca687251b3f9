"""The forge that the settings name, ready to use; each adapter's library is imported only when it is chosen."""

from collections.abc import Callable, Mapping

from gitops_gen.adapters.forge_http import ForgeAccess
from gitops_gen.adapters.forge_project import TITLES, parse_project
from gitops_gen.errors import ConfigError
from gitops_gen.ports import Forge
from gitops_gen.settings import ForgeKind, ForgeSettings

OWN_VARIABLE = "GITOPS_GEN_FORGE_TOKEN"
"""The environment variable that is read first, whatever the forge."""

TOKEN_VARIABLES: Mapping[ForgeKind, tuple[str, ...]] = {
    # GH_TOKEN before GITHUB_TOKEN, as GitHub's own command line has it.
    "github": (OWN_VARIABLE, "GH_TOKEN", "GITHUB_TOKEN"),
    # Not CI_JOB_TOKEN: the merge requests API does not take it.
    "gitlab": (OWN_VARIABLE, "GITLAB_TOKEN"),
    "gitea": (OWN_VARIABLE, "GITEA_TOKEN", "FORGEJO_TOKEN"),
}


def make_forge(settings: ForgeSettings, repository_url: str, environ: Mapping[str, str]) -> Forge | None:
    """The forge of `repository_url`, with its token from `environ`; None for kind none.

    Raises:
        ConfigError: the project cannot be told, no token is set, or the forge's library is not installed.
    """
    if settings.kind == "none":
        return None
    project = parse_project(repository_url, settings)
    variable, token = _read_token(settings.kind, environ)
    make, library = _ADAPTERS[settings.kind]
    try:
        return make(ForgeAccess(project=project, token=token, variable=variable))
    except ModuleNotFoundError as error:
        if error.name != library:
            raise
        raise ConfigError(
            f"pull requests on {TITLES[settings.kind]} need a library that is not installed: {library}",
            hint=f'pip install "gitops-gen[{settings.kind}]"',
        ) from error


def _read_token(kind: ForgeKind, environ: Mapping[str, str]) -> tuple[str, str]:
    """The variable that a token was found in, and the token."""
    variables = TOKEN_VARIABLES[kind]
    for variable in variables:
        token = environ.get(variable, "").strip()
        if not token:
            continue
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise ConfigError(
                f"the environment variable {variable} holds no token of {TITLES[kind]}: there are spaces, line breaks "
                "or other characters in it that no token has",
                hint=f"set {variable} to the token alone",
            )
        return variable, token
    hint = f"set {OWN_VARIABLE}"
    if kind == "gitlab" and environ.get("CI_JOB_TOKEN"):
        hint += "; CI_JOB_TOKEN, which the job has, may not open merge requests"
    raise ConfigError(f"no token for {TITLES[kind]} in the environment: looked for {', '.join(variables)}", hint=hint)


def _make_github(access: ForgeAccess) -> Forge:
    from gitops_gen.adapters.forge_github import GitHubForge

    return GitHubForge(access)


def _make_gitlab(access: ForgeAccess) -> Forge:
    from gitops_gen.adapters.forge_gitlab import GitLabForge

    return GitLabForge(access)


def _make_gitea(access: ForgeAccess) -> Forge:
    from gitops_gen.adapters.forge_gitea import GiteaForge

    return GiteaForge(access)


_ADAPTERS: Mapping[ForgeKind, tuple[Callable[[ForgeAccess], Forge], str]] = {
    "github": (_make_github, "github"),
    "gitlab": (_make_gitlab, "gitlab"),
    "gitea": (_make_gitea, "requests"),
}
