"""What every registry does: the real one, an image layout in its place, and the fake."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from gitops_gen.adapters.oci_layout import RegistryLayout
from gitops_gen.adapters.registry_oci import RegistryOCI
from gitops_gen.errors import NotFoundError
from gitops_gen.model import Image
from gitops_gen.names import Digest, ImageRef, parse_image_ref
from gitops_gen.ports import Registry
from tests.fakes.registry import FakeRegistry
from tests.oci_images import REVISION, SOURCE, BuiltImage, build_image, build_multi_platform, write_layout
from tests.servers.oci_registry import OciRegistry

ABSENT = Digest(f"sha256:{'0' * 64}")


class Subject(Protocol):
    """A registry with a repository that a test may push to."""

    name: str

    @property
    def registry(self) -> Registry: ...

    def push(self, tag: str, image: BuiltImage) -> None: ...


class FakeSubject:
    def __init__(self, name: str) -> None:
        self.name = name
        self.registry = FakeRegistry()

    def push(self, tag: str, image: BuiltImage) -> None:
        self.registry.push(
            Image(
                name=self.name,
                digest=image.digest,
                tag=tag,
                platforms=image.platforms,
                source=image.source,
                revision=image.revision,
            )
        )


class LayoutSubject:
    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._folder = folder
        self._images: dict[str, BuiltImage] = {}

    @property
    def registry(self) -> Registry:
        return RegistryLayout(self._folder, name=self.name)

    def push(self, tag: str, image: BuiltImage) -> None:
        self._images[tag] = image
        write_layout(self._folder, self._images)


@dataclass
class RealSubject:
    server: OciRegistry
    repository: str

    def __post_init__(self) -> None:
        self.name = f"{self.server.host}/{self.repository}"
        self.registry = RegistryOCI(environ={})

    def push(self, tag: str, image: BuiltImage) -> None:
        self.server.push(image, self.repository, tag)


@pytest.fixture(params=["fake", "layout", "real"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Subject:
    match request.param:
        case "fake":
            return FakeSubject("registry.example.com/team/churn")
        case "layout":
            return LayoutSubject(tmp_path, "registry.example.com/team/churn")
        case _:
            return RealSubject(request.getfixturevalue("oci_registry"), f"contract/{tmp_path.name.lower()}")


def resolve(subject: Subject, suffix: str) -> Image:
    return subject.registry.resolve(parse_image_ref(subject.name + suffix))


@pytest.mark.parametrize("style", ["oci", "docker"])
def test_a_tag_gives_the_digest_of_the_index_and_its_platforms(subject, style):
    image = build_multi_platform(style=style)
    subject.push("1.0", image)
    assert resolve(subject, ":1.0") == Image(
        name=subject.name,
        digest=image.digest,
        tag="1.0",
        platforms=("linux/amd64", "linux/arm64/v8"),
        source=SOURCE,
        revision=REVISION,
    )


@pytest.mark.parametrize("style", ["oci", "docker"])
def test_a_tag_on_a_single_image_gives_the_digest_of_its_manifest(subject, style):
    image = build_image("linux/arm/v7", style=style)
    subject.push("1.0", image)
    found = resolve(subject, ":1.0")
    assert (found.digest, found.platforms, found.revision) == (image.digest, ("linux/arm/v7",), REVISION)


def test_a_digest_is_looked_up_and_the_tag_carried_over(subject):
    old, new = build_multi_platform(salt="old"), build_multi_platform(salt="new")
    subject.push("1.0", old)
    subject.push("old", old)
    subject.push("1.0", new)
    found = resolve(subject, f":1.0@{old.digest}")
    assert (found.digest, found.tag) == (old.digest, "1.0")


def test_a_digest_alone_comes_without_a_tag(subject):
    image = build_image()
    subject.push("1.0", image)
    found = resolve(subject, f"@{image.digest}")
    assert (found.digest, found.tag) == (image.digest, None)


def test_a_tag_that_moved_gives_what_it_points_at_now(subject):
    old, new = build_image(salt="old"), build_image(salt="new")
    subject.push("1.0", old)
    assert resolve(subject, ":1.0").digest == old.digest
    subject.push("1.0", new)
    assert resolve(subject, ":1.0").digest == new.digest


def test_no_tag_and_no_digest_means_latest(subject):
    image = build_image()
    subject.push("latest", image)
    assert str(resolve(subject, "")) == f"{subject.name}:latest@{image.digest}"


@pytest.mark.parametrize("suffix", [":2.0", f"@{ABSENT}", f":1.0@{ABSENT}"])
def test_a_tag_or_digest_that_is_not_there_is_not_found_and_named(subject, suffix):
    subject.push("1.0", build_image())
    with pytest.raises(NotFoundError) as caught:
        resolve(subject, suffix)
    assert (ABSENT if "@" in suffix else "2.0") in caught.value.message


def test_a_repository_that_is_not_there_is_not_found_and_named(subject):
    subject.push("1.0", build_image())
    other = subject.name + "-other"
    with pytest.raises(NotFoundError, match="-other"):
        subject.registry.resolve(
            ImageRef(registry=other.partition("/")[0], repository=other.partition("/")[2], tag="1")
        )
