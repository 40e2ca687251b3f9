"""Mistakes in ApplicationSets that their schema lets through."""

from tests.mutations import Mutation, in_file

_LABS = "argocd/labs.yaml"
_MODELS = "argocd/production/applicationset.yaml"

_labs = in_file("platform", _LABS)
_models = in_file("kserve", _MODELS)

_NAME = '"{{ .component }}-{{ .environment }}"'
_TEMPLATE = "  template:\n    metadata:\n"
_GO = "  goTemplate: true\n  goTemplateOptions:\n  - missingkey=error\n"

ARGOCD_SETS: tuple[Mutation, ...] = (
    _labs(
        "a generator that only selects",
        _TEMPLATE,
        f"  - selector:\n      matchLabels:\n        component: spark\n{_TEMPLATE}",
        rule="ARGOCD034",
    ),
    _labs(
        "a Git generator of nothing",
        _TEMPLATE,
        f"  - git:\n      repoURL: https://git.example.com/platform/gitops\n      revision: main\n{_TEMPLATE}",
        rule="ARGOCD035",
    ),
    _models(
        "directories and files",
        "      directories:\n",
        "      files:\n      - path: models/*/model.yaml\n      directories:\n",
        rule="ARGOCD035",
    ),
    _labs(
        "a matrix of three",
        _TEMPLATE,
        f"      - list:\n          elements:\n          - stage: all\n{_TEMPLATE}",
        rule="ARGOCD036",
        place=(_LABS, "      generators:"),
    ),
    _labs("a brace that is not closed", _NAME, '"{{ .component }-{{ .environment }}"', rule="ARGOCD037"),
    _labs("a parameter without its dot", _NAME, '"{{ component }}-{{ .environment }}"', rule="ARGOCD037"),
    _labs("a function of nobody", _NAME, '"{{ .component | slug }}-{{ .environment }}"', rule="ARGOCD037"),
    _labs("an option in other letters", "missingkey=error", "missingKey=error", rule="ARGOCD038"),
    _models(
        "a Go template without goTemplate",
        _GO,
        rule="ARGOCD039",
        place=(_MODELS, '      name: "{{ index .path.segments'),
    ),
    _labs("a parameter of another generator", _NAME, '"{{ .name }}-{{ .environment }}"', rule="ARGOCD040"),
    _models("a part that a path does not have", '"{{ .path.path }}"', '"{{ .path.folder }}"', rule="ARGOCD040"),
    _labs("one name for all", _NAME, "labs", rule="ARGOCD041"),
    _labs(
        "a strategy in small letters",
        operation="append",
        new="  strategy:\n    type: rollingSync\n",
        rule="ARGOCD042",
        place=(_LABS, "    type: rollingSync"),
    ),
    _labs(
        "a finalizer of what is preserved",
        operation="append",
        new="  syncPolicy:\n    preserveResourcesOnDeletion: true\n",
        rule="ARGOCD043",
        place=(_LABS, "      - resources-finalizer.argocd.argoproj.io"),
    ),
)
