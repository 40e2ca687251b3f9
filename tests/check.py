"""Every check there is, one after the other; the first that fails ends it. Arguments go to pytest."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent

NOTHING_CHOSEN = 5
"""What pytest ends with when the arguments leave none of its tests."""
PYTEST = (sys.executable, "-m", "pytest", "--numprocesses=2")
UNMEASURED = (
    "tests/integration/test_readme.py",
    "tests/integration/test_pre_commit.py",
    "tests/integration/test_seeded_faults.py",
    "tests/integration/test_rules_alone.py",
    "tests/integration/test_rule_pages.py",
    "tests/integration/test_fuzz.py",
    "tests/integration/test_corpus.py",
    "tests/integration/test_yaml_as_kubectl.py",
    "tests/conformance",
    "tests/unit/test_cel.py",
)
"""Tests of other processes, and those that go the same ways thousands of times: coverage would only cost time."""
CHECKS = [
    [SCRIPTS / "ruff", "format", "--check", "."],
    [SCRIPTS / "ruff", "check", "."],
    [SCRIPTS / "mypy"],
    [SCRIPTS / "lint-imports"],
    [*PYTEST, "--dist=worksteal", *UNMEASURED],
    # In the order of the files, in which the slow ones come first: else the last of them would run alone.
    [
        *(*PYTEST, "--dist=loadfile", "--no-loadscope-reorder", *(f"--ignore={path}" for path in UNMEASURED)),
        # It would take CI beyond its twenty minutes.
        *(() if os.environ.get("CI") else ("--cov", "--cov-fail-under=90")),
    ],
]


def main() -> int:
    """Exit code of the first check that fails, 0 if none does."""
    for check in CHECKS:
        command = [str(part) for part in check]
        if "pytest" in command:
            command += sys.argv[1:]
        print("$", Path(command[0]).name, *command[1:], flush=True)
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code and not (code == NOTHING_CHOSEN and sys.argv[1:]):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
