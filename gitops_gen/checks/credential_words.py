"""Which keys hold credentials, and which values are some: not a reference, a template or a word that stands for one."""

import re
from functools import lru_cache

from gitops_gen.checks.credential_filter import WORDS

_SPLIT = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+"
_PASSWORDS = frozenset({"password", "passwd", "passphrase", "pwd", "pass"})
"""Last words of keys whose value is a credential, whatever it looks like."""
_SECRETS = frozenset(
    {
        ("client", "secret"),
        ("cookie", "secret"),
        ("webhook", "secret"),
        ("session", "secret"),
        ("signing", "secret"),
        ("shared", "secret"),
        ("consumer", "secret"),
        ("app", "secret"),
        ("oauth", "secret"),
        ("access", "key"),
    }
)
"""Last two words of keys for which that holds as well; of an access key only where it is called secret."""
_KEYS = frozenset(
    {"api", "access", "secret", "private", "auth", "account", "encryption", "signing", "master", "service", "crypt"}
)
"""What makes a `key` a credential, where the value looks like one."""
_TOKENS = frozenset({"token", "secret", "credential", "credentials"})

_PLACEHOLDER_WORDS = """
    changeme change-me change_me changeit placeholder example sample dummy redacted replace your- your_ yourpass
    my-secret mysecret insert todo fixme tbd fake xxx *** … ... masked hidden removed
"""
_PLACEHOLDERS = tuple(_PLACEHOLDER_WORDS.split())
"""What a value has in it that stands where a credential belongs."""
_OTHER_WORDS = """
    none null nil true false yes no on off undefined string str text value values required optional enabled disabled
    unset empty default auto generate generated prompt env file vault test pass password
"""
_NO_VALUES = frozenset(_OTHER_WORDS.split())
_TEMPLATES = ("{{", "${", "$(", "$[", "<%", "%(", "{%", "__", "#{")
_REFERENCE_MARKS = """
    $ < { % @ ENC[ ref+ vault: secret: secretref env: file: op:// arn: projects/ / ./ ../ ~/ !vault sm:// awssm: gcpsm:
    azurekeyvault: keyvault: k8s: |- >-
"""
_REFERENCES = tuple(_REFERENCE_MARKS.split())
"""What a value begins with that says where the credential is."""
_LONGEST_KEY = 100
_SHORTEST = 4
_RANDOM_LENGTH = 16
_LONGEST = 4096


@lru_cache(maxsize=4096)
def judge_key(key: str) -> str:
    """Of which sort a key is: `password` (any value counts), `token` (one that looks random), or empty for neither."""
    key = key[-_LONGEST_KEY:]
    if not any(word in key.lower() for word in WORDS):
        return ""
    words = [word.lower() for word in re.findall(_SPLIT, key)]
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _PASSWORDS or key.lower().endswith(("password", "passwd")):
        return "password"
    if (before, last) in _SECRETS and (last != "key" or "secret" in words):
        return "password" if last == "key" else "secret"
    if last in _TOKENS or (last == "key" and before in _KEYS) or last in {"apikey", "accesskey", "secretkey"}:
        return "token"
    return ""


def is_credential(key: str, value: object) -> bool:
    """Whether what stands at a key is a credential in plain."""
    sort = judge_key(key)
    if not sort or isinstance(value, bool) or not isinstance(value, str | int):
        return False
    if isinstance(value, int):
        return sort == "password" and len(str(value)) >= _SHORTEST
    text = value.strip()
    if not is_literal(text) or _fold(text) == _fold(key) or text.lower() == key.lower().rpartition("_")[2]:
        return False
    if sort == "token":
        return looks_random(text)
    words = text.lower()
    return not re.search(r"\s", text) and (sort == "password" or "secret" not in words)


def is_literal(text: str) -> bool:
    """Whether a text stands for itself: no template, no reference to where the value is, no word in its place."""
    folded = text.lower()
    if not _SHORTEST <= len(text) <= _LONGEST or folded in _NO_VALUES:
        return False
    if any(mark in text for mark in _TEMPLATES) or text.startswith(_REFERENCES):
        return False
    if re.search(r"[:/#.](?:password|passwd|token|secret|key|value)$", folded):
        return False  # `quay-io:token`
    return not is_placeholder(text) and len(set(text)) > 1


def is_placeholder(text: str) -> bool:
    """Whether a text says that something belongs in its place: `changeme`, `<your password>`."""
    folded = text.lower()
    return any(word in folded for word in _PLACEHOLDERS) or (text.startswith("<") and text.endswith(">"))


def looks_random(text: str) -> bool:
    """Whether a text looks as if a program had made it: long, letters and digits mixed, no words with hyphens."""
    if len(text) < _RANDOM_LENGTH or not re.fullmatch(r"[A-Za-z0-9+/=_.~:-]+", text):
        return False
    if re.fullmatch(r"[a-z0-9]+(?:[-._/:][a-z0-9]+)+", text) or re.fullmatch(r"[A-Z0-9]+(?:_[A-Z0-9]+)+", text):
        return False  # the name of something
    digits = sum(character.isdigit() for character in text)
    has_cases = text != text.lower() and text != text.upper()
    return digits >= 3 and len(text) - digits >= 3 and (has_cases or not re.search(r"[/.:]", text))  # noqa: PLR2004 - as words rarely have


def _fold(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
