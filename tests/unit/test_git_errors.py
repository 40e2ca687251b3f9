"""What git's words mean."""

import pytest

from gitops_gen.adapters.git_errors import (
    say,
    translate_commit_failure,
    translate_push_failure,
    translate_remote_failure,
)
from gitops_gen.adapters.git_process import MAX_WORDS, GitFailedError, clean_words, config_environment
from gitops_gen.errors import ConfigError, GitopsGenError, NotFoundError, RaceLostError, UnreachableError

ADDRESS = "https://host.example/x.git"


@pytest.mark.parametrize(
    ("words", "kind", "says"),
    [
        ("fatal: Authentication failed for 'https://h/x/'", UnreachableError, "does not let us in"),
        ("fatal: could not read Username for 'https://h': terminal prompts disabled", UnreachableError, "let us in"),
        (
            "git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.",
            UnreachableError,
            "publickey",
        ),
        (
            "fatal: unable to access 'https://h/x/': The requested URL returned error: 403",
            UnreachableError,
            "let us in",
        ),
        ("Host key verification failed.", UnreachableError, "let us in"),
        ("remote: Repository not found.\nfatal: repository 'https://h/x/' not found", NotFoundError, "can be read"),
        ("fatal: '/x' does not appear to be a git repository", NotFoundError, "can be read"),
        ("fatal: 'origin' does not appear to be a git repository", ConfigError, "too old"),
        ("fatal: detected dubious ownership in repository at '/x'", ConfigError, "refuses to read"),
        ("fatal: unable to access 'https://h/x/': Could not resolve host: h", UnreachableError, "cannot be reached"),
        ("", UnreachableError, "git gave no reason"),
    ],
)
def test_a_failure_to_read_names_the_address(words: str, kind: type[GitopsGenError], says: str) -> None:
    error = translate_remote_failure(GitFailedError("fetch", words), ADDRESS)
    assert type(error) is kind
    assert says in error.message
    assert ADDRESS in error.message or kind is ConfigError
    assert error.message.isprintable()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("!\tabc:refs/heads/b\t[rejected] (stale info)", RaceLostError),
        (
            "!\tabc:refs/heads/b\t[remote rejected] (cannot lock ref 'refs/heads/b': reference already exists)",
            RaceLostError,
        ),
        ("!\tabc:refs/heads/b\t[remote rejected] (failed to update ref)", RaceLostError),
        (
            "remote: error: cannot lock ref 'a/b': 'a' exists; cannot create 'a/b'\n! [remote rejected] (x)",
            UnreachableError,
        ),
        (
            "remote: error: GH006\n!\tabc:refs/heads/b\t[remote rejected] (protected branch hook declined)",
            UnreachableError,
        ),
        ("fatal: unable to access 'https://h/x/': Failed to connect to h port 443", UnreachableError),
    ],
)
def test_a_failed_push_is_a_race_or_a_refusal(words: str, kind: type[GitopsGenError]) -> None:
    error = translate_push_failure(GitFailedError("push", words), ADDRESS, "b")
    assert type(error) is kind
    assert ADDRESS in error.message


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("fatal: no email was given and auto-detection is disabled", "user.name or user.email"),
        ("error: gpg failed to sign the data", "cannot be signed"),
        ("fatal: something else", "cannot be made: something else"),
    ],
)
def test_a_commit_that_cannot_be_made_is_a_matter_of_configuration(words: str, says: str) -> None:
    error = translate_commit_failure(GitFailedError("commit-tree", words))
    assert isinstance(error, ConfigError)
    assert says in error.message


def test_what_git_always_says_is_left_out_and_nothing_is_said_twice() -> None:
    words = (
        "remote: Only on weekdays.        \nremote: \nremote: Only on weekdays.\nTo https://h/x\n"
        "error: failed to push some refs to 'https://h/x'\nfatal: Could not read from remote repository.\n\n"
        "Please make sure you have the correct access rights\nand the repository exists.\nDone\n"
    )
    assert say(words) == "Only on weekdays."


def test_words_for_a_message_have_no_secrets_no_control_characters_and_an_end() -> None:
    text = "\x1b[31mred\x1b[0m\x07 pa55 https://u:pa55@host/x https://tok@host/y\n" + "x" * 9000
    clean = clean_words(text, ["pa55"])
    assert clean.startswith("red  *** https://host/x https://host/y\n")
    assert len(clean) == MAX_WORDS


def test_settings_come_after_those_that_the_person_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_CONFIG_COUNT", raising=False)
    assert config_environment([("a.b", "1")]) == {
        "GIT_CONFIG_KEY_0": "a.b",
        "GIT_CONFIG_VALUE_0": "1",
        "GIT_CONFIG_COUNT": "1",
    }
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    assert config_environment([("a.b", "1")])["GIT_CONFIG_KEY_2"] == "a.b"
    assert config_environment([])["GIT_CONFIG_COUNT"] == "2"
