"""Mistakes that people make in a GitOps repository, as data: each is one change to a repository of REPOSITORIES.

The lists stand in mutations_<subject>.py: every tuple of mutations there counts. `apply_mutation` makes the change and
says which lines must be reported.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from gitops_gen.evidence import hash_evidence
from gitops_gen.evidence_file import parse_evidence

EXAMPLES = Path(__file__).parents[1] / "examples"
REPOSITORIES = {
    **{path.parent.name: path for path in sorted(EXAMPLES.glob("*/repository"))},
    **{path.name: path for path in sorted((Path(__file__).parent / "repositories").iterdir())},
}
"""The repositories that mistakes are made in, by name; nothing is wrong with any of them.

Those of examples/ are what the program wrote, those of tests/repositories/ are written by hand.
"""
BASE = "models/churn/base"
SELDON_DEPLOYMENT = f"{BASE}/seldondeployment.yaml"
INFERENCE_SERVICE = f"{BASE}/inferenceservice.yaml"
PRODUCTION = "models/churn/overlays/production/kustomization.yaml"
STAGING = "models/churn/overlays/staging/kustomization.yaml"
PRODUCTION_EVIDENCE = "models/churn/overlays/production/evidence.yaml"
STAGING_EVIDENCE = "models/churn/overlays/staging/evidence.yaml"
OPEN_DATA_HUB = "platform/open-data-hub/base"


@dataclass(frozen=True)
class Mutation:
    """One mistake, where it is made, and where it must be found."""

    name: str
    example: str
    """The name of the repository in REPOSITORIES."""
    path: str
    """The file that is changed, below the repository."""
    old: str = ""
    """A text that stands in the file once."""
    new: str = ""
    """What a person wrote instead."""
    operation: str = ""
    """What is done to the file instead: one of OPERATIONS, with `new` as its argument."""
    end: str = ""
    """What is added at the end of the file besides."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Files that are new in the repository."""
    place: tuple[str, str] = ("", "")
    """A file, and the line of it that must be reported, or a text that only stands there.

    By default it is the first line that the change touches.
    """
    rule: str = ""
    """The rule that must find it; by default any."""
    missed: str = ""
    """Why it is not found; empty if it is."""


def in_file(example: str, path: str) -> Callable[..., Mutation]:
    """A short way to write many mutations of one file."""

    def make(name: str, old: str = "", new: str = "", **more: str | Mapping[str, str] | tuple[str, str]) -> Mutation:
        return Mutation(name, example, path, old, new, **more)  # type: ignore[arg-type] # Mutation's own fields

    return make


def in_base(name: str) -> Callable[..., Mutation]:
    """The same for a file in the base of a component of the platform: `kafka/kafkatopic`."""
    component, _, file = name.partition("/")
    return in_file("platform", f"platform/{component}/base/{file}.yaml")


def load_mutations() -> tuple[Mutation, ...]:
    """The mutations of all mutations_<subject>.py, in the order of their names; each counts once."""
    modules = [import_module(f"tests.{path.stem}") for path in sorted(Path(__file__).parent.glob("mutations_*.py"))]
    values = [value for module in modules for value in vars(module).values() if isinstance(value, tuple)]
    found = {id(entry): entry for value in values for entry in value if isinstance(entry, Mutation)}
    return tuple(found.values())


def apply_mutation(mutation: Mutation, root: Path) -> tuple[str, int]:
    """Change the repository at `root`; gives the file and the line that must be reported."""
    for name, text in mutation.also.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    path = root / mutation.path
    line = 1
    if mutation.operation:
        OPERATIONS[mutation.operation](root, path, mutation.new)
    else:
        before = path.read_text(encoding="utf-8")
        assert before.count(mutation.old) == 1, f"{mutation.old!r} stands {before.count(mutation.old)} times"
        after = before.replace(mutation.old, mutation.new) + mutation.end
        assert after != before
        path.write_text(after, encoding="utf-8")
        line = _find_changed_line(before, after)
    where, text = mutation.place
    if where:
        lines = (root / where).read_text(encoding="utf-8", errors="replace").splitlines()
        found = [number for number, content in enumerate(lines, 1) if content == text]
        found = found or [number for number, content in enumerate(lines, 1) if text in content]
        assert len(found) == 1, f"{text!r} stands on the lines {found} of {where}"
        return where, found[0]
    return mutation.path, line


def _find_changed_line(before: str, after: str) -> int:
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    same = next((number for number, (old, new) in enumerate(pairs) if old != new), None)
    assert same is not None
    return min(same + 1, max(1, len(after.splitlines())))


def _append(_root: Path, path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def _cut(_root: Path, path: Path, text: str) -> None:
    before = path.read_text(encoding="utf-8")
    assert before.count(text) == 1
    path.write_text(before[: before.index(text)], encoding="utf-8")


def _delete(_root: Path, path: Path, _text: str) -> None:
    path.unlink()


def _rename(_root: Path, path: Path, name: str) -> None:
    path.rename(path.with_name(name))


def _encode(_root: Path, path: Path, encoding: str) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))


def _link(_root: Path, path: Path, target: str) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def _copy(root: Path, path: Path, source: str) -> None:
    shutil.copyfile(root / source, path)


def _empty(_root: Path, path: Path, _text: str) -> None:
    path.write_bytes(b"")


def _pipe(_root: Path, path: Path, _text: str) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def _grow(_root: Path, path: Path, size: str) -> None:
    content = path.read_bytes()
    path.write_bytes(content + b"\n" * (int(size) - len(content)))


def _crlf(_root: Path, path: Path, _text: str) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def _forge_evidence(_root: Path, path: Path, change: str) -> None:
    old, _, new = change.partition(" => ")
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    text = text.replace(old, new)
    data = parse_evidence(text, path=path.name).data
    told = str(data["hash"])
    path.write_text(text.replace(told, hash_evidence(data)), encoding="utf-8")


OPERATIONS: dict[str, Callable[[Path, Path, str], None]] = {
    "append": _append,
    "cut": _cut,  # the file ends before the text
    "delete": _delete,
    "rename": _rename,
    "encode": _encode,
    "link": _link,
    "copy": _copy,  # over the file, from another of the repository
    "empty": _empty,
    "pipe": _pipe,
    "grow": _grow,  # to so many bytes
    "crlf": _crlf,
    "forge": _forge_evidence,  # `OLD => NEW` in evidence, and a hash that fits
}
