"""Broken files for tests and a benchmark: mutations of good ones, and some that are made to exhaust their reader."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOKENS = (
    *(
        b":",
        b": ",
        b"-",
        b"- ",
        b"\n",
        b"\n\n",
        b"\t",
        b" ",
        b"  ",
        b",",
        b"?",
        b"? ",
        b"#",
        b" #",
        b"|",
        b">",
        b"|2-",
        b">+",
    ),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b"{}",
        b"[]",
        b"'",
        b'"',
        b"\\",
        b"&a ",
        b"*a",
        b"&a [*a]",
        b"<<: *a\n",
        b"<<: ",
        b"%",
        b"@",
        b"`",
    ),
    *(
        b"---\n",
        b"...\n",
        b"--- ",
        b"%YAML 1.1\n",
        b"%TAG ! tag:x,2000:\n",
        b"!!binary ",
        b"!!str ",
        b"!x ",
        b"!!set ",
        b"!!float ",
    ),
    *(
        b"{{ x }}",
        b"~",
        b"null",
        b"yes",
        b".nan",
        b"-.inf",
        b"1e999",
        b"0o777",
        b"0x",
        b"1_000",
        b"9" * 400,
        b"2024-01-01",
        b"=",
    ),
    *(
        b"\x00",
        b"\x07",
        b"\x7f",
        b"\r",
        b"\r\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xe2\x80\xa8",
    ),
    *(
        b"# gitops-gen: ignore[YAML001] why\n",
        b"# gitops-gen: ignore[]\n",
        b"apiVersion: v1\nkind: List\nitems:\n- ",
        b"kind: List\n",
    ),
    *(
        b"$patch: delete\n",
        b"patches:\n- patch: '[",
        b"images:\n- ",
        b"resources:\n- ",
        b"components: [.]\n",
        b"../",
        b"https://x/",
        b"~1",
    ),
)
"""What YAML, JSON, Kubernetes, kustomize and this program give a meaning to."""


def list_originals() -> list[Path]:
    """The files of the examples and of the rules' cases."""
    folders = (ROOT / "examples", ROOT / "tests" / "cases")
    found = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if path.suffix in {".yaml", ".yml", ".json"} and path.stat().st_size < 200_000]


def mutate(content: bytes, chance: random.Random, times: int) -> bytes:
    """`content` after some changes, each at a random place."""
    for _ in range(times):
        content = chance.choice(_CHANGES)(content, chance)
    return content


def _flip(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return b"\x00"
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]


def _delete(content: bytes, chance: random.Random) -> bytes:
    start, end = _choose_part(content, chance)
    return content[:start] + content[end:]


def _double(content: bytes, chance: random.Random) -> bytes:
    start, end = _choose_part(content, chance)
    at = chance.choice([end, chance.randint(0, len(content))])
    return content[:at] + content[start:end] + content[at:]


def _insert(content: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + chance.choice(TOKENS) * chance.choice([1, 1, 1, 2, 30]) + content[at:]


def _insert_at_value(content: bytes, chance: random.Random) -> bytes:
    places = [at + 2 for at in range(len(content) - 2) if content[at : at + 2] == b": "]
    at = chance.choice(places) if places else 0
    return content[:at] + chance.choice(TOKENS) + content[at:]


def _drop_line(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    lines.pop(chance.randrange(len(lines)))
    return b"\n".join(lines)


def _indent(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = b" " * chance.randint(1, 6) + lines[at] if chance.random() < 0.5 else lines[at].lstrip(b" ")
    return b"\n".join(lines)


def _swap_value(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    at = chance.randrange(len(lines))
    key, colon, _ = lines[at].partition(b":")
    lines[at] = key + colon + b" " + chance.choice(TOKENS).strip(b"\n")
    return b"\n".join(lines)


def _choose_part(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randint(0, len(content))
    return start, min(len(content), start + int(chance.expovariate(0.02)))


_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip,
    _delete,
    _double,
    _insert,
    _insert_at_value,
    _drop_line,
    _indent,
    _swap_value,
)


def list_nasty(size: int) -> Iterator[tuple[str, bytes]]:
    """Files of about `size` bytes that are made to exhaust a reader, each with what it is."""
    units = {
        "opening brackets": b"[",
        "opening braces": b"{",
        "mappings in mappings": b"a: {",
        "keys in keys": b"{? ",
        "dashes": b"- ",
        "question marks": b"? ",
        "anchors that hold themselves": b"&a [*a,",
        "aliases of nothing": b"*a ",
        "open quotes": b"'",
        "open double quotes": b'"',
        "backslashes": b'"\\',
        "tags": b"!a ",
        "percent signs": b"%",
        "documents": b"---\n",
        "documents of an object": b"---\napiVersion: v1\nkind: Namespace\n",
        "colons": b": ",
        "merges": b"<<: ",
        "commas": b",",
        "tabs": b"\t",
        "NULs": b"\x00",
        "bytes that are no text": b"\xff",
        "comments": b"# gitops-gen: ignore[YAML001] x\n",
        "waivers without an end": b"# gitops-gen: ignore[",
        "spaces": b" ",
        "line ends": b"\n",
        "carriage returns": b"\r",
        "one word": b"a",
        "digits": b"9",
        "numbers of sixty": b"59:",
        "templates": b"{{ x }} ",
        "wide characters": "\U0001f680".encode(),
        "letters with marks": "e\u0301".encode(),
    }
    for name, unit in units.items():
        yield name, unit * (size // len(unit))
    for name, start in {"one line": b"a: ", "one quoted line": b'a: "', "one item": b"- "}.items():
        yield name, start + b"x" * size
    yield "a flow in the depth", b"a: " + b"[" * 150 + b"1, " * (size // 4) + b"]" * 150
    yield "blocks in the depth", b"".join(b" " * level + b"a:\n" for level in range(int((2 * size) ** 0.5)))
    yield "a long block scalar", b"a: |\n" + b"  line\n" * (size // 7)
    yield "a long folded scalar", b"a: >\n" + b"  line\n" * (size // 7)
    yield "many keys", b"".join(b"key%d: %d\n" % (number, number) for number in range(size // 16))
    yield "one key many times", b"key: 1\n" * (size // 7)
    yield "many items", b"- item\n" * (size // 7)
    yield "many anchors", b"".join(b"- &a%d x\n- *a%d\n" % (number, number) for number in range(size // 26))
    yield (
        "a billion laughs",
        b"a: &a [x, x]\n"
        + b"".join(
            b"%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n" % (letter, letter, *([letter - 1] * 8))
            for letter in range(ord("b"), ord("z"))
        ),
    )
    head = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n"
    yield "a large object", head + b"".join(b"  key%d: text\n" % number for number in range(size // 18))
    yield "a large object of wrong types", head + b"".join(b"  key%d: %d\n" % (n, n) for n in range(size // 18))
    yield "a large object of unknown fields", head + b"".join(b"key%d: %d\n" % (n, n) for n in range(size // 18))
    yield "a long list of objects", b"apiVersion: v1\nkind: List\nitems:\n" + b"- {kind: Namespace}\n" * (size // 20)
    model = b"apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata:\n  name: a\n"
    model += b"spec:\n  predictors:\n"
    yield "many predictors", model + b"  - {name: a, traffic: 1, graph: {name: b}}\n" * (size // 44)
    yield (
        "a graph in the depth",
        model + b"  - name: a\n    graph: " + b"{name: a, children: [" * 60 + b"]}" * 60 + b"\n",
    )
