"""Quantities: the answers are those of k8s.io/apimachinery 0.34, pkg/api/resource."""

import pytest

from gitops_gen.checks.quantities import parse_quantity


def compare(first: object, second: object) -> int:
    left, right = parse_quantity(first), parse_quantity(second)
    assert left is not None
    assert right is not None
    return left.exceeds(right) - right.exceeds(left)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("1Gi", "1024Mi", 0),
        ("1G", "1Gi", -1),
        ("500m", "0.5", 0),
        (1, "1000m", 0),
        (0.1, "100m", 0),
        ("1e3", "1k", 0),
        ("1E3", 1000, 0),
        ("2Gi", 2147483649, -1),
        (".5", 0.5, 0),
        ("5.", 5, 0),
        ("-1", 0, -1),
        ("1n", 0, 1),
        ("1.5Gi", "1536Mi", 0),
        ("1Ei", "1E", 1),
        ("+1", 1, 0),
        ("1e-3", "1m", 0),
        ("1u", "1n", 1),
        ("1Ki", 1024, 0),
    ],
)
def test_two_quantities(first: object, second: object, expected: int) -> None:
    assert compare(first, second) == expected


@pytest.mark.parametrize(
    "value", ["", "1GB", "1g", "1K", "1.2.3", "1 Gi", "1e", "0x1", "12e", "1mi", "9" * 99, True, None, [1], {}]
)
def test_no_quantity(value: object) -> None:
    assert parse_quantity(value) is None
