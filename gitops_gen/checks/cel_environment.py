"""CEL as Kubernetes has it: the library's extensions, and functions of its own.

https://kubernetes.io/docs/reference/using-api/cel/ names them. The library takes values of CEL's own types alone, so
a quantity, a URL, an address and a version are maps here, with one key that nothing else has.
"""

from functools import cache

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_optional, ext_strings

from gitops_gen.checks.cel_functions import FUNCTIONS, Function
from gitops_gen.checks.cel_library import make_environment

_TYPES = {
    "any": cel.Type.DYN,
    "bool": cel.Type.BOOL,
    "double": cel.Type.DOUBLE,
    "int": cel.Type.INT,
    "list": cel.Type.List(cel.Type.DYN),
    "object": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
    "string": cel.Type.STRING,
}


@cache
def make_extended() -> cel.Env:
    """The environment that expressions are compiled in which need more than CEL."""
    named: dict[str, list[Function]] = {}
    for function in FUNCTIONS:
        named.setdefault(function.name, []).append(function)
    declared = [cel.FunctionDecl(name, list(map(_declare, functions))) for name, functions in named.items()]
    return make_environment(
        [
            ext_strings.ExtStrings(),
            ext_optional.ExtOptional(),
            ext_bindings.ExtBindings(),
            # As an extension, not as functions: these may not have the names of others.
            cel.CelExtension("kubernetes", declared),
        ]
    )


def _declare(function: Function) -> cel.Overload:
    parameters = [_TYPES[name] for name in function.parameters]
    identity = "_".join((function.name.replace(".", "_"), *function.parameters))
    return cel.Overload(
        id=identity,
        return_type=_TYPES[function.result],
        parameters=parameters,
        is_member=function.is_member,
        impl=function.call,
    )
