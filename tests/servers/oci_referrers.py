"""A registry with the referrers API of OCI 1.1: go-containerregistry's, built with go."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.servers.oci_registry import OciRegistry

_VERSION = "v0.20.3"
_MAIN = """package main

import (
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	http.ListenAndServe(os.Args[1], registry.New(registry.WithReferrersSupport(true)))
}
"""
_BUILD_SECONDS = 300
_START_SECONDS = 20


def build(folder: Path) -> Path:
    """The registry's program, or the test is skipped."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("needs go, to build a registry with the referrers API")
    (folder / "main.go").write_text(_MAIN)
    module = f"module referrers\n\ngo 1.22\n\nrequire github.com/google/go-containerregistry {_VERSION}\n"
    (folder / "go.mod").write_text(module)
    program = folder / "registry"
    done = subprocess.run(
        [go, "build", "-mod=mod", "-o", str(program), "."],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_BUILD_SECONDS,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"go cannot build the registry: {done.stderr[-300:]}")
    return program


@contextmanager
def running(folder: Path) -> Iterator[OciRegistry]:
    """The registry inside the block; its content is in memory."""
    program = build(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    registry = OciRegistry("", folder)
    registry.host = host
    process = subprocess.Popen([str(program), host], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                if requests.get(f"http://{host}/v2/", timeout=5).ok:
                    break
            except requests.ConnectionError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.05)
        yield registry
    finally:
        process.terminate()
        process.wait(10)
