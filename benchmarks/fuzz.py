"""Broken files through `gitops-gen validate`, in this process: whether it ever fails, and how long it takes.

    python benchmarks/fuzz.py [--files 10000] [--seed 1] [--mebibytes 8 2 1]

First 10,000 files, each one of examples/, tests/cases or tests/repositories with one to eight random changes of its
bytes or of its values, are checked one by one; then large files that are made to exhaust their reader or the rules of
their kind. It prints the slowest ones, and ends with 1 if anything raised (such a file is left in the working
directory) or took longer than two seconds.
"""

import argparse
import random
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from gitops_gen.checks.files import OBJECTS, TEXT, FileChecker, Task
from gitops_gen.checks.objects import ObjectChecker
from gitops_gen.checks.schema_store import SchemaStore
from gitops_gen.checks.selection import Selection
from tests.broken import ROOT, list_nasty, list_originals, mutate
from tests.broken_structure import change, read_documents, write_documents
from tests.nasty_kinds import list_nasty_objects, list_nasty_texts

LIMIT = 2.0
"""Seconds of the processor that a file may take: how busy the machine is says nothing of the code."""
SHOWN = 5
"""Files of which the time is printed, or more if they took too long."""
GIVEN_UP = 10.0
"""Seconds after which a file is given up."""


class TooSlowError(Exception):
    """A file takes far too long."""


def give_up(_signal: int, _frame: object) -> None:
    raise TooSlowError


class Run:
    """What was checked so far, and how it went."""

    def __init__(self) -> None:
        self.checker = FileChecker(".", ObjectChecker(SchemaStore(), Selection()))
        self.seconds: list[tuple[float, str, int]] = []
        self.rules: Counter[str] = Counter()
        self.raised = 0

    def check(self, name: str, path: str, content: bytes, mode: str = OBJECTS) -> None:
        """Check one file, and keep how that went."""
        started = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, GIVEN_UP)
            report = self.checker.check(Task(path, mode), content)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except TooSlowError:
            name += " (given up)"
        except Exception:  # noqa: BLE001 - that there is none is what this is about
            self.raised += 1
            traceback.print_exc()
            keep(f"raised-{self.raised}", path, content)
        else:
            self.rules.update({row[3] for row in report.findings})
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)  # after an exception too
        self.seconds.append((time.process_time() - started, name, len(content)))

    def report(self, title: str) -> bool:
        """Print how it went; whether it went well."""
        taken = sorted(self.seconds, reverse=True)
        print(f"\n{title}: {len(taken):,} files, {sum(t[0] for t in taken):.1f} s, {self.raised} tracebacks")
        slow = sum(1 for seconds, _, _ in taken if seconds > LIMIT)
        for seconds, name, size in taken[: max(SHOWN, slow)]:
            print(f"  {seconds:8.3f} s  {size:>9,} bytes  {name}")
        print("  found: " + ", ".join(f"{rule} in {count:,}" for rule, count in sorted(self.rules.items())))
        return not self.raised and not slow


def keep(name: str, path: str, content: bytes) -> None:
    target = Path(f"fuzz-{name}{Path(path).suffix}")
    target.write_bytes(content)
    print(f"kept as {target}")


def run_mutations(count: int, seed: int) -> bool:
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    paths = [*list_originals(), *sorted((ROOT / "tests" / "repositories").rglob("*.yaml"))]
    originals = [(path, path.read_bytes()) for path in paths]
    run = Run()
    for number in range(count):
        path, content = originals[number % len(originals)]
        times = chance.choice([1, 1, 1, 2, 3, 8])
        broken = mutate(content, chance, times) if number % 3 == 0 else restructure(content, chance, times)
        run.check(f"{number}: {path.name}", path.name, broken, TEXT if path.name == "evidence.yaml" else OBJECTS)
    return run.report("mutations")


def restructure(content: bytes, chance: random.Random, times: int) -> bytes:
    """A file with values of other types in it."""
    documents = read_documents(content)
    change(documents, chance, times)
    return write_documents(documents)


def run_nasty(size: int) -> bool:
    run = Run()
    run.checker.check(
        Task("warm.yaml", OBJECTS), b"{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: 1}}"
    )
    for name, content in list_nasty(size):
        for path in ("a.yaml", "a.json", "kustomization.yaml"):
            run.check(f"{name} as {path}", path, content)
    for name, content in list_nasty_objects(size):
        run.check(name, "a.yaml", content)
    for name, path, content in list_nasty_texts(size):
        run.check(name, path, content)
    return run.report(f"nasty files of {size:,} bytes")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mebibytes", type=float, nargs="*", default=[8, 2, 1])
    arguments = parser.parse_args()
    signal.signal(signal.SIGVTALRM, give_up)
    well = [run_mutations(arguments.files, arguments.seed)] if arguments.files else []
    well += [run_nasty(int(mebibytes * 2**20)) for mebibytes in arguments.mebibytes]
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
