"""gitops-gen.yaml and model.yaml under check."""

import pytest

from gitops_gen.checks.graph import read_graph
from gitops_gen.checks.settings_files import check_overlay_places, check_settings_files, is_settings_file
from gitops_gen.checks.tree import Tree

SETTINGS = """\
version: 1
repository:
  url: https://git.example.com/example/gitops
environments:
  staging:
    namespace: models-staging
"""


def check(tmp_path, model=None, settings=SETTINGS):
    """Rule, line and message of what is wrong."""
    files = {"gitops-gen.yaml": settings, "models/churn/model.yaml": model}
    for path, text in files.items():
        if text is not None:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    rows = list(check_settings_files(Tree(str(tmp_path)), [path for path, text in files.items() if text is not None]))
    return [(row[3], row[1], row[5]) for row in rows]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("gitops-gen.yaml", True),
        ("models/churn/model.yaml", True),
        ("models/churn/overlays/staging/evidence.yaml", True),
        ("a/gitops-gen.yaml", False),
        ("models/model.yaml", False),
        ("models/a/b/model.yaml", False),
        ("models/churn/evidence.yaml", False),
        ("models/churn/model.yaml.bak", False),
    ],
)
def test_settings_are_told_by_their_place(path, expected):
    assert is_settings_file(path) is expected


@pytest.mark.parametrize("model", [None, "", "# all as by default\n", "backend: kserve\n"])
def test_good_settings_have_no_findings(tmp_path, model):
    assert check(tmp_path, model) == []


def test_shape_and_meaning_are_told_where_they_are(tmp_path):
    settings = SETTINGS.replace("version: 1", "version: 2") + "    predecessor: stagin\n"
    assert check(tmp_path, "replicas: -1\nserver: sklearn\n", settings) == [
        ("CONFIG001", 1, "version: expected 1; got 2"),
        ("CONFIG002", 7, "environments.staging.predecessor: there is no environment 'stagin'"),
        ("CONFIG003", 1, "replicas: expected at least 0; got -1"),
        (
            "CONFIG004",
            2,
            "server: expected container or a Seldon implementation such as MLFLOW_SERVER; got 'sklearn'",
        ),
    ]


def test_environments_of_a_model_are_those_of_the_settings(tmp_path):
    model = "environments: {stagign: {replicas: 1}}\n"
    assert check(tmp_path, model) == [
        (
            "CONFIG004",
            1,
            "environments.stagign: gitops-gen.yaml has no such environment; did you mean 'staging'?",
        )
    ]


@pytest.mark.parametrize("settings", ["a: [\n", "environments: [a]\n", "text\n", None])
def test_without_readable_settings_any_environment_goes(tmp_path, settings):
    found = check(tmp_path, "environments: {any: {replicas: 1}}\n", settings)
    assert [entry for entry in found if entry[0].startswith("CONFIG00") and entry[0] > "CONFIG002"] == []


def test_what_is_told_already_is_not_told_twice(tmp_path):
    model = "resources:\n  requests: {cpu: 1x}\n  limits: {cpu: 1}\nprotocol: 5\n"
    found = check(tmp_path, model)
    assert [(rule, line) for rule, line, _ in found] == [("CONFIG003", 2), ("CONFIG003", 4)]


def test_an_empty_file_and_one_with_two_documents_are_told(tmp_path):
    assert check(tmp_path, "--- {replicas: 1}\n--- {replicas: 2}\n", "") == [
        ("CONFIG001", 1, "the file is empty; expected keys and values"),
        ("CONFIG003", 1, "the file holds more than one document"),
    ]


@pytest.mark.parametrize("text", ["- a\n", "text\n", "5\n"])
def test_a_file_that_is_no_mapping_is_told(tmp_path, text):
    [(rule, line, message)] = check(tmp_path, text)
    assert (rule, line) == ("CONFIG003", 1)
    assert message.startswith("the object: expected a mapping")


@pytest.mark.parametrize("content", [b"a: [\n", b"replicas: 1\nreplicas: 2\n", b"\xff", b"\0"])
def test_a_file_whose_text_is_broken_is_left_to_the_rules_on_text(tmp_path, content):
    assert check(tmp_path, content) == []


def test_a_file_that_is_gone_is_passed_over(tmp_path):
    assert list(check_settings_files(Tree(str(tmp_path)), ["gitops-gen.yaml"])) == []


OVERLAY = "models/churn/overlays/staging"


def check_overlay(tmp_path, text, settings=SETTINGS, folder=OVERLAY):
    """Rule, line and message of what is wrong with the place of an overlay."""
    (tmp_path / "gitops-gen.yaml").write_text(settings)
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "kustomization.yaml").write_text(text)
    tree = Tree(str(tmp_path))
    graph = read_graph(tree, [f"{folder}/kustomization.yaml"])
    return [(row[3], row[1], row[5]) for row in check_overlay_places(tree, graph, ["models", *graph.folders])]


SAYS = "environment 'staging' deploys into 'models-staging', and the overlay"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("namespace: models-staging\n", []),
        ("# mine\nnamespace: models\n", [("CONFIG005", 2, f"{SAYS} into 'models'")]),
        ("resources: []\n", [("CONFIG005", 1, f"{SAYS} sets no namespace")]),
        ("resources: []\nnamespace:\n", [("CONFIG005", 2, f"{SAYS} sets no namespace")]),
        ("resources: []\nnamespace: 3\n", [("CONFIG005", 2, f"{SAYS} sets no namespace")]),
        ("kind: Component\n", []),
        ("", []),
        ("- a\n", []),
        ("a: [\n", []),
    ],
)
def test_an_overlay_deploys_into_the_namespace_of_its_environment(tmp_path, text, expected):
    assert check_overlay(tmp_path, text) == expected


def test_the_namespace_of_another_environment_is_told_with_its_name(tmp_path):
    settings = SETTINGS + "  production:\n    namespace: models-production\n    predecessor: staging\n"
    [(rule, line, message)] = check_overlay(tmp_path, "namespace: models-production\n", settings)
    assert (rule, line) == ("CONFIG005", 1)
    assert message == f"{SAYS} into 'models-production', the namespace of 'production'"


def test_an_overlay_is_one_of_an_environment(tmp_path):
    found = check_overlay(tmp_path, "namespace: models\n", folder="models/churn/overlays/stagign")
    assert found == [("CONFIG006", 1, "gitops-gen.yaml has no environment 'stagign'; did you mean 'staging'?")]


@pytest.mark.parametrize("folder", ["models/churn/base", "overlays/stagign", "models/churn/overlays/a/b"])
def test_other_folders_have_no_environment(tmp_path, folder):
    assert check_overlay(tmp_path, "namespace: models\n", folder=folder) == []


@pytest.mark.parametrize(
    "settings", ["a: [\n", "environments: [a]\n", "environments: {staging: a}\n", "environments: {staging: {}}\n"]
)
def test_settings_that_name_no_namespace_ask_for_none(tmp_path, settings):
    assert check_overlay(tmp_path, "namespace: models\n", settings) == []
