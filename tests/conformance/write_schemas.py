"""Writes the schemas of the custom kinds anew from the CustomResourceDefinitions in a folder.

Run from the root of the repository: `python -m tests.conformance.write_schemas ../shared/crds`.
"""

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

from gitops_gen.crd_schema import list_versions, make_schema
from gitops_gen.schema_compaction import dump_schema

SCHEMAS = Path(__file__).parents[2] / "schemas"
RELEASES = tuple(f"1.{minor}" for minor in range(37, 24, -1))
"""The Kubernetes releases that references may mean, the preferred one first."""
SOURCES = {
    "argoproj.io/application.yaml": ("v1alpha1",),
    "argoproj.io/applicationset.yaml": ("v1alpha1",),
    "argoproj.io/appproject.yaml": ("v1alpha1",),
    "datasciencecluster.opendatahub.io/datasciencecluster.yaml": ("v1", "v2"),
    "dscinitialization.opendatahub.io/dscinitialization.yaml": ("v1", "v2"),
    "kfdef.apps.kubeflow.org/kfdef.yaml": ("v1",),
    "machinelearning.seldon.io/seldondeployment.yaml": ("v1", "v1alpha2", "v1alpha3"),
    "monitoring.coreos.com/podmonitor.yaml": ("v1",),
    "monitoring.coreos.com/prometheusrule.yaml": ("v1",),
    "monitoring.coreos.com/servicemonitor.yaml": ("v1",),
    "operators.coreos.com/operatorgroup.yaml": (),
    "operators.coreos.com/subscription.yaml": (),
    "serving.kserve.io/inferenceservice.yaml": ("v1beta1",),
}
"""The definitions and the versions taken of each; none named: all that are served."""


def main() -> int:
    """Write one file per kind and version."""
    folder, releases = Path(sys.argv[1]), load_releases()
    for path in SOURCES:
        crd = load_crd(folder / path)
        for version in list_chosen(path, crd):
            target = SCHEMAS / name_schema(path, version)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(dump_schema(make_schema(crd, version, releases)), encoding="utf-8")
    return 0


def load_crd(path: Path) -> dict[str, Any]:
    """The definition in a file."""
    crd: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return crd


def list_chosen(path: str, crd: dict[str, Any]) -> list[str]:
    """The versions of a definition that we carry."""
    return list(SOURCES[path]) or list_versions(crd)


def name_schema(path: str, version: str) -> str:
    """The file of one version below `schemas`."""
    return str(Path(path).with_name(f"{Path(path).stem}_{version}.json"))


def load_releases() -> dict[str, dict[str, Any]]:
    """The definitions of each Kubernetes release, as kubernetes-validate carries them."""
    return {release: load_definitions(release) for release in RELEASES}


@cache
def load_definitions(release: str) -> dict[str, Any]:
    """The definitions of one release, such as 1.31."""
    folder = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / f"v{release}.0-local-strict"
    definitions: dict[str, Any] = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
    return definitions


if __name__ == "__main__":
    sys.exit(main())
