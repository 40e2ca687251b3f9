"""Mistakes in the objects of Seldon Core 2 that their schemas let through."""

from tests.mutations import Mutation, in_file

_FOLDER = "platform/seldon2/base"
_model = in_file("platform", f"{_FOLDER}/model.yaml")
_pipeline = in_file("platform", f"{_FOLDER}/pipeline.yaml")
_server = in_file("platform", f"{_FOLDER}/server.yaml")

MLOPS: tuple[Mutation, ...] = (
    _pipeline(
        "a pipeline called as its step",
        "  name: churn-scoring\n",
        "  name: churn\n",
        rule="SELDON027",
        place=(f"{_FOLDER}/pipeline.yaml", "  - name: churn"),
    ),
    _pipeline(
        "a step that is there twice",
        "  - name: churn\n",
        "  - name: churn\n  - name: churn\n    inputs: [churn-scoring]\n",
        rule="SELDON027",
    ),
    _pipeline("an output misspelt", "    steps: [churn]\n", "    steps: [chrun]\n", rule="SELDON028"),
    _pipeline(
        "an input in the singular",
        "  - name: churn\n",
        "  - name: churn\n    inputs: [churn-scoring.input]\n",
        rule="SELDON028",
    ),
    _pipeline(
        "a trigger that waits for itself",
        "  - name: churn\n",
        "  - name: churn\n    triggers: [churn]\n",
        rule="SELDON029",
    ),
    _model(
        "an address that is still to be filled in",
        "  storageUri: s3://models/churn/v3\n",
        '  storageUri: ""\n',
        rule="SELDON030",
    ),
    _server(
        "a version in the name of a server", "  name: mlserver-extra\n", "  name: mlserver-1.6\n", rule="SELDON031"
    ),
)
