"""What Seldon's admission webhook lets through in a graph, and what comes after it does not take.

The values are those of seldondeployment_types.go in SeldonIO/seldon-core, the same from v1.14 to v1.17; what follows
from others is in executor/predictor/predictor_process.go, and of parameters in python/seldon_core/microservice.py.
"""

from collections.abc import Iterator, Sequence

from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.seldon_parts import Predictor, list_all_units
from gitops_gen.checks.values import as_list, as_mapping, read_text
from gitops_gen.names import show
from gitops_gen.wording import find_near

_TYPES = ("MODEL", "TRANSFORMER", "OUTPUT_TRANSFORMER", "ROUTER", "COMBINER", "UNKNOWN_TYPE")
_METHODS = ("TRANSFORM_INPUT", "TRANSFORM_OUTPUT", "ROUTE", "AGGREGATE", "SEND_FEEDBACK")
_MODES = ("request", "response", "all")
_PARAMETER_TYPES = ("INT", "FLOAT", "DOUBLE", "STRING", "BOOL")
_NO_SERVERS = (
    None,
    "",
    "UNKNOWN_IMPLEMENTATION",
    "SIMPLE_MODEL",
    "SIMPLE_ROUTER",
    "RANDOM_ABTEST",
    "AVERAGE_COMBINER",
)
"""What a unit's implementation is where no model server runs it; the operator makes a unit of a server a MODEL."""


@rule("SELDON022", "error")
def check_unit_type(resource: Resource) -> Iterator[Hit]:
    """The type of a graph unit is one that the orchestrator knows.

    Why: the schema and the webhook take any text. The orchestrator asks the type what to call; with one that it does
    not know it calls nothing, and requests come back as they went in.

    Fix: write MODEL, TRANSFORMER, OUTPUT_TRANSFORMER, ROUTER or COMBINER, in capitals; or leave the type out for MODEL.
    """
    for unit in list_all_units(resource):
        value = unit.data.get("type")
        if isinstance(value, str) and value not in _TYPES and unit.data.get("implementation") in _NO_SERVERS:
            yield Hit(
                f"{unit.label}: {show(value)} is no type of a unit; it is {_join(_TYPES)}",
                (*unit.keys, "type"),
                _propose(value, _TYPES, "or leave the type out for MODEL"),
            )


@rule("SELDON023", "error")
def check_known_logger_mode(resource: Resource) -> Iterator[Hit]:
    """The mode of a logger is request, response or all.

    Why: the webhook only sees to it that there is a mode. With another one the orchestrator logs nothing, and nothing
    says so: what drift and audits are computed from is missing.

    Fix: set `mode` to request, response or all (both), in small letters.
    """
    for unit in list_all_units(resource):
        mode = read_text(as_mapping(unit.data.get("logger")), "mode")
        if mode and mode not in _MODES:
            yield Hit(
                f"the logger of {unit.label} has the mode {show(mode)}; it is {_join(_MODES)}",
                (*unit.keys, "logger", "mode"),
                "write all" if mode.lower() in {"both", "any", "true"} else _propose(mode, _MODES),
            )


@rule("SELDON024", "error")
def check_container_image(resource: Resource) -> Iterator[Hit]:
    """The container of a unit without an implementation has an image.

    Why: the operator only gives an image to the containers of model servers. It makes a Deployment of the others as
    they are, and the API server refuses one with a container that has no image: the model never starts.

    Fix: give the container an `image`; or set `implementation`, where a model server is to load `modelUri`.
    """
    for unit in list_all_units(resource):
        name = unit.data.get("name")
        if not isinstance(name, str) or unit.data.get("implementation") not in (None, "UNKNOWN_IMPLEMENTATION"):
            continue
        found = _find_container(unit.predictor, name)
        if found is None or found[1].get("image") not in (None, ""):
            continue
        keys, container = found
        if unit.data.get("modelUri"):
            yield Hit(
                f"{unit.label} has a modelUri and no implementation that loads it, and its container has no image",
                (*unit.keys, "name"),
                "set `implementation` to the model server, or give the container an image and remove `modelUri`",
            )
        else:
            yield Hit(
                f"the container of {unit.label} has no image, and the unit no implementation that gives it one",
                (*keys, "image") if "image" in container else keys,
                "give the container an `image`, or set `implementation` and `modelUri` on the unit",
            )


@rule("SELDON025", "warning")
def check_known_methods(resource: Resource) -> Iterator[Hit]:
    """The methods of a graph unit are those that the orchestrator calls.

    Why: the schema and the webhook take any text, and the orchestrator passes over what it does not know: the unit
    never gets that call.

    Fix: write TRANSFORM_INPUT, TRANSFORM_OUTPUT, ROUTE, AGGREGATE or SEND_FEEDBACK, in capitals.
    """
    for unit in list_all_units(resource):
        for number, method in enumerate(as_list(unit.data.get("methods"))):
            if isinstance(method, str) and method not in _METHODS:
                yield Hit(
                    f"{unit.label}: {show(method)} is no method; there is {_join(_METHODS)}",
                    (*unit.keys, "methods", number),
                    _propose(method, _METHODS),
                )


@rule("SELDON026", "warning")
def check_parameter_types(resource: Resource) -> Iterator[Hit]:
    """The type of a parameter is INT, FLOAT, DOUBLE, STRING or BOOL.

    Why: the schema and the webhook take any text. Seldon's Python server reads the parameters when it starts, and
    stops at a type that it does not know. A server of your own may know others: so this is a warning.

    Fix: write one of them, in capitals; the value stays a text.
    """
    for unit in list_all_units(resource):
        for number, parameter in enumerate(as_list(unit.data.get("parameters"))):
            told = as_mapping(parameter).get("type")
            if isinstance(told, str) and told not in _PARAMETER_TYPES:
                yield Hit(
                    f"{unit.label}: {show(told)} is no type of a parameter; it is {_join(_PARAMETER_TYPES)}",
                    (*unit.keys, "parameters", number, "type"),
                    _propose(told, _PARAMETER_TYPES),
                )


VALUE_RULES: tuple[Rule, ...] = (
    check_unit_type,
    check_known_logger_mode,
    check_container_image,
    check_known_methods,
    check_parameter_types,
)


def _find_container(predictor: Predictor, name: str) -> tuple[Keys, dict[str, object]] | None:
    """The container that the operator takes for a unit of that name: where it stands, and it."""
    for at, component in enumerate(as_list(predictor.data.get("componentSpecs"))):
        for number, container in enumerate(as_list(as_mapping(as_mapping(component).get("spec")).get("containers"))):
            if isinstance(container, dict) and container.get("name") == name:
                return (*predictor.keys, "componentSpecs", at, "spec", "containers", number), container
    return None


def _join(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _propose(value: str, known: Sequence[str], otherwise: str = "") -> str:
    near = find_near(value, known, cutoff=0.75)
    first = f"write {near}" if near else f"write one of {', '.join(known)}"
    return f"{first}, {otherwise}" if otherwise else first
