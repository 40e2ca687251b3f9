"""Rules on fields of a kustomization that kustomize takes and people regret."""

import re
from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.rule import Hit, rule
from gitops_gen.checks.unit import Unit
from gitops_gen.names import show

DEPRECATED = {
    "bases": ("resources", "move the entries to `resources`"),
    "commonLabels": ("labels", "write `labels: [{pairs: …, includeSelectors: true}]`, or without the selectors"),
    "imageTags": ("images", "rename the field to `images`"),
    "patchesJson6902": ("patches", "rename the field to `patches`"),
    "patchesStrategicMerge": ("patches", "write `patches: [{path: …}]`"),
    "vars": ("replacements", "write `replacements`"),
}
"""Fields that kustomize 5 warns of, with what it wants instead."""

# What the distribution specification of OCI has for a tag.
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


@rule("KUST008", "warning")
def check_deprecated(unit: Unit) -> Iterator[Hit]:
    """A kustomization has no deprecated fields.

    Why: kustomize 5 warns of them and says that it will drop them; then the folder stops building with a new Argo CD.

    Fix: write what the message names. `kustomize edit fix` does it too, but moves comments about.
    """
    for field, (instead, fix) in DEPRECATED.items():
        if unit.data.get(field) is not None:
            yield Hit(f"`{field}` is deprecated: kustomize has `{instead}` for it", (field,), fix)


@rule("KUST014", "error")
def check_image_parts(unit: Unit) -> Iterator[Hit]:
    """The parts of an `images` entry make an image that can be pulled.

    Why: kustomize joins `newName`, `:newTag` and `@digest` as they are. A digest without `sha256:`, or a tag that
    holds a digest, builds without complaint and then cannot be pulled.

    Fix: a tag in `newTag`, `sha256:…` in `digest`, and neither in `newName`.
    """
    for index, entry in unit.kustomization.list_items("images"):
        for key, message, fix in _list_wrong_parts(entry):
            yield Hit(message, ("images", index, key), fix)


def _list_wrong_parts(entry: Any) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 - YAML is any value
    digest, tag, name = (entry.get(key) for key in ("digest", "newTag", "newName"))
    if isinstance(digest, str) and digest and ":" not in digest:
        yield "digest", f"the digest {show(digest)} has no algorithm", f"write sha256:{digest}"
    if isinstance(tag, str) and tag.startswith("sha256:"):
        yield "newTag", f"{show(tag)} is a digest, not a tag", "move it to `digest`"
    elif isinstance(tag, str) and tag.startswith((":", "@")):
        yield "newTag", f"the tag {show(tag)} begins with {tag[0]!r}, which kustomize adds", "write it without"
    elif isinstance(tag, str) and tag and not _TAG.fullmatch(tag):
        yield "newTag", f"{show(tag)} is no tag", "letters, digits, `_`, `.` and `-`, 128 at most"
    if isinstance(name, str) and (tag or digest):
        end = name.rpartition("/")[2]
        if "@" in end or (":" in end and tag):
            yield "newName", f"{show(name)} has a tag or digest, and the entry adds another", "move it to its own field"


@rule("KUST015", "error")
def check_replacement_targets(unit: Unit) -> Iterator[Hit]:
    """The target of a replacement selects something.

    Why: a replacement whose target selects nothing changes nothing, and kustomize says nothing.

    Fix: correct `select`: kind, name and namespace are those of the object before this kustomization changes them.
    """
    if not unit.is_complete:
        return
    for index, entry in unit.kustomization.list_items("replacements"):
        targets = entry.get("targets")
        for number, target in enumerate(targets if isinstance(targets, list) else ()):
            select = target.get("select") if isinstance(target, dict) else None
            if not isinstance(select, dict) or any(each.is_selected(select) for each in unit.late_identities):
                continue
            what = ", ".join(f"{key} {show(str(value))}" for key, value in select.items())
            keys = ("replacements", index, "targets", number, "select")
            yield Hit(f"the replacement's target selects nothing: {what}", keys, "correct `select`")


RULES = (check_deprecated, check_image_parts, check_replacement_targets)
