"""Label selectors, and what they choose from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gitops_gen.checks.environments import Member

POD = "Pod"
SERVICE = "Service"

_AUTOMATIC = frozenset(
    {"apps.kubernetes.io/pod-index", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"}
    | {"controller-revision-hash", "controller-uid", "deployment", "deploymentconfig", "job-name"}
    | {"pod-template-hash", "rollouts-pod-template-hash", "statefulset.kubernetes.io/pod-name"}
)
"""Labels that controllers add to pods."""
_INJECTED_PORTS = frozenset(
    {"http-envoy-prom", "http-autometric", "http-queueadm", "http-usermetric", "https-port", "queue-port", "user-port"}
)
"""Ports of containers that Istio and Knative add."""


class Port(NamedTuple):
    """A port of a container or a Service."""

    name: str
    number: int


class Labelled(NamedTuple):
    """Pods or a Service that a selector can choose."""

    kind: str
    member: Member
    """What they come from."""
    name: str
    """Of the Service; empty for pods."""
    labels: Mapping[str, str]
    ports: tuple[Port, ...]
    opens: tuple[str, ...] = ()
    """What labels begin with that an operator may add; an empty text for any."""
    has_more_ports: bool = False
    """Whether there may be ports that nobody here knows."""
    selector: Mapping[str, str] | None = None
    """Of a Service: what it sends to."""

    @property
    def namespace(self) -> str:
        """Where they are."""
        return self.member.namespace

    def may_have(self, key: object) -> bool:
        """Whether a label that is not known may be there all the same."""
        return str(key).startswith(self.opens) or (self.kind == POD and key in _AUTOMATIC)

    def has_port(self, wanted: object) -> bool:
        """Whether there is, or may be, a port of that name or number."""
        known = any(wanted in (port.name, port.number) for port in self.ports if wanted)
        return known or self.has_more_ports or (self.kind == POD and str(wanted) in _INJECTED_PORTS)


class Chosen(NamedTuple):
    """What a selector chooses."""

    certain: tuple[Labelled, ...]
    is_open: bool
    """Whether there may be others, which nobody can tell."""


class LabelIndex:
    """The pods, or the Services, of an environment; found without a look at each."""

    def __init__(self, things: Iterable[Labelled]) -> None:
        self._by_name: dict[str, list[Labelled]] = {}
        self._all: dict[str, list[Labelled]] = {}
        self._open: dict[str, list[Labelled]] = {}
        self._labelled: dict[tuple[str, str, str], list[Labelled]] = {}
        for each in things:
            self._by_name.setdefault(each.name, []).append(each)
            self._all.setdefault(each.namespace, []).append(each)
            if each.opens:
                self._open.setdefault(each.namespace, []).append(each)
            else:
                for key, value in each.labels.items():
                    self._labelled.setdefault((each.namespace, key, value), []).append(each)

    def find(self, name: str, namespace: str) -> tuple[Labelled, ...]:
        """The Services of that name."""
        return tuple(each for each in self._by_name.get(name, ()) if not namespace or each.namespace in {"", namespace})

    def list_near(self, namespace: str) -> Sequence[Labelled]:
        """All that are in a namespace; an empty one stands for each."""
        if namespace:
            return self._all.get(namespace, [])
        return [each for found in self._all.values() for each in found]

    def select(self, selector: object, namespaces: Sequence[str]) -> Chosen:
        """What a label selector chooses; no namespaces, or an empty one, stand for each."""
        places = set(self._all) if "" in namespaces or not namespaces else {*namespaces, ""}
        near = {id(each): each for place in places for each in self._list_candidates(selector, place)}
        answers = [(matches(selector, each), each) for each in near.values()]
        return Chosen(tuple(each for answer, each in answers if answer), any(answer is None for answer, _ in answers))

    def _list_candidates(self, selector: object, namespace: str) -> Iterator[Labelled]:
        """Those that have the first label that is asked for, and those that may have it."""
        wanted = selector.get("matchLabels") if isinstance(selector, dict) else None
        if not isinstance(wanted, dict) or not wanted:
            yield from self._all.get(namespace, ())
            return
        key, value = next(iter(wanted.items()))
        if key in _AUTOMATIC or not isinstance(value, str):
            yield from self._all.get(namespace, ())
            return
        yield from self._labelled.get((namespace, str(key), value), ())
        yield from self._open.get(namespace, ())


def matches(selector: object, labelled: Labelled) -> bool | None:
    """Whether a label selector (`matchLabels`, `matchExpressions`) chooses something; None if nobody can tell."""
    if not isinstance(selector, dict):
        return None
    wanted = selector.get("matchLabels")
    answers = [_compare(key, [value], labelled) for key, value in wanted.items()] if isinstance(wanted, dict) else []
    expressions = selector.get("matchExpressions")
    answers += [_judge(each, labelled) for each in (expressions if isinstance(expressions, list) else ())]
    if False in answers:
        return False
    return None if None in answers else True


def _compare(key: object, values: Sequence[object], labelled: Labelled) -> bool | None:
    if key in labelled.labels:
        return labelled.labels[str(key)] in values
    return None if labelled.may_have(key) else False


def _judge(expression: object, labelled: Labelled) -> bool | None:
    if not isinstance(expression, dict) or not isinstance(expression.get("key"), str):
        return None
    key, operator, values = (expression.get(name) for name in ("key", "operator", "values"))
    listed = values if isinstance(values, list) else []
    is_there = True if key in labelled.labels else None if labelled.may_have(key) else False
    if operator == "In":
        return _compare(key, listed, labelled)
    if operator == "Exists" or is_there is None:
        return is_there
    if operator == "DoesNotExist":
        return not is_there
    return (not is_there or labelled.labels[str(key)] not in listed) if operator == "NotIn" else None
