"""A registry in memory."""

from gitops_gen.errors import NotFoundError, UnreachableError
from gitops_gen.model import Attachment, Image
from gitops_gen.names import Digest, ImageRef


class FakeRegistry:
    """Fits ports.Registry; `push` puts images in, and `is_down` makes it unreachable."""

    def __init__(self, *images: Image) -> None:
        self.is_down = False
        self._images: dict[tuple[str, Digest], Image] = {}
        self._tags: dict[tuple[str, str], Digest] = {}
        self._attachments: dict[Digest, tuple[Attachment, ...]] = {}
        for image in images:
            self.push(image)

    def push(self, image: Image) -> None:
        """Keep `image`; its tag, if it has one, moves to it."""
        self._images[image.name, image.digest] = image
        if image.tag:
            self._tags[image.name, image.tag] = image.digest

    def delete(self, digest: Digest) -> None:
        """Forget an image, and the tags that point at it."""
        self._images = {key: image for key, image in self._images.items() if key[1] != digest}
        self._tags = {key: held for key, held in self._tags.items() if held != digest}

    def attach(self, digest: Digest, *attachments: Attachment) -> None:
        """Hang something on an image."""
        self._attachments[digest] = (*self._attachments.get(digest, ()), *attachments)

    def list_attachments(self, image: Image) -> tuple[Attachment, ...]:
        if self.is_down:
            raise UnreachableError(f"https://{image.name} cannot be reached: Connection refused")
        return self._attachments.get(image.digest, ())

    def resolve(self, ref: ImageRef) -> Image:
        if self.is_down:
            raise UnreachableError(f"https://{ref.registry} cannot be reached: Connection refused")
        tag = ref.tag if ref.tag or ref.digest else "latest"
        digest = ref.digest or self._tags.get((ref.name, tag or ""))
        found = self._images.get((ref.name, digest)) if digest else None
        if found is None:
            raise NotFoundError(f"registry {ref.registry} has no {ref.repository}:{tag}@{ref.digest}")
        return Image(
            name=found.name,
            digest=found.digest,
            tag=tag,
            platforms=found.platforms,
            source=found.source,
            revision=found.revision,
        )
