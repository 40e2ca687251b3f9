import pytest

from gitops_gen.choices import (
    Choices,
    apply_choices,
    guess_forge,
    list_conflicts,
    make_settings,
    parse_components,
    parse_environments,
)
from gitops_gen.config import load_settings
from gitops_gen.errors import ConfigError, InvalidValueError
from gitops_gen.render.environment import Templates
from gitops_gen.render.platform import DEFAULT_COMPONENTS
from gitops_gen.render.repository import render_settings_file

URL = "https://github.com/example/models.git"
CHOICES = Choices(repository_url=URL, environments=parse_environments(["dev", "prod=models"]))


def written(choices: Choices = CHOICES) -> str:
    return render_settings_file(make_settings(choices), Templates())


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


def test_environments_follow_each_other_in_the_order_in_which_they_are_named():
    dev, prod = make_settings(CHOICES).environments
    assert (dev.name, dev.namespace, dev.predecessor) == ("dev", "models-dev", None)
    assert (prod.name, prod.namespace, prod.predecessor) == ("prod", "models", "dev")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["dev="], "'dev=' names no namespace"),
        (["dev", "dev=x"], "environment 'dev' is given twice"),
        (["Dev"], "'Dev' cannot be an environment's name"),
        (["../x"], "'../x' cannot be an environment's name"),
    ],
)
def test_what_is_no_environment_is_refused(texts, message):
    with pytest.raises(InvalidValueError) as caught:
        parse_environments(texts)
    assert caught.value.message == message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("url", "forge"),
    [
        ("https://github.com/a/b.git", "github"),
        ("git@github.com:a/b.git", "github"),
        ("https://github.example.com/a/b", "github"),
        ("ssh://git@gitlab.example.com:2222/a/b", "gitlab"),
        ("https://codeberg.org/a/b", "gitea"),
        ("https://forgejo.example.com/a/b", "gitea"),
        ("https://git.example.com/a/b", ""),
        ("/srv/git/models.git", "none"),
        ("file:///srv/git/models.git", "none"),
        ("nonsense", ""),
    ],
)
def test_the_forge_is_told_from_the_host(url, forge):
    assert guess_forge(url) == forge


@pytest.mark.parametrize(
    ("choices", "option"),
    [
        (Choices(environments=CHOICES.environments), "--repository-url"),
        (Choices(repository_url="https://git.example.com/a/b", environments=CHOICES.environments), "--forge"),
        (Choices(repository_url=URL), "--environment"),
    ],
)
def test_a_missing_choice_is_named_by_its_option(choices, option):
    with pytest.raises(InvalidValueError) as caught:
        make_settings(choices)
    assert caught.value.message == f"{option} is missing"


def test_a_choice_that_breaks_the_schema_is_named_by_its_key():
    with pytest.raises(ConfigError) as caught:
        make_settings(
            Choices(repository_url=URL, environments=CHOICES.environments, components=(("kserv", "Managed"),))
        )
    assert caught.value.message == "openDataHub.components.kserv: 'kserv' is not known here; did you mean 'kserve'?"


def test_components_are_managed_unless_a_state_is_named():
    assert parse_components(["kserve", "ray=Removed"]) == (("kserve", "Managed"), ("ray", "Removed"))


@pytest.mark.parametrize("kind", ["DataScienceCluster", "KfDef"])
def test_open_data_hub_without_named_components_gets_the_usual_ones(kind):
    hub = make_settings(
        Choices(repository_url=URL, environments=CHOICES.environments, open_data_hub=kind)
    ).open_data_hub
    assert hub is not None
    assert list(hub.components) == list(DEFAULT_COMPONENTS[kind])


def test_a_named_component_means_todays_open_data_hub():
    hub = make_settings(
        Choices(repository_url=URL, environments=CHOICES.environments, components=(("kserve", "Managed"),))
    ).open_data_hub
    assert hub is not None
    assert (hub.kind, dict(hub.components)) == ("DataScienceCluster", {"kserve": "Managed"})


def test_choices_that_say_what_the_file_says_contradict_nothing():
    settings = make_settings(CHOICES)
    assert list_conflicts(settings, CHOICES) == ()
    assert list_conflicts(settings, Choices()) == ()
    assert (
        list_conflicts(settings, Choices(environments=parse_environments(["dev", "prod"]), open_data_hub="none")) == ()
    )


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (Choices(repository_url="https://x.example.com/a/b"), ("--repository-url", "repository.url", URL)),
        (Choices(base_branch="trunk"), ("--base-branch", "repository.baseBranch", "main")),
        (Choices(forge="gitlab"), ("--forge", "forge.kind", "github")),
        (Choices(mlflow_uri="http://m"), ("--mlflow-uri", "mlflow.trackingUri", "nothing")),
        (Choices(argocd_namespace="x"), ("--argocd-namespace", "argocd.namespace", "argocd")),
        (Choices(argocd_project="x"), ("--argocd-project", "argocd.project", "models")),
        (Choices(open_data_hub="KfDef"), ("--open-data-hub", "openDataHub.kind", "none")),
        (Choices(components=(("ray", "Managed"),)), ("--component", "openDataHub.components.ray", "nothing")),
        (Choices(environments=parse_environments(["dev"])), ("--environment", "environments", "dev, prod")),
        (Choices(environments=parse_environments(["prod", "dev"])), ("--environment", "environments", "dev, prod")),
        (
            Choices(environments=parse_environments(["dev", "prod=x"])),
            ("--environment", "environments.prod.namespace", "models"),
        ),
    ],
)
def test_a_contradiction_names_option_key_and_both_values(choices, expected):
    [conflict] = list_conflicts(make_settings(CHOICES), choices)
    assert (conflict.option, conflict.key, conflict.there) == expected
    assert conflict.asked


@pytest.mark.parametrize(
    "asked",
    [
        ["dev"],
        ["prod"],
        ["prod", "dev"],
        ["qa", "dev", "prod"],
        ["dev", "qa=x", "prod"],
        ["dev", "prod", "qa"],
        ["a", "b"],
    ],
)
def test_environments_are_changed_in_place_and_the_comments_behind_them_stay(asked):
    text = written()
    changed = apply_choices(text, Choices(environments=parse_environments(asked)))
    settings = load_settings(changed)
    names = [name.partition("=")[0] for name in asked]
    assert [e.name for e in settings.environments] == names
    assert [e.predecessor for e in settings.environments] == [None, *names[:-1]]
    known = {"prod": "models", "qa": "x" if "qa=x" in asked else "models-qa"}
    assert [e.namespace for e in settings.environments] == [known.get(name, f"models-{name}") for name in names]
    behind = text.partition("# pullRequest:")[2]
    assert changed.endswith(behind)
    assert comments(text.partition("environments:")[0]) == comments(changed.partition("environments:")[0])


def test_values_are_changed_in_place_and_all_else_stays():
    text = written().replace("baseBranch: main", "baseBranch: main   # ours")
    changed = apply_choices(text, Choices(base_branch="trunk", forge="gitlab", argocd_project="ml"))
    assert [line for line in zip(text.splitlines(), changed.splitlines(), strict=True) if line[0] != line[1]] == [
        ("  baseBranch: main   # ours", "  baseBranch: trunk  # ours"),
        ("  kind: github", "  kind: gitlab"),
        ("  project: models", "  project: ml"),
    ]


def test_a_section_that_was_left_out_is_added():
    text = "version: 1\nrepository: {url: /m}\nenvironments: {dev: {namespace: a}}\n# the end\n"
    changed = apply_choices(text, Choices(forge="none", mlflow_uri="http://m", open_data_hub="KfDef"))
    settings = load_settings(changed)
    assert settings.mlflow.tracking_uri == "http://m"
    assert settings.open_data_hub is not None
    assert "# the end" in changed


def test_open_data_hub_can_be_changed_and_taken_away():
    text = written(Choices(repository_url=URL, environments=CHOICES.environments, open_data_hub="DataScienceCluster"))
    kfdef = load_settings(apply_choices(text, Choices(open_data_hub="KfDef"))).open_data_hub
    assert kfdef is not None
    assert list(kfdef.components) == list(DEFAULT_COMPONENTS["KfDef"])
    more = load_settings(apply_choices(text, Choices(components=(("ray", "Removed"),)))).open_data_hub
    assert more is not None
    assert more.components["ray"] == "Removed"
    assert more.components["kserve"] == "Managed"
    assert load_settings(apply_choices(text, Choices(open_data_hub="none"))).open_data_hub is None
