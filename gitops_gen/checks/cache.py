"""What was found before, kept between runs: keyed by content, signed, and so never able to hide a finding.

A key is a hash over everything that a result depends on. What is stored is believed only if it carries a signature
made with a key of this user on this machine, which lies outside of the cache's folder: a cache that was damaged,
copied from elsewhere or written by somebody else counts as empty. Kept light: the shortest run reads it too.
"""

import marshal
import os
import sys
from _blake2 import blake2b  # hashlib's own, without the 5 ms that loading OpenSSL takes
from collections.abc import Iterable
from typing import Any

_SIZE = 16
_SIGNATURE = 32
_SECRET = 32
_RUNS_KEPT = 64
_TABLES_KEPT = 8
_TABLE_LIMIT = 32 * 1024 * 1024
_ENTRIES_LIMIT = 60_000
CACHE_VARIABLE = "GITOPS_GEN_CACHE_DIR"


def hash_parts(*parts: bytes) -> bytes:
    """A hash over several byte strings, each with its length, so that no two lists of parts are alike."""
    digest = blake2b(digest_size=_SIZE)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()


def fingerprint_program() -> bytes:
    """A hash that changes with the program itself and the schemas and libraries that it judges by."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    facts = [sys.version]
    for folder in (package, os.path.join(os.path.dirname(package), "schemas")):
        facts += _describe_folder(folder)
    for entry in sys.path:
        for name in ("kubernetes_validate/kubernetes-json-schema", "jsonschema_rs", "yaml", "cel_expr_python"):
            facts += _describe_file(os.path.join(entry, name))
    return hash_parts(*(fact.encode("utf-8", "surrogateescape") for fact in facts))


def _describe_folder(folder: str) -> list[str]:
    facts = []
    pending = [folder]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir():
                        pending.append(entry.path)
                    elif not entry.name.endswith(".pyc"):
                        stat = entry.stat()
                        facts.append(f"{entry.path} {stat.st_size} {stat.st_mtime_ns}")
        except OSError:
            continue
    return sorted(facts)


def _describe_file(path: str) -> list[str]:
    try:
        stat = os.stat(path)
    except OSError:
        return []
    return [f"{path} {stat.st_size} {stat.st_mtime_ns}"]


class Cache:
    """A folder of signed results. Where it cannot be read or written it is empty, and nothing else is different."""

    def __init__(self, folder: str, secret: bytes) -> None:
        self._folder = folder
        self._secret = secret

    def load(self, name: str, key: bytes) -> Any:  # noqa: ANN401 - what was saved
        """What was saved under `key`; None if there is nothing that can be believed."""
        try:
            with open(self._path(name, key), "rb") as stream:
                content = stream.read(_TABLE_LIMIT + 1)
        except OSError:
            return None
        signature, body = content[:_SIGNATURE], content[_SIGNATURE:]
        if len(content) > _TABLE_LIMIT or signature != self._sign(name, key, body):
            return None
        return marshal.loads(body)  # noqa: S302 - signed by ourselves

    def save(self, name: str, key: bytes, value: Any) -> None:  # noqa: ANN401 - plain types
        """Keep a value of plain types; the oldest of its name go."""
        body = marshal.dumps(value)
        path = self._path(name, key)
        temporary = f"{path}.{os.getpid()}"
        if len(body) + _SIGNATURE > _TABLE_LIMIT:
            return
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            with open(temporary, "wb") as stream:
                stream.write(self._sign(name, key, body) + body)
            os.replace(temporary, path)
            self._prune(os.path.dirname(path), _RUNS_KEPT if name == "runs" else _TABLES_KEPT)
        except OSError:
            _remove(temporary)

    def _path(self, name: str, key: bytes) -> str:
        return os.path.join(self._folder, name, key.hex())

    def _sign(self, name: str, key: bytes, body: bytes) -> bytes:
        signer = blake2b(key=self._secret, digest_size=_SIGNATURE)
        signer.update(name.encode() + b"\0" + key)
        signer.update(body)
        return signer.digest()

    @staticmethod
    def _prune(folder: str, kept: int) -> None:
        with os.scandir(folder) as entries:
            files = sorted(((entry.stat().st_mtime_ns, entry.path) for entry in entries), reverse=True)
        for _, path in files[kept:]:
            _remove(path)


class Table:
    """Many small results in one file, read at once; what was not asked for in a long time goes when it grows."""

    def __init__(self, cache: Cache | None, name: str, world: bytes) -> None:
        self._cache = cache
        self._name = name
        self._world = world
        stored = cache.load(name, world) if cache is not None else None
        self.entries: dict[bytes, Any] = stored if isinstance(stored, dict) else {}
        self._used: set[bytes] = set()
        self.hits = 0

    def get(self, key: bytes) -> Any:  # noqa: ANN401 - what was put there
        """The value under `key`; None if there is none."""
        value = self.entries.get(key)
        if value is not None:
            self.hits += 1
            self._used.add(key)
        return value

    def save(self, new: Iterable[tuple[bytes, Any]]) -> None:
        """Add new entries and write the file, if there are any."""
        added = dict(new)
        if self._cache is None or not added:
            return
        if len(self.entries) + len(added) > _ENTRIES_LIMIT:
            self.entries = {key: value for key, value in self.entries.items() if key in self._used}
        self.entries.update(added)
        self._cache.save(self._name, self._world, self.entries)


def open_cache() -> Cache | None:
    """The user's cache; None where there is no place for one or its key cannot be kept."""
    folder = os.environ.get(CACHE_VARIABLE) or _find_folder("XDG_CACHE_HOME", ".cache")
    if not folder:
        return None
    secret = _read_secret()
    return Cache(folder, secret) if secret is not None else None


def _find_folder(variable: str, default: str) -> str:
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA", "")
        return os.path.join(base, "gitops-gen", default.rpartition("/")[2].lstrip(".")) if base else ""
    base = os.environ.get(variable, "")
    if not os.path.isabs(base):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            return ""
        base = os.path.join(home, default)
    return os.path.join(base, "gitops-gen")


def _read_secret() -> bytes | None:
    folder = _find_folder("XDG_STATE_HOME", ".local/state")
    if not folder:
        return None
    path = os.path.join(folder, "cache.key")
    for _ in range(2):
        try:
            with open(path, "rb") as stream:
                secret = stream.read(_SECRET + 1)
            if len(secret) == _SECRET:
                return secret
            _remove(path)
        except FileNotFoundError:
            pass
        except OSError:
            return None
        _write_secret(folder, path)
    return None


def _write_secret(folder: str, path: str) -> None:
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as stream:
            stream.write(os.urandom(_SECRET))
        os.link(temporary, path)  # fails where another run was faster: its key is as good
    except OSError:
        pass
    finally:
        _remove(temporary)


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass
