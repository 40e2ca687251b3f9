"""What a serving object runs is the same tomorrow: images by digest, models by version.

A model reference is read as MLflow reads it (store/artifact/utils/models.py): `models:/NAME/VERSION` and
`models:/ID` stay what they are; an alias, a stage and `latest` move.
"""

import re
from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.pins_parts import Reference, Use, list_parts, parse_image
from gitops_gen.names import show, strip_credentials

_LATEST = "latest"
_MODEL = re.compile(r"(?<![\w./-])models:/[^\s\"'`,;)]+", re.IGNORECASE)
_OCI = "oci://"


@rule("PIN001", "error")
def check_digests(resource: Resource) -> Iterator[Hit]:
    """Every image that a model is served with is pinned to a digest.

    Why: a tag can be pushed again. Then a pod that restarts runs another image than the one that was reviewed and
    tested, and nothing in git shows it.

    Fix: pin it in the overlay, under `images`, with `name`, `newTag` and `digest`. kustomize only reaches the images of
    `containers` and `initContainers`; anywhere else write `NAME:TAG@sha256:…` yourself. `docker buildx imagetools
    inspect NAME:TAG` prints the digest.
    """
    for use in list_parts(resource).images:
        image = parse_image(use.text)
        if not image.at and image.tag not in {"", _LATEST}:
            yield Hit(
                f"{_name_place(resource, use)} runs {show(use.text)}, which is not pinned to a digest",
                use.keys,
                _advise(use),
            )


@rule("PIN002", "error")
def check_floating(resource: Resource) -> Iterator[Hit]:
    """No image that a model is served with is `latest`, or has neither tag nor digest.

    Why: such an image is whatever was pushed last when the pod starts: two pods of one Deployment can run two programs.
    In a build it often is the base's placeholder, which no entry under `images` has replaced.

    Fix: pin it in the overlay, under `images`, with `name` (as the base has it), `newName`, `newTag` and `digest`.
    """
    for use in list_parts(resource).images:
        image = parse_image(use.text)
        if not image.at and image.tag in {"", _LATEST}:
            what = "says latest" if image.tag else "has no tag either"
            yield Hit(
                f"{_name_place(resource, use)} runs {show(use.text)}, which is not pinned to a digest and {what}",
                use.keys,
                _advise(use),
            )


@rule("PIN003", "error")
def check_digest_form(resource: Resource) -> Iterator[Hit]:
    """A digest is `sha256:` and 64 hexadecimal digits, in small letters.

    Why: with a digest cut short or of another form the kubelet refuses the image: the pod stays in InvalidImageName.

    Fix: copy the whole digest, as the registry gives it.
    """
    for use in list_parts(resource).images:
        image = parse_image(use.text)
        if image.at and not image.is_pinned:
            yield Hit(
                f"{_name_place(resource, use)} runs {show(use.text, 200)}, and {show(image.digest, 140)} is no digest",
                use.keys,
                _mend_digest(image.digest),
            )


@rule("PIN004", "warning")
def check_latest_beside_digest(resource: Resource) -> Iterator[Hit]:
    """An image that is pinned to a digest isn't called `latest` beside it.

    Why: the digest decides, and the tag is for people. `latest` tells them something that is wrong as soon as the next
    image is pushed.

    Fix: name the tag that was pushed with this digest, such as a version, or leave the tag out.
    """
    for use in list_parts(resource).images:
        image = parse_image(use.text)
        if image.is_pinned and image.tag == _LATEST:
            yield Hit(
                f"{_name_place(resource, use)} runs a digest that is called {_LATEST}: {show(use.text, 200)}",
                use.keys,
                f"write another tag of that image, or none: {show(image.name, 200)[1:-1]}@{image.digest}",
            )


@rule("PIN005", "error")
def check_model_versions(resource: Resource) -> Iterator[Hit]:
    """A model in MLflow's registry is named by its version.

    Why: `models:/NAME@ALIAS`, `models:/NAME/STAGE` and `models:/NAME/latest` mean another model when somebody moves the
    alias or registers a version: what is served changes without a change in git, and without a review.

    Fix: write `models:/NAME/VERSION`, or the address of the artifact itself (`s3://…`), as a promotion does.
    """
    for reference in list_parts(resource).references:
        for found in _MODEL.finditer(reference.text):
            moving = explain_moving(found[0])
            if moving:
                name, *suffix = _split_model(found[0])
                name = name if suffix else name.rpartition("@")[0]
                yield Hit(
                    f"{_name_place(resource, reference)} is {show(strip_credentials(found[0]), 200)}, {moving}",
                    reference.keys,
                    f"write models:/{show(name)[1:-1]}/VERSION, the version that it means today, "
                    "or the artifact's own address",
                )


@rule("PIN006", "error")
def check_model_images(resource: Resource) -> Iterator[Hit]:
    """A model that is brought as an OCI image is pinned to a digest.

    Why: `oci://NAME:TAG` is an image like any other: its tag can be pushed again, and the model that is served changes
    without a change in git.

    Fix: write `oci://NAME:TAG@sha256:…`.
    """
    for reference in list_parts(resource).references:
        if reference.text.startswith(_OCI):
            told = reference.text.removeprefix(_OCI)
            told = strip_credentials(reference.text).removeprefix(_OCI) if "/" in told else told
            image = parse_image(told)
            if not image.is_pinned:
                text = show(_OCI + told, 200)
                yield Hit(
                    f"{_name_place(resource, reference)} is {text}, which is not pinned to a digest",
                    reference.keys,
                    _mend_digest(image.digest) if image.at else f"write it with its digest: {text[1:-1]}@sha256:…",
                )


def explain_moving(uri: str) -> str:
    """Why a `models:/` address can mean another model tomorrow; empty if it cannot, or MLflow does not read it.

    One with a variable in it says nothing here.
    """
    if "$" in uri or "{" in uri:
        return ""
    parts = _split_model(uri)
    if not parts[0].strip() or len(parts) > 2 or (len(parts) == 2 and not parts[1].strip()):  # noqa: PLR2004 - name and suffix
        return ""
    if len(parts) == 1:
        alias = parts[0].rpartition("@")[2].strip() if "@" in parts[0] else ""
        return f"whatever version the alias {show(alias)} points at" if alias else ""
    suffix = parts[1]
    if suffix.isdigit():
        return ""
    if suffix.lower() == _LATEST:
        return "whatever version was registered last"
    return f"whatever version is in the stage {show(suffix)}"


def _split_model(uri: str) -> list[str]:
    """The parts of the path of a `models:/` address."""
    rest = uri.split(":", 1)[1].partition("?")[0]
    path = rest[2:].partition("/")[2] if rest.startswith("//") else rest
    return path.lstrip("/").split("/")


def _mend_digest(digest: str) -> str:
    for candidate in (digest.lower(), f"sha256:{digest.lower()}"):
        if parse_image(f"x@{candidate}").is_pinned:
            return f"write {candidate}"
    return "copy the whole digest: sha256: and 64 hexadecimal digits"


def _advise(use: Use) -> str:
    image = parse_image(use.text)
    name = show(image.name, 200)[1:-1]
    has_tag = image.tag not in {"", _LATEST}
    tag = show(image.tag)[1:-1] if has_tag else "TAG"
    whole = f"{name}:{tag}@sha256:…"
    if not use.is_replaceable:
        return f"write {whole} there: `images` of a kustomization does not reach this place"
    new_name = "" if has_tag else "newName: HOST/REPOSITORY, "
    entry = f'{{name: {name}, {new_name}newTag: "{tag}", digest: "sha256:…"}}'
    return f"in the overlay, under `images`: {entry}; without kustomize write {whole}"


def _name_place(resource: Resource, part: Use | Reference) -> str:
    return f"{show(resource.kind)[1:-1]}/{show(resource.name)[1:-1]}: {part.label}"


RULES: tuple[Rule, ...] = (
    check_digests,
    check_floating,
    check_digest_form,
    check_latest_beside_digest,
    check_model_versions,
    check_model_images,
)
