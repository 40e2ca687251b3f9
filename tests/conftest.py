"""Fixtures that more than one test folder uses, and the rule that a missing server is never overlooked."""

import os

import pytest
from hypothesis import settings

pytest_plugins = [
    "tests.servers.git_http",
    "tests.servers.mlflow_server",
    "tests.servers.oci_registry",
]

REQUIRE_SERVERS = "GITOPS_GEN_REQUIRE_SERVERS"
"""Set in CI, where every server is installed: a test that skips for want of one fails the whole run."""

settings.register_profile("unhurried", deadline=None)  # how busy the machine is says nothing of the code
settings.load_profile("unhurried")

_missing: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        if reason.startswith("needs "):
            _missing.add(reason)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _missing and os.environ.get(REQUIRE_SERVERS):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _missing and os.environ.get(REQUIRE_SERVERS):
        terminalreporter.section("skipped for want of a program", red=True)
        for reason in sorted(_missing):
            terminalreporter.line(reason)
