"""Rules on the program's own settings. Each takes the problems of a file, told apart by where they were found."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.names import show
from gitops_gen.wording import suggest


class SettingsProblem(NamedTuple):
    """One mistake in gitops-gen.yaml or a model.yaml."""

    code: str
    """`schema` or `meaning`."""
    keys: Keys
    message: str
    fix: str = ""


class OverlayPlace(NamedTuple):
    """An overlay's kustomization beside what gitops-gen.yaml says of environments."""

    environment: str
    """The one that the overlay's folder is called after."""
    kustomization: Mapping[str, Any]
    """What its file says."""
    inherited: frozenset[str]
    """The namespaces that kustomizations which it builds on set."""
    environments: Mapping[str, Any]
    """Of gitops-gen.yaml."""


def _select(problems: Sequence[SettingsProblem], code: str) -> Iterator[Hit]:
    return (Hit(p.message, p.keys, p.fix) for p in problems if p.code == code)


@rule("CONFIG001", "error")
def check_settings_shape(problems: Sequence[SettingsProblem]) -> Iterator[Hit]:
    """gitops-gen.yaml has the keys and values that the program knows.

    Why: no promotion runs with settings that cannot be read.

    Fix: use the key that the message names; docs/configuration.md has all of them.
    """
    return _select(problems, "schema")


@rule("CONFIG002", "error")
def check_settings_meaning(problems: Sequence[SettingsProblem]) -> Iterator[Hit]:
    """What gitops-gen.yaml says fits together.

    Why: environments that name each other in a circle, or share a namespace, or a forge that cannot be reached, would
    fail in the middle of a promotion.

    Fix: follow the message; docs/configuration.md says what each key is for.
    """
    return _select(problems, "meaning")


@rule("CONFIG003", "error")
def check_model_shape(problems: Sequence[SettingsProblem]) -> Iterator[Hit]:
    """A model.yaml has the keys and values that the program knows.

    Why: the next promotion of the model would be refused.

    Fix: use the key that the message names; docs/configuration.md has all of them.
    """
    return _select(problems, "schema")


@rule("CONFIG004", "error")
def check_model_meaning(problems: Sequence[SettingsProblem]) -> Iterator[Hit]:
    """What a model.yaml says fits together, and fits gitops-gen.yaml.

    Why: settings for an environment that does not exist, a server that the backend does not have, or a request above
    its limit, would fail at the next promotion or in the cluster.

    Fix: follow the message.
    """
    return _select(problems, "meaning")


@rule("CONFIG005", "error")
def check_overlay_namespace(place: OverlayPlace) -> Iterator[Hit]:
    """An overlay deploys into the namespace that gitops-gen.yaml gives its environment.

    Why: the namespace in the kustomization wins over the one that Argo CD is told. With another environment's, the
    model of that environment is replaced; with none, nobody can tell from the folder where it deploys to.

    Fix: set `namespace` in the overlay's kustomization.yaml to the environment's.
    """
    entry = place.environments.get(place.environment)
    wanted = entry.get("namespace") if isinstance(entry, dict) else None
    told = place.kustomization.get("namespace")
    if not isinstance(wanted, str) or not wanted or told == wanted:
        return
    goes = f"environment {show(place.environment)} deploys into {show(wanted)}, and the overlay"
    fix = f"write namespace: {show(wanted)[1:-1]}"
    if isinstance(told, str) and told:
        theirs = (n for n, e in place.environments.items() if isinstance(e, dict) and e.get("namespace") == told)
        whose = next((f", the namespace of {show(name)}" for name in theirs), "")
        yield Hit(f"{goes} into {show(told)}{whose}", ("namespace",), fix)
    elif wanted not in place.inherited:
        yield Hit(f"{goes} sets no namespace", ("namespace",) if "namespace" in place.kustomization else (), fix)


@rule("CONFIG006", "error")
def check_overlay_environment(place: OverlayPlace) -> Iterator[Hit]:
    """An overlay of a model is one of an environment that gitops-gen.yaml has.

    Why: no promotion reaches it and no gate holds for it, so whatever deploys it deploys what nobody checks.

    Fix: rename the folder to the environment that is meant, add the environment to gitops-gen.yaml, or delete the
    folder.
    """
    if place.environment not in place.environments:
        yield Hit(
            f"gitops-gen.yaml has no environment {show(place.environment)}"
            + suggest(place.environment, place.environments.keys()),
            (),
            f"rename the folder, or add {show(place.environment)[1:-1]} to `environments` of gitops-gen.yaml",
        )


RULES: tuple[Rule, ...] = (
    check_settings_shape,
    check_settings_meaning,
    check_model_shape,
    check_model_meaning,
    check_overlay_namespace,
    check_overlay_environment,
)
