"""Git as it really is: what other people push meanwhile, what servers refuse, how commits are signed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitops_gen.adapters.git_origin import find_remote
from gitops_gen.adapters.repository_git import RepositoryGit
from gitops_gen.errors import ConfigError, NotFoundError, RaceLostError, RefusedError, UnreachableError
from tests.servers.git_http import BareRepository, GitHttpServer, make_bare_repository, run_git

BRANCH = "gitops-gen/staging/churn"
OVERLAY = "models/churn/overlays/staging"
START: dict[str, bytes] = {
    "gitops-gen.yaml": b"a: 1\n",
    f"{OVERLAY}/kustomization.yaml": b"digest: old\n",
    **{f"models/m{n:02}/overlays/staging/kustomization.yaml": b"n: %d\n" % n for n in range(20)},
}
NEW: dict[str, bytes | None] = {
    f"{OVERLAY}/kustomization.yaml": b"digest: new\n",
    f"{OVERLAY}/evidence.yaml": b"run: 1\n",
}


@pytest.fixture
def remote(tmp_path: Path, git_identity: Path) -> BareRepository:
    return make_bare_repository(tmp_path / "remote.git", START)


@pytest.fixture
def repository(remote: BareRepository) -> Iterator[RepositoryGit]:
    with RepositoryGit(remote.path) as repository:
        yield repository


def publish(repository: RepositoryGit, files: dict[str, bytes | None] = NEW, **options: bool) -> str:
    checkout = repository.open()
    return repository.publish(checkout, branch=BRANCH, files=files, message="Promote churn", **options).commit


def temporary_folders() -> set[str]:
    return {path.name for path in Path(tempfile.gettempdir()).glob("gitops-gen-*")}


class TestRaces:
    def test_a_branch_that_appears_while_we_push_is_a_lost_race(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        theirs = remote.commit("waiting", {"theirs": b"1"}, start=remote.branches()["main"])
        # A second writer who gets in after our look at the branches and before our push is answered.
        remote.set_hook("pre-receive", f"unset GIT_QUARANTINE_PATH; git update-ref refs/heads/{BRANCH} {theirs}")
        with pytest.raises(RaceLostError, match=f"{BRANCH} of .* moved while it was written"):
            publish(repository)
        assert remote.branches()[BRANCH] == theirs

    def test_a_branch_that_moves_while_we_push_is_a_lost_race(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        ours = publish(repository)
        theirs = remote.commit("waiting", {"theirs": b"1"}, start=ours)
        remote.set_hook("pre-receive", f"unset GIT_QUARANTINE_PATH; git update-ref refs/heads/{BRANCH} {theirs}")
        with pytest.raises(RaceLostError):
            publish(repository, {f"{OVERLAY}/kustomization.yaml": b"digest: newer\n"})
        assert remote.branches()[BRANCH] == theirs

    def test_after_a_lost_race_the_same_repository_publishes_on_the_new_base(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        checkout = repository.open()
        base = remote.commit("main", {"gitops-gen.yaml": b"a: 2\n", f"{OVERLAY}/extra.yaml": b"x: 1\n"})
        with pytest.raises(RaceLostError):
            repository.publish(checkout, branch=BRANCH, files=NEW, message="m")
        again = repository.open()
        assert again.read_files(["gitops-gen.yaml"]) == {"gitops-gen.yaml": b"a: 2\n"}
        assert f"{OVERLAY}/extra.yaml" in again.list_files(OVERLAY)
        repository.publish(again, branch=BRANCH, files=NEW, message="m")
        assert remote.git("rev-parse", f"{BRANCH}^") == base
        assert checkout.read_files(["gitops-gen.yaml"]) == {"gitops-gen.yaml": b"a: 1\n"}


class TestOwnership:
    def test_the_trailer_stands_where_git_looks_for_trailers(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        message = "Promote churn\n\nBecause.\n\nGitops-Gen-Run: abc\nGitops-Gen-Files: sha256:forged\n"
        repository.publish(repository.open(), branch=BRANCH, files=NEW, message=message)
        trailers = remote.git("log", "-1", "--format=%(trailers:only,unfold)", BRANCH).strip().splitlines()
        assert trailers[0] == "Gitops-Gen-Run: abc"
        assert [line for line in trailers if line.startswith("Gitops-Gen-Files: ")] == trailers[1:]
        assert "forged" not in remote.message(BRANCH)

    def test_our_commit_with_its_content_changed_is_somebody_elses(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        publish(repository)
        message = remote.message(BRANCH)
        base = remote.branches()["main"]
        remote.git("update-ref", "-d", f"refs/heads/{BRANCH}")
        remote.commit(BRANCH, {**NEW, f"{OVERLAY}/evidence.yaml": b"forged\n"}, start=base, message=message)
        with pytest.raises(RefusedError):
            publish(repository)

    def test_our_commit_rebased_by_the_forge_stays_ours(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        publish(repository)
        message = remote.message(BRANCH)
        base = remote.commit("main", {"models/m01/model.yaml": b"other\n"})
        remote.git("update-ref", "-d", f"refs/heads/{BRANCH}")
        rebased = remote.commit(BRANCH, NEW, start=base, message=message)
        assert publish(repository) == rebased
        assert publish(repository, {f"{OVERLAY}/evidence.yaml": b"run: 2\n"}) == remote.branches()[BRANCH] != rebased

    def test_merges_of_the_base_by_the_forges_update_button_stay_ours(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        publish(repository)
        for number in range(2):
            path, content = f"models/m0{number}/model.yaml", b"other %d\n" % number
            base = remote.commit("main", {path: content})
            merge = remote.commit(BRANCH, {path: content}, message=f"Merge main into {BRANCH}", parents=(base,))
        remote.commit("main", {"unrelated": b"1"})
        assert publish(repository) == merge
        assert publish(repository, {f"{OVERLAY}/evidence.yaml": b"run: 2\n"}) == remote.branches()[BRANCH] != merge
        assert remote.git("rev-parse", f"{BRANCH}^") == remote.branches()["main"]

    def test_a_merge_with_a_change_of_its_own_is_somebody_elses(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        publish(repository)
        base = remote.commit("main", {"x": b"1"})
        remote.commit(BRANCH, {"x": b"1", "evil": b"1"}, message="Merge main", parents=(base,))
        with pytest.raises(RefusedError, match="Merge main"):
            publish(repository)

    def test_a_merge_of_somebodys_feature_branch_is_somebody_elses(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        publish(repository)
        feature = remote.commit("feature", {"feature": b"1"}, start=remote.branches()["main"])
        remote.git("update-ref", "-d", "refs/heads/feature")
        merge = remote.commit(BRANCH, {"feature": b"1"}, message="Merge feature", parents=(feature,))
        with pytest.raises(RefusedError, match="Merge feature"):
            publish(repository)
        assert remote.branches()[BRANCH] == merge

    def test_a_branch_without_history_in_common_is_somebody_elses(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        remote.commit(BRANCH, {"orphan": b"1"})
        with pytest.raises(RefusedError):
            publish(repository)

    def test_our_branch_is_deleted_by_a_repository_that_has_opened_nothing(self, remote: BareRepository) -> None:
        with RepositoryGit(remote.path) as first:
            publish(first)
        with RepositoryGit(remote.path) as second:
            assert second.delete_branch(BRANCH)
        assert list(remote.branches()) == ["main"]

    def test_text_of_somebodys_commit_reaches_the_message_escaped(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        author = "E\x1b[31mvil <e@example.com>"
        remote.commit(BRANCH, {"x": b"1"}, start=remote.branches()["main"], message="\x1b]0;pwn\x07", author=author)
        with pytest.raises(RefusedError) as caught:
            publish(repository)
        assert caught.value.message.isprintable()


class TestFiles:
    def test_the_mode_of_a_file_stays(self, remote: BareRepository, repository: RepositoryGit) -> None:
        remote.commit("main", {f"{OVERLAY}/run.sh": b"#!/bin/sh\n"}, mode="100755")
        publish(repository, {f"{OVERLAY}/run.sh": b"#!/bin/sh\necho\n"})
        assert remote.git("ls-tree", BRANCH, f"{OVERLAY}/run.sh").startswith("100755 ")

    def test_a_link_is_not_a_file_and_is_not_replaced(self, remote: BareRepository, repository: RepositoryGit) -> None:
        remote.commit("main", {f"{OVERLAY}/evidence.yaml": b"/etc/passwd"}, mode="120000")
        checkout = repository.open()
        assert checkout.list_files(OVERLAY) == (f"{OVERLAY}/kustomization.yaml",)
        assert checkout.read_files([f"{OVERLAY}/evidence.yaml"]) == {}
        with pytest.raises(RefusedError, match="is not a regular file"):
            publish(repository)

    @pytest.mark.parametrize("path", [OVERLAY, "gitops-gen.yaml/below"])
    def test_a_folder_and_a_file_do_not_replace_each_other(self, repository: RepositoryGit, path: str) -> None:
        with pytest.raises(RefusedError, match="is not a"):
            publish(repository, {path: b"1"})

    def test_names_and_contents_are_bytes_that_nobody_interprets(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        files: dict[str, bytes | None] = {
            "docs/größe x.md": b"\x00\xff\r\n",
            "docs/empty": b"",
            "docs/-dash 'q'": b"\n",
        }
        publish(repository, files)
        assert remote.files(BRANCH) == START | files
        assert repository.open(BRANCH).read_files(list(files)) == files

    def test_many_files_are_read_at_once(self, remote: BareRepository, repository: RepositoryGit) -> None:
        files: dict[str, bytes | None] = {f"many/{n:04}/x.yaml": b"%d\n" % n * 40 for n in range(900)}
        remote.commit("main", files)
        checkout = repository.open()
        assert checkout.read_files(checkout.list_files("many")) == files


class TestIdentity:
    def test_the_commit_is_made_by_whom_git_says(self, remote: BareRepository, repository: RepositoryGit) -> None:
        publish(repository)
        assert remote.git("log", "-1", "--format=%an <%ae> %cn <%ce>", BRANCH) == (
            "Promo Bot <promo@example.com> Promo Bot <promo@example.com>"
        )

    def test_without_an_identity_nothing_is_committed_and_the_hint_says_how_to_set_it(
        self, remote: BareRepository, git_identity: Path, repository: RepositoryGit
    ) -> None:
        git_identity.write_text("")
        with pytest.raises(ConfigError, match="does not know who") as caught:
            publish(repository)
        assert "git config --global user.name" in caught.value.hint
        assert "GIT_AUTHOR_NAME" in caught.value.hint
        assert list(remote.branches()) == ["main"]

    def test_the_identity_of_the_environment_counts(
        self, remote: BareRepository, git_identity: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        git_identity.write_text("")
        for role in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{role}_NAME", f"The {role}")
            monkeypatch.setenv(f"GIT_{role}_EMAIL", "env@example.com")
        with RepositoryGit(remote.path) as repository:
            publish(repository)
        assert remote.git("log", "-1", "--format=%an, %cn", BRANCH) == "The AUTHOR, The COMMITTER"

    def test_the_configuration_of_the_checkout_counts(
        self, remote: BareRepository, git_identity: Path, tmp_path: Path
    ) -> None:
        checkout = tmp_path / "checkout"
        run_git(tmp_path, "clone", "--quiet", str(remote.path), str(checkout))
        run_git(checkout, "config", "user.name", "Local Name")
        run_git(checkout, "config", "core.hooksPath", str(tmp_path))
        included = tmp_path / "included"
        included.write_text("[user]\n\temail = work@example.com\n")
        git_identity.write_text(
            git_identity.read_text() + f'[includeIf "gitdir:{checkout}/"]\n\tpath = {included}\n[format]\n\tsignOff\n'
        )
        with RepositoryGit(remote.path, config_from=checkout) as repository:
            publish(repository)
        assert remote.git("log", "-1", "--format=%an <%ae>", BRANCH) == "Local Name <work@example.com>"
        assert remote.message(BRANCH).rstrip().endswith("\nSigned-off-by: Local Name <work@example.com>")

    @pytest.mark.parametrize(
        ("setting", "option", "signed"), [("true", None, True), ("true", False, False), ("false", True, True)]
    )
    def test_sign_off_is_a_trailer_beside_ours(
        self, remote: BareRepository, git_identity: Path, setting: str, option: bool | None, signed: bool
    ) -> None:
        git_identity.write_text(git_identity.read_text() + f"[format]\n\tsignOff = {setting}\n")
        with RepositoryGit(remote.path, sign_off=option) as repository:
            commit = publish(repository)
            assert publish(repository) == commit
        trailers = remote.git("log", "-1", "--format=%(trailers:only)", BRANCH).strip().splitlines()
        assert ("Signed-off-by: Promo Bot <promo@example.com>" in trailers) is signed
        assert len(trailers) == 1 + signed

    def test_commits_are_signed_by_ssh_as_git_is_configured(
        self, remote: BareRepository, git_identity: Path, tmp_path: Path
    ) -> None:
        key = make_ssh_key(tmp_path)
        git_identity.write_text(
            git_identity.read_text() + f"\tsigningKey = {key}\n[gpg]\n\tformat = ssh\n[commit]\n\tgpgSign = true\n"
        )
        with RepositoryGit(remote.path) as repository:
            commit = publish(repository)
            assert publish(repository) == commit
        assert "\ngpgsig -----BEGIN SSH SIGNATURE-----\n" in remote.git("cat-file", "commit", commit)
        allowed = tmp_path / "allowed"
        allowed.write_text(f"promo@example.com {key.with_suffix('.pub').read_text()}")
        assert remote.git("-c", f"gpg.ssh.allowedSignersFile={allowed}", "log", "-1", "--format=%G? %GS", commit) == (
            "G promo@example.com"
        )

    def test_a_key_that_cannot_sign_stops_before_anything_is_pushed(
        self, remote: BareRepository, git_identity: Path, tmp_path: Path
    ) -> None:
        if not shutil.which("ssh-keygen"):
            pytest.skip("needs ssh-keygen: apt-get install openssh-client")
        git_identity.write_text(
            git_identity.read_text() + f"\tsigningKey = {tmp_path}/none\n[gpg]\n\tformat = ssh\n[commit]\n\tgpgSign\n"
        )
        with RepositoryGit(remote.path) as repository, pytest.raises(ConfigError, match="cannot be signed") as caught:
            publish(repository)
        assert "user.signingKey" in caught.value.hint
        assert list(remote.branches()) == ["main"]


def make_ssh_key(folder: Path) -> Path:
    if not shutil.which("ssh-keygen"):
        pytest.skip("needs ssh-keygen: apt-get install openssh-client")
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    return key


class TestRefusals:
    def test_a_hook_that_declines_is_quoted_and_nothing_is_left_behind(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        remote.set_hook("pre-receive", "printf 'only on \\033[31mweekdays\\033[0m\\007\\n' >&2; exit 1")
        with pytest.raises(UnreachableError, match=r"refused the push .*pre-receive hook declined") as caught:
            publish(repository)
        assert "only on weekdays" in caught.value.message
        assert caught.value.message.isprintable()
        assert list(remote.branches()) == ["main"]
        assert "kustomization" not in remote.git("count-objects", "-v")

    def test_a_branch_in_the_way_of_the_name_is_no_race(
        self, remote: BareRepository, repository: RepositoryGit
    ) -> None:
        remote.git("update-ref", "refs/heads/gitops-gen", "main")
        with pytest.raises(UnreachableError, match="exists"):
            publish(repository)

    def test_a_missing_path_is_named(self, tmp_path: Path, git_identity: Path) -> None:
        with pytest.raises(NotFoundError, match=r"none\.git does not exist"):
            RepositoryGit(tmp_path / "none.git").open()

    def test_a_folder_that_is_no_repository_is_named(self, tmp_path: Path, git_identity: Path) -> None:
        (tmp_path / "plain").mkdir()
        with (
            RepositoryGit(tmp_path / "plain") as repository,
            pytest.raises(NotFoundError, match="plain is not a git rep"),
        ):
            repository.open()

    def test_an_empty_repository_is_said_to_be_empty(self, tmp_path: Path, git_identity: Path) -> None:
        remote = make_bare_repository(tmp_path / "empty.git")
        for branch in ("", "main"):
            with RepositoryGit(remote.path) as repository, pytest.raises(NotFoundError, match="has no commits yet"):
                repository.open(branch)

    def test_a_missing_branch_is_named_beside_those_that_are_there(self, repository: RepositoryGit) -> None:
        with pytest.raises(NotFoundError, match="has no branch 'trunk'") as caught:
            repository.open("trunk")
        assert caught.value.hint == "it has: 'main'"

    def test_a_head_that_names_nothing_needs_a_base(self, remote: BareRepository, repository: RepositoryGit) -> None:
        remote.git("symbolic-ref", "HEAD", "refs/heads/none")
        with pytest.raises(NotFoundError, match="has no default branch") as caught:
            repository.open()
        assert "'main'" in caught.value.hint

    def test_a_server_that_is_not_there_is_named(self, git_identity: Path) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}/x.git"
        with (
            RepositoryGit(url) as repository,
            pytest.raises(UnreachableError, match=r"127\.0\.0\.1:.*cannot be reached"),
        ):
            repository.open()

    def test_a_server_that_never_answers_is_given_up(self, git_identity: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/x.git"
            with (
                RepositoryGit(url, timeout=0.3) as repository,
                pytest.raises(UnreachableError, match="no answer within"),
            ):
                repository.open()

    def test_an_interrupt_ends_git_and_its_helpers(self, git_identity: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/x.git"
            main = threading.main_thread().ident
            timer = threading.Timer(0.3, lambda: signal.pthread_kill(main, signal.SIGINT))
            with RepositoryGit(url) as repository:
                timer.start()
                with pytest.raises(KeyboardInterrupt):
                    repository.open()
            silent.settimeout(2)
            connection, _ = silent.accept()
            with connection:
                connection.settimeout(2)
                while connection.recv(4096):  # the request; then the end, as nobody holds the other side
                    pass

    def test_a_machine_without_git_is_told_to_install_it(
        self, remote: BareRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("git.Git.GIT_PYTHON_GIT_EXECUTABLE", "no-such-git")
        with RepositoryGit(remote.path) as repository, pytest.raises(ConfigError, match="git cannot be run") as caught:
            repository.open()
        assert "install git" in caught.value.hint

    def test_a_server_that_stops_before_the_push_leaves_the_remote_as_it_was(
        self, git_http_open: GitHttpServer, git_identity: Path
    ) -> None:
        url = git_http_open.create("x", START)
        with RepositoryGit(url) as repository:
            checkout = repository.open()
            git_http_open.stop()
            with pytest.raises(UnreachableError, match=r"127\.0\.0\.1"):
                repository.publish(checkout, branch=BRANCH, files=NEW, message="m")
            assert list(git_http_open.repository("x").branches()) == ["main"]
            git_http_open.start()
            assert repository.publish(checkout, branch=BRANCH, files=NEW, message="m").pushed

    @pytest.mark.parametrize(
        ("status", "kind"), [(403, UnreachableError), (404, NotFoundError), (500, UnreachableError)]
    )
    def test_an_http_error_is_said_with_its_number(
        self, git_http_open: GitHttpServer, git_identity: Path, status: int, kind: type[Exception]
    ) -> None:
        url = git_http_open.create("x", START)
        git_http_open.status = status
        with RepositoryGit(url) as repository, pytest.raises(kind, match=r"x\.git"):
            repository.open()

    def test_a_server_that_lets_us_read_but_not_push_is_quoted(
        self, git_http_open: GitHttpServer, git_identity: Path
    ) -> None:
        url = git_http_open.create("x", START)
        git_http_open.repository("x").set_config("http.receivepack", "false")
        with (
            RepositoryGit(url) as repository,
            pytest.raises(UnreachableError, match=r"does not let us in.*403") as caught,
        ):
            publish(repository)
        assert "GITOPS_GEN_GIT_TOKEN" in caught.value.hint


class TestPoorServers:
    @pytest.mark.parametrize(
        "settings",
        [
            {"uploadpack.allowFilter": "false"},
            {"uploadpackfilter.tree.allow": "false"},
            {"uploadpackfilter.tree.maxDepth": "0"},
            {"uploadpackfilter.allow": "false"},
        ],
        ids=lambda settings: next(iter(settings)),
    )
    def test_a_server_without_filters_is_read_all_the_same(
        self, remote: BareRepository, repository: RepositoryGit, settings: dict[str, str]
    ) -> None:
        for key, value in settings.items():
            remote.set_config(key, value)
        checkout = repository.open()
        assert checkout.read_files(checkout.list_files()) == START
        commit = publish(repository)
        assert publish(repository) == commit

    def test_a_server_of_the_old_protocol_that_gives_no_objects_by_id_is_read_in_full(
        self, git_http_open: GitHttpServer, git_identity: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = git_http_open.create("x", START)
        git_http_open.speaks_v2 = False
        with RepositoryGit(url) as repository:
            checkout = repository.open()
            assert checkout.read_files(checkout.list_files(OVERLAY)) == {
                f"{OVERLAY}/kustomization.yaml": START[f"{OVERLAY}/kustomization.yaml"]
            }
            commit = repository.publish(checkout, branch=BRANCH, files=NEW, message="m").commit
            assert publish(repository) == commit

    def test_a_base_that_moves_before_it_is_read_in_full_is_a_lost_race(
        self, git_http_open: GitHttpServer, git_identity: Path
    ) -> None:
        url = git_http_open.create("x", START)
        git_http_open.speaks_v2 = False
        with RepositoryGit(url) as repository:
            checkout = repository.open()
            git_http_open.repository("x").commit("main", {"y": b"1"})
            with pytest.raises(RaceLostError):
                checkout.list_files(OVERLAY)

    def test_a_dumb_http_server_is_read(self, tmp_path: Path, git_identity: Path) -> None:
        remote = make_bare_repository(tmp_path / "remote.git", START)
        remote.git("update-server-info")
        with serve_folder(tmp_path) as url, RepositoryGit(f"{url}/remote.git") as repository:
            checkout = repository.open("main")
            assert checkout.read_files(checkout.list_files()) == START


class serve_folder:  # noqa: N801 - a context manager
    """Python's own file server, as dumb as http can be."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._folder = folder

    def __enter__(self) -> str:
        command = [sys.executable, "-m", "http.server", str(self._port), "--bind", "127.0.0.1"]
        self._process = subprocess.Popen(
            command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(200):
            with socket.socket() as probe:
                probe.settimeout(0.05)
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    break
            time.sleep(0.02)
        return f"http://127.0.0.1:{self._port}"

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


class TestCredentials:
    @pytest.fixture
    def url(self, git_http: GitHttpServer, git_identity: Path) -> str:
        return git_http.create("x", START)

    def test_the_wrong_ones_and_none_are_refused_without_being_shown(
        self, git_http: GitHttpServer, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for credentials in (None, ("bot", "wr0ng-secret")):
            with RepositoryGit(url, credentials=credentials) as repository, pytest.raises(UnreachableError) as caught:
                repository.open()
            assert "does not let us in" in caught.value.message
            assert url in caught.value.message
            assert "GITOPS_GEN_GIT_PASSWORD" in caught.value.hint
            assert "wr0ng" not in f"{caught.value!r} {caught.value.__cause__!r}"

    def test_those_of_the_environment_are_taken(
        self, git_http: GitHttpServer, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITOPS_GEN_GIT_USERNAME", git_http.username)
        monkeypatch.setenv("GITOPS_GEN_GIT_TOKEN", git_http.password)
        with RepositoryGit(url) as repository:
            publish(repository)
        assert BRANCH in git_http.repository("x").branches()

    def test_those_of_gits_helper_are_taken(self, git_http: GitHttpServer, url: str, git_identity: Path) -> None:
        helper = git_identity.with_name("helper")
        helper.write_text(f"#!/bin/sh\necho username={git_http.username}\necho 'password={git_http.password}'\n")
        helper.chmod(0o755)
        git_identity.write_text(git_identity.read_text() + f"[credential]\n\thelper = {helper}\n")
        with RepositoryGit(url) as repository:
            publish(repository)
        assert BRANCH in git_http.repository("x").branches()

    def test_a_header_in_the_checkouts_configuration_is_taken_and_gives_way_to_better_ones(
        self, git_http: GitHttpServer, url: str, tmp_path: Path
    ) -> None:
        checkout = tmp_path / "checkout"
        run_git(tmp_path, "init", "--quiet", str(checkout))
        header = RepositoryGit(url, credentials=(git_http.username, git_http.password))._remote.config()[1][1]
        run_git(checkout, "config", f"http.{git_http.url}/.extraheader", header)
        with RepositoryGit(url, config_from=checkout) as repository:
            publish(repository)
        run_git(checkout, "config", f"http.{git_http.url}/.extraheader", "AUTHORIZATION: basic b2xkOm9sZA==")
        credentials = (git_http.username, git_http.password)
        with RepositoryGit(url, config_from=checkout, credentials=credentials) as repository:
            publish(repository)

    def test_the_password_stands_in_no_argv_and_no_file(
        self, git_http: GitHttpServer, url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not Path("/proc/self/cmdline").exists():
            pytest.skip("reads the command lines in /proc: Linux alone has them")
        git_http.password = "un1que-passw0rd"
        with_password = url.replace("http://", f"http://{git_http.username}:{git_http.password}@")
        caplog.set_level("DEBUG")
        before = temporary_folders()
        commands: set[bytes] = set()
        files: set[bytes] = set()

        def watch() -> None:
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    commands.add((process / "cmdline").read_bytes())
                except OSError:
                    continue
            for folder in temporary_folders() - before:
                for path in Path(tempfile.gettempdir(), folder).rglob("*"):
                    if path.is_file():
                        files.add(path.read_bytes())

        git_http.watchers.append(watch)
        with RepositoryGit(with_password) as repository:
            publish(repository)
            git_http.repository("x").set_hook("pre-receive", f"echo {git_http.password} >&2; exit 1")
            with pytest.raises(UnreachableError) as caught:
                publish(repository, {f"{OVERLAY}/evidence.yaml": b"run: 2\n"})
            assert repository.address == url
        assert any(b"git\0push" in command or b"push\0--porcelain" in command for command in commands)
        assert any(b"[core]" in content for content in files)
        secrets = [git_http.password.encode(), repository._remote.secrets[0].encode()]
        texts = [
            *commands,
            *files,
            caplog.text.encode(),
            repr(caught.value).encode(),
            repr(repository.__dict__).encode(),
        ]
        assert not [text for text in texts for secret in secrets if secret in text]


class TestEnvironment:
    def test_variables_that_leak_from_a_hook_mean_nothing(
        self, remote: BareRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = make_bare_repository(tmp_path / "other.git", {"other": b"1"})
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"):
            monkeypatch.setenv(name, str(other.path))
        monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
        monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.path / "objects"))
        monkeypatch.setenv("GIT_QUARANTINE_PATH", str(other.path))
        with RepositoryGit(remote.path) as repository:
            publish(repository)
        assert os.environ["GIT_DIR"] == str(other.path)
        assert BRANCH in remote.branches()
        assert list(other.branches()) == ["main"]

    def test_the_persons_hooks_and_templates_are_not_run(
        self, remote: BareRepository, git_identity: Path, tmp_path: Path
    ) -> None:
        hooks = tmp_path / "template" / "hooks"
        hooks.mkdir(parents=True)
        # A remote by path runs the person's hooks for its own side, as it does for any push.
        script = f'#!/bin/sh\ncase "$PWD" in {remote.path}) exit 0;; esac\ntouch {tmp_path}/ran\nexit 1\n'
        for name in ("pre-push", "reference-transaction", "post-checkout"):
            (hooks / name).write_text(script)
            (hooks / name).chmod(0o755)
        git_identity.write_text(
            git_identity.read_text() + f"[core]\n\thooksPath = {hooks}\n[init]\n\ttemplateDir = {hooks.parent}\n"
        )
        with RepositoryGit(remote.path) as repository:
            publish(repository)
        assert not (tmp_path / "ran").exists()

    def test_settings_that_change_what_git_does_are_overruled(self, remote: BareRepository, git_identity: Path) -> None:
        git_identity.write_text(
            git_identity.read_text() + "[push]\n\tgpgSign = true\n\tfollowTags = true\n[protocol]\n\tversion = 0\n"
            "[fetch]\n\tfsckObjects = true\n\tprune = true\n[safe]\n\tbareRepository = explicit\n"
            "[color]\n\tui = always\n"
        )
        with RepositoryGit(remote.path) as repository:
            commit = publish(repository)
            assert publish(repository) == commit

    def test_settings_given_to_git_by_the_environment_count(
        self, remote: BareRepository, git_identity: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in {"COUNT": "1", "KEY_0": "user.name", "VALUE_0": "From Environment"}.items():
            monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
        with RepositoryGit(remote.path) as repository:
            publish(repository)
        assert remote.git("log", "-1", "--format=%an", BRANCH) == "From Environment"

    def test_no_temporary_folder_outlives_the_repository(
        self, remote: BareRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where no other test makes any
        before = temporary_folders()
        with RepositoryGit(remote.path) as repository:
            publish(repository)
            assert len(temporary_folders() - before) == 1
        forgotten = RepositoryGit(remote.path)
        forgotten.open()
        del forgotten
        assert temporary_folders() <= before

    def test_a_checkout_of_another_repository_is_a_bug(self, remote: BareRepository, repository: RepositoryGit) -> None:
        with RepositoryGit(remote.path) as other, pytest.raises(TypeError):
            repository.publish(other.open(), branch=BRANCH, files=NEW, message="m")


class TestFindRemote:
    @pytest.fixture
    def checkout(self, remote: BareRepository, tmp_path: Path) -> Path:
        folder = tmp_path / "checkout"
        run_git(tmp_path, "clone", "--quiet", str(remote.path), str(folder))
        return folder

    def test_a_checkout_has_its_origin_and_the_branch_it_follows(self, remote: BareRepository, checkout: Path) -> None:
        run_git(checkout, "switch", "--quiet", "--create", "mine", "--track", "origin/main")
        found = find_remote(checkout / "models" / "churn")
        assert (found.url, found.branch, found.checkout) == (str(remote.path), "main", checkout)

    def test_a_branch_that_follows_none_stands_for_itself(self, checkout: Path) -> None:
        run_git(checkout, "switch", "--quiet", "--create", "topic", "--no-track")
        assert find_remote(checkout).branch == "topic"

    def test_a_relative_url_is_made_absolute(self, remote: BareRepository, checkout: Path) -> None:
        run_git(checkout, "remote", "set-url", "origin", "../remote.git")
        assert find_remote(checkout / OVERLAY).url == str(remote.path)

    def test_the_only_remote_is_taken_whatever_its_name(self, remote: BareRepository, checkout: Path) -> None:
        run_git(checkout, "remote", "rename", "origin", "upstream")
        run_git(checkout, "branch", "--unset-upstream")
        assert find_remote(checkout).url == str(remote.path)

    def test_a_url_with_a_password_is_not_shown(self, checkout: Path) -> None:
        run_git(checkout, "remote", "set-url", "origin", "https://u:p4ss@example.com/x.git")
        found = find_remote(checkout)
        assert found.url == "https://u:p4ss@example.com/x.git"
        assert "p4ss" not in repr(found)

    def test_promoting_leaves_the_checkout_untouched(
        self, remote: BareRepository, checkout: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (checkout / "gitops-gen.yaml").write_text("dirty")
        (checkout / "untracked").write_text("x")
        run_git(checkout, "add", "gitops-gen.yaml")
        monkeypatch.chdir(checkout)

        def look() -> list[object]:
            names = ("HEAD", "index", "config", "FETCH_HEAD", "ORIG_HEAD", "packed-refs")
            files = [path.read_bytes() for name in names if (path := checkout / ".git" / name).exists()]
            refs = run_git(checkout, "for-each-ref")
            return [files, refs, run_git(checkout, "status", "--porcelain"), sorted(checkout.rglob("*"))]

        run_git(checkout, "status")  # refreshes the index once
        before = look()
        origin = find_remote(Path.cwd())
        with RepositoryGit(origin.url, config_from=origin.checkout) as repository:
            opened = repository.open(origin.branch)
            assert opened.read_files(["gitops-gen.yaml"]) == {"gitops-gen.yaml": START["gitops-gen.yaml"]}
            repository.publish(opened, branch=BRANCH, files=NEW, message="m")
        assert look() == before
        assert BRANCH in remote.branches()

    def test_what_is_no_checkout_with_a_branch_and_a_remote_is_said(
        self, remote: BareRepository, checkout: Path, tmp_path: Path
    ) -> None:
        plain = tmp_path / "plain"
        plain.mkdir()
        assert_error(plain, NotFoundError, "is not in a git checkout")
        assert_error(plain / "none", NotFoundError, "is not a folder")
        assert_error(remote.path, ConfigError, "is a bare repository")
        run_git(checkout, "switch", "--quiet", "--detach")
        assert_error(checkout, ConfigError, "detached HEAD")
        run_git(checkout, "switch", "--quiet", "main")
        run_git(checkout, "remote", "add", "fork", "https://example.com/fork.git")
        run_git(checkout, "remote", "rename", "origin", "theirs")
        run_git(checkout, "branch", "--unset-upstream")
        assert_error(checkout, ConfigError, "has fork, theirs but no origin")
        run_git(checkout, "remote", "remove", "fork")
        run_git(checkout, "remote", "remove", "theirs")
        assert_error(checkout, ConfigError, "has no remote")


def assert_error(start: Path, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        find_remote(start)
    assert "--repo" in caught.value.hint  # type: ignore[attr-defined]  # each of them is a GitopsGenError
