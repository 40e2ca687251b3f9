import json

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gitops_gen.assets import read_asset
from gitops_gen.config import SETTINGS_FILE, default_model_settings, load_model_settings, load_settings
from gitops_gen.config_checks import split_repository_url
from gitops_gen.errors import ConfigError, InvalidValueError
from gitops_gen.names import ModelName, parse_environment_name
from gitops_gen.render.platform import DEFAULT_COMPONENTS, KFDEF_APPLICATIONS
from gitops_gen.settings import (
    Alerts,
    ArgocdSettings,
    Environment,
    ForgeSettings,
    MlflowSettings,
    ModelSettings,
    Monitoring,
    OpenDataHubSettings,
    PullRequestSettings,
    Resources,
    Settings,
    SyncPolicy,
)

FRAUD = ModelName("fraud")
MODEL_FILE = "models/fraud/model.yaml"
HEAD = """version: 1
repository: {url: https://github.com/example/models.git}
environments:
  dev: {namespace: models-dev}
"""
EVERYTHING = """version: 1
repository:
  url: git@gitlab.example.com:group/sub/models.git
  baseBranch: release/2026
forge: {kind: gitlab, url: https://gitlab.example.com, project: group/sub/models}
argocd: {namespace: openshift-gitops, project: ml, layout: applicationset}
mlflow: {trackingUri: https://mlflow.example.com, uiUrl: https://ui.example.com/mlflow}
environments:
  dev:
    namespace: models-dev
    sync: {automated: false, prune: false, selfHeal: false}
  production:
    namespace: models
    cluster: https://api.example.com:6443
    predecessor: dev
pullRequest: {labels: [promotion], reviewers: [alice, bob], draft: true, autoMerge: true}
openDataHub: {kind: DataScienceCluster, components: {kserve: Managed, kueue: Unmanaged, ray: Removed}}
templates: our/templates/
modelDefaults: {backend: kserve, server: mlflow, protocol: v2}
"""


def refusal(text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(text)
    return caught.value.message.splitlines()


def model_refusal(text: str, **options: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_model_settings(text, MODEL_FILE, FRAUD, **options)
    return caught.value.message.splitlines()


def test_every_key_arrives_in_the_settings():
    loaded = load_settings(EVERYTHING)
    assert loaded == Settings(
        repository_url="git@gitlab.example.com:group/sub/models.git",
        base_branch="release/2026",
        environments=(
            Environment(
                name=parse_environment_name("dev"),
                namespace="models-dev",
                sync=SyncPolicy(automated=False, prune=False, self_heal=False),
            ),
            Environment(
                name=parse_environment_name("production"),
                namespace="models",
                cluster="https://api.example.com:6443",
                predecessor=parse_environment_name("dev"),
            ),
        ),
        forge=ForgeSettings(kind="gitlab", url="https://gitlab.example.com", project="group/sub/models"),
        argocd=ArgocdSettings(namespace="openshift-gitops", project="ml", layout="applicationset"),
        mlflow=MlflowSettings(tracking_uri="https://mlflow.example.com", ui_url="https://ui.example.com/mlflow"),
        pull_request=PullRequestSettings(
            labels=("promotion",), reviewers=("alice", "bob"), draft=True, auto_merge=True
        ),
        open_data_hub=OpenDataHubSettings(
            kind="DataScienceCluster", components={"kserve": "Managed", "kueue": "Unmanaged", "ray": "Removed"}
        ),
        templates="our/templates",
        model_defaults={"backend": "kserve", "server": "mlflow", "protocol": "v2"},
    )


def test_what_is_left_out_has_the_defaults_of_the_settings():
    loaded = load_settings(HEAD)
    assert loaded == Settings(
        repository_url="https://github.com/example/models.git",
        base_branch="main",
        environments=(Environment(name=parse_environment_name("dev"), namespace="models-dev"),),
    )


def test_every_key_of_a_model_arrives_in_its_settings():
    text = """
registeredModel: Fraud Detection
backend: seldon
server: MLFLOW_SERVER
protocol: v2
replicas: 2
environments: {production: {replicas: 5}, dev: {}}
resources:
  requests: {cpu: 1, memory: 512Mi}
  limits: {memory: 2Gi, nvidia.com/gpu: 1}
serviceAccount: reader
monitoring:
  enabled: false
  interval: 1m30s
  labels: {release: prometheus, app.kubernetes.io/part-of: ml}
  alerts: {errorRatio: 0.5, latencyP99Seconds: 2, noTrafficFor: 1h, runbookUrl: https://wiki.example.com/fraud}
"""
    assert load_model_settings(text, MODEL_FILE, FRAUD, environments=["dev", "production"]) == ModelSettings(
        name=FRAUD,
        registered_model="Fraud Detection",
        backend="seldon",
        server="MLFLOW_SERVER",
        protocol="v2",
        replicas=2,
        environment_replicas={"production": 5},
        resources=Resources(requests={"cpu": "1", "memory": "512Mi"}, limits={"memory": "2Gi", "nvidia.com/gpu": "1"}),
        service_account="reader",
        monitoring=Monitoring(
            enabled=False,
            interval="1m30s",
            labels={"release": "prometheus", "app.kubernetes.io/part-of": "ml"},
            alerts=Alerts(
                error_ratio=0.5,
                latency_p99_seconds=2,
                no_traffic_for="1h",
                runbook_url="https://wiki.example.com/fraud",
            ),
        ),
    )


@pytest.mark.parametrize("text", ["", "# nothing set\n", "{}\n"])
def test_an_empty_model_yaml_means_the_defaults(text):
    assert load_model_settings(text, MODEL_FILE, FRAUD) == ModelSettings(name=FRAUD)


def test_a_new_model_starts_with_the_defaults_of_the_repository():
    loaded = load_settings(HEAD + "modelDefaults: {backend: kserve, replicas: 2, resources: {requests: {cpu: 2}}}\n")
    assert default_model_settings(loaded, FRAUD, "Fraud") == ModelSettings(
        name=FRAUD, registered_model="Fraud", backend="kserve", replicas=2, resources=Resources(requests={"cpu": "2"})
    )


def test_all_mistakes_of_a_file_are_told_at_once_in_its_order():
    text = """version: 2
repositroy: {url: https://github.com/example/models.git}
environments:
  dev:
    namespace: Models
    sync: {automated: yes}
  staging: {namespace: models, predecessor: prod}
forge:
  kind: githb
"""
    assert refusal(text) == [
        "gitops-gen.yaml:1:1: the key 'repository' is missing: The git repository that holds this file.",
        "gitops-gen.yaml:1:1: version: expected 1, the version that this program reads; got 2",
        "gitops-gen.yaml:2:1: repositroy: unknown key; did you mean 'repository'?",
        (
            "gitops-gen.yaml:5:5: environments.dev.namespace: expected a Kubernetes name: lower-case letters, digits "
            "and '-', at most 63 characters; got 'Models'"
        ),
        "gitops-gen.yaml:6:12: environments.dev.sync.automated: expected true or false; got 'yes': write true",
        "gitops-gen.yaml:7:32: environments.staging.predecessor: there is no environment 'prod'; there is dev",
        "gitops-gen.yaml:9:3: forge.kind: 'githb' is not known here; did you mean 'github'?",
    ]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("forge: {kind: github, projekt: a/b}", "5:23: forge.projekt: unknown key; did you mean 'project'?"),
        ("pull_request: {}", "5:1: pull_request: unknown key; did you mean 'pullRequest'?"),
        ("pullRequest: {auto-merge: true}", "5:15: pullRequest.auto-merge: unknown key; did you mean 'autoMerge'?"),
        ("mlflow: {qqq: 1}", "5:10: mlflow.qqq: unknown key; there is trackingUri, uiUrl"),
        ("argocd: {layout: appset}", "5:10: argocd.layout: 'appset' is not known here; did you mean 'applicationset'?"),
        ("argocd: {layout: x}", "5:10: argocd.layout: 'x' is not known here; there is applications, applicationset"),
        ("argocd: {layout: 3}", "5:10: argocd.layout: expected one of applications, applicationset; got 3"),
        ("forge: github", "5:1: forge: expected a mapping (keys, indented, below it); got 'github'"),
        (
            "forge:",
            "5:1: forge: is empty; expected a mapping (keys, indented, below it): give it a value or remove the key",
        ),
        ("pullRequest: {labels: promotion}", "5:15: pullRequest.labels: expected a list; got 'promotion'"),
        ("pullRequest: {labels: [a, b, a]}", "5:15: pullRequest.labels: 'a' stands twice in the list"),
        (
            "pullRequest:\n  labels:\n  - a\n  - 1",
            (
                "8:5: pullRequest.labels.1: expected a name without spaces round it; got 1, which YAML does not read "
                "as text: put it in quotes"
            ),
        ),
        ("pullRequest: {draft: 1}", "5:15: pullRequest.draft: expected true or false; got 1"),
        ("pullRequest: {draft: 'off'}", "5:15: pullRequest.draft: expected true or false; got 'off': write false"),
        ("templates: ../ours", "5:1: templates: expected a folder inside the repository; got '../ours'"),
        ("templates: /etc", "5:1: templates: expected a folder inside the repository; got '/etc'"),
        ("templates: 'a\\..\\..'", "5:1: templates: expected a folder inside the repository; got 'a\\..\\..'"),
        (
            "templates: 2026-01-01",
            (
                "5:1: templates: expected text; got a date or a tagged value, which YAML does not read as "
                "text: put it in quotes"
            ),
        ),
        (
            "templates: !secret x",
            (
                "5:1: templates: expected text; got a date or a tagged value, which YAML does not read as "
                "text: put it in quotes"
            ),
        ),
        ("templates: [a]", "5:1: templates: expected text; got a list"),
        ("templates: {a: b}", "5:1: templates: expected text; got a mapping"),
        (
            "argocd: {project: default}",
            (
                "5:10: argocd.project: bootstrap/ would replace Argo CD's own project 'default': choose another name, "
                "for example models"
            ),
        ),
        (
            f"argocd: {{project: {'a' * 55}}}",
            f"5:10: argocd.project: expected at most 54 characters; got 55: '{'a' * 55}'",
        ),
        (
            "modelDefaults: {registeredModel: Fraud}",
            "5:17: modelDefaults.registeredModel: belongs to one model: write it into that model's model.yaml",
        ),
        (
            "modelDefaults: {environments: {prod: {replicas: 2}}}",
            "5:32: modelDefaults.environments.prod: gitops-gen.yaml has no such environment; there is dev",
        ),
        ("modelDefaults: {replicas: -1}", "5:17: modelDefaults.replicas: expected at least 0; got -1"),
        (
            "openDataHub: {components: {kserv: Managed}}",
            "5:28: openDataHub.components.kserv: 'kserv' is not known here; did you mean 'kserve'?",
        ),
        (
            "openDataHub: {kind: KfDef, components: {odhseldn: Managed}}",
            "5:41: openDataHub.components.odhseldn: 'odhseldn' is not known here; did you mean 'odhseldon'?",
        ),
        (
            "openDataHub: {components: {ray: Unmanaged}}",
            "5:28: openDataHub.components.ray: 'Unmanaged' is not known here; did you mean 'Managed'?",
        ),
        (
            "forge: {kind: github, project: models}",
            "5:23: forge.project: expected owner/name; got 'models'",
        ),
        ("forge: {kind: github, project: a/b/c}", "5:23: forge.project: expected owner/name; got 'a/b/c'"),
        ("forge: {kind: gitea, project: a/b/c}", "5:22: forge.project: expected owner/name; got 'a/b/c'"),
        (
            "forge: {kind: gitea, url: git.example.com}",
            "5:22: forge.url: expected an http or https address without credentials; got 'git.example.com'",
        ),
        (
            "mlflow: {trackingUri: 5000}",
            (
                "5:10: mlflow.trackingUri: expected an MLflow tracking URI without credentials; got 5000, which YAML "
                "does not read as text: put it in quotes"
            ),
        ),
    ],
)
def test_a_mistake_is_told_with_line_column_key_and_the_way_out(more, expected):
    told = refusal(HEAD + more + "\n")
    assert f"gitops-gen.yaml:{expected}" in told


@pytest.mark.parametrize(
    ("environments", "expected"),
    [
        ("{}", "3:1: environments: must not be empty"),
        ("{d: {namespace: a, predecessor: x}}", "3:34: environments.d.predecessor: there is no environment 'x'"),
        ("{dev: {namespace: a, predecessor: dev}}", ("3:36: environments.dev.predecessor: a circle, nothing could ever "
         "come first: dev ← dev")),
        (
            "{a: {namespace: a, predecessor: c}, b: {namespace: b, predecessor: a}, c: {namespace: c, predecessor: b}}",
            "3:34: environments.a.predecessor: a circle, nothing could ever come first: a ← c ← b ← a",
        ),
        (
            "{staging: {namespace: a}, dev: {namespace: b, predecessor: stagng}}",
            "3:61: environments.dev.predecessor: there is no environment 'stagng'; did you mean 'staging'?",
        ),
        (
            "{dev: {namespace: a, cluster: https://kubernetes.default.svc/}, qa: {namespace: a}}",
            "3:84: environments.qa.namespace: environment 'dev' deploys to 'a' in the same cluster: each needs its own",
        ),
        ("{'no': {namespace: a}}", "3:16: environments.no: many YAML readers take this name for true or false"),
        ("{no: {namespace: a}}", "3:16: environments.no: many YAML readers take this name for true or false"),
        (
            "{true: {namespace: a}}",
            "3:16: environments.True: a key must be text, not true: put it in quotes if it is a name",
        ),
        ("{1: {namespace: a}}", "3:16: environments.1: a key must be text, not 1: put it in quotes if it is a name"),
        (
            "{Dev: {namespace: a}}",
            "3:16: environments.Dev: expected lower-case letters, digits and '-', at most 20 characters; got 'Dev'",
        ),
        ("{dev: {}}", "3:16: environments.dev: the key 'namespace' is missing: The namespace that the models run in."),
        (
            "{dev: {namespace: a, cluster: production}}",
            "3:36: environments.dev.cluster: expected an http or https address without credentials; got 'production'",
        ),
    ],
)  # fmt: skip
def test_a_mistake_among_the_environments_is_told(environments, expected):
    told = refusal(f"version: 1\nrepository: {{url: /srv/git/models}}\nenvironments: {environments}\n")
    assert f"gitops-gen.yaml:{expected}" in told


def test_environments_may_share_a_namespace_in_different_clusters_and_a_predecessor():
    loaded = load_settings(
        """version: 1
repository: {url: /srv/git/models}
environments:
  dev: {namespace: models}
  eu: {namespace: models, cluster: https://eu.example.com, predecessor: dev}
  us: {namespace: models, cluster: https://us.example.com, predecessor: dev}
"""
    )
    assert [e.predecessor for e in loaded.environments] == [None, "dev", "dev"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("monitoring: {interval: 30}", ("1:14: monitoring.interval: expected a Prometheus duration such as 30s, 5m or "
         "1h30m; got 30")),
        ("monitoring: {interval: ''}", "1:14: monitoring.interval: must not be empty"),
        ("monitoring: {interval: 5 minutes}", ("1:14: monitoring.interval: expected a Prometheus duration such as 30s, "
         "5m or 1h30m; got '5 minutes'")),
        ("monitoring: {labels: {release: true}}", ("1:23: monitoring.labels.release: expected a Kubernetes label "
         "value: at most 63 letters, digits, '-', '_' and '.'; got true, which YAML does not read as text: put it in "
         "quotes")),
        ("monitoring: {labels: {'a b': c}}", ("1:23: monitoring.labels.a b: expected a Kubernetes label name, with "
         "or without a prefix such as example.com/; got 'a b'")),
        ("monitoring: {alerts: {errorRatio: 5}}", "1:23: monitoring.alerts.errorRatio: expected at most 1; got 5"),
        ("monitoring: {alerts: {errorRatio: .nan}}", ("1:23: monitoring.alerts.errorRatio: expected a finite number; "
         "got nan")),
        ("monitoring: {alerts: {errorRatio: '0.1'}}", ("1:23: monitoring.alerts.errorRatio: expected a number; got "
         "'0.1'")),
        ("monitoring: {alerts: {latencyP99Seconds: 0}}", ("1:23: monitoring.alerts.latencyP99Seconds: expected more "
         "than 0; got 0")),
        ("resources: {requests: {cpu: 0.1}}", ('1:24: resources.requests.cpu: expected a Kubernetes quantity such as '
         '500m, 2, "0.5", 256Mi or 1Gi; got 0.1, which YAML does not read as text: put it in quotes')),
        ("resources: {limits: {memory: 1GB}}", ('1:22: resources.limits.memory: expected a Kubernetes quantity such as '
         '500m, 2, "0.5", 256Mi or 1Gi; got \'1GB\'')),
        ("resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}", ("1:24: resources.requests.cpu: is more than the "
         "limit '1500m': Kubernetes refuses such a container")),
        ("resources: {requests: {memory: 2Gi}, limits: {memory: 2G}}", ("1:24: resources.requests.memory: is more than "
         "the limit '2G': Kubernetes refuses such a container")),
        ("replicas: 1.5", "1:1: replicas: expected a whole number; got 1.5"),
        ("replicas: true", "1:1: replicas: expected a whole number; got true"),
        ("server: mlflow", ("1:1: server: expected container or a Seldon implementation such as MLFLOW_SERVER; got "
         "'mlflow'")),
        ("{backend: kserve, server: MLFLOW_SERVER}", ("1:19: server: expected container or a KServe model format such "
         "as mlflow or sklearn; got 'MLFLOW_SERVER'")),
        ("protocol: v1", "1:1: protocol: seldon speaks seldon, tensorflow, kfserving, v2; got 'v1'"),
        ("{backend: kserve, protocol: seldon}", "1:19: protocol: kserve speaks v1, v2; got 'seldon'"),
        ("{server: SKLEARN_SERVER, protocol: tensorflow}", ("1:26: protocol: Seldon's SKLEARN_SERVER does not speak "
         "the tensorflow protocol")),
        ("environments: {prodution: {replicas: 2}}", ("1:16: environments.prodution: gitops-gen.yaml has no such "
         "environment; did you mean 'production'?")),
        ('registeredModel: "a\\nb"', "1:1: registeredModel: no line breaks or control characters may stand here"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_model_yaml_is_told(text, expected):
    assert model_refusal(text + "\n", environments=["staging", "production"]) == [f"{MODEL_FILE}:{expected}"]


def test_without_the_list_of_environments_any_name_may_stand_in_a_model_yaml():
    loaded = load_model_settings("environments: {qa: {replicas: 2}}\n", MODEL_FILE, FRAUD)
    assert loaded.environment_replicas == {"qa": 2}


@pytest.mark.parametrize(
    ("low", "high"), [("100m", "1"), ("1e3", "1k"), (".5", "1"), ("500n", "1u"), ("1Ki", "1100"), ("2E", "2Ei")]
)
def test_requests_up_to_the_limits_are_taken(low, high):
    load_model_settings(f"resources: {{requests: {{x: '{low}'}}, limits: {{x: '{high}'}}}}\n", MODEL_FILE, FRAUD)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "1:1: the file is empty; expected keys and values"),
        (b"# only a comment\n", "1:1: the file is empty; expected keys and values"),
        (b"- a\n- b\n", "1:1: the file holds a list; expected keys and values"),
        (b"hello\n", "1:1: the file holds 'hello'; expected keys and values"),
        (b"version: 1\nnote: \xff\n", "2:7: not UTF-8 text"),
        (b"version: 1\nversion: 1\n", "2:1: found duplicate key"),
        (b"version: 1\n---\nversion: 1\n", "2:1: but found another document"),
        (b"version: [1\n", "2:1: expected ',' or ']'"),
        (b"version: 1\n\tforge: x\n", "2:1: found character '\\t' that cannot start any token"),
        (b"? [a, b]\n: c\n", "1:3: ('a', 'b'): a key must be text, not a list: put it in quotes if it is a name"),
        (b"!!bool maybe\n", "1:1: not YAML that can be read: 'maybe'"),
        (b"? dev: {namespace: a}", "1:1: not YAML that can be read: "),
        (b"!!omap x\n", "1:1: not YAML that can be read: "),
        (b"[" * 800, "1:1: nested too deeply"),
    ],
)
def test_what_is_no_settings_file_at_all_is_told(content, expected):
    [line] = refusal(content)
    assert line.startswith(f"gitops-gen.yaml:{expected}")


def test_a_byte_order_mark_and_windows_line_endings_are_read():
    assert load_settings(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode()) == load_settings(HEAD)
    assert load_settings("\ufeff" + HEAD) == load_settings(HEAD)


def test_an_anchor_may_be_used_twice_as_yaml_has_it():
    text = HEAD + "argocd: {namespace: &x a, project: &x b}\nmlflow: {trackingUri: *x}\n"
    assert load_settings(text).mlflow.tracking_uri == "b"


@pytest.mark.parametrize("text", ["templates: &x [*x]", "templates: &x {a: *x}"])
def test_an_alias_of_itself_is_no_endless_loop(text):
    assert "templates: expected text; got a" in refusal(f"{HEAD}{text}\n")[0]


def test_aliases_are_read_and_many_of_them_cost_nothing():
    bomb = "x0: &a0 [x]\n" + "".join(f"x{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 40))
    assert all("unknown key" in line for line in refusal(HEAD + bomb))
    shared = "environments:\n  dev: {namespace: a, sync: &s {automated: false}}\n  qa: {namespace: b, sync: *s}\n"
    loaded = load_settings("version: 1\nrepository: {url: /srv/models}\n" + shared)
    assert [e.sync.automated for e in loaded.environments] == [False, False]


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("repository", "{url: 'https://bot:hunter2@github.com/a/b'}"),
        ("repository", "{url: 'https://hunter2@github.com/a/b'}"),
        ("repository", "{url: 'bot:hunter2@github.com/a/b'}"),
        ("repository", "{url: 'ssh://git:hunter2@github.com/a/b'}"),
        ("mlflow", "{trackingUri: 'https://bot:hunter2@mlflow.example.com'}"),
        ("mlflow", "{uiUrl: 'https://bot:hunter2@mlflow.example.com'}"),
        ("forge", "{kind: github, url: 'https://bot:hunter2@github.com'}"),
        ("environments", "{dev: {namespace: a, cluster: 'https://bot:hunter2@api.example.com'}}"),
    ],
)
def test_credentials_in_an_address_are_refused(section, text):
    sections = {"version": "1", "repository": "{url: /srv/models}", "environments": "{dev: {namespace: a}}"}
    told = refusal("".join(f"{key}: {value}\n" for key, value in {**sections, section: text}.items()))
    assert any("without credentials" in line for line in told)


@pytest.mark.parametrize(
    "text",
    [
        "repository: {url: 'https://bot:hunter2@github.com/a/b'}",
        "repository: {url: https://bot:hunter2@github.com/a, url: 'https://bot:hunter2@github.com/b'}",
        "repository: {url: 'bot:hunter2@github.com/a/b'}",
        "https://bot:hunter2@github.com/: 1",
        "forge: {kind: 'https://bot:hunter2@github.com/'}",
    ],
)
def test_a_password_in_an_address_is_not_repeated_in_the_message(text):
    with pytest.raises(ConfigError) as caught:
        load_settings(f"version: 1\n{text}\n")
    assert "hunter2" not in caught.value.message
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("key", ["token", "password", "apiKey", "client_secret"])
def test_a_key_for_a_secret_is_answered_with_where_secrets_belong(key):
    [line] = refusal(HEAD + f"forge: {{kind: github, {key}: hunter2}}\n")
    assert line.endswith("secrets do not belong in this file; they are read from environment variables alone")
    assert "hunter2" not in line


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/example/models.git",
        "http://127.0.0.1:3000/example/models.git",
        "ssh://git@git.example.com:2222/example/models.git",
        "git@github.com:example/models.git",
        "file:///srv/git/models.git",
        "/srv/git/with space/models.git",
    ],
)
def test_each_kind_of_git_address_is_taken(url):
    assert load_settings(HEAD.replace("https://github.com/example/models.git", f"'{url}'")).repository_url == url


@pytest.mark.parametrize("uri", ["https://mlflow.example.com/x", "sqlite:///mlflow.db", "./mlruns", "databricks://p"])
def test_each_kind_of_tracking_uri_is_taken(uri):
    assert load_settings(HEAD + f"mlflow: {{trackingUri: '{uri}'}}\n").mlflow.tracking_uri == uri


@pytest.mark.parametrize("branch", ["main", "release/2026.1", "team-a/models_v2"])
def test_names_of_branches_are_taken(branch):
    text = HEAD.replace("models.git}", f"models.git, baseBranch: {branch}}}")
    assert load_settings(text).base_branch == branch


@pytest.mark.parametrize("branch", ["a b", "-x", "a..b", "a/", ".a", "a~1", "x@{y", "a.", "a//b"])
def test_what_git_takes_for_no_branch_is_refused(branch):
    [line] = refusal(HEAD.replace("models.git}", f"models.git, baseBranch: '{branch}'}}"))
    assert "expected the name of a git branch, such as main" in line


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/a/b.git", ("github.com", "a/b")),
        ("ssh://git@git.example.com:2222/a/b", ("git.example.com:2222", "a/b")),
        ("git@gitlab.com:g/s/n.git", ("gitlab.com", "g/s/n")),
        ("/srv/git/models.git", ("", "")),
        ("file:///srv/git/models.git", ("", "")),
    ],
)
def test_host_and_path_of_a_git_address(url, expected):
    assert split_repository_url(url) == expected


@pytest.mark.parametrize(
    ("url", "forge", "expected"),
    [
        ("/srv/models", "{kind: github}", "forge.kind: repository.url names no project on a forge: add forge.project"),
        ("/srv/models", "{kind: github, project: a/b}", "repository.url names no host: add forge.url"),
        ("https://github.com/models", "{kind: github}", "expected owner/name in repository.url, or in forge.project"),
        ("https://github.com/a/b/c", "{kind: github}", "expected owner/name in repository.url, or in forge.project"),
    ],
)
def test_a_forge_that_cannot_be_told_from_the_repository_is_refused(url, forge, expected):
    told = refusal(f"version: 1\nrepository: {{url: {url}}}\nforge: {forge}\nenvironments: {{d: {{namespace: a}}}}\n")
    assert any(expected in line for line in told)


@pytest.mark.parametrize("forge", ["{kind: gitlab}", "{kind: gitea}", "{kind: github, project: a/b}", "{kind: none}"])
def test_forges_below_a_path_or_with_groups_are_taken(forge):
    text = HEAD.replace("github.com/example/models.git", "git.example.com/below/group/models.git")
    load_settings(text + f"forge: {forge}\n")


def test_the_schema_knows_the_components_that_can_be_rendered():
    rules = json.loads(read_asset("schemas", "gitops-gen.schema.json"))["properties"]["openDataHub"]
    kfdef, cluster = (rules[branch]["properties"]["components"]["propertyNames"]["enum"] for branch in ("then", "else"))
    assert kfdef == sorted(KFDEF_APPLICATIONS)
    assert set(DEFAULT_COMPONENTS["KfDef"]) < set(kfdef)
    assert set(DEFAULT_COMPONENTS["DataScienceCluster"]) < set(cluster)


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.from_regex(r"\A[a-zA-Z0-9-]{1,24}\Z"))
def test_the_schema_takes_the_names_of_environments_that_the_program_takes(name):
    text = json.dumps({"version": 1, "repository": {"url": "/m"}, "environments": {name: {"namespace": "a"}}})
    try:
        parse_environment_name(name)
    except InvalidValueError:
        with pytest.raises(ConfigError):
            load_settings(text)
    else:
        if name not in {"y", "n", "yes", "no", "on", "off"}:
            assert load_settings(text).environments[0].name == name


KEYS = st.sampled_from(
    ["version", "repository", "url", "environments", "dev", "namespace", "predecessor", "forge", "kind", "project",
     "openDataHub", "components", "kserve", "modelDefaults", "resources", "requests", "limits", "cpu", "monitoring",
     "labels", "server", "protocol", "backend", "templates", "pullRequest", "argocd", "replicas", "registeredModel"]
)  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    KEYS,
    st.just("https://a:b@c/d"),
    st.dates(),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS | st.text(max_size=4), inner))
)


def check_never_fails_otherwise(text: str | bytes) -> None:
    for load in (load_settings, lambda content: load_model_settings(content, MODEL_FILE, FRAUD)):
        try:
            load(text)
        except ConfigError as error:
            assert error.message  # noqa: PT017 - either it loads or it is told


@hypothesis_settings(max_examples=60, deadline=None)
@given(VALUES)
def test_any_content_is_either_loaded_or_refused_as_configuration(value):
    check_never_fails_otherwise(json.dumps(value, default=str))
    base = {"version": 1, "repository": {"url": "/m"}, "environments": {"dev": {"namespace": "a"}}}
    if isinstance(value, dict):
        check_never_fails_otherwise(json.dumps({**base, **value}, default=str))


@hypothesis_settings(max_examples=120, deadline=None)
@given(st.one_of(st.binary(max_size=40), st.text(alphabet="ab:-?[]{}&*!|>'\"%@`#, \n\t012.~=<", max_size=30)))
def test_any_bytes_are_either_loaded_or_refused_as_configuration(content):
    check_never_fails_otherwise(content)


def test_the_file_has_one_name_in_every_repository():
    assert SETTINGS_FILE == "gitops-gen.yaml"
