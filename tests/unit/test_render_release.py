from dataclasses import replace

import pytest

from gitops_gen.errors import RefusedError
from gitops_gen.render.environment import Templates
from gitops_gen.settings import ArgocdSettings, Monitoring, SyncPolicy
from tests.rendered import (
    PRODUCTION,
    SERVERS,
    SETTINGS,
    STAGING,
    apply,
    folder,
    make_model,
    make_release,
    make_tree,
    promote,
)

BASE = "models/fraud/base"


@pytest.mark.parametrize(("backend", "server"), SERVERS)
def test_the_first_promotion_writes_all_there_is(backend, server):
    rendered = promote({}, model=make_model(backend, server))
    assert not rendered.warnings
    assert {
        "models/fraud/model.yaml",
        f"{BASE}/kustomization.yaml",
        f"{folder()}/kustomization.yaml",
        f"{folder()}/evidence.yaml",
        "argocd/staging/fraud.yaml",
    } <= rendered.files.keys()


@pytest.mark.parametrize(("backend", "server"), SERVERS)
def test_the_next_release_changes_the_overlay_and_the_evidence_only(backend, server):
    model = make_model(backend, server)
    tree = make_tree(model)
    rendered = promote(tree, model=model, release=make_release(2))
    assert rendered.files.keys() == {f"{folder()}/kustomization.yaml", f"{folder()}/evidence.yaml"}


def test_the_same_release_changes_nothing():
    model = make_model()
    assert not promote(make_tree(model), model=model).files


def test_a_second_environment_leaves_base_and_model_yaml_alone():
    model = make_model()
    tree = apply({}, promote({}, model=model))
    rendered = promote(tree, model=model, environment=PRODUCTION)
    assert rendered.files.keys() == {
        f"{folder(PRODUCTION)}/kustomization.yaml",
        f"{folder(PRODUCTION)}/evidence.yaml",
        "argocd/production/fraud.yaml",
    }


def test_the_order_of_the_files_that_are_there_does_not_matter():
    model = make_model()
    tree = make_tree(model)
    mixed = dict(sorted(tree.items(), reverse=True))
    assert promote(tree, model=model, release=make_release(3)) == promote(mixed, model=model, release=make_release(3))


def test_model_yaml_is_never_changed_after_it_was_written():
    tree = make_tree(make_model()) | {"models/fraud/model.yaml": "replicas: 4 # mine\n"}
    assert "models/fraud/model.yaml" not in promote(tree, model=make_model(replicas=4)).files


def test_a_changed_model_yaml_renders_the_base_again():
    tree = make_tree(make_model())
    rendered = promote(tree, model=make_model(service_account="reader"))
    assert "reader" in rendered.files[f"{BASE}/seldondeployment.yaml"]
    assert not rendered.warnings
    assert not promote(apply(tree, rendered), model=make_model(service_account="reader")).files


def test_what_the_new_settings_no_longer_need_is_deleted_and_no_longer_listed():
    tree = make_tree(make_model())
    rendered = promote(tree, model=make_model(monitoring=Monitoring(enabled=False)))
    gone = {path for path, text in rendered.files.items() if text is None}
    assert gone == {f"{BASE}/{name}.yaml" for name in ("podmonitor", "prometheusrule", "servicemonitor")}
    assert "podmonitor" not in rendered.files[f"{BASE}/kustomization.yaml"]


def test_another_backend_replaces_the_server_and_its_monitors():
    tree = make_tree(make_model())
    after = apply(tree, promote(tree, model=make_model("kserve")))
    assert f"{BASE}/inferenceservice.yaml" in after
    assert f"{BASE}/seldondeployment.yaml" not in after
    assert "kind: InferenceService" in after[f"{folder()}/kustomization.yaml"]


def test_a_base_file_that_a_person_edited_is_left_and_reported_once_it_falls_behind():
    tree = make_tree(make_model())
    path = f"{BASE}/seldondeployment.yaml"
    tree[path] += "# mine\n"
    assert not promote(tree, model=make_model()).warnings
    rendered = promote(tree, model=make_model(service_account="reader"))
    assert path not in rendered.files
    assert f"{BASE}/podmonitor.yaml" in rendered.files
    assert len(rendered.warnings) == 1
    assert path in rendered.warnings[0]
    assert "model.yaml" in rendered.warnings[0]


def test_a_person_can_say_that_an_edited_file_is_up_to_date_again():
    tree = make_tree(make_model())
    path = f"{BASE}/seldondeployment.yaml"
    tree[path] += "# mine\n"
    model = make_model(service_account="reader")
    warning = promote(tree, model=model).warnings[0]
    new = warning.partition("settings=")[2].split()[0]
    old = tree[path].partition("settings=")[2].split()[0]
    tree[path] = tree[path].replace(old, new)
    assert not promote(tree, model=model).warnings


def test_a_base_of_ones_own_is_never_touched():
    tree = make_tree(make_model())
    for path in [path for path in tree if path.startswith(BASE)]:
        del tree[path]
    tree[f"{BASE}/kustomization.yaml"] = "resources: [mine.yaml]\n"
    rendered = promote(tree, model=make_model(replicas=7))
    assert not [path for path in rendered.files if path.startswith(BASE)]
    assert not rendered.warnings


def test_nothing_is_added_that_an_edited_kustomization_would_not_list():
    quiet = make_model(monitoring=Monitoring(enabled=False))
    tree = make_tree(quiet)
    tree[f"{BASE}/kustomization.yaml"] += "# mine\n"
    rendered = promote(tree, model=make_model())
    assert f"{BASE}/podmonitor.yaml" not in rendered.files
    assert any("podmonitor.yaml is not written" in warning for warning in rendered.warnings)


def test_nothing_is_deleted_that_an_edited_kustomization_lists():
    tree = make_tree(make_model())
    tree[f"{BASE}/kustomization.yaml"] += "# mine\n"
    rendered = promote(tree, model=make_model(monitoring=Monitoring(enabled=False)))
    assert None not in rendered.files.values()
    assert any("podmonitor.yaml is no longer needed" in warning for warning in rendered.warnings)


def test_an_application_follows_the_settings_until_a_person_edits_it():
    tree = make_tree(make_model())
    manual = replace(STAGING, sync=SyncPolicy(automated=False))
    path = "argocd/staging/fraud.yaml"
    assert path in promote(tree, model=make_model(), environment=manual).files
    tree[path] += "# mine\n"
    assert not promote(tree, model=make_model()).warnings
    rendered = promote(tree, model=make_model(), environment=manual)
    assert path not in rendered.files
    assert path in rendered.warnings[0]
    tree[path] = "kind: Application\n"
    assert not promote(tree, model=make_model(), environment=manual).warnings


def test_with_an_application_set_a_new_model_needs_no_file_in_argocd():
    settings = replace(SETTINGS, argocd=ArgocdSettings(layout="applicationset"))
    tree = apply({}, promote({}, model=make_model(), settings=settings))
    assert "argocd/staging/applicationset.yaml" in tree
    other = {path: text for path, text in tree.items() if path.startswith("argocd/")}
    assert not [p for p in promote(other, model=make_model(), settings=settings).files if p.startswith("argocd/")]


def test_line_ends_of_windows_are_no_edit():
    tree = {path: text.replace("\n", "\r\n") for path, text in make_tree(make_model()).items()}
    tree[f"{folder()}/evidence.yaml"] = tree[f"{folder()}/evidence.yaml"].replace("\r\n", "\n")
    assert not promote(tree, model=make_model()).files


def test_a_container_without_an_image_is_refused():
    release = replace(make_release(), image=None)
    with pytest.raises(RefusedError, match="has no image") as caught:
        promote({}, model=make_model(), release=release)
    assert "record-image" in caught.value.hint


def test_a_teams_templates_are_used():
    templates = Templates({"model/podmonitor.yaml.j2": "kind: PodMonitor # ours\n"})
    assert "# ours" in promote({}, model=make_model(), templates=templates).files[f"{BASE}/podmonitor.yaml"]
