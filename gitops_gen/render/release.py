"""All files of a promotion: what it writes, what it leaves to people, and what it has to tell them."""

from collections.abc import Mapping
from dataclasses import dataclass

from gitops_gen.model import Release
from gitops_gen.overlay import EVIDENCE_FILE, edit_overlay, new_overlay, overlay_folder, overlay_path
from gitops_gen.ownership import hash_text, read_stamp
from gitops_gen.render.argocd import application_path, render_application
from gitops_gen.render.environment import Templates
from gitops_gen.render.model_base import KUSTOMIZATION, base_folder, render_base, render_model_settings, settings_text
from gitops_gen.settings import Environment, ModelSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What a promotion changes."""

    files: Mapping[str, str | None]
    """Path in the repository to its new text, or None to delete it; only what differs from what is there."""
    warnings: tuple[str, ...] = ()
    """Files that a person owns and that no longer fit the settings, each a sentence."""


def model_settings_path(model: ModelSettings) -> str:
    """The model's model.yaml in the repository."""
    return f"models/{model.name}/model.yaml"


def render_release(
    *,
    settings: Settings,
    model: ModelSettings,
    environment: Environment,
    release: Release,
    evidence: str,
    existing: Mapping[str, str],
    templates: Templates,
) -> Rendered:
    """The files of `release` in `environment`, and warnings.

    `existing` has the texts of models/<model>/** and of argocd/<environment>/** as they are on the base branch;
    `evidence` is the text of evidence.yaml.

    Raises:
        ConfigError: a team's template, or the overlay that is there, is wrong.
        RefusedError: the release lacks what the model's server needs.
    """
    path = overlay_path(model.name, environment.name)
    if path in existing:
        overlay = edit_overlay(existing[path], model=model, environment=environment, release=release)
    else:
        overlay = new_overlay(model=model, environment=environment, release=release)
    files: dict[str, str | None] = {
        path: overlay,
        f"{overlay_folder(model.name, environment.name)}/{EVIDENCE_FILE}": evidence,
    }
    if model_settings_path(model) not in existing:
        files[model_settings_path(model)] = render_model_settings(model, templates)
    base, warnings = _render_base(model, existing, templates)
    application, more = _render_application(settings, model, environment, existing, templates)
    changed = {name: text for name, text in sorted((files | base | application).items()) if existing.get(name) != text}
    return Rendered(files=changed, warnings=(*warnings, *more))


def _render_base(
    model: ModelSettings, existing: Mapping[str, str], templates: Templates
) -> tuple[dict[str, str | None], list[str]]:
    folder = base_folder(model.name)
    there = {name: text for name, text in existing.items() if name.startswith(f"{folder}/")}
    stamps = {name: read_stamp(text) for name, text in there.items()}
    now = hash_text(settings_text(model))
    stale = {name for name, found in stamps.items() if found and found.settings != now}
    if there and not stale:
        return {}, []
    wanted = {f"{folder}/{name}": text for name, text in render_base(model, templates).items()}
    ours = {name for name, found in stamps.items() if found and not found.edited}
    listing = f"{folder}/{KUSTOMIZATION}"
    listed = listing not in there or listing in ours
    # What the kustomization.yaml does not list is not built: where that is a person's, nothing is added or deleted.
    files: dict[str, str | None] = {
        name: text for name, text in wanted.items() if (name in ours) or (name not in there and listed)
    }
    if listed:
        files |= dict.fromkeys(ours - wanted.keys())
    warnings = [_warn(name, "model.yaml", now) for name in sorted(stale - ours)]
    if not listed:
        differing = sorted(wanted.keys() ^ there.keys())
        warnings += [
            f"{listing} is yours: {name} is {_miss(name, wanted)}"
            for name in differing
            if name in wanted or name in ours
        ]
    return files, warnings


def _miss(name: str, wanted: Mapping[str, str]) -> str:
    return "not written, as it would not be listed there" if name in wanted else "no longer needed"


def _render_application(
    settings: Settings,
    model: ModelSettings,
    environment: Environment,
    existing: Mapping[str, str],
    templates: Templates,
) -> tuple[dict[str, str | None], list[str]]:
    path = application_path(settings, model.name, environment)
    text = render_application(settings, model.name, environment, templates)
    if path not in existing:
        return {path: text}, []
    before, after = read_stamp(existing[path]), read_stamp(text)
    if before is None or after is None or before.settings == after.settings:
        return {}, []
    if before.edited:
        return {}, [_warn(path, "gitops-gen.yaml", after.settings)]
    return {path: text}, []


def _warn(path: str, source: str, settings: str) -> str:
    return (
        f"{path} was edited by hand and left as it is, but {source} has changed since it was written: "
        f"bring it up to date, then write settings={settings} in its stamp"
    )
