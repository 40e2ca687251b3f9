"""Values as JSON that people can read, and that no terminal and no log of a build obeys."""

import json

from gitops_gen.reports.printable import replace_brackets


def dump_json(value: object) -> str:
    """Indented JSON; what cannot be seen is an escape, and a lone surrogate, which strict readers refuse, U+FFFD."""
    text = replace_brackets(json.dumps(value, indent=2, ensure_ascii=False), "\\u005b")
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _escape(c) for c in text)


def _escape(character: str) -> str:
    return "\ufffd" if "\ud800" <= character <= "\udfff" else json.dumps(character)[1:-1]
