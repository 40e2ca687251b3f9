"""Rules on what an overlay's build shows of its evidence: the run, the image and the model that are really served."""

from collections.abc import Iterator

from gitops_gen.checks.rule import Hit, Rule, rule
from gitops_gen.checks.rules.pins_parts import list_parts, parse_image
from gitops_gen.checks.rules.provenance_parts import (
    EVIDENCE_FILE,
    ModelOverlay,
    Served,
    dig_text,
    find_entry,
    hit_file,
    hit_object,
    list_facts,
    list_labels,
    list_served,
    read_document,
)
from gitops_gen.checks.values import dig
from gitops_gen.names import show, strip_credentials
from gitops_gen.render.annotations import ENVIRONMENT, RUN_ID

_AGAIN = "promote the run again, or remove the patch that changes it"


@rule("EVIDENCE006", "error")
def check_run_id(overlay: ModelOverlay) -> Iterator[Hit]:
    """The served model carries the run id of the evidence.

    Why: the annotation `gitops-gen.dev/run-id` is how one gets from a running pod to the MLflow run that its model
    comes from. A wrong one sends everybody who looks into an incident to the wrong run.

    Fix: promote the run again, which writes the patch that sets it.
    """
    wanted = dig_text(read_document(overlay.evidence), "run", "id")
    for served in list_served(overlay):
        if wanted:
            yield from _compare(served, "annotations", RUN_ID, wanted)


@rule("EVIDENCE007", "error")
def check_facts(overlay: ModelOverlay) -> Iterator[Hit]:
    """The served model tells version, commit, data and environment as the evidence has them.

    Why: dashboards, alerts and people read these annotations and labels, and not the evidence.

    Fix: promote the run again, which writes the patch that sets them.
    """
    data = read_document(overlay.evidence)
    if not data:
        return
    annotations, labels = list_facts(data), list_labels(data)
    for served in list_served(overlay):
        for key, wanted in annotations.items():
            yield from _compare(served, "annotations", key, wanted)
        for key, wanted in labels.items():
            yield from _compare(served, "labels", key, wanted)
        told = dig_text(served.resource.data, "metadata", "labels", ENVIRONMENT)
        if told and told != overlay.environment:
            yield hit_object(
                served,
                ("metadata", "labels", ENVIRONMENT),
                f"{_name(served)}: the label {ENVIRONMENT} is {show(told)}, and this is the overlay of "
                f"{show(overlay.environment)}",
                f"under `labels` of the kustomization write {ENVIRONMENT}: {overlay.environment}",
            )


@rule("EVIDENCE008", "error")
def check_served(overlay: ModelOverlay) -> Iterator[Hit]:
    """The build serves the model that the evidence is about.

    Why: the image of a promotion goes into the model's own container. Without an object and a container of that name
    the promotion changes nothing that runs.

    Fix: call the SeldonDeployment or InferenceService after the model, and the container as well (`kserve-container` in
    an InferenceService); a prepackaged server has `modelUri` or `storageUri`.
    """
    data = read_document(overlay.evidence)
    if not data or not overlay.objects:
        return
    has_image = dig(data, "image") is not None
    if any(
        _list_images(served) if has_image else dig(served.resource.data, *served.meta)
        for served in list_served(overlay)
    ):
        return
    runs = " with a container that runs the model" if has_image else ""
    yield hit_file(
        overlay.kustomization,
        ("resources",),
        f"the build has no SeldonDeployment or InferenceService {show(overlay.model)}{runs}",
        f"the container is called {overlay.model} in a SeldonDeployment, kserve-container in an InferenceService"
        if has_image
        else f"call the object that serves the model {overlay.model}",
    )


@rule("EVIDENCE009", "error")
def check_served_digest(overlay: ModelOverlay) -> Iterator[Hit]:
    """The model's container runs the image of the evidence.

    Why: an entry under `images` that matches nothing is silent, and a patch can put another image in. Only the build
    shows what will run.

    Fix: let the base's container have the placeholder image that `images` replaces, and remove patches that set
    another.
    """
    wanted = dig_text(read_document(overlay.evidence), "image", "digest")
    entry = find_entry(overlay)
    if not wanted or (entry is not None and entry[1].get("digest") != wanted):
        return  # the second is a finding already, in the file where it has to be mended
    placeholder = dig_text(entry[1], "name") if entry else overlay.model
    for served in list_served(overlay):
        for use_keys, text in _list_images(served).items():
            if parse_image(text).digest != wanted:
                yield hit_object(
                    served,
                    use_keys,
                    f"{_name(served)}: the model runs {show(text, 300)}, and not {wanted}",
                    f"the base's image must be the placeholder `{show(placeholder)[1:-1]}`, which `images` replaces",
                )


@rule("EVIDENCE010", "error")
def check_served_artifact(overlay: ModelOverlay) -> Iterator[Hit]:
    """A prepackaged server loads the artifact of the evidence.

    Why: there is no image that carries the model, so the address under `modelUri` or `storageUri` is what is deployed.

    Fix: promote the run again, which writes the patch that sets it.
    """
    data = read_document(overlay.evidence)
    wanted = dig_text(data, "model", "uri")
    if not wanted or dig(data, "image") is not None:
        return
    for served in list_served(overlay):
        told = dig_text(served.resource.data, *served.artifact)
        if told != wanted and dig(served.resource.data, *served.meta) is not None:
            field = served.artifact[-1]
            what = (
                f"loads {show(strip_credentials(told), 200)}, and not" if told else f"has no {field}, and should load"
            )
            yield hit_object(
                served,
                served.artifact,
                f"{_name(served)} {what} {show(wanted, 200)}",
                f"write {field}: {show(wanted, 200)[1:-1]}, or {_AGAIN}",
            )


@rule("EVIDENCE011", "error")
def check_evidence_built(overlay: ModelOverlay) -> Iterator[Hit]:
    """The evidence goes into the cluster with the model, as a ConfigMap.

    Why: with it one can tell from the cluster alone what runs and where it comes from.

    Fix: list evidence.yaml under `files` of the configMapGenerator `<model>-evidence`, with `disableNameSuffixHash`.
    """
    if overlay.evidence is None or not overlay.objects:
        return
    name = f"{overlay.model}-evidence"
    texts = [
        dig_text(each.data, "data", EVIDENCE_FILE)
        for each in overlay.objects
        if each.kind == "ConfigMap" and each.name == name
    ]
    try:
        wanted = _normalize(overlay.evidence.content.decode())
    except UnicodeDecodeError:
        return
    if not any(texts):
        message = f"the build has no ConfigMap {show(name)} with {EVIDENCE_FILE}"
    elif any(text and _normalize(text) != wanted for text in texts):
        message = (
            f"the ConfigMap {show(name)} of the build has another text than {EVIDENCE_FILE} beside the kustomization"
        )
    else:
        return
    yield hit_file(
        overlay.kustomization,
        ("configMapGenerator",),
        message,
        f"list {EVIDENCE_FILE} under `files` of the configMapGenerator {name}, with disableNameSuffixHash: true",
    )


BUILT_RULES: tuple[Rule, ...] = (
    check_run_id,
    check_facts,
    check_served,
    check_served_digest,
    check_served_artifact,
    check_evidence_built,
)


def _compare(served: Served, where: str, key: str, wanted: str) -> Iterator[Hit]:
    keys = (*served.meta, where, key)
    told = dig(served.resource.data, *keys)
    if dig(served.resource.data, *served.meta) is None:
        return  # the schema says so
    wanted = _normalize(strip_credentials(wanted))
    text = _normalize(strip_credentials(told)) if isinstance(told, str) else ""
    if text == wanted or (text.endswith("…") and wanted.startswith(text[:-1])):
        return
    singular = where.removesuffix("s")
    what = f"the {singular} {key} is {show(text)}" if told is not None else f"there is no {singular} {key}"
    message = f"{_name(served)}: {what}; the evidence says {show(wanted)}"
    yield hit_object(served, keys, message, f"write {show(wanted)[1:-1]}, or {_AGAIN}")


def _list_images(served: Served) -> dict[tuple[str | int, ...], str]:
    """Where the model's container stands, and its image."""
    uses = list_parts(served.resource).images
    return {use.keys: use.text for use in uses if use.keys[-3:-2] == ("containers",) and use.name == served.container}


def _name(served: Served) -> str:
    return f"{served.resource.kind}/{show(served.resource.name)[1:-1]}"


def _normalize(text: str) -> str:
    """The text with each run of blanks and line ends as one blank: of some, a build makes others."""
    return " ".join(text.split())
