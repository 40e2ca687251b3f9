"""Start a GitOps repository in a folder, or bring one up to its gitops-gen.yaml; nothing is written before the end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gitops_gen.adapters.files import replace_file
from gitops_gen.choices import Choices, apply_choices, list_conflicts, make_settings
from gitops_gen.config import SETTINGS_FILE, load_settings
from gitops_gen.errors import ConfigError, GitopsGenError, InvalidValueError
from gitops_gen.ownership import read_stamp
from gitops_gen.render.environment import SUFFIX, Templates
from gitops_gen.render.readme import render_readme
from gitops_gen.render.repository import list_placeholders, render_repository, render_settings_file
from gitops_gen.settings import Settings

README = "README.md"
# Where the program's files of another forge or of a removed environment may be left over.
_SWEPT = (
    ".gitops-gen",
    "bootstrap",
    "platform/open-data-hub",
    ".github/workflows",
    ".gitea/workflows",
    ".gitlab-ci.yml",
)

FileStatus = Literal["created", "updated", "unchanged", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaffoldFile:
    """One file of the repository, and what becomes of it."""

    path: str
    status: FileStatus
    """`kept`: a person's, or edited by one, and so left as it is."""
    text: str
    """What is written where the status is created or updated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaffold:
    """All that `init` would write; nothing is written yet."""

    directory: Path
    operation: Literal["created", "updated", "unchanged"]
    settings: Settings
    files: tuple[ScaffoldFile, ...]
    """Sorted by path."""
    warnings: tuple[str, ...] = ()


def read_settings_file(directory: Path) -> bytes | None:
    """The folder's gitops-gen.yaml; None if there is none yet."""
    return _read(directory / SETTINGS_FILE)


def plan_scaffold(directory: Path, choices: Choices, *, force: bool = False) -> Scaffold:
    """What to write for `choices`, or for the gitops-gen.yaml that is there.

    `force` lets choices change an existing gitops-gen.yaml, and replaces files of the program that people edited.

    Raises:
        InvalidValueError: the folder is a file, a choice is missing.
        ConfigError: gitops-gen.yaml is wrong, or says something else than the choices.
    """
    if directory.exists() and not directory.is_dir():
        raise InvalidValueError(f"{directory} is not a folder", hint="name a folder, new or existing")
    present = read_settings_file(directory)
    if present is None:
        settings = make_settings(choices)
        settings_text = render_settings_file(settings, Templates())
    else:
        settings, settings_text = _reconcile(present, choices, force=force)
    templates = Templates(_read_overrides(directory, settings.templates), folder=settings.templates or "templates")
    owned = render_repository(settings, templates)
    files = [
        _judge_settings(present, settings_text, render_settings_file(settings, templates)),
        _judge_once(directory, README, render_readme(settings)),
        *(_judge_placeholder(directory, path) for path in list_placeholders(settings)),
        *(_judge_owned(directory, path, text, force=force) for path, text in owned.items()),
    ]
    files.sort(key=lambda file: file.path)
    for file in files:
        _check_place(directory, file.path)
    changed = any(file.status in {"created", "updated"} for file in files)
    return Scaffold(
        directory=directory,
        operation="created" if present is None else "updated" if changed else "unchanged",
        settings=settings,
        files=tuple(files),
        warnings=tuple(_list_warnings(directory, files, owned)),
    )


def write_scaffold(scaffold: Scaffold) -> None:
    """Write what is new or changed, each file in one step; gitops-gen.yaml comes last, so a broken-off run starts anew.

    Raises:
        GitopsGenError: the disk or its permissions do not allow it; the message names the file.
    """
    changed = [file for file in scaffold.files if file.status in {"created", "updated"}]
    for file in sorted(changed, key=lambda file: (file.path == SETTINGS_FILE, file.path)):
        path = scaffold.directory / file.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, file.text.encode())
        except OSError as error:
            raise GitopsGenError(
                f"{path} cannot be written: {error.strerror}",
                hint="what was written so far is complete; run init again",
            ) from error


def _reconcile(present: bytes, choices: Choices, *, force: bool) -> tuple[Settings, str]:
    """The settings that are there, changed by the choices if that is wanted, and the text of their file."""
    settings = load_settings(present)
    text = present.decode("utf-8-sig")
    conflicts = list_conflicts(settings, choices)
    if not conflicts:
        return settings, text
    if not force:
        lines = (f"{SETTINGS_FILE} has {c.key}: {c.there}, but {c.option} asks for {c.asked}" for c in conflicts)
        raise ConfigError(
            "\n".join(lines),
            hint=f"edit {SETTINGS_FILE} and run init without these options, or let --force change it",
        )
    text = apply_choices(text, choices)
    return load_settings(text), text


def _judge_settings(present: bytes | None, text: str, rendered: str) -> ScaffoldFile:
    status: FileStatus
    if present is None:
        status = "created"
    elif present.decode("utf-8-sig") != text:
        status = "updated"
    else:
        status = "unchanged" if _same(text, rendered) else "kept"
    return ScaffoldFile(path=SETTINGS_FILE, status=status, text=text)


def _judge_once(directory: Path, path: str, text: str) -> ScaffoldFile:
    """A file for people: written if it is not there, otherwise theirs."""
    present = _read(directory / path)
    if present is None:
        return ScaffoldFile(path=path, status="created", text=text)
    same = _same(present.decode(errors="replace"), text)
    return ScaffoldFile(path=path, status="unchanged" if same else "kept", text=text)


def _judge_placeholder(directory: Path, path: str) -> ScaffoldFile:
    folder = (directory / path).parent
    filled = folder.is_dir() and any(folder.iterdir())
    return ScaffoldFile(path=path, status="unchanged" if filled else "created", text="")


def _judge_owned(directory: Path, path: str, text: str, *, force: bool) -> ScaffoldFile:
    """A file of the program: brought up to date unless a person has edited it, or put another in its place."""
    present = _read(directory / path)
    status: FileStatus
    if present is None:
        status = "created"
    elif _same(present.decode(errors="replace"), text):
        status = "unchanged"
    elif _is_edited(present) and not force:
        status = "kept"
    else:
        status = "updated"
    return ScaffoldFile(path=path, status=status, text=text)


def _list_warnings(directory: Path, files: list[ScaffoldFile], owned: Mapping[str, str]) -> Iterator[str]:
    for file in files:
        if file.path not in owned or file.status not in {"kept", "updated"}:
            continue
        present = _read(directory / file.path)
        if present is not None and _is_edited(present):
            yield (
                f"{file.path} was written or edited by hand and is kept; --force puts the program's own in its place"
                if file.status == "kept"
                else f"{file.path} was written or edited by hand and is replaced"
            )
    for path in _list_stamped(directory):
        if path not in owned:
            yield f"{path} is not needed any more: delete it"


def _list_stamped(directory: Path) -> Iterator[str]:
    for name in _SWEPT:
        start = directory / name
        for path in sorted([start] if start.is_file() else start.rglob("*")):
            content = _read(path)
            if content is not None and read_stamp(content.decode(errors="replace")) is not None:
                yield path.relative_to(directory).as_posix()


def _is_edited(content: bytes) -> bool:
    stamp = read_stamp(content.decode(errors="replace"))
    return stamp is None or stamp.edited


def _same(left: str, right: str) -> bool:
    """Equal but for line endings, which git may change at checkout."""
    return left.replace("\r\n", "\n") == right.replace("\r\n", "\n")


def _read_overrides(directory: Path, folder: str) -> dict[str, str]:
    """A team's own templates by name."""
    if not folder:
        return {}
    start = directory / folder
    found = {}
    for path in sorted(start.rglob(f"*{SUFFIX}")):
        try:
            found[path.relative_to(start).as_posix()] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"template {path} cannot be read: {error}", hint="save it as UTF-8 text") from error
    return found


def _check_place(directory: Path, path: str) -> None:
    """Refuse what would fail half-way: a folder where a file belongs, or a file where a folder belongs."""
    target = directory / path
    if target.is_dir():
        raise InvalidValueError(f"{target} is a folder, but a file belongs there", hint="move it away")
    for parent in target.parents:
        if parent == directory:
            break
        if parent.exists() and not parent.is_dir():
            raise InvalidValueError(f"{parent} is a file, but a folder belongs there", hint="move it away")


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise GitopsGenError(f"{path} cannot be read: {error.strerror}") from error
