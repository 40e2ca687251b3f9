"""Whether a release may go into an environment: pure verdicts over evidence."""

from dataclasses import dataclass

from gitops_gen.errors import RefusedError
from gitops_gen.evidence import Evidence
from gitops_gen.model import Image, Override, Release, Run
from gitops_gen.settings import Environment

FINISHED = "FINISHED"
_SHORT_COMMIT = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """Reasons that a person gave for setting a rule aside; empty means the rule holds."""

    skip_order: str = ""
    allow_unfinished: bool = False


def release_digest(release: Release) -> str:
    """What is deployed: the image's digest, or the model artifact's for a prepackaged server.

    Raises:
        RefusedError: there is neither.
    """
    if release.image is not None:
        return release.image.digest
    if release.run.model is not None and release.run.model.content_hash is not None:
        return release.run.model.content_hash
    raise RefusedError(
        f"run {release.run.run_id} has no image, and its model artifact cannot be read to take its hash",
        hint="tie an image to it with gitops-gen record-image, or give access to the artifact store",
    )


def check_run(run: Run, waivers: Waivers) -> tuple[Override, ...]:
    """The overrides that promoting this run needs.

    Raises:
        RefusedError: the run did not finish and nobody allowed that.
    """
    if run.status == FINISHED:
        return ()
    if not waivers.allow_unfinished:
        raise RefusedError(
            f"run {run.run_id} is {run.status}, not {FINISHED}: its metrics may not be its last",
            hint="wait for it, choose another run, or pass --allow-unfinished",
        )
    return (Override(rule="run-finished", reason=f"--allow-unfinished: the run is {run.status}"),)


def compare_revision(run: Run, image: Image) -> str:
    """A warning where image and run name different commits; empty if they agree, or one says none.

    A shortened commit counts.
    """
    built, trained = image.revision.lower(), run.source.commit.lower()
    length = min(len(built), len(trained))
    if not length or built == trained or (length >= _SHORT_COMMIT and built[:length] == trained[:length]):
        return ""
    return f"{image.name} was built from commit {image.revision}, but run {run.run_id} from {run.source.commit}"


def check_order(
    *, release: Release, environment: Environment, predecessor: Evidence | None, waivers: Waivers
) -> tuple[Override, ...]:
    """The overrides that promoting past the predecessor environment needs; `predecessor` is its evidence on the base.

    Raises:
        RefusedError: the predecessor does not have this digest, and no reason was given to skip it.
    """
    if environment.predecessor is None:
        return ()
    digest = release_digest(release)
    if predecessor is not None and predecessor.digest == digest:
        return ()
    if waivers.skip_order:
        return (Override(rule="environment-order", reason=waivers.skip_order),)
    there = f"has {predecessor.digest}" if predecessor is not None else "does not have this model"
    raise RefusedError(
        f"{release.model} goes to {environment.name} after {environment.predecessor}, and {environment.predecessor} "
        f"{there}, not {digest}",
        hint=f"promote it to {environment.predecessor} and merge first, or give a reason with --skip-order REASON",
    )
