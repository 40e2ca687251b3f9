"""Google's CEL for Python, loaded where an object has a value at a rule: expressions compiled, kept and evaluated.

Most rules need nothing but CEL itself. Only an expression that does not compile then is tried with the functions that
Kubernetes adds, which take longer to load.
"""

import re
import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cel_expr_python import cel

OLD_SELF = "oldSelf"
UNSUPPORTED = "not supported here: "
"""What the message of a function begins with that cannot do what Kubernetes' own does."""
_FOREIGN = r"Non-CEL value type|Integer value '[^']*' out of range|No matching overloads found : or"
"""What the library says to values that it cannot take, and where a function's own optional is asked for `orValue`."""
_MIXED = r"for '_(?:[<>]=?|[=!]=)_' applied to '\((?:double, u?int|u?int, (?:double|u?int))\)'"
"""What its type checker says to a comparison of numbers of two types, which Kubernetes allows."""
_MESSAGES = "google.protobuf.descriptor_pool"
_MISSING = "the package cel-expr-python is not installed"


class Answer(NamedTuple):
    """What an expression came to."""

    value: Any
    """Plain; None where there is none."""
    error: str = ""
    """Why it came to nothing: the object is at fault, as where a key is missing."""
    unsupported: str = ""
    """Why it could not be evaluated here, though the API server can."""


class Expression:
    """An expression that compiles."""

    def __init__(self, compiled: "cel.Expression", env: "cel.Env") -> None:
        self._compiled = compiled
        self.env = env

    def evaluate(self, bound: "cel.Activation") -> Answer:
        """What it comes to."""
        try:
            value = self._compiled.eval(bound)
            is_error = value.type().name() == "ERROR"
            plain = value.plain_value()
        except (RuntimeError, TypeError, ValueError) as error:  # out of steps, or a result that is no plain value
            return Answer(None, unsupported=_shorten(str(error)))
        if not is_error:
            return Answer(plain)
        text = _shorten(str(plain))
        is_foreign = UNSUPPORTED in text or re.match(_FOREIGN, text)
        return Answer(None, unsupported=text) if is_foreign else Answer(None, error=text)


@cache
def compile_expression(text: str, *, without_old: bool = False) -> Expression | str:
    """An expression ready to be used, or why it cannot be; with `oldSelf` an optional `without_old` value."""
    try:
        plain = _make_plain()
    except ImportError:
        return _MISSING
    if without_old:
        text = f"cel.bind({OLD_SELF}, optional.none(), {text})"
    else:
        try:
            return Expression(plain.compile(text), plain)
        except RuntimeError:
            pass
    from gitops_gen.checks.cel_environment import make_extended  # noqa: PLC0415 - few rules need it

    extended = make_extended()
    try:
        return Expression(extended.compile(text), extended)
    except RuntimeError as error:
        if not re.search(_MIXED, str(error)):
            return _shorten(str(error))
    return Expression(extended.compile(text, disable_check=True), extended)


def bind(env: "cel.Env", value: Any) -> "cel.Activation":  # noqa: ANN401 - as cel_values.to_cel gives it
    """`value` as what expressions call `self`."""
    return env.Activation({"self": value})


def uses_old(text: str) -> bool:
    """Whether an expression looks at what the object was before: it holds for updates only."""
    return OLD_SELF in text and re.search(rf"\b{OLD_SELF}\b", text) is not None


@cache
def _make_plain() -> "cel.Env":
    return make_environment()


def make_environment(extensions: "Sequence[cel.CelExtensionBase]" = ()) -> "cel.Env":
    """What expressions are compiled in.

    It looks for the messages of protobuf in Python, where that is installed, and takes ten times as long for that. No
    object has such a message.
    """
    from cel_expr_python import cel  # noqa: PLC0415 - only where there is a rule to be evaluated

    is_hidden = _MESSAGES not in sys.modules
    if is_hidden:
        sys.modules[_MESSAGES] = None  # type: ignore[assignment] # as the import system has it: there is none
    try:
        variables = {"self": cel.Type.DYN, OLD_SELF: cel.Type.DYN}
        return cel.NewEnv(variables=variables, extensions=list(extensions))
    finally:
        if is_hidden:
            del sys.modules[_MESSAGES]


def _shorten(text: str) -> str:
    """The first line of a message of the library, without its place and the codes round it."""
    line = text.strip().split("\n", 1)[0]
    line = re.sub(r" \[[A-Z_]+\]$", "", line)
    return re.sub(r"^(?:[A-Z_]+ ?: )+(?:<input>:\d+:\d+: )?", "", line)[:300]
