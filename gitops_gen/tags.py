"""Names of the tags that the program writes on a run and its model version."""

from gitops_gen.names import EnvironmentName

IMAGE = "gitops-gen.image"
"""The image of the run as `HOST/REPOSITORY:TAG@DIGEST`."""
IMAGE_SOURCE = "gitops-gen.image.source"
"""The image's org.opencontainers.image.source."""
IMAGE_REVISION = "gitops-gen.image.revision"
"""The image's org.opencontainers.image.revision."""


def promotion_tag(environment: EnvironmentName, what: str) -> str:
    """The tag that holds `what` (commit, pull-request or verdict) of the last promotion into an environment."""
    return f"gitops-gen.{environment}.{what}"
