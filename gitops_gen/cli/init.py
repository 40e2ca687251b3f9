"""`gitops-gen init`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gitops_gen.cli.output import OutputFormat, describe_error, print_error, print_json, print_warnings
from gitops_gen.errors import GitopsGenError

if TYPE_CHECKING:
    from gitops_gen.choices import Choices
    from gitops_gen.scaffold import Scaffold

_NEXT = """
Next: commit and push it, then, as somebody who administers Argo CD:
  kubectl apply --server-side -k {folder}
README.md says the rest."""


class ForgeOption(StrEnum):
    """What `--forge` takes."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    NONE = "none"


class HubOption(StrEnum):
    """What `--open-data-hub` takes."""

    DATA_SCIENCE_CLUSTER = "DataScienceCluster"
    KFDEF = "KfDef"
    NONE = "none"


def init(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder of the repository.")] = Path(),
    repository_url: Annotated[
        str, typer.Option(metavar="URL", help="Git address that Argo CD reads and promotions are pushed to.")
    ] = "",
    forge: Annotated[
        ForgeOption | None,
        typer.Option(help="Where pull requests are opened; by default told from the URL's host.", show_default=False),
    ] = None,
    environment: Annotated[
        list[str] | None,
        typer.Option(
            "--environment",
            "-e",
            metavar="NAME[=NAMESPACE]",
            help="Environment, in the order of promotion; may be repeated. The namespace is models-NAME if not given.",
        ),
    ] = None,
    base_branch: Annotated[
        str, typer.Option(metavar="BRANCH", help="Branch that Argo CD follows; main if not given.")
    ] = "",
    mlflow_uri: Annotated[str, typer.Option(metavar="URI", help="MLflow tracking server.")] = "",
    argocd_namespace: Annotated[
        str, typer.Option(metavar="NAMESPACE", help="Namespace of Argo CD; argocd if not given.")
    ] = "",
    argocd_project: Annotated[
        str, typer.Option(metavar="NAME", help="AppProject of the models; models if not given.")
    ] = "",
    open_data_hub: Annotated[
        HubOption | None,
        typer.Option(help="Open Data Hub to declare; none if not given.", show_default=False),
    ] = None,
    component: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=STATE]",
            help="Component of Open Data Hub, Managed if no state is given; may be repeated.",
        ),
    ] = None,
    output: Annotated[
        OutputFormat, typer.Option("--output", "-o", help="How to print the outcome.")
    ] = OutputFormat.TEXT,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Say what would be written; write nothing.")] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Let options change gitops-gen.yaml; replace the program's files that were edited."
        ),
    ] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask, also on a terminal.")] = False,
) -> None:
    """Start a GitOps repository in a folder, or bring one up to its gitops-gen.yaml.

    Run it again and nothing changes. Files that people own or have edited are kept.
    """
    from gitops_gen.choices import Choices, parse_components, parse_environments
    from gitops_gen.scaffold import plan_scaffold, read_settings_file, write_scaffold

    try:
        choices = Choices(
            repository_url=repository_url,
            base_branch=base_branch,
            forge=forge.value if forge else "",
            environments=parse_environments(environment or ()),
            mlflow_uri=mlflow_uri,
            argocd_namespace=argocd_namespace,
            argocd_project=argocd_project,
            open_data_hub=open_data_hub.value if open_data_hub else "",
            components=parse_components(component or ()),
        )
        if read_settings_file(directory) is None:
            choices = _complete(choices, directory, ask=not no_input and sys.stdin.isatty())
        scaffold = plan_scaffold(directory, choices, force=force)
        if not dry_run:
            write_scaffold(scaffold)
    except GitopsGenError as error:
        print_error(error)
        if output is OutputFormat.JSON:
            print_json({"operation": "none", "directory": str(directory), "files": [], "error": describe_error(error)})
        raise typer.Exit(error.exit_code) from error
    _report(scaffold, output, dry_run=dry_run)


def _complete(choices: "Choices", directory: Path, *, ask: bool) -> "Choices":
    """The choices with the required ones asked for.

    Raises:
        InvalidValueError: one is missing and nobody can be asked; the message names its option.
    """
    from dataclasses import replace

    from gitops_gen.choices import guess_forge, parse_environments
    from gitops_gen.errors import InvalidValueError

    if not choices.repository_url:
        origin, branch = _find_origin(directory)
        if not ask:
            hint = f"--repository-url {origin}, the origin of this checkout" if origin else "--repository-url URL"
            raise InvalidValueError("--repository-url is missing", hint=f"give {hint}")
        url = typer.prompt("Git address of the repository", default=origin or None, err=True)
        choices = replace(choices, repository_url=url.strip())
        if not choices.base_branch:
            answer = typer.prompt("Branch that Argo CD follows", default=branch or "main", err=True)
            choices = replace(choices, base_branch=answer.strip())
    if not choices.forge:
        guess = guess_forge(choices.repository_url)
        if not guess and not ask:
            kinds = ", ".join(ForgeOption)
            raise InvalidValueError("--forge is missing and the URL does not tell it", hint=f"give --forge: {kinds}")
        if ask:
            guess = typer.prompt("Forge (github, gitlab, gitea, none)", default=guess or None, err=True)
        choices = replace(choices, forge=guess.strip())
    if not choices.environments:
        if not ask:
            hint = "give --environment NAME[=NAMESPACE] for each, in the order of promotion"
            raise InvalidValueError("--environment is missing", hint=hint)
        answer = typer.prompt("Environments in the order of promotion", default="dev staging production", err=True)
        choices = replace(choices, environments=parse_environments(answer.replace(",", " ").split()))
    return choices


def _find_origin(directory: Path) -> tuple[str, str]:
    """Where the folder's own checkout comes from, without credentials, and its branch; empty if it is none."""
    try:
        from gitops_gen.adapters.git_credentials import parse_remote
        from gitops_gen.adapters.git_origin import find_remote

        origin = find_remote(directory)
        if origin.checkout.resolve() != directory.resolve():  # a folder somewhere in another repository
            return "", ""
        return parse_remote(origin.url).url, origin.branch
    except GitopsGenError:
        return "", ""


def _report(scaffold: "Scaffold", output: OutputFormat, *, dry_run: bool) -> None:
    print_warnings(scaffold.warnings)
    if output is OutputFormat.JSON:
        print_json(
            {
                "operation": scaffold.operation,
                "directory": str(scaffold.directory),
                "dry_run": dry_run,
                "files": [{"path": file.path, "status": file.status} for file in scaffold.files],
                "warnings": list(scaffold.warnings),
            }
        )
        return
    for file in scaffold.files:
        print(f"{file.status:<9}  {file.path}")
    words = {"created": "started", "updated": "brought up to date", "unchanged": "unchanged"}
    print(f"{scaffold.directory}: {words[scaffold.operation]}" + (" (dry run: nothing was written)" if dry_run else ""))
    if scaffold.operation == "created" and not dry_run:
        print(_NEXT.format(folder=scaffold.directory / "bootstrap"))
