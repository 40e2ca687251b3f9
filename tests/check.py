"""Every check there is, one after the other; the first that fails ends it. Arguments go to pytest."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent

CHECKS = [
    [SCRIPTS / "ruff", "format", "--check", "."],
    [SCRIPTS / "ruff", "check", "."],
    [SCRIPTS / "mypy"],
    [SCRIPTS / "lint-imports"],
    # In the order of the files, in which the slow ones come first: else the last of them would run alone.
    [
        *(sys.executable, "-m", "pytest", "--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder"),
        *("--cov", "--cov-fail-under=90"),
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
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
