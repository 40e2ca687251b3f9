from pathlib import Path

import pytest

from gitops_gen.assets import find_folder, read_asset

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["templates", "schemas"])
def test_in_a_source_tree_the_assets_stand_beside_the_package(name: str):
    assert find_folder(name) == str(REPOSITORY / name)


def test_an_asset_is_read_as_text():
    text = (REPOSITORY / "templates/model/kustomization.yaml.j2").read_text(encoding="utf-8")
    assert read_asset("templates", "model/kustomization.yaml.j2") == text


def test_an_asset_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        read_asset("templates", "nope")
