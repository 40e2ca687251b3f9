"""Which files are worth a scan for credentials: a look at their bytes that takes some microseconds.

There is no pattern in it: to compile one takes longer than to look at a hundred files.
"""

from functools import lru_cache

_SHORTEST = 12
"""Bytes of the shortest word that a token can be a part of."""
_MARKS = (
    b"AKIA ASIA ABIA ACCA A3T AccountKey= AIza AGE-SECRET ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- gldt- glft- "
    b"glsoat- glrt- glcbt- glimt- glptt- glagent- gloas- glsa_ GR1348941 :_authToken T3BlbkFJ sk-ant pypi-A SG. XOX "
    b"sq0csp k_live_ hf_ hvs. dckr_pat LS0tLS1CRUdJTi eyJ"
).split()
"""What stands in tokens, in most at the beginning; they are random, so that each has a capital letter as well."""
_OTHER_MARKS = (b"PRIVATE KEY", b"PuTTY-User-Key-File", b"xox", b"xapp-", b"dop_v1_", b"glcbt-")
"""The same in tokens that may have none, and in keys."""
_SLACK = b"hooks.slack.com/services"
_AWS_LENGTH = 40
"""Bytes of a secret key of AWS, which stands in quotes."""
WORDS = ("pass", "pwd", "secret", "token", "credential", "key")
"""A part of each key whose value the scan looks at, in small letters."""
_WORDS = tuple(word.encode() for word in WORDS)
_ENDINGS = (b"word", b"wd", b"phrase", b"s")
_BEFORE_KEY = (
    b"api access secret private auth account encryption signing master service crypt"  # api_key, apiKey, api-key
).split()
_LONGEST_LINE = 200
_MOST_TRIED = 100_000
"""Words of one sort that are looked at: a file with more of them gets the scan."""


def needs_scan(content: bytes) -> bool:
    """Whether a file may break a rule on credentials."""
    if b"Secret" in content and (b"ata:" in content or b'ata"' in content):
        return True
    return b"ecretGenerator" in content or may_hold_tokens(content) or may_hold_assignments(content.lower())


def may_hold_tokens(content: bytes) -> bool:
    """Whether there may be a token, a private key or an address with a password."""
    return bool(list_marks(content))


@lru_cache(maxsize=1)
def list_marks(content: bytes) -> list[bytes]:
    """The marks of tokens in a file; each line with a token has one of them."""
    split = content.split()
    words = b" ".join([word for word in split if len(word) >= _SHORTEST and not word.islower()])
    found = [mark for mark in _MARKS if mark in words] + [mark for mark in _OTHER_MARKS if mark in content]
    if b"@" in content and b"://" in content and any(b"@" in word and b"://" in word for word in split):
        found.append(b"@")
    folded = content.lower()
    if b"aws" in folded:
        long = [word.replace(b"'", b'"').split(b'"') for word in split if len(word) > _AWS_LENGTH]
        if any(len(part) == _AWS_LENGTH for parts in long for part in parts[1:]):
            found += (b'"', b"'")
    if _SLACK in folded:
        found.append(b"/")
    return found


def may_hold_assignments(folded: bytes) -> bool:
    """Whether there may be a key such as `password` with a value; `folded` is the content in small letters."""
    for word in _WORDS:
        at = folded.find(word)
        tried = 0
        while at >= 0:
            tried += 1
            if tried > _MOST_TRIED:
                return True
            end = at + len(word)
            before = folded[max(0, at - _SHORTEST) : at].rstrip(b"-_.")
            if (word != b"key" or before.endswith(tuple(_BEFORE_KEY))) and _is_assigned(folded, end):
                return True
            at = folded.find(word, end)
    return False


def _is_assigned(folded: bytes, end: int) -> bool:
    """Whether a key ends there, and `:` or `=` and a value follow, or nothing (`name: DB_PASSWORD`)."""
    rest = folded[end : end + _LONGEST_LINE].split(b"\n", 1)[0]
    ending = next((ending for ending in _ENDINGS if rest.startswith(ending)), b"")
    rest = rest[len(ending) :].lstrip(b"\"'\\]")
    sign = rest.lstrip()
    if not sign:
        return True
    value = sign[1:].lstrip(b" \t>=")
    return sign[:1] in b":=," and bool(value) and value[:1] not in b"#{["
