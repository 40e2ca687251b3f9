"""Large objects that are made to exhaust the rules of their kind, for tests and a benchmark."""

import json
from collections.abc import Callable, Iterator

_HEADS = {
    "ConfigMap": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "Secret": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n",
    "Deployment": "apiVersion: apps/v1\n"
    "kind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {a: b}}\n"
    "  template:\n    metadata: {labels: {a: b}}\n    spec:\n",
    "PrometheusRule": "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n"
    "  groups:\n  - name: a\n    rules:\n",
    "ServiceMonitor": "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n"
    "  selector: {matchLabels: {a: b}}\n  endpoints:\n  - port: a\n    relabelings:\n",
    "AlertmanagerConfig": "apiVersion: monitoring.coreos.com/v1alpha1\n"
    "kind: AlertmanagerConfig\nmetadata: {name: a}\nspec:\n"
    "  receivers: [{name: a}]\n  route:\n    receiver: a\n    routes:\n",
    "ApplicationSet": "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n"
    "  goTemplate: true\n  template: {metadata: {name: '{{ .a }}'}, spec: {project: '{{ .b }}'}}\n  generators:\n",
    "AppProject": "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: a}\nspec:\n"
    "  sourceRepos: ['*']\n  destinations: [{server: '*', namespace: '*'}]\n",
    "Workflow": "apiVersion: argoproj.io/v1alpha1\n"
    "kind: Workflow\nmetadata: {name: a}\nspec:\n  entrypoint: a\n"
    "  templates:\n  - name: a\n    dag:\n      tasks:\n",
    "Pipeline": "apiVersion: tekton.dev/v1\n"
    "kind: Pipeline\nmetadata: {name: a}\nspec:\n  params: [{name: p}]\n  tasks:\n",
    "Sensor": "apiVersion: argoproj.io/v1alpha1\nkind: Sensor\nmetadata: {name: a}\nspec:\n"
    "  dependencies: [{name: a, eventSourceName: e, eventName: x}]\n  triggers:\n",
    "SeldonDeployment": "apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: a}\nspec:\n"
    "  predictors:\n  - name: a\n    graph:\n      name: a\n      children:\n",
    "ClusterRole": "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\nrules:\n",
    "GrafanaDashboard": "apiVersion: grafana.integreatly.org/v1beta1\n"
    "kind: GrafanaDashboard\nmetadata: {name: a}\nspec:\n"
    "  instanceSelector: {}\n  json: |\n    ",
}
_MOST_ITEMS = 100_000
_ITEMS: dict[str, tuple[str, Callable[[int], str]]] = {
    "keys called password": ("ConfigMap", lambda n: f"  password{n}: hunter2A{n}\n"),
    "secret values": ("Secret", lambda n: f"  k{n}: aGFsbG8=\n"),
    "tokens": ("ConfigMap", lambda n: f"  a{n}: ghp_{n:036}\n"),
    "containers": ("Deployment", lambda n: f"      - {{name: c{n}, image: x, volumeMounts: [{{name: v{n}}}]}}\n"),
    "alerts": ("PrometheusRule", lambda n: f"    - {{alert: A{n}, expr: 'rate(x{n}[5m]) > {n}'}}\n"),
    "alerts that do not parse": ("PrometheusRule", lambda n: f"    - {{alert: A{n}, expr: 'rate(x{n}[5m)) > {n}'}}\n"),
    "long expressions": ("PrometheusRule", lambda n: f"    - {{record: a:b, expr: 'x{' + x' * 389} + {n}'}}\n"),
    "deep expressions": ("PrometheusRule", lambda n: f"    - {{record: a:b, expr: '{'(' * 395}{n}{')' * 395}'}}\n"),
    "signs": ("PrometheusRule", lambda n: f"    - {{record: a:b, expr: '{'-' * 395}x{n}'}}\n"),
    "quotes": ("PrometheusRule", lambda n: f'    - {{record: a{n}:b, expr: "{chr(39) + chr(92) * 2}"}}\n'),
    "templates": (
        "PrometheusRule",
        lambda n: f"    - {{alert: A, expr: up, annotations: {{a: '{'{{ $value }} ' * 500}{n}'}}}}\n",
    ),
    "patterns": ("ServiceMonitor", lambda n: f"    - {{regex: '{'(?:a|[a-z])' * 700}{n}', targetLabel: x}}\n"),
    "routes": ("AlertmanagerConfig", lambda n: f"    - {{receiver: r{n}, matchers: [{{name: a, value: b}}]}}\n"),
    "generators": ("ApplicationSet", lambda n: f"  - list: {{elements: [{{name: a{n}}}]}}\n"),
    "roles": ("AppProject", lambda n: ("" if n else "  roles:\n") + f"  - {{name: r, policies: ['p, a, b{n}']}}\n"),
    "windows": (
        "AppProject",
        lambda n: ("" if n else "  syncWindows:\n") + f"  - {{kind: x, schedule: '{n} * * * *'}}\n",
    ),
    "tasks of a graph": (
        "Workflow",
        lambda n: f"      - {{name: t{n}, template: x{n}, depends: 't{n + 1} && t{n - 1}'}}\n",
    ),
    "tasks": (
        "Pipeline",
        lambda n: (
            f"  - {{name: t{n}, runAfter: [t{n - 1}], params: [{{name: a, value: $(tasks.t{n + 1}.results.x)}}]}}\n"
        ),
    ),
    "triggers": ("Sensor", lambda n: f"  - {{template: {{name: t{n}, conditions: 'd{n} && a'}}}}\n"),
    "children": ("SeldonDeployment", lambda n: f"      - {{name: a{n}, type: MODEL}}\n"),
    "rules": ("ClusterRole", lambda n: f"- {{apiGroups: ['*'], resources: [x{n}], verbs: ['*']}}\n"),
}
_UNITS = {
    "one word": "a",
    "brackets": "(",
    "a path": "a/",
    "names": "a.",
    "a list": "a,",
    "numbers": "1,",
    "stars": "*",
    "times": "5m",
    "lines of cron": "* ",
    "fields": "{{ .x }} ",
    "open fields": "{{",
    "variables": "${x} ",
    "open variables": "$(params.x",
    "a login": "a:a",
    "addresses": "http://a:",
    "ends": "a@",
    "sums": "up + ",
    "keys": "api_key= ",
    "words of keys": "key",
    "alternatives": "a|",
    "words": "x ",
    "texts": '\\"',
    "and": "a && ",
}
_PLACES = {
    "ConfigMap": ("kind: ConfigMap\n", "data:\n  a: ", "\n"),
    "Deployment": ("kind: Deployment\n", "spec:\n  replicas: ", "\n"),
    "Service": ("kind: Service\n", "spec:\n  type: ", "\n"),
}


def list_nasty_objects(size: int) -> Iterator[tuple[str, bytes]]:
    """Files of about `size` bytes, or of as many items as a file may have, each with what it is."""
    for name, (kind, make) in _ITEMS.items():
        inner = {"ConfigMap": "data:\n", "Secret": "data:\n", "Deployment": "      containers:\n"}.get(kind, "")
        count = max(2, min(_MOST_ITEMS, size // len(make(1))))
        events = 2 * (make(1).count(":") + make(1).count("{") + make(1).count("["))
        count = min(count, 140_000 // max(events, 2))
        yield f"many {name}", (_HEADS[kind] + inner + "".join(map(make, range(count)))).encode()
    for name, unit in _UNITS.items():
        text = unit * (size // len(unit))
        for kind, (_, start, end) in _PLACES.items():
            head = _HEADS.get(kind, "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n").partition("spec:")[0]
            yield f"{kind} with {name}", f'{head}{start}"{text}"{end}'.encode()
        yield f"expression of {name}", f'{_HEADS["PrometheusRule"]}    - {{alert: A, expr: "{text}"}}\n'.encode()
        yield f"pattern of {name}", f'{_HEADS["ServiceMonitor"]}    - {{regex: "{text}", targetLabel: x}}\n'.encode()
        yield (
            f"condition of {name}",
            f'{_HEADS["Sensor"]}  - {{template: {{name: t, conditions: "{text}"}}}}\n'.encode(),
        )
    for name, value in _list_dashboards(size):
        yield f"dashboard of {name}", f"{_HEADS['GrafanaDashboard']}{value}\n".encode()


def _list_dashboards(size: int) -> Iterator[tuple[str, str]]:
    panels = [{"id": n, "targets": [{"expr": f"rate(x{n}[$a{n}])"}]} for n in range(size // 60)]
    yield "many panels", json.dumps({"title": "a", "panels": panels})
    yield "variables", json.dumps({"title": "a", "panels": [{"targets": [{"expr": "$a " * (size // 3)}]}]})
    yield (
        "open variables",
        json.dumps({"title": "[[" * (size // 2), "panels": [{"targets": [{"expr": "${a:" * 9000}]}]}),
    )
    yield "panels in panels", '{"panels":[' * (size // 11)
    yield "panels in rows", '{"panels":[' * 120 + "1" + "]}" * 120
    yield "digits", '{"a": ' + "9" * size + "}"


def list_nasty_texts(size: int) -> Iterator[tuple[str, str, bytes]]:
    """Files of about `size` bytes whose reader is to be exhausted: what it is, its path, its content."""
    head = b'{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": '
    yield "numbers", "a.json", head + b"[" + b"1," * (size // 2) + b"1]}"
    yield "no numbers", "a.json", head + b"[" + b"NaN," * min(size // 4, 140_000) + b"1]}"
    keys = [b'"k%d":"a"' % number for number in range(min(size // 12, 70_000))]
    yield "a key twice", "a.json", head + b"{" + b",".join([*keys, b'"k1":"b"']) + b"}}"
    yield "all keys twice", "a.json", head + b"{" + b",".join([*keys, *keys][:70_000]) + b"}}"
    fields = b", ".join(b"k%d: 1" % number for number in range(min(size // 12, 40_000)))
    yield "merges of one mapping", "a.yaml", b"a: &a {%s}\nb: {<<: [%s]}\n" % (fields, b"*a, " * min(size // 4, 40_000))
    yield "merges into many", "a.yaml", b"a: &a {%s}\nb:\n" % fields + b"- {<<: *a}\n" * min(size // 11, 15_000)
    yield (
        "passwords in a text",
        "a.yaml",
        _HEADS["ConfigMap"].encode()
        + b"data:\n  a: |\n"
        + b"".join(b"    password: hunter2A%d\n" % number for number in range(size // 27)),
    )
    yield "quotes", "a.yaml", b"aws: '" + b"a" * 40 + b"' " + b"'" * size
