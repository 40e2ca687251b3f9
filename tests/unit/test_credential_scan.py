# ruff: noqa: E501 - tables of what people write
"""What counts as a credential in a file, and what does not.

Tokens are put together here, so that no scanner takes this file for a leak.
"""

import importlib
import inspect
import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitops_gen.checks.credential_checks import check_credentials
from gitops_gen.checks.credential_filter import may_hold_assignments, may_hold_tokens, needs_scan
from gitops_gen.checks.credential_scan import find_credentials
from gitops_gen.checks.credential_tokens import _DETECTORS, _MORE, find_tokens
from gitops_gen.checks.source import Source

MIXED = "a1B2c3D4e5F6g7H8i9J0"
BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC9X4EYOARbxQM8"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVP-mBpK9QwXHJr0"

TOKENS = {
    "aws": ("AKIA" + "Q4ZT7MPLWXYE5NRB", "a key of AWS"),
    "aws secret": ('aws_secret_access_key = "' + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQhT8sVbnL" + '"', "a key of AWS"),
    "azure": ("AccountKey=" + MIXED * 4 + "abcdef==", "a key of Azure Storage"),
    "github": ("ghp_" + (MIXED * 2)[:36], "a token of GitHub"),
    "github fine-grained": ("github_pat_" + (MIXED * 5)[:82], "a token of GitHub"),
    "gitlab": ("glpat-" + MIXED, "a token of GitLab"),
    "npm": ("//registry.npmjs.org/:_authToken=npm_" + MIXED, "a token of npm"),
    "openai": ("sk-" + MIXED + "T3Blbk" + "FJ" + MIXED, "a key of OpenAI"),
    "pypi": ("pypi-" + "AgEIcHlwaS5vcmc" + MIXED * 4, "a token of PyPI"),
    "sendgrid": ("SG." + (MIXED * 2)[:22] + "." + (MIXED * 3)[:43], "a key of SendGrid"),
    "slack": ("xoxb-" + "123456789012-" * 2 + MIXED, "a token or webhook of Slack"),
    "slack webhook": ("https://hooks.slack" + ".com/services/T0AB12CD3/B0AB12CD3/" + MIXED, "a token or webhook of Slack"),
    "square": ("sq0csp-" + (MIXED * 3)[:43], "a secret of Square"),
    "stripe": ("sk_live_" + (MIXED * 2)[:24], "a key of Stripe"),
    "jwt": (JWT, "a JSON web token"),
    "address": ("postgresql://mlflow:h8-Kx2pQ@db:5432/mlflow", "an address with a password"),
    "hugging face": ("hf_" + "abcdefghijKLMNOPQRSTuvwxyzABCDEFGH", "a token of Hugging Face"),
    "google": ("AIza" + "SyD" + (MIXED * 2)[:32], "a key of Google"),
    "anthropic": ("sk-ant-" + "api03-" + MIXED * 4, "a key of Anthropic"),
    "grafana": ("glsa_" + (MIXED * 2)[:32] + "_0a1b2c3d", "a token of Grafana"),
    "vault": ("hvs." + MIXED + "abcd", "a token of Vault"),
    "docker": ("dckr_pat_" + (MIXED * 2)[:27], "a token of Docker Hub"),
    "digitalocean": ("dop_v1_" + "0a1b2c3d4e5f6789" * 4, "a token of DigitalOcean"),
    "slack app": ("xapp-1-A0123-456-" + "0a1b2c3d" * 4, "a token of Slack"),
    "age": ("AGE-SECRET-" + "KEY-1" + "QPZRY9X8GF" * 5 + "QPZRY9X8", "a key of age"),
    "encoded private key": ("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBL" + "RVktLS0tLQpNSUlFdlFJQkFEQU5CZ2txaGtpRzl3MEJB", "an encoded private key"),
}  # fmt: skip

POSITIVE = {
    "an environment variable": "env:\n- name: DB_PASSWORD\n  value: hunter2\n",
    "a parameter, its value first": "parameters:\n- value: hunter2\n  name: admin-password\n",
    "a field": "spec:\n  config:\n    security:\n      admin_password: secret\n",
    "a number": "password: 12345678\n",
    "in camel case": "dbPassword: hunter2\n",
    "a secret access key": "AWS_SECRET_ACCESS_KEY: minioadmin\n",
    "a client secret": "clientSecret: Zx81-spectrum\n",
    "an API key": f"api_key: {MIXED}\n",
    "a bearer token": f"bearerToken: {MIXED}\n",
    "an encryption key": "encryption-key: 9f86d081884c7d659a2feaa0c55ad015\n",
    "data of a ConfigMap": "kind: ConfigMap\ndata:\n  password: hunter2\n",
    "a text with settings": "kind: ConfigMap\ndata:\n  app.properties: |\n    # access\n    db.user=me\n    db.password=hunter2\n",
    "a text with YAML": "kind: ConfigMap\ndata:\n  config.yaml: |\n    db:\n      password: hunter2\n",
    "a text with JSON": 'kind: ConfigMap\ndata:\n  a.json: |\n    {"user": "me", "password": "hunter2"}\n',
    "a section of settings": "data:\n  rclone.conf: |\n    [s3]\n    type = s3\n    secret_access_key = minioadmin\n",
    "an option": "args:\n- --db-password=hunter2\n",
    "a script": 'script: |\n  #!/bin/sh\n  export DB_PASSWORD="hunter2"\n  run "$@"\n',
    "JAAS": "sasl.jaas.config: 'org.apache.kafka.PlainLoginModule required username=\"a\" password=\"hunter2\";'\n",
    "JSON": '{"a": {"password": "hunter2"}}',
    "a second document": "a: 1\n---\npassword: hunter2\n",
    "a file that cannot be read": "a: [1\npassword: hunter2\n",
    "private key": f"key: |\n  -----BEGIN PRIVATE KEY-----\n  {BODY}\n",
    "private key in one line": f'"private_key": "-----BEGIN RSA PRIVATE KEY-----\\n{BODY}\\n"',
    "a token in a comment": f"a: 1 # {TOKENS['github'][0]}\n",
}  # fmt: skip

NEGATIVE = {
    "a reference": "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: password\n",
    "names of Secrets": "secretName: db-password\nimagePullSecrets:\n- name: pull-secret\ntlsSecret: web-tls-2024-01\n",
    "a Secret by its name": "credentialsSecret: my-very-long-secret-name-01\nclientSecret: grafana-client-secret\n",
    "names of keys": "passwordKey: password\nsecretKey: password\nadmin:\n  password: password\n",
    "files": "passwordFile: /run/secrets/password\ntokenPath: /var/run/token\npassword: /etc/password\npwd: ./here\n",
    "templates": "password: '{{ .Values.password }}'\ntoken: ${TOKEN}\nsecret: $(SECRET)\npwd: $PWD\napiKey: '<% x %>'\n",
    "a path of JSON": "template.openshift.io/expose-password: \"{.data['database-password']}\"\n",
    "places": "password: changeme\ntoken: <token>\ndb_password: your-password-here\napi_key: xxxxxxxxxxxxxxxxxxxx\n",
    "Vault": "registry_password: quay-io:token\npassword: <path:secret/data/db#password>\ntoken: vault:secret/data/x#token\n",
    "SOPS": "password: ENC[AES256_GCM,data:abc=,iv:abc=,tag:abc=,type:str]\n",
    "nothing": "password: ''\ntoken:\npwd: null\nsecret: {}\n",
    "yes or no": "password: true\nresetPassword: false\ndisableDefaultAdminSecret: true\n",
    "what a token is": "token: header\ntokenType: bearer\nauthentication:\n  token: required\n",
    "a public key": f"publicKey: {BODY}\nkey: {MIXED}\n",
    "keys of other kinds": "key: app\nmetricKey: a1b2c3d4e5f6a7b8\npartitionKey: user-0123456789abcdef\nbypass: abcdef\n",
    "a sealed Secret": f"kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgB{BODY}\n",
    "a Secret, which has its own rule": f"kind: Secret\nstringData:\n  password: hunter2\n  key: |\n    -----BEGIN PRIVATE KEY-----\n    {BODY}\n",
    "a generator, which has its own rule": "kind: Kustomization\nsecretGenerator:\n- name: a\n  literals: [password=hunter2]\n",
    "the schema of a kind": "kind: CustomResourceDefinition\nspec:\n  default:\n    password: hunter2\n",
    "a digest": "image: a@sha256:" + "0a1b2c3d" * 8 + "\nurl: docker-pullable://busybox:1.36@sha256:" + "0a1b2c3d" * 8 + "\n",
    "the mention of a private key": "description: paste the part after -----BEGIN PRIVATE KEY----- here\n",
    "a certificate": f"ca: |\n  -----BEGIN CERTIFICATE-----\n  {BODY}\n  -----END CERTIFICATE-----\n",
    "an encoded certificate": "caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUR" + MIXED + "\n",
    "an example of AWS": "accessKey: " + "AKIA" + "IOSFODNN7EXAMPLE\n",
    "addresses": "a: https://user@host/x\nb: http://host:8080/a@b\nc: redis://:@cache:6379\nd: http://a:$(PASSWORD)@b\n",
    "an address with a place": "a: postgres://user:password@host/db\nb: amqp://u:<password>@h\nc: http://u:changeme@h\n",
    "PromQL": 'expr: sum(rate(kube_secret_info{secret="db",token=~"a.*"}[5m])) by (secret)\n',
    "a script": "script: |\n  password = os.environ['PASSWORD']\n  token = get_token()\n  PASSWORD=$1\n  secret: str = client.secret\n",
    "a uid": "token: 123e4567-e89b-12d3-a456-426614174000\n",
    "a sentence": "password: the one that you set before\nadminPassword: ask the platform team\n",
}  # fmt: skip


def scan(text, path="a.yaml"):
    return find_credentials(Source(path, text.encode()))


@pytest.mark.parametrize("name", TOKENS)
def test_tokens_are_found_where_they_stand(name):
    token, what = TOKENS[name]
    for text in (f"a: 1\nurl: {token}\n", f'a: 1\nx: "{token}"\n' if '"' not in token else f"a: 1\nx: {token}\n"):
        assert needs_scan(text.encode())
        found = scan(text)
        assert [(each.line, each.what) for each in found] == [(2, what)], text
        assert found[0].column > 1
        assert token not in repr(found)


@pytest.mark.parametrize("name", POSITIVE)
def test_credentials_are_found(name):
    text = POSITIVE[name]
    assert needs_scan(text.encode())
    found = scan(text, "a.json" if name == "JSON" else "a.yaml")
    assert len(found) == 1, found
    assert "hunter2" not in repr(found)
    line = text.splitlines()[found[0].line - 1]
    assert re.search("hunter2|begin|pass|secret|key|token|ghp_", line.lower()), line


@pytest.mark.parametrize("name", NEGATIVE)
def test_what_is_none_is_not_found(name):
    assert scan(NEGATIVE[name]) == []


def test_each_detector_is_there():
    """The classes are named as texts, because they are imported late."""
    for module, name, _ in _DETECTORS:
        assert inspect.isclass(getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name))


@pytest.mark.parametrize("text", [token for token, _ in TOKENS.values()])
@settings(max_examples=20, deadline=None)
@given(before=st.text(max_size=20), after=st.text(max_size=20))
@example(before="", after="")
def test_what_the_detectors_find_passes_the_filter(text, before, after):
    """Whatever stands round a token: a file in which the scan finds one is scanned."""
    content = f"{before}{text}{after}".encode("utf-8", "surrogatepass")
    if list(find_tokens(content)):
        assert may_hold_tokens(content)


def test_patterns_of_our_own_pass_the_filter():
    """Each has a token in the table above."""
    for pattern, _ in _MORE:
        assert any(re.search(pattern, token) for token, _ in TOKENS.values()), pattern


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="passwordkeytoken_-=:\"' \n{}[]#abc123", max_size=200))
def test_assignments_that_the_scan_finds_pass_the_filter(text):
    source = Source("a.yaml", text.encode())
    if any(each.what.startswith("the value") for each in find_credentials(source)):
        assert may_hold_assignments(text.encode().lower())


def test_hostile_text_takes_no_time():
    for text in ("eyJ" * 100_000, "://a:" * 200_000, "password" * 200_000, "password=" * 100_000, "xoxb-1-" * 50_000):
        scan(f"a: {text}\n")
        scan(f"a: |\n  {text}\n")


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("hunter2"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "name", "value", "password", "data", "items", "a"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(ODD)
def test_no_value_is_too_odd(data):
    text = json.dumps({"kind": data, "items": data, "data": data, "password": data, "secretGenerator": data})
    for each in check_credentials(Source("a.json", text.encode()), lambda _kind: True):
        assert each[1].message


def test_many_credentials_are_told_in_part():
    text = "a: |\n" + "".join(f"  password: hunter2A{number}\n" for number in range(50_000))
    assert 0 < len(scan(text)) <= 100
