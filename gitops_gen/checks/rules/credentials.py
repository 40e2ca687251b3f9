"""Credentials that stand in files: in a text, in a Secret, in what a kustomization makes Secrets of."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gitops_gen.checks.credential_scan import Credential
from gitops_gen.checks.credential_words import is_placeholder
from gitops_gen.checks.rule import Hit, Resource, Rule, rule
from gitops_gen.checks.values import as_list, as_mapping
from gitops_gen.names import show

_TOLD = 3
"""Keys that a message names."""
_AVP = "avp.kubernetes.io/"
_PLACEHOLDER = r"<path:[^<>]*>|<[A-Za-z0-9_.\- |]+>"
"""What argocd-vault-plugin fills in."""
_TEMPLATE = r"\{\{.*\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$[A-Z_]+"
_ARGOCD_TYPE = "argocd.argoproj.io/secret-type"
_ARGOCD_KEYS = """
    name url type project enableOCI enableLfs insecure server namespaces clusterResources shard forceHttpBasicAuth
    githubAppID githubAppInstallationID githubAppEnterpriseBaseUrl proxy noProxy username depth
"""
_ARGOCD_PLAIN = frozenset(_ARGOCD_KEYS.split())
"""Keys that say which repository or cluster a Secret of Argo CD is about, and are no credentials."""
_HIDDEN_FILE = r"\.(enc|sops|age|gpg|asc|sealed)(\.|$)|(example|sample|template)"
_LONGEST_PLACEHOLDER = 60
"""Characters of a value that may stand for another; a longer one is a text in which such a word may stand as well."""
_WAY_OUT = (
    "commit a SealedSecret, an ExternalSecret or a file that SOPS encrypted instead, and issue these credentials anew: "
    "the history of the repository keeps them"
)


@rule("SECRET001", "error")
def check_credentials(credentials: Sequence[Credential]) -> Iterator[Hit]:
    """No file holds a credential in plain.

    Why: who can read the repository has it, and so has everybody who ever could: a later commit does not take it out of
    the history, of clones and of caches. Found are tokens and keys by their form (AWS, Azure, GitHub, GitLab, Slack,
    Hugging Face and others), private keys, JSON web tokens, addresses with a password, and what stands at keys such as
    `password` or `client_secret`, also in the text of a ConfigMap. Templates, references, `<path:…>`, `ENC[…]` and
    words such as `changeme` are none. No report shows the line.

    Fix: issue it anew where it came from, because this one is known; put the new one into a SealedSecret, an
    ExternalSecret or a file that SOPS encrypted, and refer to that. What is no credential, or one that everybody knows,
    gets `# gitops-gen: ignore[SECRET001] reason`.
    """
    for credential in credentials:
        yield Hit(
            f"{credential.what} stands here in plain",
            fix="issue it anew, and put it into a SealedSecret, an ExternalSecret or a file that SOPS encrypted",
            line=credential.line,
            column=credential.column,
        )


@rule("SECRET002", "error")
def check_secret_data(resource: Resource) -> Iterator[Hit]:
    """A Secret in the repository holds no data in plain.

    Why: base64 is no encryption. Who can read the repository has what is in `data` and `stringData`, and so has
    everybody who ever could. Encrypted ones are right: a SealedSecret, a Secret with a `sops` block and values
    `ENC[…]`. So are an ExternalSecret, which has no values, a Secret without data that others fill, values that are
    templates or say that one belongs there (`changeme`), and placeholders of argocd-vault-plugin. Certificates are
    public.

    Fix: commit a SealedSecret, an ExternalSecret or a file that SOPS encrypted, and issue the credentials anew.
    """
    metadata = as_mapping(resource.data.get("metadata"))
    annotations, labels = as_mapping(metadata.get("annotations")), as_mapping(metadata.get("labels"))
    is_filled = any(str(key).startswith(_AVP) for key in annotations)
    public = _ARGOCD_PLAIN if _ARGOCD_TYPE in labels else frozenset()
    is_encrypted = isinstance(resource.data.get("sops"), dict)
    for field in ("data", "stringData"):
        values = as_mapping(resource.data.get(field))
        plain = [key for key, value in values.items() if key not in public and _is_plain(value, is_filled=is_filled)]
        if plain:
            told = "SOPS has left these values in plain" if is_encrypted else "the Secret holds its data in plain"
            yield Hit(
                f"{told}: {_list_keys(plain)}",
                (field, plain[0]),
                "encrypt the file anew with SOPS" if is_encrypted else _WAY_OUT,
            )


@rule("SECRET003", "error")
def check_secret_generator(resource: Resource) -> Iterator[Hit]:
    """A kustomization makes no Secret of what stands in the repository in plain.

    Why: `literals`, `envs` and `files` of a secretGenerator are read from the repository: who can read that has them.

    Fix: commit a SealedSecret, an ExternalSecret or a file that SOPS encrypted as a resource instead; where a plugin
    such as KSOPS decrypts, list its file under `generators`.
    """
    for number, entry in enumerate(as_list(resource.data.get("secretGenerator"))):
        generator = as_mapping(entry)
        for field in ("literals", "envs", "env", "files"):
            value = generator.get(field)
            items = [value] if isinstance(value, str) else as_list(value)
            plain = [at for at, item in enumerate(items) if isinstance(item, str) and _reads_plain(field, item)]
            if plain:
                way = ("secretGenerator", number, field)
                yield Hit(
                    f"the generator of Secret {_show_name(generator)} takes {_describe(field, items, plain)}",
                    way if isinstance(value, str) else (*way, plain[0]),
                    _WAY_OUT,
                )


RULES: tuple[Rule, ...] = (check_credentials, check_secret_data, check_secret_generator)


def _is_plain(value: object, *, is_filled: bool) -> bool:
    if not isinstance(value, str):
        return value is not None and not isinstance(value, dict | list)
    text = value.strip()
    if not text or text.startswith("ENC["):
        return False
    if len(text) < _LONGEST_PLACEHOLDER and is_placeholder(text):
        return False
    if re.fullmatch(_TEMPLATE, text) or "<path:" in text or (is_filled and re.search(_PLACEHOLDER, text)):
        return False
    return not _is_certificate(text)


def _is_certificate(text: str) -> bool:
    if "-----BEGIN CERTIFICATE" not in text and not text.startswith("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS"):
        return False
    return "PRIVATE KEY" not in text and "UFJJVkFURSBLRVk" not in text  # the same in base64, where it begins a group


def _reads_plain(field: str, item: str) -> bool:
    """Whether a generator's entry brings in something in plain that stands in the repository."""
    if field == "literals":
        return _is_plain(item.partition("=")[2].strip("'\""), is_filled=True)
    path = item.rpartition("=")[2]
    return "://" not in path and not re.search(_HIDDEN_FILE, path.lower()) and not path.endswith((".crt", ".cer"))


def _describe(field: str, items: Sequence[Any], plain: Sequence[int]) -> str:
    names = [str(items[at]) for at in plain]
    if field == "literals":
        return f"literals in plain: {_list_keys([name.partition('=')[0] for name in names])}"
    return f"what stands in plain in {_list_keys([name.rpartition('=')[2] for name in names])}"


def _list_keys(keys: Sequence[Any]) -> str:
    told = ", ".join(show(str(key)) for key in keys[:_TOLD])
    return f"{told} and {len(keys) - _TOLD} more" if len(keys) > _TOLD else told


def _show_name(entry: Mapping[str, Any]) -> str:
    name = entry.get("name")
    return show(name) if isinstance(name, str) else "without a name"
