import pytest

from gitops_gen.errors import NotFoundError
from gitops_gen.names import EnvironmentName
from gitops_gen.settings import Environment, Settings

DEV = Environment(name=EnvironmentName("dev"), namespace="models-dev")
QA = Environment(name=EnvironmentName("qa"), namespace="models-qa", predecessor=EnvironmentName("dev"))
SETTINGS = Settings(repository_url="https://git.example.com/a/b", base_branch="main", environments=(DEV, QA))


def test_an_environment_is_found_by_its_name():
    assert SETTINGS.environment("qa") is QA


def test_an_unknown_environment_is_answered_with_those_that_are_there():
    with pytest.raises(NotFoundError) as caught:
        SETTINGS.environment("prod\x1b[2J")
    assert caught.value.message == "gitops-gen.yaml has no environment 'prod\\x1b[2J'"
    assert caught.value.hint == "it has: dev, qa"
    assert caught.value.exit_code == 2
