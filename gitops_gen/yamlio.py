"""YAML in and out: round trip with comments kept, positions for messages, one style for all that is written."""

import io
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError

from gitops_gen.errors import ConfigError

# What ruamel raises for odd input besides its own errors: `!!bool x` is a KeyError, `? {a: b}` a TypeError …
_FAILURES = (YAMLError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_WIDTH = 4096  # long lines stay whole: a folded value makes diffs jump
_START = re.compile(r"^---(?=\s|$)", re.MULTILINE)
# A top-level key whose list stands indented below it: ruamel.yaml has one indentation for all lists of a file.
_INDENTED_LIST = re.compile(r"^[^\s#-][^\n]*:[ \t]*(#[^\n]*)?\r?\n([ \t]*(#[^\n]*)?\r?\n)*[ ]+- ", re.MULTILINE)


def _make_yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.indent(mapping=2, sequence=2, offset=0)
    yaml.width = _WIDTH
    yaml.preserve_quotes = True
    return yaml


def load_round_trip(text: str, *, path: str) -> Any:  # noqa: ANN401 - YAML is any value
    """The one document in `text`, with comments and positions, to be edited and dumped again.

    Raises:
        ConfigError: it is not YAML, has duplicate keys or several documents; the message has path, line and column.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)  # legal, and the last one counts
            return _make_yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else path
        raise ConfigError(f"{place}: {error.problem or error.context or 'not YAML'}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}:1:1: nested too deeply") from error
    except _FAILURES as error:
        raise ConfigError(f"{path}:1:1: not YAML that can be read: {error}") from error


def dump_round_trip(data: Any, *, like: str = "") -> str:  # noqa: ANN401 - YAML is any value
    """`data` as YAML text in the project's style; what was loaded by `load_round_trip` keeps its comments.

    With the text that was loaded as `like`, its indentation of lists, its `---` and its line ends are kept too.
    """
    yaml = _make_yaml()
    if _INDENTED_LIST.search(like):
        yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.explicit_start = _START.search(like) is not None
    stream = io.StringIO()
    yaml.dump(data, stream)
    text = stream.getvalue().replace("\r\n", "\n")  # comments keep their line ends
    return text.replace("\n", "\r\n") if "\r\n" in like else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in a text, both numbers from 1."""

    line: int
    column: int


def find_position(data: Any, keys: Sequence[str | int]) -> Position:  # noqa: ANN401 - YAML is any value
    """Where the key (or item) that `keys` leads to stands in a document from `load_round_trip`; as deep as it can."""
    position = Position(line=1, column=1)
    node = data
    for key in keys:
        try:
            if isinstance(node, CommentedMap):
                line, column = node.lc.key(key)
            elif isinstance(node, CommentedSeq) and isinstance(key, int):
                line, column = node.lc.item(key)
            else:
                break
        except (KeyError, IndexError, TypeError, AttributeError):
            break
        position = Position(line=line + 1, column=column + 1)
        node = node[key]
    return position
