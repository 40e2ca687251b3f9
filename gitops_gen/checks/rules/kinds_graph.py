"""What the webhook of KServe asks of an InferenceGraph: pkg/apis/serving/v1alpha1/inference_graph_validation.go."""

from collections.abc import Iterator

from gitops_gen.checks.reference_paths import read_mapping
from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.rules.kubernetes_parts import is_whole, join
from gitops_gen.checks.values import as_list, as_mapping
from gitops_gen.names import show
from gitops_gen.wording import suggest

_ROOT = "root"
_TARGETS = ("nodeName", "serviceName", "serviceUrl")
_ALL = 100


@rule("KINDS004", "error")
def check_root(resource: Resource) -> Iterator[Hit]:
    """An InferenceGraph has a node called root.

    Why: requests begin at the node `root`; KServe's webhook refuses a graph without one.

    Fix: call the first node root.
    """
    nodes = read_mapping(resource.data, "spec.nodes") if resource.kind == "InferenceGraph" else {}
    first = next((name for name in nodes if isinstance(name, str)), "")
    if first and _ROOT not in nodes:
        yield Hit("no node is called root, where requests begin", ("spec", "nodes", first), "call the first node root")


@rule("KINDS005", "error")
def check_steps(resource: Resource) -> Iterator[Hit]:
    """Each step of an InferenceGraph has one target that is there, and the weights of a splitter add up to 100.

    Why: KServe's webhook refuses a step without a target or with two, and a Splitter whose weights do not add up to 100
    or are missing. A node that is not there the router only finds out when a request gets so far.

    Fix: write one of `serviceName`, `nodeName` and `serviceUrl`; mend the weights.
    """
    nodes = read_mapping(resource.data, "spec.nodes") if resource.kind == "InferenceGraph" else {}
    names = [name for name in nodes if isinstance(name, str)]
    for name in names:
        node = nodes[name]
        steps = list(enumerate(map(as_mapping, as_list(as_mapping(node).get("steps")))))
        for number, step in steps:
            keys = ("spec", "nodes", name, "steps", number)
            given = [target for target in _TARGETS if step.get(target)]
            if len(given) != 1:
                said = join(given, "and") if given else "no target"
                yield Hit(f"the step has {said}; it needs one", keys, f"write one of {join(_TARGETS)}")
            target = step.get("nodeName")
            if isinstance(target, str) and target and target not in names:
                yield Hit(f"there is no node {show(target)}{suggest(target, names)}", (*keys, "nodeName"), "mend it")
        weights = [step.get("weight") for _, step in steps]
        if as_mapping(node).get("routerType") != "Splitter" or not all(map(is_whole, weights)):
            continue
        total = sum(weight for weight in weights if isinstance(weight, int))
        if total != _ALL:
            message = f"the weights of the splitter add up to {str(total)[:20]}"
            yield Hit(message, ("spec", "nodes", name, "routerType"), "make them add up to 100")


GRAPH_RULES: tuple[Rule, ...] = (check_root, check_steps)
