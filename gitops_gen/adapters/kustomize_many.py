"""Many builds by one process of kustomize: a kustomization that lists them all, taken apart again.

A process takes 40 to 80 ms before it has built anything, and parses Kubernetes' OpenAPI once more where a patch needs
it. What one build can do to another in the same process is kept out:

- an object that another has too, and any other failure: the list is halved, or the folder that is named left out;
- a reference that finds the renamed object of another: noticed, and that folder is built alone;
- `openapi`, `crds`, `configurations` and `vars`, which hold for all of a process: the caller says what to keep apart.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gitops_gen.ports import BuildError

MOST_TOGETHER = 50
"""Folders in one process: fewer cost more processes, more cost more memory and save nothing."""
_FEWEST = 4  # a second process pays from here on
_BOUNDARY = "boundary.gitops-gen.dev/v1"
_BOUNDARY_START = f"apiVersion: {_BOUNDARY}\nkind: Boundary\n"
_ORIGIN = re.compile(r"^(      (?:path|configuredIn): )(\S.*)$", re.MULTILINE)
_NAME = re.compile(r"^metadata:\n(?:  .*\n)*?  name: (.+)$", re.MULTILINE)
_SCALAR = re.compile(r"[:-] (\S+)$", re.MULTILINE)
_FAILED = re.compile(r"accumulating resources from '([^']*)'")

Run = Callable[[Path], tuple[bool, str]]
"""Builds the folder of a path: whether it went well, and the output or kustomize's message."""


class Job(NamedTuple):
    """What every step needs. Paths are real ones: kustomize follows links before it goes up."""

    root: Path
    """What the folders are below."""
    temporary: Path
    """A folder of this job's own, outside of `root`."""
    run: Run
    build_alone: Callable[[str], str | BuildError]
    """Builds one folder directly, for its message."""


def build_together(job: Job, folders: Sequence[str]) -> dict[str, str | BuildError]:
    """The build of each of `folders`, by as few processes as it takes."""
    built: dict[str, str | BuildError] = {}
    waiting = [list(folders)]
    while waiting:
        batch = waiting.pop()
        went_well, output = job.run(_write(job, batch))
        texts = _split(output, len(batch)) if went_well else None
        if texts is not None:
            texts = [_relate(text, job) for text in texts]
            built |= zip(batch, texts, strict=True)
            waiting += [[batch[number]] for number in _find_mixed(texts, job.root)]
        elif len(batch) == 1:
            built[batch[0]] = job.build_alone(batch[0])
        else:
            waiting += _divide(batch, output, job)
    return built


def plan_batches(folders: Iterable[str], apart: Mapping[str, str], processes: int) -> list[list[str]]:
    """`folders` in lists for one process each; those with another value in `apart` never in one list."""
    groups: dict[str, list[str]] = {}
    for folder in sorted(set(folders)):
        groups.setdefault(apart.get(folder, ""), []).append(folder)
    batches = []
    for group in groups.values():
        shares = 1 if len(group) < _FEWEST else max(processes, -(-len(group) // MOST_TOGETHER))
        size = -(-len(group) // shares)
        batches += [group[start : start + size] for start in range(0, len(group), size)]
    return sorted(batches, key=len, reverse=True)


def _write(job: Job, batch: Sequence[str]) -> Path:
    """A new folder with a kustomization of all of `batch`, and an object between each two to tell them apart by."""
    folder = job.temporary / f"{sum(1 for _ in job.temporary.iterdir()):05}"
    folder.mkdir()
    lines = ["buildMetadata: [originAnnotations]", "sortOptions: {order: fifo}", "resources:"]
    for index, path in enumerate(batch):
        if index:
            name = f"boundary-{index}"
            (folder / f"{name}.yaml").write_text(f"{_BOUNDARY_START}metadata:\n  name: {name}\n", encoding="utf-8")
            lines.append(f"- {name}.yaml")
        lines.append(f"- {json.dumps(_point(job, path))}")
    (folder / "kustomization.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _point(job: Job, path: str) -> str:
    """The way to a folder from those that `_write` makes, as kustomize will show it."""
    return os.path.relpath(job.root / path, job.temporary / "any").replace(os.sep, "/")


def _split(output: str, count: int) -> list[str] | None:
    """The output of each folder; None if the objects between them are not there as they were put."""
    parts: list[list[str]] = [[]]
    for document in output.removesuffix("\n").split("\n---\n") if output.strip() else []:
        if document.startswith(_BOUNDARY_START):
            if count == 1 or not document.endswith(f"\n  name: boundary-{len(parts)}"):
                return None
            parts.append([])
        else:
            parts[-1].append(document)
    return ["\n---\n".join(part) + "\n" if part else "" for part in parts] if len(parts) == count else None


def _relate(text: str, job: Job) -> str:
    """The text with the paths in its origin annotations below the root."""
    prefix = _point(job, ".") + "/"
    return _ORIGIN.sub(lambda match: match[1] + match[2].removeprefix(prefix), text)


def _divide(batch: list[str], message: str, job: Job) -> Iterator[list[str]]:
    """Smaller lists of what did not build in one: without the folder that the message names, or in halves."""
    failed = _FAILED.search(message)
    middle = len(batch) // 2
    if failed is not None:
        names = [_point(job, path) for path in batch]
        if failed[1] in names:
            bad = names.index(failed[1])
            # What comes before it was read without complaint.
            yield from (part for part in (batch[:bad], [batch[bad]], batch[bad + 1 :]) if part)
            return
    yield batch[:middle]
    yield batch[middle:]


def _find_mixed(texts: Sequence[str], root: Path) -> Iterator[int]:
    """Which of the outputs name a renamed object of another: kustomize may have put that name there."""
    if len(texts) == 1:
        return
    names = [frozenset(_NAME.findall(text)) for text in texts]
    everywhere = frozenset().union(*names)
    renamed: dict[str, bool] = {}
    contents: dict[str, str] = {}
    for number, text in enumerate(texts):
        for name in frozenset(_SCALAR.findall(text)) & everywhere - names[number]:
            if name not in renamed:
                owners = (texts[other] for other in range(len(texts)) if name in names[other])
                renamed[name] = any(_is_renamed(owner, name, root, contents) for owner in owners)
            if renamed[name]:
                yield number
                break


def _is_renamed(text: str, name: str, root: Path, contents: dict[str, str]) -> bool:
    """Whether an object in `text` has a name that the file it came from does not have."""
    for document in text.split("\n---\n"):
        origin = _ORIGIN.search(document)
        if f"\n  name: {name}\n" in f"{document}\n" and (
            origin is None or name not in _read(root, origin[2], contents)
        ):
            return True
    return False


def _read(root: Path, path: str, contents: dict[str, str]) -> str:
    if path not in contents:
        try:
            contents[path] = (root / path.strip("'\"")).read_text(encoding="utf-8", errors="replace")
        except OSError:
            contents[path] = ""
    return contents[path]
