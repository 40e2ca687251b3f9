"""The outcome of a whole run, kept: while nothing has changed that it depends on, it is the answer. Kept light."""

import os
import sys
from _blake2 import blake2b
from collections.abc import Iterable, Mapping
from typing import Any

from gitops_gen.checks.cache import Cache, fingerprint_program, hash_parts
from gitops_gen.checks.discover import KUSTOMIZATIONS, Found
from gitops_gen.checks.limits import SIZE_LIMIT, read_start

_BUILDERS = ("kustomize", "kubectl")


def hash_world(options: Iterable[str]) -> bytes:
    """What every result depends on: the program, its libraries, and options that change what is found."""
    return hash_parts(fingerprint_program(), *(option.encode("utf-8", "surrogateescape") for option in options))


def hash_inputs(root: str, found: Found) -> bytes:
    """A hash over everything that a search found: paths, contents, and what could not be taken."""
    digest = blake2b(digest_size=16)
    prefix = root.rstrip(os.sep) + os.sep
    for path in found.files:
        content = _read(prefix + path)
        digest.update(b"%d %d " % (len(path), -1 if content is None else len(content)))
        digest.update(path.encode("utf-8", "surrogateescape"))
        digest.update(content or b"")
    digest.update(repr((found.problems, found.passed_over)).encode("utf-8", "surrogateescape"))
    if any(path.endswith(KUSTOMIZATIONS) for path in found.files):
        digest.update(describe_builders())
    return digest.digest()


def hash_file(path: str) -> bytes:
    """A hash over the content of a file; another one where there is none."""
    content = _read(path, limit=sys.maxsize)
    return b"" if content is None else hash_parts(content)


def load_run(cache: Cache, key: bytes, root: str) -> Mapping[str, Any] | None:
    """The outcome that was kept under `key`, if the files that builds read besides are as they were."""
    run = cache.load("runs", key)
    if not isinstance(run, dict):
        return None
    extra: dict[str, bytes] = run["extra"]
    same = all(hash_file(os.path.join(root, path)) == known for path, known in extra.items())
    return run if same else None


def save_run(cache: Cache, key: bytes, root: str, run: Mapping[str, Any], extra: Iterable[str]) -> None:
    """Keep an outcome of plain types, with the hashes of the `extra` files that it depends on."""
    hashes = {path: hash_file(os.path.join(root, path)) for path in extra}
    cache.save("runs", key, {**run, "extra": hashes})


def _read(path: str, limit: int = SIZE_LIMIT + 1) -> bytes | None:
    try:
        return read_start(path, limit)
    except OSError:
        return None


def describe_builders() -> bytes:
    """Which kustomize would be used, as bytes to hash: another one may build something else."""
    facts = []
    for folder in (*os.environ.get("PATH", "").split(os.pathsep), os.path.dirname(sys.executable)):
        for name in _BUILDERS:
            path = os.path.join(folder, name)
            try:
                stat = os.stat(path)
            except OSError:
                continue
            facts.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
    return "\n".join(facts).encode("utf-8", "surrogateescape")
