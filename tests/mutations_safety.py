"""Mistakes that work, and let somebody in: pods with too many rights, roles with too much, credentials in plain."""

from tests.mutations import INFERENCE_SERVICE, SELDON_DEPLOYMENT, Mutation, in_file

GATEWAY = "platform/scoring-gateway/base"

_model = in_file("seldon", SELDON_DEPLOYMENT)
_predictor = in_file("kserve", INFERENCE_SERVICE)
_deployment = in_file("platform", f"{GATEWAY}/deployment.yaml")
_role = in_file("platform", f"{GATEWAY}/role.yaml")
_binding = in_file("platform", f"{GATEWAY}/rolebinding.yaml")
_settings = in_file("platform", f"{GATEWAY}/configmap.yaml")
_secrets = in_file("platform", f"{GATEWAY}/externalsecret.yaml")
_kustomization = in_file("platform", f"{GATEWAY}/kustomization.yaml")
_application = in_file("platform", "argocd/dev/serving.yaml")

_SUBJECT = "subjects:\n- kind: ServiceAccount\n  name: scoring-gateway\n  namespace: apps\n"
_READER = """\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: scoring-gateway-tokens
rules:
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: scoring-gateway-tokens
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: scoring-gateway-tokens
"""
_ADMINISTRATOR = """\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: scoring-gateway-admin
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
"""
_SECRET = """\
---
apiVersion: v1
kind: Secret
metadata:
  name: scoring-gateway-session
stringData:
  cookie: 6d2b7f1c94
"""
_GENERATOR = """\
secretGenerator:
- name: scoring-gateway-session
  literals:
  - cookie=6d2b7f1c94
"""
_PROBES = """\
        startupProbe:
          httpGet:
            path: /healthz
            port: http
          failureThreshold: 30
        livenessProbe:
          httpGet:
            path: /healthz
            port: http
        readinessProbe:
          httpGet:
            path: /ready
            port: http
"""
_LIVENESS = """\
        livenessProbe:
          httpGet:
            path: /healthz
            port: http
"""
_RESOURCES = (SELDON_DEPLOYMENT, "          resources:")
_KEY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC9X4EYOARbxQM8"

SAFETY: tuple[Mutation, ...] = (
    _model(
        "a model server on the node's network",
        "    - spec:\n        containers:",
        "    - spec:\n        hostNetwork: true\n        containers:",
        rule="SAFETY001",
    ),
    _model(
        "a model server that may be root",
        "            runAsNonRoot: true\n",
        rule="SAFETY002",
        place=(SELDON_DEPLOYMENT, "          securityContext:"),
    ),
    _model("escalation allowed", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", rule="SAFETY002"),
    _predictor(
        "one capability dropped of all",
        "          drop:\n          - ALL\n",
        "          drop:\n          - KILL\n",
        rule="SAFETY002",
        place=(INFERENCE_SERVICE, "      securityContext:"),
    ),
    _deployment("runAsNonRoot switched off", "runAsNonRoot: true", "runAsNonRoot: false", rule="SAFETY003"),
    _deployment(
        "root where the namespace forbids it",
        "          readOnlyRootFilesystem: true\n",
        "          readOnlyRootFilesystem: true\n          runAsUser: 0\n",
        rule="SAFETY003",
    ),
    _model(
        "requests taken out",
        '            requests:\n              cpu: "100m"\n              memory: "256Mi"\n',
        rule="SAFETY004",
        place=_RESOURCES,
    ),
    _model(
        "the limit taken out",
        '            limits:\n              memory: "1Gi"\n',
        rule="SAFETY005",
        place=_RESOURCES,
    ),
    _deployment(
        "only a liveness probe",
        _PROBES,
        _LIVENESS,
        rule="SAFETY006",
        place=(f"{GATEWAY}/deployment.yaml", "      - name: gateway"),
    ),
    _role("every verb", "verbs: [get, watch]", 'verbs: ["*"]', rule="SAFETY007"),
    _role(
        "the right to bind roles",
        "  verbs: [get, watch]\n",
        "  verbs: [get, watch]\n- apiGroups: [rbac.authorization.k8s.io]\n  resources: [roles]\n  verbs: [bind]\n",
        rule="SAFETY008",
    ),
    _binding(
        "cluster-admin for a service",
        operation="append",
        new=_ADMINISTRATOR + _SUBJECT,
        rule="SAFETY009",
        place=(f"{GATEWAY}/rolebinding.yaml", "  name: cluster-admin"),
    ),
    _binding(
        "a reader of all secrets",
        operation="append",
        new=_READER + _SUBJECT,
        rule="SAFETY010",
        place=(f"{GATEWAY}/rolebinding.yaml", "  resources: [secrets]"),
    ),
    _application("the default project", "project: platform", "project: default", rule="SAFETY011"),
    _settings(
        "a password in an address",
        "http://fraud-predictor.serving.svc",
        "http://gateway:h8-Kx2pQ@fraud-predictor.serving.svc",
        rule="SECRET001",
    ),
    _deployment(
        "a token written out",
        "          valueFrom:\n            secretKeyRef:\n              name: scoring-gateway-tokens\n              key: upstream-token\n",
        "          value: 9fK2mQ7xT4vB8nL3wZ6c\n",
        rule="SECRET001",
    ),
    _settings(
        "a private key in a ConfigMap",
        operation="append",
        new=f"  client.key: |\n    -----BEGIN PRIVATE KEY-----\n    {_KEY}\n    -----END PRIVATE KEY-----\n",
        rule="SECRET001",
        place=(f"{GATEWAY}/configmap.yaml", "    -----BEGIN PRIVATE KEY-----"),
    ),
    _settings(
        "a password in the text of a ConfigMap",
        operation="append",
        new="  cache.properties: |\n    cache.host=redis\n    cache.password=h8-Kx2pQ\n",
        rule="SECRET001",
        place=(f"{GATEWAY}/configmap.yaml", "    cache.password=h8-Kx2pQ"),
    ),
    _secrets(
        "a Secret in plain beside the ExternalSecret",
        operation="append",
        new=_SECRET,
        rule="SECRET002",
        place=(f"{GATEWAY}/externalsecret.yaml", "  cookie: 6d2b7f1c94"),
    ),
    _kustomization(
        "a generator of a Secret",
        operation="append",
        new=_GENERATOR,
        rule="SECRET003",
        place=(f"{GATEWAY}/kustomization.yaml", "  - cookie=6d2b7f1c94"),
    ),
)
