"""The program's own templates and schemas, as text."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent


@cache
def find_folder(name: str) -> Path:
    """The folder `templates` or `schemas`: in the wheel below `_data`, in a source tree beside the package."""
    packed = _PACKAGE / "_data" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name


def read_asset(folder: str, name: str) -> str:
    """The text of one template or schema."""
    return (find_folder(folder) / name).read_text(encoding="utf-8")
