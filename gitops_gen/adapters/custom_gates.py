"""Gates of the team's own: a program, or a function of Python in a process of its own, asked by JSON on its input."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from gitops_gen.checks.prometheus_durations import read_duration
from gitops_gen.gate_settings import CustomGate
from gitops_gen.model import Verdict
from gitops_gen.names import show, strip_credentials

_RESULTS = frozenset({"passed", "warned", "failed"})
_LONGEST_DETAIL = 400
_MOST_SAID = 1_000_000
_SHOWN = 200


class CustomGateRunner:
    """Runs them on this machine, with its environment; fits ports.CustomGates."""

    def ask(self, name: str, gate: CustomGate, document: Mapping[str, Any]) -> Verdict:
        """What the gate says. See `ports.CustomGates`."""
        command = gate.command or (sys.executable, "-m", "gitops_gen.adapters.custom_gate", gate.entry_point)
        seconds = (read_duration(gate.timeout) or 0) / 1000
        answer, problem = _run(command, json.dumps(document).encode(), seconds)
        if not problem:
            result, detail = answer.get("result"), answer.get("detail", "")
            if result in _RESULTS and isinstance(detail, str):
                return Verdict(gate=f"custom:{name}", result=result, detail=_clean(detail, _LONGEST_DETAIL))
            problem = f"it answered {show(json.dumps(answer), _SHOWN)}, which has no result passed, warned or failed"
        return Verdict(gate=f"custom:{name}", result="failed", detail=f"it gave no verdict: {problem}")


def _run(command: Sequence[str], document: bytes, seconds: float) -> tuple[Mapping[str, Any], str]:
    """The answer, or what was wrong with it."""
    try:
        child = subprocess.Popen(  # noqa: S603 - the team's own command, from the base branch
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
    except OSError as error:
        return {}, f"{show(command[0])} cannot be run: {error.strerror}"
    try:
        out, err = child.communicate(document, timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(child)
        return {}, f"no answer within {seconds:g} seconds"
    if child.returncode:
        said = _clean(err.decode(errors="replace"), _SHOWN)
        return {}, f"it ended with code {child.returncode}" + (f": {said}" if said else "")
    try:
        answer = json.loads(out) if len(out) <= _MOST_SAID else None
    except (ValueError, RecursionError):
        return {}, f"it answered {show(out[:_SHOWN].decode(errors='replace'), _SHOWN)}, which is not JSON"
    return (answer, "") if isinstance(answer, dict) else ({}, "its answer is no JSON object")


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End it and all that it started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (AttributeError, OSError):  # no such call on Windows; it may have ended just now
        child.kill()
    child.communicate()


def _clean(text: str, limit: int) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in strip_credentials(text)).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
