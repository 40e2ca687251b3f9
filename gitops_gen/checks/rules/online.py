"""Rules on what MLflow and the registry say today of the evidence that lies in the repository."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.checks.rules.pins_parts import parse_image
from gitops_gen.checks.rules.provenance_parts import dig_text, reach
from gitops_gen.names import show


class Facts(NamedTuple):
    """What was found out about one evidence.yaml; what could not be asked is left empty and is no finding."""

    path: str
    evidence: dict[str, Any]
    run_problem: str = ""
    """Why its run is not there."""
    version_problem: str = ""
    """Why its model version is not there."""
    version_run: str = ""
    """The run that the model version comes from."""
    recorded: tuple[str, ...] = ()
    """The images that are recorded on the run and on the model version."""
    image_problem: str = ""
    """Why its image is not there."""
    tag_problem: str = ""
    """Why the image's tag is not there."""
    tag_digest: str = ""
    """What the image's tag points at."""
    artifact_hash: str = ""
    """The hash over the files of the artifact that a prepackaged server loads."""


@rule("ONLINE001", "error")
def check_run(facts: Facts) -> Iterator[Hit]:
    """The run that evidence names is in MLflow.

    Why: parameters, metrics and the training code of a deployed model are looked up in its run. If that was deleted,
    the evidence is all that is left.

    Fix: restore the run (`mlflow runs restore --run-id …`), or promote another one.
    """
    if facts.run_problem:
        fix = "restore the run in MLflow, or promote another one"
        yield _hit(facts, ("run", "id"), facts.run_problem, fix)


@rule("ONLINE002", "error")
def check_image(facts: Facts) -> Iterator[Hit]:
    """The image that evidence names is in its registry.

    Why: what runs now runs from the nodes' caches. The next node that has to pull the digest cannot, and the pod does
    not start.

    Fix: push that image again, or promote a run whose image is there. A registry's clean-up must keep what is deployed.
    """
    if facts.image_problem:
        fix = "push that image again, or promote a run whose image is there"
        yield _hit(facts, ("image", "digest"), facts.image_problem, fix)


@rule("ONLINE003", "error")
def check_recorded_image(facts: Facts) -> Iterator[Hit]:
    """The image that is recorded for the run in MLflow is the one that is deployed.

    Why: `gitops-gen record-image` ties an image to the run that its model comes from. Where the overlay has another,
    the deployed image is not the one that this run vouches for, or a newer one was recorded since.

    Fix: promote the run again to deploy what is recorded, or record what is deployed.
    """
    digest, name = (dig_text(facts.evidence, "image", key) for key in ("digest", "name"))
    for text in dict.fromkeys(facts.recorded):
        recorded = parse_image(text)
        if digest and (recorded.digest, recorded.name) != (digest, name):
            run = show(dig_text(facts.evidence, "run", "id"))[1:-1]
            yield _hit(
                facts,
                ("image", "digest"),
                f"MLflow has {show(text, 300)} recorded for the run, and not {show(f'{name}@{digest}', 300)}",
                f"gitops-gen promote {run} deploys what is recorded; "
                f"gitops-gen record-image {run} {show(name, 300)[1:-1]}@{digest} records what is deployed",
            )


@rule("ONLINE004", "warning")
def check_tag(facts: Facts) -> Iterator[Hit]:
    """The tag of a deployed image still points at its digest.

    Why: the digest is what is deployed, so nothing changes in the cluster. But whoever pulls the tag to look at what
    runs gets something else, and a registry may remove a digest without a tag.

    Fix: give each build a tag of its own, and never push one twice.
    """
    digest, tag = (dig_text(facts.evidence, "image", key) for key in ("digest", "tag"))
    if facts.tag_problem:
        fix = "tag the digest again, so that the registry keeps it"
        yield _hit(facts, ("image", "tag"), f"the tag is gone: {facts.tag_problem}", fix)
    elif facts.tag_digest and facts.tag_digest != digest:
        yield _hit(
            facts,
            ("image", "tag"),
            f"tag {show(tag)} has moved since: it points at {facts.tag_digest}, and {digest} is deployed",
            "push each build under a tag of its own; to deploy what the tag means now, record it and promote again",
        )


@rule("ONLINE005", "error")
def check_version(facts: Facts) -> Iterator[Hit]:
    """The model version that evidence names is in MLflow, and comes from its run.

    Why: people find a model by its version. If that was deleted, or belongs to another run, they look at another model
    than the one that is deployed.

    Fix: promote the version that is meant: `gitops-gen promote models:/NAME/VERSION`.
    """
    run = dig_text(facts.evidence, "run", "id")
    name, version = (dig_text(facts.evidence, "model", key) for key in ("registered", "version"))
    fix = f"gitops-gen promote models:/{show(name)[1:-1]}/VERSION, with a version that is there"
    if facts.version_problem:
        yield _hit(facts, ("model", "version"), facts.version_problem, fix)
    elif facts.version_run and facts.version_run != run:
        what = f"version {show(version)} of model {show(name)}"
        message = f"{what} comes from run {facts.version_run}, and not from {show(run)}"
        yield _hit(facts, ("model", "version"), message, fix)


@rule("ONLINE006", "error")
def check_artifact(facts: Facts) -> Iterator[Hit]:
    """The artifact that a prepackaged server loads is as it was when it was promoted.

    Why: it is loaded from its bucket at each start, and nothing pins its content there. Files that were changed since
    are served unreviewed.

    Fix: restore the files, or log the model again and promote the new run. Buckets with models should be immutable.
    """
    wanted = dig_text(facts.evidence, "model", "contentHash")
    if facts.artifact_hash and wanted and facts.artifact_hash != wanted:
        where = show(dig_text(facts.evidence, "model", "uri"), 300)
        message = f"the files of the model at {where} have changed: their hash is {facts.artifact_hash}"
        fix = "restore the files, or log the model again and promote the new run"
        yield _hit(facts, ("model", "contentHash"), message, fix)


RULES: tuple[Rule, ...] = (
    check_run,
    check_image,
    check_recorded_image,
    check_tag,
    check_version,
    check_artifact,
)


def _hit(facts: Facts, keys: Keys, message: str, fix: str) -> Hit:
    return Hit(message, reach(facts.evidence, keys), fix, path=facts.path)
