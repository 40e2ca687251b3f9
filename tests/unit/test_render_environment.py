import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_gen.errors import ConfigError
from gitops_gen.render.environment import Templates
from gitops_gen.render.quoting import mend
from gitops_gen.yamlio import load_round_trip

TEMPLATE = """\
a: {{ value }}
b:{{ tree | block(2) }}
c: {{ value | literal(2) }}
# {{ value | comment }}
"""


def render(text: str, **values: object) -> str:
    return Templates({"x.j2": text}, folder="team").render("x.j2", values)


def refuse(text: str, **values: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        render(text, **values)
    return caught.value


@settings(deadline=None, max_examples=50)
@given(st.one_of(st.text(), st.sampled_from(["{{ 1 }}", "{% raw %}", "\n- a", "\0", "x: #y", "!!int 1", "a" * 3000])))
def test_hostile_values_arrive_as_they_are(value: str):
    text = render(TEMPLATE, value=value, tree={value: [value]})
    whole = mend(value)
    assert load_round_trip(text, path="x") == {"a": whole, "b": {whole: [whole]}, "c": whole}


def test_a_value_in_the_middle_of_a_text_is_refused():
    error = refuse("a: x-{{ value }}\n", value="b #c")
    assert "team/x.j2" in error.message
    assert "'b #c'" in error.message
    assert "~" in error.hint


def test_a_block_at_the_wrong_depth_is_refused():
    error = refuse("a:\n  b:{{ tree | block(1) }}\n", tree={"c": "d"})
    assert error.message.startswith("team/x.j2 (as rendered):3:")


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("a: 1\nb: {{ nope }}\n", "team/x.j2:2:", "'nope' is undefined"),
        ("a:\n{% if %}\n", "team/x.j2:2:", "Expected an expression"),
        ("\n\na: {{ 1 / 0 }}\n", "team/x.j2:3:", "division by zero"),
        ("a: {{ ''.__class__ }}\n", "team/x.j2:1:", "unsafe"),
        ("a: {{ range(10**9) | list }}\n", "team/x.j2:1:", "Range too big"),
        ("a: {{ tree }}\n", "team/x.j2:1:", "not a scalar"),
        ("a: {{ tree.append(1) }}\n", "team/x.j2:1:", ""),
        ("{% include '../secret' %}\n", "team/x.j2:1:", "../secret"),
        ("{% include '/etc/passwd' %}\n", "team/x.j2:1:", "/etc/passwd"),
    ],
)
def test_an_error_in_a_teams_template_names_the_template_and_the_line(text: str, place: str, reason: str):
    error = refuse(text, tree=[1])
    assert error.message.startswith(place)
    assert reason in error.message


def test_an_error_in_an_included_template_names_that_one():
    templates = Templates({"x.j2": "{% include 'y.j2' %}", "y.j2": "a: 1\nb: {{ nope }}\n"}, folder="team")
    with pytest.raises(ConfigError, match=r"^team/y\.j2:2: 'nope'"):
        templates.render("x.j2", {})


@pytest.mark.parametrize("text", ["a: [\n", "a: 1\na: 2\n", "a: 1\n---\nb: 1\n"])
def test_output_that_is_not_one_yaml_document_is_refused(text: str):
    assert refuse(text).message.startswith("team/x.j2 (as rendered):")


def test_a_value_that_is_missing_is_a_bug_in_a_template_of_the_program():
    with pytest.raises(Exception, match="undefined") as caught:
        Templates().render("model/kustomization.yaml.j2", {})
    assert not isinstance(caught.value, ConfigError)


def test_a_template_that_nobody_has_is_an_error():
    with pytest.raises(Exception, match="nope"):
        Templates().render("nope.j2", {})


def test_a_teams_template_wins_over_the_programs():
    templates = Templates({"model/kustomization.yaml.j2": "resources: [mine.yaml]\n"})
    assert templates.render("model/kustomization.yaml.j2", {}) == "resources: [mine.yaml]\n"
