"""Places in a text that another program fills in before a cluster gets it."""

import re

_PLACEHOLDER = re.compile(r"\{\{|\$\{|\$\(")


def is_template(value: object) -> bool:
    """Whether something may be filled into a value: `{{…}}`, `${…}`, `$(…)`."""
    return isinstance(value, str) and _PLACEHOLDER.search(value) is not None
