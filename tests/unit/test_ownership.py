import json

from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.ownership import hash_text, read_stamp, stamp, stamp_json

LINES = st.text(alphabet=st.characters(exclude_characters="\r", exclude_categories=["Cs"]))


@settings(max_examples=50)
@given(LINES, LINES)
def test_a_fresh_stamp_says_unedited_and_knows_the_settings(text: str, settings_text: str):
    found = read_stamp(stamp(text, settings=settings_text))
    assert found is not None
    assert not found.edited
    assert found.settings == hash_text(settings_text)


def test_any_change_of_the_content_is_an_edit():
    text = stamp("a: 1\nb: 2\n", settings="s")
    for changed in (text + "c: 3\n", text.replace("a: 1", "a: 2"), text.replace("b: 2\n", ""), f"# mine\n{text}"):
        found = read_stamp(changed)
        assert found is not None
        assert found.edited


def test_moving_the_stamp_is_no_edit():
    head, body = stamp("# comment\na: 1\n").split("\n", 1)
    found = read_stamp(body.replace("a: 1", f"{head}\na: 1"))
    assert found is not None
    assert not found.edited


def test_line_ends_are_no_edit():
    found = read_stamp(stamp("a: 1\nb: 2\n").replace("\n", "\r\n"))
    assert found is not None
    assert not found.edited


def test_a_file_without_a_stamp_has_none():
    assert read_stamp("a: 1\n") is None
    assert read_stamp("# gitops-gen: settings=xyz content=0\n") is None
    assert read_stamp("  " + stamp("a: 1\n")) is None


def test_the_stamp_is_a_comment_in_the_first_line():
    first, rest = stamp("a: 1\n", settings="s").split("\n", 1)
    assert first == f"# gitops-gen: settings={hash_text('s')} content={hash_text('a: 1' + chr(10))}"
    assert rest == "a: 1\n"


def test_a_stamped_json_file_is_still_that_json_and_knows_of_edits():
    text = '{\n  "a": 1\n}\n'
    stamped = stamp_json(text)
    assert json.loads(stamped) | {"$comment": ""} == {"a": 1, "$comment": ""}
    found = read_stamp(stamped)
    assert found is not None
    assert not found.edited
    changed = read_stamp(stamped.replace('"a": 1', '"a": 2'))
    assert changed is not None
    assert changed.edited
