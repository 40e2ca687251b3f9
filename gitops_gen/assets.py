"""The program's own templates and schemas, as text."""

import os
from functools import cache

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


@cache
def find_folder(name: str) -> str:
    """The folder `templates` or `schemas`: in the wheel below `_data`, in a source tree beside the package."""
    packed = os.path.join(_PACKAGE, "_data", name)
    return packed if os.path.isdir(packed) else os.path.join(os.path.dirname(_PACKAGE), name)


def read_asset(folder: str, name: str) -> str:
    """The text of one template or schema."""
    with open(os.path.join(find_folder(folder), name), encoding="utf-8") as stream:
        return stream.read()
