"""Formats of texts in custom kinds: what k8s.io/apiextensions-apiserver v0.34.1 said to the same texts."""

import pytest

from gitops_gen.checks.formats import CUSTOM, NATIVE
from gitops_gen.checks.schema_store import Schema

CASES = {
    "byte": (["YQ==", "aGk=", "aGkh"], ["", "a", "aGk", "aGkh\naGkh"]),
    "cidr": (
        ["10.0.0.0/8", "::/0", "010.0.0.0/8", "10.0.0.0/08"],
        ["10.0.0.0/33", "::/129", "10.0.0.1/", "/8", "10.0.0.1"],
    ),
    "date": (["2020-01-01"], ["2020-02-30", "2020-1-1", "", "2020-01-01T00:00:00Z"]),
    "date-time": (
        ["2020-01-01T00:00:00Z", "2020-01-01t00:00:00z", "2020-01-01T00:00:00.123+01:00"],
        [
            "2020-01-01T00:00:00",
            "2020-01-01T25:00:00Z",
            "2020-01-01 00:00:00Z",
            "2020-01-01T00:00:60Z",
            "2020-01-01",
            "",
        ],
    ),
    "duration": (["1h30m", "0", "-1h", "1.5h", "5 minutes", "3 days", "1d", "1w"], ["", "5", "h", "10 x", "P-D"]),
    "email": (["a@b.c"], ["", "a", "@b", "a@"]),
    "hexcolor": (["#fff", "fff", "#A0b1C2"], ["#ffff", "", "#ggg"]),
    "hostname": (["a.b.example", "localhost"], ["", "a b", "http://a", "a@b.c", "10.0.0.1", "a..b", "a" * 64]),
    "ipv4": (["10.0.0.1", "010.0.0.1", "::ffff:10.0.0.1"], ["10.0.0.256", "10.0.0", "::1", ""]),
    "ipv6": (["::1", "fe80::1"], ["10.0.0.1", "1::2::3", "fe80::1%eth0", ""]),
    "uri": (["http://a", "/x", "mailto:a@b"], ["", "a", "a b", "example.com", "#x"]),
    "uuid": (["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"], ["", "123e4567"]),
    "uuid3": (["123e4567-e89b-32d3-c456-426614174000"], ["123e4567-e89b-12d3-a456-426614174000"]),
    "uuid4": (["123E4567-E89B-42D3-A456-426614174000"], ["123e4567-e89b-42d3-c456-426614174000"]),
    "uuid5": (["123e4567-e89b-52d3-b456-426614174000"], ["123e4567-e89b-42d3-b456-426614174000"]),
}


@pytest.mark.parametrize("name", CASES)
def test_each_format_is_that_of_the_api_server(name):
    schema = Schema({"format": name, "x-kubernetes-version": "1.31"}, origin="test")
    good, bad = CASES[name]
    assert [text for text in good if not schema.is_valid(text)] == []
    assert [text for text in bad if schema.is_valid(text)] == []


@pytest.mark.parametrize(
    "name", ["time", "regex", "uri-reference", "idn-hostname", "k8s-short-name", "password", "no-such"]
)
def test_a_format_that_no_api_server_looks_at_is_open(name):
    schema = Schema({"format": name, "x-kubernetes-version": "1.31"}, origin="test")
    assert schema.is_valid("(: not a value of any format :)")


def test_every_format_that_is_looked_at_has_a_case():
    opened = {name for name, check in CUSTOM.items() if check("(: :)")}
    assert CUSTOM.keys() - opened - {"datetime"} == CASES.keys()


def test_native_kinds_read_bytes_and_durations_as_go_does():
    assert NATIVE["byte"]("")
    assert NATIVE["byte"]("aGkh\naGkh")
    assert not NATIVE["duration"]("5 minutes")
