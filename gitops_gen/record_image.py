"""Tie an image to the run that its model comes from: tags on the run and on its model version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gitops_gen.errors import RefusedError, UnreachableError
from gitops_gen.gate_checks import compare_revision
from gitops_gen.model import Image, Run, RunSelector
from gitops_gen.names import Digest, ImageRef
from gitops_gen.ports import Registry, Tracking
from gitops_gen.tags import IMAGE, IMAGE_REVISION, IMAGE_SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutcome:
    """What was recorded."""

    operation: Literal["recorded", "unchanged"]
    run: Run
    image: Image
    tags: Mapping[str, str]
    """Those that stand on the run, and on its model version if it has one."""
    previous_image: str = ""
    """The other image that the run or its model version carried before; empty if none, or the same."""
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The outcome as bots read it."""
        version = self.run.version
        return {
            "operation": self.operation,
            "run": self.run.run_id,
            "model": version.name if version else None,
            "version": version.version if version else None,
            "image": str(self.image),
            "platforms": list(self.image.platforms),
            "source": self.image.source or None,
            "revision": self.image.revision or None,
            "previous_image": self.previous_image or None,
            "tags": dict(self.tags),
            "warnings": list(self.warnings),
        }


def record_image(selector: RunSelector, ref: ImageRef, *, tracking: Tracking, registry: Registry) -> RecordOutcome:
    """Record the image that `ref` points at on the run that `selector` means, in place of any other.

    Raises:
        RefusedError: tag and digest of `ref` disagree, or the run carries another image as an artifact.
        UnreachableError: a tag could not be written. Besides, what the ports raise. After any error but this one
            nothing was written.
    """
    run = tracking.fetch_run(selector)
    image = registry.resolve(ref)
    if ref.tag and ref.digest:
        _check_tag(image, registry.resolve(ref._replace(digest=None)))
    _check_artifacts(run, image, tracking.fetch_image_digests(run))
    tags = _make_tags(run, image)
    is_new = any(not tags.items() <= carried.items() for carried in _list_carried(run))
    if is_new:
        _write(run, tags, tracking)
    previous = [carried[IMAGE] for carried in _list_carried(run) if carried.get(IMAGE, tags[IMAGE]) != tags[IMAGE]]
    return RecordOutcome(
        operation="recorded" if is_new else "unchanged",
        run=run,
        image=image,
        tags=tags,
        previous_image=previous[0] if previous else "",
        warnings=(*run.warnings, *_compare_revision(run, image)),
    )


def _check_tag(image: Image, tagged: Image) -> None:
    if tagged.digest != image.digest:
        raise RefusedError(
            f"{image.name}: tag {image.tag} points at {tagged.digest}, not at {image.digest}",
            hint="give the tag or the digest alone, or the tag that belongs to the digest",
        )


def _check_artifacts(run: Run, image: Image, artifacts: Mapping[str, frozenset[Digest]]) -> None:
    for path, digests in sorted(artifacts.items()):
        if image.digest not in digests:
            raise RefusedError(
                f"run {run.run_id} carries another image as artifact {path}: it can have the digest "
                f"{' or '.join(sorted(digests))}, but {image.name} is {image.digest}",
                hint="record the image that was pushed from that artifact, or log the right artifact",
            )


def _make_tags(run: Run, image: Image) -> dict[str, str]:
    """The tags to write; what another image left behind and this one does not have is emptied."""
    facts = {IMAGE_SOURCE: image.source, IMAGE_REVISION: image.revision}
    stale = {name for carried in _list_carried(run) for name in facts if carried.get(name)}
    return {IMAGE: str(image)} | {name: value for name, value in facts.items() if value or name in stale}


def _list_carried(run: Run) -> list[Mapping[str, str]]:
    return [run.tags, run.version.tags] if run.version else [run.tags]


def _write(run: Run, tags: Mapping[str, str], tracking: Tracking) -> None:
    failures = tracking.record(run, tags)
    if failures:
        raise UnreachableError(
            f"{tracking.address} did not record the image on run {run.run_id}: {'; '.join(failures)}",
            hint="this needs the right to edit the experiment and the registered model; then record it again",
        )


def _compare_revision(run: Run, image: Image) -> tuple[str, ...]:
    """A warning unless image and run name the same commit."""
    if not image.revision:
        return (f"{image.name} does not say which commit it was built from (org.opencontainers.image.revision)",)
    if not run.source.commit:
        return (f"run {run.run_id} has no source commit to compare with the image's revision {image.revision}",)
    different = compare_revision(run, image)
    return (different,) if different else ()
