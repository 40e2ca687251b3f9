import pytest

from gitops_gen.errors import ConfigError
from gitops_gen.yamlio import Position, dump_round_trip, find_position, load_round_trip

COMMENTED = """\
# head
a: 1 # one

# two
b:
- x # ex
- "y"
c: {d: e}
f: |
  text
# end
"""


@pytest.mark.parametrize(
    "text",
    [
        COMMENTED,
        "---\na:\n  - b\n  # c\n  - d\n",
        "a:   # why\n\n  # more\n  - b\n",
        COMMENTED.replace("\n", "\r\n"),
        "when: 2026-01-01\nmode: 0644\nlong: " + "word " * 200 + "end\n",
    ],
)
def test_what_is_loaded_is_dumped_as_it_was(text: str):
    assert dump_round_trip(load_round_trip(text, path="x"), like=text) == text


def test_without_a_model_lists_stand_below_their_key():
    assert dump_round_trip(load_round_trip("---\na:\n    - b\n", path="x")) == "a:\n- b\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1\nb: 2\n", "dir/x.yaml:"),
        ("a: 1\na: 2\n", "dir/x.yaml:2:1"),
        ("a: 1\n---\nb: 2\n", "dir/x.yaml:2:1"),
        ("a: *nope\n", "dir/x.yaml:1:4"),
        ("a: \0\n", "dir/x.yaml"),
        ("\tb: 1\n", "dir/x.yaml:1:1"),
    ],
)
def test_what_is_not_one_yaml_document_is_an_error_with_its_place(text: str, place: str):
    with pytest.raises(ConfigError) as caught:
        load_round_trip(text, path="dir/x.yaml")
    assert caught.value.message.startswith(place)


@pytest.mark.parametrize(
    ("keys", "position"),
    [
        ([], (1, 1)),
        (["a"], (2, 1)),
        (["b", 1], (7, 3)),
        (["c", "d"], (8, 5)),
        (["c", "nope"], (8, 1)),
        (["b", 9], (5, 1)),
        (["b", "x"], (5, 1)),
        (["nope", "d"], (1, 1)),
    ],
)
def test_the_position_is_that_of_the_deepest_key_that_is_there(keys: list[str | int], position: tuple[int, int]):
    data = load_round_trip(COMMENTED, path="x")
    assert find_position(data, keys) == Position(line=position[0], column=position[1])
