"""Tokens, private keys and addresses with a password, by their form."""

import base64
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from gitops_gen.checks.credential_filter import list_marks
from gitops_gen.checks.credential_words import is_literal

_DETECTORS = (
    ("private_key", "PrivateKeyDetector", "a private key"),
    ("aws", "AWSKeyDetector", "a key of AWS"),
    ("azure_storage_key", "AzureStorageKeyDetector", "a key of Azure Storage"),
    ("github_token", "GitHubTokenDetector", "a token of GitHub"),
    ("gitlab_token", "GitLabTokenDetector", "a token of GitLab"),
    ("npm", "NpmDetector", "a token of npm"),
    ("openai", "OpenAIDetector", "a key of OpenAI"),
    ("pypi_token", "PypiTokenDetector", "a token of PyPI"),
    ("sendgrid", "SendGridDetector", "a key of SendGrid"),
    ("slack", "SlackDetector", "a token or webhook of Slack"),
    ("square_oauth", "SquareOAuthDetector", "a secret of Square"),
    ("stripe", "StripeDetector", "a key of Stripe"),
    ("jwt", "JwtTokenDetector", "a JSON web token"),
    ("basic_auth", "BasicAuthDetector", "an address with a password"),
)
"""The detectors of detect-secrets that are used: module, class, and what they find."""
_MORE = (
    (r"github_pat_[0-9A-Za-z_]{82}", "a token of GitHub"),
    (r"\bhf_[A-Za-z]{34}\b", "a token of Hugging Face"),
    (r"\bAIza[0-9A-Za-z_-]{35}", "a key of Google"),
    (r"\bsk-ant-[0-9A-Za-z_-]{80,}", "a key of Anthropic"),
    (r"\bglsa_[0-9A-Za-z]{32}_[0-9a-f]{8}", "a token of Grafana"),
    (r"\bhvs\.[0-9A-Za-z_-]{24,}", "a token of Vault"),
    (r"\bdckr_pat_[0-9A-Za-z_-]{27}", "a token of Docker Hub"),
    (r"\bdop_v1_[0-9a-f]{64}", "a token of DigitalOcean"),
    (r"\bxapp-[0-9]-[A-Z0-9]+-[0-9]+-[0-9a-z]{32,}", "a token of Slack"),
    (r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}", "a key of age"),
)
"""Forms that detect-secrets 1.5 does not know."""
_BODY = re.compile(r"(?:\\[nrt]|[\s\"'|>\\-])*(?:[A-Za-z0-9+/=]{24}|Proc-Type|Version|Comment|Encryption)")
"""What follows the first line of a private key that is one, and not the mention of one."""
_ENCODED = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/=]+")
_PART = 2000
"""Characters of a line that are looked at at once: some patterns take the square of it."""
_OVERLAP = 500
_MOST_TEXT = 256 * 1024
"""Bytes of lines with a mark that are looked at in one file."""
_KEY_LINES = 5


def find_tokens(content: bytes) -> Iterator[tuple[int, int, str]]:
    """Line, column and name of each token in a file."""
    marks = list_marks(content)
    lines = content.split(b"\n") if marks else []
    left = _MOST_TEXT
    for number, line in enumerate(lines):
        if left > 0 and any(mark in line for mark in marks):
            following = b"\n".join(lines[number + 1 : number + _KEY_LINES]).decode("utf-8", "replace")
            text = line[:left].decode("utf-8", "replace")
            left -= len(line)
            for part, start in _split(text):
                for secret, what in _find_in_line(part):
                    column = max(part.find(secret), 0)
                    if _counts(what, secret, part[column + len(secret) :], following):
                        yield number + 1, start + column + 1, what


def _split(line: str) -> Iterator[tuple[str, int]]:
    """A line in parts that overlap, and where each begins."""
    for start in range(0, max(len(line), 1), _PART):
        yield line[start : start + _PART + _OVERLAP], start


def _find_in_line(line: str) -> Iterator[tuple[str, str]]:
    for detector, what in _load_detectors():
        yield from ((secret, what) for secret in detector.analyze_string(line))
    for pattern, what in _MORE:
        yield from ((found.group(), what) for found in re.finditer(pattern, line))
    for encoded in _ENCODED.findall(line):
        head = base64.b64decode(encoded[: min(len(encoded), 80) // 4 * 4] or b"")
        if b"PRIVATE KEY-----" in head:
            yield encoded, "an encoded private key"


def _counts(what: str, secret: str, rest: str, following: str) -> bool:
    """Whether a token is meant: no example, and of a private key more than its first line."""
    if what == "a private key":
        return _BODY.match(f"{rest}\n{following}") is not None
    if what == "an address with a password":
        return is_literal(secret) and not rest.startswith("@sha256:")
    return not re.search(r"example|x{6}|\.\.\.|0{12}|redacted", secret.lower())


@cache
def _load_detectors() -> tuple[tuple[Any, str], ...]:
    loaded = []
    for module, name, what in _DETECTORS:
        detector = getattr(import_module(f"detect_secrets.plugins.{module}"), name)
        loaded.append((detector(), what))
    return tuple(loaded)
