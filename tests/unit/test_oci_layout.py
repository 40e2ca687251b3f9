"""Image layouts are read without trust: in folders and tar files, whole, broken and hostile."""

import gzip
import json
import os
import tarfile
from dataclasses import replace

import pytest

from gitops_gen.adapters import oci_manifest
from gitops_gen.adapters.oci_layout import RegistryLayout, list_digests, open_layout
from gitops_gen.adapters.oci_manifest import OCI_INDEX, OCI_MANIFEST, parse_manifest, read_image
from gitops_gen.errors import InvalidValueError, NotFoundError, RefusedError
from gitops_gen.names import parse_image_ref
from tests.oci_images import (
    LABELS,
    SOURCE,
    build_attestation,
    build_image,
    build_index,
    build_multi_platform,
    describe,
    digest_of,
    encode,
    make_tar,
    pack,
    write_blob,
    write_index,
    write_layout,
)

NAME = "registry.example.com/team/churn"
REF = parse_image_ref(f"{NAME}:1.0")


def read(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def image_digests(image):
    return {image.digest, *(digest_of(body) for _, body in image.manifests)}


@pytest.fixture
def layout(tmp_path):
    return write_layout(tmp_path / "image", {"1.0": build_multi_platform()})


@pytest.mark.parametrize("form", ["folder", "tar", "tar.gz"])
def test_a_layout_lists_the_digests_that_its_image_can_be_pushed_with(layout, tmp_path, form):
    image = build_multi_platform()
    attestation = digest_of(image.manifests[0][1])
    if form != "folder":
        layout = pack(layout, tmp_path / f"image.{form}", mode="w:gz" if form.endswith("gz") else "w")
        index = digest_of((tmp_path / "image" / "index.json").read_bytes())
    else:
        index = digest_of((layout / "index.json").read_bytes())
    assert list_digests(layout) == image_digests(image) - {attestation} | {index}


def test_an_index_that_the_layout_does_not_hold_is_listed_and_not_followed(layout):
    image = build_multi_platform()
    (layout / "blobs" / image.digest.replace(":", "/")).unlink()
    assert image.digest in list_digests(layout)


def test_an_index_listed_many_times_is_read_once(tmp_path):
    inner = build_multi_platform()
    layout = write_layout(tmp_path, {"": inner})
    for _ in range(12):
        outer = encode({"manifests": [dict(inner.descriptor)] * 50})
        write_blob(layout, outer)
        inner = replace(inner, body=outer, descriptor=describe(OCI_INDEX, outer))
    write_index(layout, [dict(inner.descriptor)] * 50)
    assert build_multi_platform().digest in list_digests(layout)


def test_a_nested_index_that_was_changed_is_refused(layout):
    image = build_multi_platform()
    (layout / "blobs" / image.digest.replace(":", "/")).write_bytes(image.body + b" ")
    with pytest.raises(RefusedError, match="does not match its digest"):
        list_digests(layout)


def test_a_path_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFoundError, match="nothing"):
        open_layout(tmp_path / "nothing")


@pytest.mark.parametrize("missing", ["index.json", "oci-layout"])
def test_a_folder_that_is_no_layout_is_refused_with_a_way_to_make_one(layout, missing):
    (layout / missing).unlink()
    with pytest.raises(InvalidValueError, match="no OCI image layout") as caught:
        open_layout(layout)
    assert "buildx" in caught.value.hint


def test_an_index_that_vanishes_later_is_told_as_what_it_is(layout):
    registry = RegistryLayout(layout, name=NAME)
    (layout / "index.json").unlink()
    with pytest.raises(InvalidValueError, match=r"no index\.json"):
        registry.resolve(REF)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no tar",
        b"\x1f\x8b broken gzip",
        gzip.compress(b"no tar at all" * 99),
        gzip.compress(make_tar({"index.json": b"{" + b" " * 5000}))[:60],
        make_tar({"some/file": b"x"}),
        make_tar({"index.json": b"not json", "oci-layout": b"{}"}),
        make_tar({"../index.json": b"{}", "/oci-layout": b"{}"}),
    ],
    ids=["empty", "text", "broken-gzip", "gzipped-text", "cut", "no-layout", "no-json", "outside"],
)
def test_a_file_that_is_no_layout_archive_is_refused(tmp_path, content):
    archive = tmp_path / "image.tar"
    archive.write_bytes(content)
    with pytest.raises(InvalidValueError, match="no OCI image layout"):
        open_layout(archive)


def test_names_that_start_with_a_dot_are_the_same_names(layout, tmp_path):
    archive = tmp_path / "dotted.tar"
    archive.write_bytes(make_tar({f"./{name}": body for name, body in read(layout).items()}))
    assert list_digests(archive) == list_digests(layout)


def test_an_archive_cannot_reach_outside_itself(layout, tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text('{"manifests": []}')
    archive = tmp_path / "links.tar"
    with tarfile.open(archive, "w") as tar:
        for name in ("index.json", "oci-layout"):
            member = tarfile.TarInfo(name)
            member.type = tarfile.SYMTYPE
            member.linkname = str(secret)
            tar.addfile(member)
        tar.add(layout / "index.json", "../../../escaped.json")
    with pytest.raises(InvalidValueError, match="no OCI image layout"):
        open_layout(archive)
    assert not list(tmp_path.parent.glob("escaped.json"))


def test_an_archive_whose_header_claims_gigabytes_is_refused_at_once(tmp_path):
    member = tarfile.TarInfo("pax")
    member.type = tarfile.XHDTYPE
    member.size = 8 * 1024**3
    archive = tmp_path / "bomb.tar.gz"
    archive.write_bytes(gzip.compress(member.tobuf(tarfile.GNU_FORMAT) + b"\0" * 4096))
    with pytest.raises(InvalidValueError, match="no OCI image layout"):
        open_layout(archive)


def test_an_archive_that_claims_more_than_any_image_has_is_refused(tmp_path):
    member = tarfile.TarInfo("layer")
    member.size = 100 * 1024**3
    archive = tmp_path / "huge.tar"
    archive.write_bytes(member.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024)
    with pytest.raises(InvalidValueError, match="too large"):
        open_layout(archive)


def test_a_chain_of_headers_does_not_exhaust_the_stack(tmp_path):
    member = tarfile.TarInfo("pax")
    member.type = tarfile.XHDTYPE
    archive = tmp_path / "chain.tar"
    archive.write_bytes(member.tobuf(tarfile.USTAR_FORMAT) * 5000)
    with pytest.raises(InvalidValueError, match="no OCI image layout"):
        open_layout(archive)


def test_a_pipe_in_place_of_a_file_does_not_block(layout):
    (layout / "oci-layout").unlink()
    os.mkfifo(layout / "oci-layout")
    with pytest.raises(InvalidValueError, match="no OCI image layout"):
        open_layout(layout)


def test_a_manifest_too_large_for_one_is_refused(layout):
    (layout / "index.json").write_bytes(b" " * (oci_manifest.BODY_LIMIT + 1))
    with pytest.raises(RefusedError, match="larger than 4 MiB"):
        open_layout(layout)


def test_a_layout_stands_for_one_name_only(layout):
    with pytest.raises(NotFoundError, match=r"other\.example\.com/team/churn"):
        RegistryLayout(layout, name=NAME).resolve(parse_image_ref("other.example.com/team/churn:1.0"))


def test_a_layout_that_stands_for_no_name_answers_to_any(layout):
    found = RegistryLayout(layout).resolve(parse_image_ref("other.example.com/team/churn:1.0"))
    assert (found.name, found.digest) == ("other.example.com/team/churn", build_multi_platform().digest)


def test_an_image_without_a_tag_of_its_own_answers_to_any(tmp_path):
    image = build_image()
    registry = RegistryLayout(write_layout(tmp_path, {"": image}), name=NAME)
    assert str(registry.resolve(REF)) == f"{NAME}:1.0@{image.digest}"


def test_a_tag_may_be_written_with_the_name_before_it(tmp_path):
    image = build_image()
    registry = RegistryLayout(write_layout(tmp_path, {f"{NAME}:1.0": image}), name=NAME)
    assert registry.resolve(REF).digest == image.digest


def test_a_missing_tag_is_told_with_those_that_are_there(tmp_path):
    layout = write_layout(tmp_path, {"2.0": build_image(salt="2"), "3.0": build_image(salt="3")})
    with pytest.raises(NotFoundError, match=r"no tag 1\.0") as caught:
        RegistryLayout(layout, name=NAME).resolve(REF)
    assert "2.0, 3.0" in caught.value.hint


def test_an_empty_layout_has_no_tag_to_offer(layout):
    write_index(layout, [])
    with pytest.raises(NotFoundError, match="no tag") as caught:
        RegistryLayout(layout, name=NAME).resolve(REF)
    assert caught.value.hint == "name the image by digest"


def test_two_images_with_one_tag_are_refused(tmp_path):
    one, two = build_image(salt="1"), build_image(salt="2")
    layout = write_layout(tmp_path, {"1.0": one, "x": two})
    tagged = {"annotations": {"org.opencontainers.image.ref.name": "1.0"}}
    write_index(layout, [{**one.descriptor, **tagged}, {**two.descriptor, **tagged}])
    with pytest.raises(RefusedError, match="several images"):
        RegistryLayout(layout, name=NAME).resolve(REF)


@pytest.mark.parametrize("which", ["manifest", "config"])
def test_changed_content_is_refused_with_both_digests(tmp_path, which):
    image = build_image()
    layout = write_layout(tmp_path, {"1.0": image})
    body = image.body if which == "manifest" else next(b for b in image.blobs.values() if b.startswith(b"{"))
    changed = body + b" "
    (layout / "blobs" / digest_of(body).replace(":", "/")).write_bytes(changed)
    with pytest.raises(RefusedError) as caught:
        RegistryLayout(layout, name=NAME).resolve(REF)
    assert digest_of(body) in caught.value.message
    assert digest_of(changed) in caught.value.message


def test_a_blob_that_is_missing_is_named(tmp_path):
    image = build_image()
    layout = write_layout(tmp_path, {"1.0": image})
    (layout / "blobs" / image.digest.replace(":", "/")).unlink()
    with pytest.raises(NotFoundError, match=image.digest):
        RegistryLayout(layout, name=NAME).resolve(REF)


@pytest.mark.parametrize("digest", ["sha256:../../../../etc/passwd", "../x", "", None, 7, "sha512:" + "a" * 128])
def test_a_digest_that_is_a_path_is_refused(layout, digest):
    write_index(layout, [{"mediaType": OCI_MANIFEST, "digest": digest, "size": 1}])
    with pytest.raises(RefusedError, match="malformed"):
        list_digests(layout)


def test_a_link_that_leads_nowhere_is_no_file(layout):
    (layout / "index.json").unlink()
    (layout / "index.json").symlink_to(layout / "index.json")
    with pytest.raises(InvalidValueError, match="no OCI image layout"):
        open_layout(layout)


# What manifests say, over content in memory.


def read_built(image):
    content = {digest_of(body): body for _, body in image.manifests} | dict(image.blobs)
    return read_image(REF, image.media_type, image.body, lambda descriptor: content[descriptor.digest])


def test_annotations_of_an_index_win_over_labels_and_nothing_is_fetched_for_them():
    image = build_index(build_image(), annotations={name: f"from the index {i}" for i, name in enumerate(LABELS)})

    def refuse(descriptor):
        raise AssertionError(descriptor)

    found = read_image(REF, image.media_type, image.body, refuse)
    assert (found.source, found.revision) == ("from the index 0", "from the index 1")


def test_annotations_of_a_manifest_win_over_its_labels():
    found = read_built(build_image(annotations={"org.opencontainers.image.revision": "abc"}))
    assert (found.source, found.revision) == (SOURCE, "abc")


def test_an_image_without_labels_says_nothing_of_its_source():
    found = read_built(build_image(labels={}))
    assert (found.source, found.revision) == ("", "")


@pytest.mark.parametrize("value", ["x\0y", "x\ny", "\x1b[31m", "x" * 1001, " ", 7, None])
def test_labels_that_are_no_line_of_text_are_left_out(value):
    found = read_built(build_image(labels={"org.opencontainers.image.source": value} | {"unrelated": "x"}))
    assert found.source == ""


def test_platforms_that_the_index_does_not_name_come_from_the_configs():
    children = [build_image(p) for p in ("linux/amd64", "linux/arm64/v8")]
    bare = [replace(c, descriptor=describe(OCI_MANIFEST, c.body)) for c in children]
    assert read_built(build_index(*bare)).platforms == ("linux/amd64", "linux/arm64/v8")


@pytest.mark.parametrize("architecture", ["../x", "a b", "", 7, None, "x" * 33])
def test_a_platform_that_is_none_is_left_out(architecture):
    child = build_image()
    strange = replace(child, descriptor={**child.descriptor, "platform": {"os": "linux", "architecture": architecture}})
    assert read_built(build_index(strange)).platforms == ("linux/amd64",)


def test_images_below_a_nested_index_count():
    assert read_built(build_index(build_multi_platform(), build_image("linux/s390x"))).platforms == (
        "linux/amd64",
        "linux/arm64/v8",
        "linux/s390x",
    )


def test_indexes_nested_without_end_are_refused():
    image = build_image()
    for _ in range(5):
        image = build_index(image)
    with pytest.raises(RefusedError, match="nested too deep"):
        read_built(image)


def test_indexes_nested_too_wide_are_refused():
    inner = build_index(build_attestation(build_image()))
    wide = encode({"manifests": [dict(inner.descriptor)] * 300})
    with pytest.raises(RefusedError, match="nested too wide"):
        read_image(REF, OCI_INDEX, wide, lambda _: inner.body)


def test_an_index_of_attestations_alone_is_refused():
    body = encode({"manifests": [dict(build_attestation(build_image()).descriptor)]})
    with pytest.raises(RefusedError, match="lists 0 images"):
        read_image(REF, OCI_INDEX, body, lambda _: b"")


def test_signatures_and_other_artifacts_in_an_index_are_passed_over():
    image = build_image()
    other = {"mediaType": "application/vnd.example+json", "digest": image.digest, "size": 1}
    index = build_index(image)
    body = encode({"manifests": [other, dict(image.descriptor)]})
    assert read_built(replace(index, body=body)).platforms == ("linux/amd64",)


def test_an_artifact_that_is_no_container_image_is_refused():
    body = encode({"config": describe("application/vnd.cncf.helm.config.v1+json", b"{}"), "layers": []})
    with pytest.raises(RefusedError, match="not a container image"):
        read_image(REF, OCI_MANIFEST, body, lambda _: b"{}")


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (OCI_MANIFEST, b"\xff"),
        (OCI_MANIFEST, b"[" * 100_000),
        (OCI_MANIFEST, b"[]"),
        (OCI_MANIFEST, b"{}"),
        (OCI_MANIFEST, b'{"config": {"digest": "sha256:0"}}'),
        (OCI_MANIFEST, b'{"config": {"mediaType": 7}}'),
        (OCI_MANIFEST, b'{"config": {}, "manifests": []}'),
        (OCI_MANIFEST, json.dumps({"mediaType": OCI_INDEX}).encode()),
        (OCI_INDEX, b"{}"),
        (OCI_INDEX, b'{"manifests": {}}'),
        (OCI_INDEX, b'{"manifests": [], "layers": []}'),
        (OCI_INDEX, b'{"manifests": ["x"]}'),
    ],
)
def test_a_malformed_or_ambiguous_manifest_is_refused_where_it_stands(media_type, body):
    with pytest.raises(RefusedError, match="place"):
        parse_manifest(body, media_type, place="place")


def test_an_index_where_an_image_was_announced_is_refused():
    inner = build_index(build_image())
    lying = replace(inner, descriptor=describe(OCI_MANIFEST, inner.body))
    with pytest.raises(RefusedError, match="does not look like one"):
        read_built(build_index(lying))
