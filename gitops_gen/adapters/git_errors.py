"""Git's failures, said so that a person knows what to do."""

import re

from gitops_gen.adapters.git_process import GitFailedError
from gitops_gen.errors import ConfigError, GitopsGenError, NotFoundError, RaceLostError, UnreachableError

CREDENTIALS_HINT = (
    "give credentials by GITOPS_GEN_GIT_USERNAME and GITOPS_GEN_GIT_PASSWORD (or GITOPS_GEN_GIT_TOKEN),"
    " a git credential helper or an ssh agent"
)
IDENTITY_HINT = (
    'set them with git config --global user.name "…" and git config --global user.email "…",'
    " or GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL"
)

_TOO_OLD = re.compile(r"'origin' does not appear to be a git repository")
_IDENTITY = re.compile(r"auto-detection is disabled|tell me who you are|empty ident|auto-detect email", re.IGNORECASE)
_SIGNING = re.compile(r"failed to sign|signing ?key|no private key|load public key|gpg|cannot run ssh", re.IGNORECASE)
_OWNER = re.compile(r"dubious ownership")
_DENIED = re.compile(
    r"authentication failed|could not read (?:username|password)|terminal prompts disabled|permission denied"
    r"|access denied|error: 40[13]|host key verification failed|unable to access .* 40[13]",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"does not appear to be a git repository|repository .*not found|error: 404|does not exist", re.IGNORECASE
)
_NAMES_TAKEN = re.compile(r"exists; cannot create")
_RACE = re.compile(
    r"stale info|fetch first|non-fast-forward|cannot lock ref|failed to update ref|reference already exists"
    r"|remote ref updated since",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"could not read from remote repository|please make sure you have the correct access|and the repository exists"
    r"|failed to push some refs|^(?:to |done$|hint:|warning: )|^$",
    re.IGNORECASE,
)


def say(words: str) -> str:
    """Git's and the remote's words in one line, without what git says each time."""
    lines = [re.sub(r"^(?:(?:remote|fatal|error):\s*)+", "", line.strip()) for line in words.splitlines()]
    told = dict.fromkeys(
        re.sub(r"\s+", " ", line.removeprefix("!").strip()) for line in lines if not _NOISE.search(line)
    )
    return "; ".join(told) or "git gave no reason"


def translate_remote_failure(error: GitFailedError, address: str) -> GitopsGenError:
    """What a failure of fetch or ls-remote means."""
    words = error.words
    if _TOO_OLD.search(words):
        return ConfigError("this git is too old", hint="install git 2.31 or newer")
    if _OWNER.search(words):
        return ConfigError(f"git refuses to read {address}: {say(words)}")
    if _DENIED.search(words):
        return UnreachableError(f"{address} does not let us in: {say(words)}", hint=CREDENTIALS_HINT)
    if _ABSENT.search(words):
        return NotFoundError(
            f"{address} is not a git repository that can be read: {say(words)}",
            hint="check the URL; forges also say so of a private repository to those without access",
        )
    return UnreachableError(f"{address} cannot be reached: {say(words)}")


def translate_push_failure(error: GitFailedError, address: str, branch: str) -> GitopsGenError:
    """What a failure of push means."""
    words = error.words
    if _RACE.search(words) and not _NAMES_TAKEN.search(words):
        return RaceLostError(
            f"branch {branch} of {address} moved while it was written; nothing was pushed", hint="run the command again"
        )
    if "rejected]" in words:
        return UnreachableError(f"{address} refused the push to {branch}: {say(words)}")
    return translate_remote_failure(error, address)


def translate_commit_failure(error: GitFailedError) -> GitopsGenError:
    """What a failure to make a commit means."""
    words = error.words
    if _IDENTITY.search(words):
        return ConfigError(
            "git does not know who makes the commit: user.name or user.email is not set", hint=IDENTITY_HINT
        )
    if _SIGNING.search(words):
        return ConfigError(
            f"the commit cannot be signed: {say(words)}",
            hint="check user.signingKey, gpg.format and the agent, or switch commit.gpgSign off",
        )
    return ConfigError(f"the commit cannot be made: {say(words)}")
