"""jsonschema_rs, loaded in half of the time."""

import sys
from types import ModuleType
from typing import Any

_FOR_BUILD_DATE = "email.utils"


def load_validators() -> Any:  # noqa: ANN401 - a module
    """The module jsonschema_rs.

    To tell the date of its own build it imports `email.utils` and with it sockets, random numbers and 30 modules more,
    half of the time that it takes to load. Nobody asks for that date here.
    """
    if "jsonschema_rs" in sys.modules or _FOR_BUILD_DATE in sys.modules:
        import jsonschema_rs  # noqa: PLC0415 - loaded on demand

        return jsonschema_rs
    stand_in = ModuleType(_FOR_BUILD_DATE)
    stand_in.parsedate_to_datetime = lambda _text: None  # type: ignore[attr-defined] # a module made here
    sys.modules[_FOR_BUILD_DATE] = stand_in
    try:
        import jsonschema_rs  # noqa: PLC0415 - as above
    finally:
        del sys.modules[_FOR_BUILD_DATE]
    return jsonschema_rs
