"""The examples: made again from their input, compared byte by byte, built, and held against the upstream schemas."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from gitops_gen.adapters.kustomize import KustomizeCommand
from gitops_gen.choices import Choices, parse_components, parse_environments
from gitops_gen.cli.app import app
from gitops_gen.model import (
    Dataset,
    Image,
    LoggedModel,
    Metric,
    MetricPoint,
    ModelVersion,
    Run,
    RunSelector,
    Signature,
    SignatureField,
    SourceCode,
)
from gitops_gen.names import parse_digest, parse_run_id
from gitops_gen.scaffold import plan_scaffold, write_scaffold
from gitops_gen.tags import IMAGE
from gitops_gen.yamlio import dump_round_trip, load_round_trip
from tests import goldens
from tests.crds import find_errors
from tests.integration.conftest import World, make_world

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = sorted(path.parent.name for path in EXAMPLES.glob("*/input.yaml"))


def read_input(case: str) -> dict[str, Any]:
    return yaml.safe_load((EXAMPLES / case / "input.yaml").read_text(encoding="utf-8"))


def make_choices(options: list[str]) -> Choices:
    """What the options of `init` ask for, read by the command's own parser."""
    context = typer.main.get_command(app).commands["init"].make_context("init", list(options))
    given = context.params
    return Choices(
        repository_url=given["repository_url"],
        forge=str(given["forge"] or ""),
        environments=parse_environments(given["environment"] or ()),
        mlflow_uri=given["mlflow_uri"],
        open_data_hub=str(given["open_data_hub"] or ""),
        components=parse_components(given["component"] or ()),
    )


def make_run(facts: dict[str, Any]) -> Run:
    points = {name: MetricPoint(value=value, step=0) for name, value in facts["metrics"].items()}
    inputs = tuple(SignatureField(**field) for field in facts["model"].pop("inputs"))
    digest = parse_digest(facts["model"].pop("content_hash"))
    return Run(
        run_id=parse_run_id(facts["id"]),
        name=facts["name"],
        status="FINISHED",
        experiment_id=facts["experiment"]["id"],
        experiment_name=facts["experiment"]["name"],
        params=facts["params"],
        metrics=tuple(Metric(name=name, last=p, lowest=p, highest=p) for name, p in sorted(points.items())),
        datasets=tuple(Dataset(**dataset) for dataset in facts["datasets"]),
        source=SourceCode(**facts["source"]),
        model=LoggedModel(**facts["model"], content_hash=digest, signature=Signature(inputs=inputs)),
        version=ModelVersion(**facts["version"]),
    )


def make_repository(case: str, folder: Path) -> World:
    given = read_input(case)
    world = make_world(folder, make_choices(given["init"]))
    if given["settings"]:
        settings = world.work / "gitops-gen.yaml"
        data = load_round_trip(settings.read_text(encoding="utf-8"), path="gitops-gen.yaml")
        for key, value in given["settings"].items():
            data.setdefault(key, {}).update(value)
        settings.write_text(dump_round_trip(data), encoding="utf-8")
        write_scaffold(plan_scaffold(world.work, Choices()))
        world.commit({})
    run = make_run(given["run"])
    if "image" in given:
        fields = given["image"] | {"platforms": tuple(given["image"]["platforms"])}
        image = Image(**fields)
        world.push_image(image)
        run = Run(**{name: getattr(run, name) for name in run.__slots__} | {"tags": {IMAGE: str(image)}})
    world.tracking.runs = (run,)
    for environment in (
        name for option, name in zip(given["init"], given["init"][1:], strict=False) if option == "--environment"
    ):
        outcome = world.promote(environment=environment, selector=RunSelector(run_id=run.run_id))
        assert outcome.error is None, outcome.error and outcome.error.message
        world.merge(outcome.branch)
    return world


def list_files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts
    }


@pytest.mark.parametrize("case", CASES)
def test_an_example_is_what_the_program_makes(case, tmp_path):
    world = make_repository(case, tmp_path)
    golden = EXAMPLES / case / "repository"
    made = list_files(world.work)
    if goldens.UPDATE:
        shutil.rmtree(golden, ignore_errors=True)
    for path in sorted(made):
        goldens.check_golden(golden / path, (world.work / path).read_text(encoding="utf-8"))
    assert list_files(golden) == made


def list_kustomizations(case: str) -> Iterator[str]:
    root = EXAMPLES / case / "repository"
    for path in sorted(root.rglob("kustomization.yaml")):
        yield path.parent.relative_to(root).as_posix()


def list_documents(case: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that Argo CD or a person applies: what kustomize builds, and the Applications."""
    root = EXAMPLES / case / "repository"
    for folder in list_kustomizations(case):
        for document in yaml.safe_load_all(KustomizeCommand().build(root, folder)):
            yield folder, document
    for path in sorted(root.glob("argocd/*/*.yaml")):
        yield path.relative_to(root).as_posix(), yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_every_object_of_an_example_fits_its_upstream_schema(case):
    kinds = set()
    for place, document in list_documents(case):
        assert find_errors(document) == [], f"{place}: {document['kind']}"
        kinds.add(document["kind"])
    assert {"AppProject", "ConfigMap", "PrometheusRule"} <= kinds
    assert kinds & {"SeldonDeployment", "InferenceService"}


@pytest.mark.parametrize("case", CASES)
def test_every_overlay_of_an_example_runs_the_recorded_image(case):
    given = read_input(case)
    overlays = [folder for folder in list_kustomizations(case) if folder.startswith("models/churn/overlays/")]
    assert overlays
    for folder in overlays:
        built = KustomizeCommand().build(EXAMPLES / case / "repository", folder)
        if "image" in given:
            assert f"image: {given['image']['name']}:3@{given['image']['digest']}" in built
        else:
            assert given["run"]["model"]["uri"] in built


def test_every_example_is_described():
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert CASES
    assert all(f"[{case}]({case})" in text for case in CASES)


def test_init_reads_back_the_settings_of_every_example():
    runner = CliRunner()
    for case in CASES:
        result = runner.invoke(
            app, ["init", str(EXAMPLES / case / "repository"), "--no-input", "--dry-run", "-o", "json"]
        )
        assert result.exit_code == 0, result.output
        assert '"operation": "unchanged"' in result.output, case
