"""Rules on what a kustomization refers to. Each takes a kustomization and what it works on."""

import posixpath
from collections.abc import Iterator

from gitops_gen.checks.graph import Link
from gitops_gen.checks.kustomization import HELM_FIELDS, resolve
from gitops_gen.checks.patches import find_break
from gitops_gen.checks.rule import Hit, rule
from gitops_gen.checks.unit import Unit
from gitops_gen.names import show, strip_credentials

_WHAT = {
    "resource": "file or folder",
    "component": "folder",
    "plugin": "file or folder",
}


@rule("KUST002", "error")
def check_existing(unit: Unit) -> Iterator[Hit]:
    """What a kustomization refers to exists.

    Why: kustomize stops at the first file that is not there. The overlay does not build, and Argo CD keeps deploying
    what it built last.

    Fix: correct the path, which begins at the kustomization's own folder, or remove the entry.
    """
    for link in unit.links:
        if not link.path or link.exists or link.reference.role == "helm":
            continue
        target = show(link.reference.target)
        if unit.tree.is_folder(link.path):
            if link.reference.may_be_folder:
                message, fix = f"{target} is a folder without kustomization.yaml", "give it one, or name its files"
            else:
                message, fix = f"{target} is a folder, and a file is needed", "name a file"
        else:
            what = _WHAT.get(link.reference.role, "file")
            message, fix = f"there is no {what} {target}", _propose(unit, link)
        yield Hit(message, link.reference.keys, fix)


def _propose(unit: Unit, link: Link) -> str:
    """The file that may be meant: one that is there, and that nothing refers to."""
    from difflib import get_close_matches  # noqa: PLC0415 - seldom needed, and slow to load

    there = {posixpath.relpath(path, unit.folder): path for path in unit.files}
    near = get_close_matches(posixpath.normpath(link.reference.target), there, 1)
    return f"write {near[0]}" if near else "correct the path, which begins at the kustomization's folder, or remove it"


@rule("KUST003", "warning")
def check_remote(unit: Unit) -> Iterator[Hit]:
    """What a kustomization is made of stands in the repository.

    Why: a remote base is fetched at each sync. Without a commit in `?ref=` it changes without a pull request, and with
    one it still needs its server to answer. Nothing that is built from it can be checked here.

    Fix: copy what you need into the repository; or at least give a full commit: `?ref=<40 hexadecimal digits>`.
    """
    for link in unit.links:
        if link.reference.is_remote:
            target = show(strip_credentials(link.reference.target))
            yield Hit(f"{target} is remote: what is built from it is not checked", link.reference.keys, "copy it here")


@rule("KUST004", "error")
def check_inside(unit: Unit) -> Iterator[Hit]:
    """A reference stays inside the repository.

    Why: what lies outside is on one machine only. Argo CD has a checkout of the repository and nothing else.

    Fix: move what is meant into the repository, or correct the number of `../`.
    """
    for link in unit.links:
        if not link.reference.is_remote and resolve(unit.folder, link.reference.target) is None:
            yield Hit(
                f"{show(link.reference.target)} leads out of the repository",
                link.reference.keys,
                "move it into the repository, or correct the path",
            )


@rule("KUST010", "error")
def check_once(unit: Unit) -> Iterator[Hit]:
    """A kustomization lists each resource once.

    Why: kustomize refuses the second object of the same kind, name and namespace, so the folder does not build.

    Fix: remove one of the entries.
    """
    first: dict[str, str] = {}
    for link in unit.links:
        if link.reference.role != "resource" or not link.path:
            continue
        if link.path in first:
            field, index = link.reference.keys[:2]
            yield Hit(
                f"{show(link.reference.target)} is listed twice; it is {first[link.path]} already",
                link.reference.keys,
                f"remove {field}[{index}]",
            )
        else:
            first[link.path] = "[".join(str(key) for key in link.reference.keys[:2]) + "]"


@rule("KUST011", "error")
def check_single(unit: Unit) -> Iterator[Hit]:
    """A folder has one kustomization file.

    Why: kustomize refuses a folder with two of kustomization.yaml, kustomization.yml and Kustomization.

    Fix: keep kustomization.yaml and remove the other.
    """
    paths = unit.graph.doubles.get(unit.folder, ())
    for path in paths[1:]:
        names = " and ".join(posixpath.basename(each) for each in paths)
        yield Hit(f"the folder has {names}: kustomize refuses to choose", fix="remove this file", line=1, path=path)


@rule("KUST012", "info")
def check_helm(unit: Unit) -> Iterator[Hit]:
    """Charts are rendered by Helm, which is not run here.

    Why: a chart is code from elsewhere, and rendering it needs Helm and mostly the network. What comes out of it is
    not checked; Argo CD needs `--enable-helm` in kustomize.buildOptions to build it at all.

    Fix: nothing, if that is meant. To have the result checked, commit it: `helm template … > resources.yaml`.
    """
    for field in HELM_FIELDS[:2]:
        if unit.data.get(field):
            yield Hit(f"{field} needs Helm: what it makes is not checked", (field,), "commit what helm template gives")


@rule("KUST013", "error")
def check_below(unit: Unit) -> Iterator[Hit]:
    """A file that a kustomization reads lies in its folder or below.

    Why: kustomize refuses single files from elsewhere, so that a folder can be moved and trusted as a whole. Folders
    with a kustomization of their own may be anywhere in the repository. Argo CD has the same restriction.

    Fix: give the file's folder a kustomization and refer to that folder, or move the file.
    """
    prefix = "" if unit.folder == "." else f"{unit.folder}/"
    for link in unit.links:
        if link.path and link.exists and not link.is_folder and not link.path.startswith(prefix):
            yield Hit(
                f"{show(link.reference.target)} is not in or below the kustomization's folder",
                link.reference.keys,
                "refer to a folder with a kustomization of its own, or move the file",
            )


@rule("KUST017", "warning")
def check_filled(unit: Unit) -> Iterator[Hit]:
    """A manifest or patch that a kustomization lists is not empty.

    Why: kustomize passes over an empty file, or one with nothing but comments, without a word. The folder builds
    without the object that should stand there, and Argo CD removes it from the cluster.

    Fix: write the object or the patch, or remove the file and its entry.
    """
    for link in unit.links:
        if link.reference.role not in {"resource", "patch"} or not link.exists or link.is_folder:
            continue
        source = unit.tree.read(link.path)
        if source is not None and find_break(source) is None and not any(source.documents):
            fix = f"write it, or remove {show(link.reference.target)} from {unit.kustomization.path}"
            yield Hit("the file is empty, and kustomize passes over it without a word", fix=fix, line=1, path=link.path)


RULES = (check_existing, check_remote, check_inside, check_once, check_single, check_helm, check_below, check_filled)
