"""What a devfile's schema does not say, and the tools that read devfiles ask for.

As in pkg/validation of devfile/api. Where a devfile has a parent, or a plugin, both may bring what is not there.
"""

from collections.abc import Iterator
from typing import Any

from gitops_gen.checks.rule import Hit, Keys, Rule, rule
from gitops_gen.names import show
from gitops_gen.wording import suggest

Named = list[tuple[Keys, str, dict[str, Any]]]


def _list_named(data: dict[str, Any], field: str, key: str) -> Named:
    """The mappings of a list that have a name under `key`, each with the keys to it."""
    items = data.get(field)
    return [
        ((field, number), item[key], item)
        for number, item in enumerate(items if isinstance(items, list) else ())
        if isinstance(item, dict) and isinstance(item.get(key), str)
    ]


def _list_texts(data: object, field: str) -> Iterator[tuple[int, str]]:
    items = data.get(field) if isinstance(data, dict) else None
    return ((n, text) for n, text in enumerate(items if isinstance(items, list) else ()) if isinstance(text, str))


def _is_complete(data: dict[str, Any]) -> bool:
    components = _list_named(data, "components", "name")
    return not data.get("parent") and not any("plugin" in component for _, _, component in components)


@rule("DEVFILE001", "error")
def check_devfile_references(data: dict[str, Any]) -> Iterator[Hit]:
    """The components, volumes and commands that a devfile names are in it.

    Why: the workspace does not start, or the command cannot be run: a command runs in a container of the devfile, a
    container mounts a volume of it, events and composite commands name its commands by their ids. A devfile with a
    `parent` is not asked: the parent may have them.

    Fix: mend the name, or add what it names. What `exec` runs in is a component with a `container`.
    """
    if _is_complete(data):
        components = _list_named(data, "components", "name")
        commands = _list_named(data, "commands", "id")
        yield from _check_commands(commands, components)
        yield from _check_mounts(components)
        yield from _check_ids(data, commands)


def _check_commands(commands: Named, components: Named) -> Iterator[Hit]:
    containers = [name for _, name, component in components if "container" in component]
    known = {"exec": (containers, "container"), "apply": ([name for _, name, _ in components], "component")}
    for keys, _, command in commands:
        for kind, (names, what) in known.items():
            named = command[kind].get("component") if isinstance(command.get(kind), dict) else None
            if isinstance(named, str) and named not in names:
                yield _report(what, named, names, (*keys, kind, "component"))


def _check_mounts(components: Named) -> Iterator[Hit]:
    volumes = [name for _, name, component in components if "volume" in component]
    for keys, _, component in components:
        container = component["container"] if isinstance(component.get("container"), dict) else {}
        for at, name, _ in _list_named(container, "volumeMounts", "name"):
            if name not in volumes:
                yield _report("volume", name, volumes, (*keys, "container", *at, "name"))


def _check_ids(data: dict[str, Any], commands: Named) -> Iterator[Hit]:
    ids = [name.lower() for _, name, _ in commands]
    lists: list[tuple[Keys, str, object]] = [
        ((*keys, "composite"), "commands", command.get("composite")) for keys, _, command in commands
    ]
    events = data["events"] if isinstance(data.get("events"), dict) else {}
    lists += [(("events",), event, events) for event in events if isinstance(event, str)]
    for keys, field, holder in lists:
        for number, name in _list_texts(holder, field):
            if name.lower() not in ids:
                yield _report("command", name, ids, (*keys, field, number))


def _report(what: str, name: str, known: list[str], keys: Keys) -> Hit:
    return Hit(
        f"the devfile has no {what} {show(name)}{suggest(name, known)}", keys, f"mend the name, or add the {what}"
    )


@rule("DEVFILE002", "error")
def check_devfile_names(data: dict[str, Any]) -> Iterator[Hit]:
    """The components and the commands of a devfile have names of their own.

    Why: the tools that read devfiles refuse one where a name stands for two things.

    Fix: rename one of them, or remove it.
    """
    for field, key, what in (("components", "name", "components"), ("commands", "id", "commands")):
        seen: set[str] = set()
        for keys, name, _ in _list_named(data, field, key):
            if name in seen:
                yield Hit(f"two {what} are called {show(name)}", (*keys, key), "rename one of them, or remove it")
            seen.add(name)


@rule("DEVFILE003", "error")
def check_devfile_defaults(data: dict[str, Any]) -> Iterator[Hit]:
    """A group of commands has one default at most.

    Why: the default of a group is what runs when a person asks to build, run or test; the tools refuse a devfile with
    two of them.

    Fix: take `isDefault: true` from all but one.
    """
    seen: dict[str, str] = {}
    for keys, name, command in _list_named(data, "commands", "id"):
        for kind in ("exec", "apply", "composite"):
            held = command[kind].get("group") if isinstance(command.get(kind), dict) else None
            group = held.get("kind") if isinstance(held, dict) and held.get("isDefault") is True else None
            if not isinstance(group, str):
                continue
            if group in seen:
                yield Hit(
                    f"{show(name)} and {show(seen[group])} are both the default of the group {show(group)}",
                    (*keys, kind, "group", "isDefault"),
                    "take isDefault: true from all but one",
                )
            seen.setdefault(group, name)


RULES: tuple[Rule, ...] = (check_devfile_references, check_devfile_names, check_devfile_defaults)
