"""Mistakes in a Sensor and in a devfile that their schemas let through."""

from tests.mutations import Mutation, in_file

_sensor = in_file("platform", "platform/workflows/base/sensor.yaml")
_devfile = in_file("platform", "platform/dev-spaces/devfile.yaml")

EVENTS: tuple[Mutation, ...] = (
    _sensor(
        "a condition on an event, not on a dependency",
        "      conditions: version\n",
        "      conditions: version-created\n",
        rule="EVENTS001",
    ),
    _sensor(
        "a trigger that is there twice",
        operation="append",
        new="  - template: {name: retrain, log: {}}\n",
        rule="EVENTS002",
        place=("platform/workflows/base/sensor.yaml", "  - template: {name: retrain, log: {}}"),
    ),
    _sensor(
        "what to do after a failure that nobody waits for",
        operation="append",
        new="    dlqTrigger:\n      atLeastOnce: true\n      template: {name: tell, log: {}}\n",
        rule="EVENTS003",
        place=("platform/workflows/base/sensor.yaml", "  - template:"),
    ),
)

DEVFILE: tuple[Mutation, ...] = (
    _devfile("a command in a volume", "    component: tools\n", "    component: cache\n", rule="DEVFILE001"),
    _devfile(
        "an event that starts no command",
        operation="append",
        new="events:\n  postStart: [validat]\n",
        rule="DEVFILE001",
        place=("platform/dev-spaces/devfile.yaml", "  postStart: [validat]"),
    ),
    _devfile("two components of one name", "- name: cache\n", "- name: tools\n", rule="DEVFILE002"),
    _devfile(
        "two defaults of a group",
        end="- id: build\n  exec:\n    component: tools\n    commandLine: make\n"
        "    group: {kind: test, isDefault: true}\n",
        old="schemaVersion: 2.2.2\n",
        new="schemaVersion: 2.2.1\n",
        rule="DEVFILE003",
        place=("platform/dev-spaces/devfile.yaml", "    group: {kind: test, isDefault: true}"),
    ),
)
