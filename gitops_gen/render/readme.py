"""README.md of a new GitOps repository: what to apply once, who owns what, which way a release goes."""

from dataclasses import asdict

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gitops_gen.assets import read_asset
from gitops_gen.render.platform import list_sites
from gitops_gen.settings import IN_CLUSTER, Settings

_WORKFLOWS = {
    "github": ".github/workflows/",
    "gitea": ".gitea/workflows/",
    "gitlab": ".gitlab-ci.yml",
    "none": "",
}


def render_readme(settings: Settings) -> str:
    """The README, for people: written once."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=_finalize,
        autoescape=False,  # Markdown: settings hold no line breaks, and all that is free stands in inline code
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(read_asset("templates", "repository/README.md.j2")).render(
        base_branch=settings.base_branch,
        environments=[asdict(e) for e in settings.environments],
        elsewhere=[asdict(e) for e in settings.environments if e.cluster.rstrip("/") != IN_CLUSTER],
        platform=bool(list_sites(settings)),
        workflows=_WORKFLOWS[settings.forge.kind],
    )


def _finalize(value: object) -> str:
    """A value without what would end inline code or a table's cell."""
    return str(value).replace("`", "'").replace("|", "/")
