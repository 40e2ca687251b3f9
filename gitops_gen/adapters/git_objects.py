"""Git's objects as it stores them: folders, commits, and the ids of files."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

FOLDER_MODE = "40000"
FILE_MODES = frozenset({"100644", "100755"})
"""Regular files; links and submodules have other modes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands behind a name in a folder."""

    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder; of thousands of entries only those that are asked for are decoded."""

    entries: Mapping[bytes, tuple[bytes, bytes]] = field(default_factory=dict)
    """Mode and id by name."""

    def get(self, name: str) -> Entry | None:
        """What stands behind a name."""
        found = self.entries.get(name.encode(errors="surrogateescape"))
        return Entry(found[0].decode(), found[1].hex()) if found else None

    def names_unlike(self, other: "Tree") -> list[str]:
        """Names behind which the two have different things."""
        names = {name for name, _ in self.entries.items() ^ other.entries.items()}
        return sorted(name.decode(errors="surrogateescape") for name in names)

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        for name, (mode, id_) in self.entries.items():
            yield name.decode(errors="surrogateescape"), Entry(mode.decode(), id_.hex())


def parse_tree(data: bytes, id_size: int) -> Tree:
    """The folder that git stores as `data`, with ids of `id_size` bytes."""
    lines = re.findall(rb"(\d+) ([^\0]+)\0(.{%d})" % id_size, data, re.DOTALL)
    return Tree({name: (mode, id_) for mode, name, id_ in lines})


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit, parsed."""

    tree: str
    parents: tuple[str, ...]
    author: str
    message: str

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]


def parse_commit(data: bytes) -> Commit:
    """The commit that git stores as `data`."""
    head, _, message = data.partition(b"\n\n")
    fields = [line.decode(errors="replace").partition(" ") for line in head.splitlines()]
    return Commit(
        tree=next(value for key, _, value in fields if key == "tree"),
        parents=tuple(value for key, _, value in fields if key == "parent"),
        author=next((value.rpartition("<")[0].strip() for key, _, value in fields if key == "author"), ""),
        message=message.decode(errors="replace"),
    )


def hash_blob(content: bytes, *, like: str) -> str:
    """The id that git gives to a file of this content, in a repository where `like` is an id."""
    sha256_digits = 64
    algorithm = "sha256" if len(like) == sha256_digits else "sha1"
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
