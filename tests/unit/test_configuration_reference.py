import json
from pathlib import Path

from gitops_gen.assets import read_asset
from tests.configuration_reference import list_keys, render_reference
from tests.goldens import check_golden

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_page_about_the_configuration_is_what_the_schemas_say():
    check_golden(PAGE, render_reference())


def test_every_key_that_an_editor_offers_stands_on_the_page():
    settings, model = (
        list_keys(json.loads(read_asset("schemas", f"{name}.schema.json"))) for name in ("gitops-gen", "model")
    )
    assert "environments.<name>.sync.selfHeal" in settings
    assert "monitoring.alerts.noTrafficFor" in model
    page = PAGE.read_text(encoding="utf-8")
    assert [key for key in (*settings, *model) if f"| `{key}` |" not in page] == []
