"""Names and references are parsed once, and what is not well formed is refused with a way out."""

import string

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gitops_gen.errors import InvalidValueError
from gitops_gen.names import (
    ENVIRONMENT_NAME_LIMIT,
    MODEL_NAME_LIMIT,
    ImageRef,
    model_name_from_mlflow,
    parse_digest,
    parse_environment_name,
    parse_image_ref,
    parse_model_name,
    parse_run_id,
    show,
    slug,
    strip_credentials,
)

HEX = "0123456789abcdef"
digests = st.text(HEX, min_size=64, max_size=64).map(lambda digits: f"sha256:{digits}")
labels = st.from_regex(r"[a-z]([-a-z0-9]{0,18}[a-z0-9])?", fullmatch=True)
hosts = st.one_of(
    st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){1,3}(:[0-9]{1,5})?", fullmatch=True),
    st.from_regex(r"localhost(:[0-9]{1,5})?", fullmatch=True),
    st.sampled_from(["[::1]:5000", "REGISTRY.Example.com", "10.0.0.7:443"]),
)
path_parts = st.from_regex(r"[a-z0-9]{1,5}((\.|_|__|-{1,3})[a-z0-9]{1,5}){0,2}", fullmatch=True)
repositories = st.lists(path_parts, min_size=1, max_size=4).map("/".join)
tags = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", fullmatch=True)
image_refs = st.builds(
    ImageRef, registry=hosts, repository=repositories, tag=st.none() | tags, digest=st.none() | digests
)

HOSTILE = [
    "",
    " ",
    "../../x",
    "a/b",
    "a" * 300,
    "🚀",
    "churn\n",
    "churn\0",
    "-churn",
    "churn-",
    "Churn",
    "1churn",
    "{{ x }}",
    "é",
    "$(id)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_model_name_that_names_no_folder_branch_and_label_is_refused(text):
    with pytest.raises(InvalidValueError, match="cannot be a model's name") as caught:
        parse_model_name(text)
    assert str(MODEL_NAME_LIMIT) in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_refused_model_name_comes_with_one_that_would_do():
    with pytest.raises(InvalidValueError) as caught:
        parse_model_name("Müller's Churn/Model")
    assert "--model muller-s-churn-model" in caught.value.hint


def test_no_proposal_is_made_of_nothing():
    with pytest.raises(InvalidValueError) as caught:
        parse_model_name("🚀")
    assert "--model" not in caught.value.hint


@given(labels)
def test_labels_are_model_and_environment_names(text):
    assert parse_model_name(text) == text
    assert parse_environment_name(text) == text


def test_names_may_be_as_long_as_their_limit_and_no_longer():
    assert parse_model_name("m" * MODEL_NAME_LIMIT)
    assert parse_environment_name("e" * ENVIRONMENT_NAME_LIMIT)
    with pytest.raises(InvalidValueError):
        parse_model_name("m" * (MODEL_NAME_LIMIT + 1))
    with pytest.raises(InvalidValueError, match="cannot be an environment's name"):
        parse_environment_name("e" * (ENVIRONMENT_NAME_LIMIT + 1))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_environment_name_is_refused(text):
    with pytest.raises(InvalidValueError):
        parse_environment_name(text)


@pytest.mark.parametrize(
    ("registered", "name"),
    [("Churn_Model", "churn-model"), ("churn.model v2", "churn-model-v2"), ("churn__model", "churn-model")],
)
def test_case_and_separators_of_a_registered_model_are_mended(registered, name):
    assert model_name_from_mlflow(registered) == name


@pytest.mark.parametrize("text", ["../../x", "team/churn", "_churn", "🚀", "a" * 300])
def test_the_rest_of_a_registered_model_is_refused(text):
    with pytest.raises(InvalidValueError):
        model_name_from_mlflow(text)


@given(st.text(), st.integers(1, 70))
@example("ﬁ" * 40, 30)
@example("-1-a", 3)
def test_a_slug_is_a_label_or_nothing_and_a_fixed_point(text, limit):
    made = slug(text, limit)
    assert len(made) <= limit
    assert slug(made, limit) == made
    if made and limit <= MODEL_NAME_LIMIT:
        assert parse_model_name(made) == made


@given(st.text(max_size=300))
def test_shown_text_is_short_and_printable(text):
    shown = show(text, limit=80)
    assert shown.isprintable()
    assert shown[0] == shown[-1] == "'"
    assert len(shown) <= 80 * 10 + 2


def test_control_characters_are_shown_escaped():
    assert show("a\x1b[31m\nb\u202e") == r"'a\x1b[31m\nb\u202e'"
    assert show("x" * 100, limit=5) == "'xxxx…'"


def test_urls_in_a_text_lose_their_logins_and_nothing_else():
    text = "cannot push to https://bob:s3cret@git.example.com/x.git, nor to https://git.example.com/y, bob@example.com"
    stripped = "cannot push to https://git.example.com/x.git, nor to https://git.example.com/y, bob@example.com"
    assert strip_credentials(text) == stripped


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True))
def test_a_run_id_is_taken_as_it_is(text):
    assert parse_run_id(text) == text


@pytest.mark.parametrize("text", ["", "a b", "-x", "a" * 65, "models:/churn/3", "abc\n", "../x"])
def test_what_is_no_run_id_is_refused_with_the_forms_that_are(text):
    with pytest.raises(InvalidValueError, match="not an MLflow run id") as caught:
        parse_run_id(text)
    assert "models:/NAME@ALIAS" in caught.value.hint


@given(digests)
def test_a_digest_is_taken_as_it_is(text):
    assert parse_digest(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "sha256:", "sha256:" + "A" * 64, "sha256:" + "a" * 63, "sha512:" + "a" * 128, "sha256:" + "a" * 64 + "\n"],
)
def test_what_is_no_sha256_digest_is_refused(text):
    with pytest.raises(InvalidValueError, match="is not a digest"):
        parse_digest(text)


@given(image_refs)
def test_an_image_reference_reads_back_as_it_is_written(ref):
    assert parse_image_ref(str(ref)) == ref
    assert str(ref).startswith(ref.name)


@given(st.text())
@example("a.b/c:@sha256:" + "0" * 64)
@example("a.b/c@")
@example("a.b/c:1:2")
def test_any_other_text_is_refused_or_written_back_the_same(text):
    try:
        written_back = str(parse_image_ref(text))
    except InvalidValueError:
        return
    assert written_back == text


@given(repositories, st.none() | tags)
def test_a_reference_without_a_registry_is_refused(repository, tag):
    assume("." not in repository.partition("/")[0])
    text = repository + (f":{tag}" if tag else "")
    assume(not text.startswith("localhost/"))
    with pytest.raises(InvalidValueError, match="names no registry") as caught:
        parse_image_ref(text)
    assert "registry.example.com" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "registry.example.com/Team/model",
        "registry.example.com/team//model",
        "registry.example.com/team/../model",
        "registry.example.com/model:",
        "registry.example.com/model:-1",
        "registry.example.com/model:" + "t" * 129,
        "https://registry.example.com/model",
        "user:secret@registry.example.com/model",
        "registry..example.com/model",
        "registry.example.com:port/model",
        "registry.example.com/model 1",
        "registry.example.com/model\n",
    ],
)
def test_a_malformed_reference_is_refused(text):
    with pytest.raises(InvalidValueError):
        parse_image_ref(text)


@pytest.mark.parametrize("digest", ["", "sha256:abc", "latest", "sha256:" + "a" * 64 + "@x"])
def test_a_reference_with_a_malformed_digest_is_refused(digest):
    with pytest.raises(InvalidValueError, match="is not a digest"):
        parse_image_ref(f"registry.example.com/model@{digest}")


@given(st.text(string.printable, max_size=20))
def test_a_message_about_a_reference_stays_on_one_line(text):
    with pytest.raises(InvalidValueError) as caught:
        parse_image_ref(f"registry.example.com/\n{text}")
    assert "\n" not in caught.value.message
