"""The chain of a release in a pull request's body, and where its links may lead."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from gitops_gen.model import Image, Release, Run
from gitops_gen.reports.markdown import Safe, code, link, safe_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a link may lead, beside the MLflow server that was asked."""

    hosts: frozenset[str] = frozenset()
    """Of forges that are known: what a run says of its repository is linked only there."""
    image: str = ""
    """The registry's page of an image, with {repository}, {tag} and {digest}; empty for no link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One step from the image back to the data."""

    name: str
    value: Safe


def list_links(release: Release, addresses: Addresses) -> list[Link]:
    """The chain from the image to the data, a step each."""
    run, image = release.run, release.image
    links = []
    if image:
        platforms = f" for {', '.join(code(p) for p in image.platforms)}" if image.platforms else ""
        links.append(
            Link(name="Image", value=Safe(f"{link(str(image), _image_url(image, addresses), 300)}{platforms}"))
        )
    if run.model:
        links.append(Link(name="Model artifact", value=code(run.model.content_hash or run.model.uri, 300)))
    if run.version:
        name = f"{run.version.name} {run.version.version}"
        links.append(Link(name="Model version", value=link(name, _version_url(run))))
    experiment = code(run.experiment_name)
    name = f"{code(run.name)}, " if run.name else ""
    links.append(Link(name="Run", value=Safe(f"{name}{link(run.run_id, run.url)} of experiment {experiment}")))
    if run.source.commit:
        dirty = ", **with uncommitted changes**" if run.source.dirty else ""
        origin = f" of {code(run.source.repository)}" if run.source.repository else ""
        value = Safe(f"{link(run.source.commit, commit_url(release, addresses))}{origin}{dirty}")
        links.append(Link(name="Source commit", value=value))
    for dataset in run.datasets:
        context = f" ({code(dataset.context)})" if dataset.context else ""
        links.append(Link(name="Dataset", value=Safe(f"{code(dataset.name)}{context}, digest {code(dataset.digest)}")))
    return links


def _version_url(run: Run) -> str:
    """The version's page in the MLflow UI that the run's page is in; empty if there is none."""
    start, found, _ = run.url.partition("#/experiments/")
    if run.version is None or not found:
        return ""
    return f"{start}#/models/{quote(run.version.name, safe='')}/versions/{quote(run.version.version, safe='')}"


def _image_url(image: Image, addresses: Addresses) -> str:
    values = {"repository": image.name.partition("/")[2], "tag": image.tag or "", "digest": image.digest}
    url = addresses.image
    for name, value in values.items():
        url = url.replace(f"{{{name}}}", quote(value, safe="/:"))
    return url


def commit_url(release: Release, addresses: Addresses) -> str:
    """The commit's page on a forge that is known; a run may say anything of its repository."""
    source = release.run.source
    repository = safe_url(source.repository).removesuffix(".git")
    if not repository or not source.commit.isalnum() or urlsplit(repository).hostname not in addresses.hosts:
        return ""
    return f"{repository}/commit/{source.commit}"
