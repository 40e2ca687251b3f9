"""Names and references, parsed once at the edge: a value of these types is known to be well formed."""

import re
import unicodedata
from typing import NamedTuple, NewType

from gitops_gen.errors import InvalidValueError

RunId = NewType("RunId", str)
ModelName = NewType("ModelName", str)
EnvironmentName = NewType("EnvironmentName", str)
Digest = NewType("Digest", str)

MODEL_NAME_LIMIT = 50
"""Characters of a model name, so that Seldon's `<name>-default` Service fits a DNS label (63) unhashed."""
ENVIRONMENT_NAME_LIMIT = 20

# Compiled by `re` when they are first used: most runs need none of them.
_USERINFO = r"(?<=://)[^/\s'\"]*@"
_RUN_ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_LABEL = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_DIGEST = r"sha256:[0-9a-f]{64}"
# The grammar of github.com/distribution/reference.
_HOST = (
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])"
    r"(?::[0-9]+)?"
)
_PATH = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"


def show(text: str, limit: int = 80) -> str:
    """`text` quoted for a message: control and format characters escaped, cut to `limit` characters."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    if cut.isprintable():
        return f"'{cut}'"
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut) + "'"


def strip_credentials(text: str) -> str:
    """`text` without the `user:password@` of any URL in it."""
    return re.sub(_USERINFO, "", text)


def parse_run_id(text: str) -> RunId:
    """An MLflow run id: letters, digits, `-` and `_`."""
    if not re.fullmatch(_RUN_ID, text):
        raise InvalidValueError(
            f"{show(text)} is not an MLflow run id",
            hint="give a run id, models:/NAME/VERSION, models:/NAME@ALIAS, or --experiment with --best",
        )
    return RunId(text)


def parse_digest(text: str) -> Digest:
    """A content digest, `sha256:` and 64 hexadecimal digits."""
    if not re.fullmatch(_DIGEST, text):
        raise InvalidValueError(f"{show(text)} is not a digest", hint="a digest is sha256: and 64 hexadecimal digits")
    return Digest(text)


def parse_model_name(text: str) -> ModelName:
    """A model's name in the repository: a folder, a Kubernetes name and part of a branch at once."""
    if len(text) > MODEL_NAME_LIMIT or not re.fullmatch(_LABEL, text):
        proposal = slug(text, MODEL_NAME_LIMIT)
        raise InvalidValueError(
            f"{show(text)} cannot be a model's name: it names a folder, a branch and Kubernetes objects",
            hint=f"use lower-case letters, digits and '-', at most {MODEL_NAME_LIMIT}"
            + (f", for example --model {proposal}" if proposal else ""),
        )
    return ModelName(text)


def model_name_from_mlflow(text: str) -> ModelName:
    """The repository's name for a registered model; only case, `_`, `.` and spaces are mended, the rest is refused."""
    return parse_model_name(re.sub(r"[_. ]+", "-", text).lower())


def parse_environment_name(text: str) -> EnvironmentName:
    """An environment's name: a DNS label of at most 20 characters."""
    if len(text) > ENVIRONMENT_NAME_LIMIT or not re.fullmatch(_LABEL, text):
        raise InvalidValueError(
            f"{show(text)} cannot be an environment's name",
            hint=f"use lower-case letters, digits and '-', at most {ENVIRONMENT_NAME_LIMIT}",
        )
    return EnvironmentName(text)


def slug(text: str, limit: int) -> str:
    """A DNS label made of what `text` has to offer; empty if it offers nothing."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).lstrip("-0123456789").rstrip("-")[:limit].rstrip("-")


class ImageRef(NamedTuple):
    """An image reference with its registry; `tag`, `digest` or both may be missing."""

    registry: str
    repository: str
    tag: str | None = None
    digest: Digest | None = None

    @property
    def name(self) -> str:
        """Registry and repository, without tag and digest."""
        return f"{self.registry}/{self.repository}"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"


def parse_image_ref(text: str) -> ImageRef:
    """An image reference; the registry must be written, as Kubernetes nodes may each add another one."""
    rest, _, digest = text.partition("@")
    host, slash, path = rest.partition("/")
    if not slash or not (set(host) & {".", ":"} or host == "localhost"):
        raise InvalidValueError(
            f"image reference {show(text)} names no registry",
            hint="write it with the registry's host, for example registry.example.com/team/model:1.0",
        )
    repository, colon, tag = path.partition(":")
    if not re.fullmatch(_HOST, host) or not re.fullmatch(_PATH, repository) or (colon and not re.fullmatch(_TAG, tag)):
        raise InvalidValueError(
            f"{show(text)} is not an image reference",
            hint="an image reference is HOST/REPOSITORY[:TAG][@DIGEST], the repository in lower case",
        )
    return ImageRef(
        registry=host,
        repository=repository,
        tag=tag if colon else None,
        digest=parse_digest(digest) if "@" in text else None,
    )
