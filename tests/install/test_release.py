"""release.py: the same commit gives the same bytes, and they install."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
from test_lock import load_release

SOURCE = 'before = 1\n__version__ = "7.8.9"\n'
DAY = 1_790_000_000


def git(folder: Path, *words: str) -> None:
    """Run git there as somebody, at a fixed time."""
    when = f"{DAY} +0300"
    us = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "PATH": os.defpath}
    names = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(
        [shutil.which("git") or "git", *names, *words],
        cwd=folder,
        env=us,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project under git, with one program."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path / "project"
    (folder / "hotspot_lite").mkdir(parents=True)
    (folder / "hotspot_lite" / "__init__.py").write_text(SOURCE)
    (folder / "install.sh").write_text("#!/bin/sh\n")
    (folder / "install.sh").chmod(0o700)
    (folder / "requirements.lock").write_text("a==1\n")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


@pytest.fixture
def release(project: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """release.py for that project, and a pip that makes two wheels of each Python."""
    module = load_release()
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr(module, "HERE", project)

    def pip(*words: str) -> bytes:
        options = dict(word.split("=", 1) for word in words if "=" in word)
        assert {"--require-hashes", "--no-deps"} <= set(words)
        python = options["--python-version"].replace(".", "")
        folder = Path(options["--dest"])
        folder.mkdir(exist_ok=True)
        assert Path(options["--requirement"]).read_text() == "a==1\n"
        (folder / f"a-1-cp{python}-aarch64.whl").write_text(python)
        (folder / "b-1-py3-none-any.whl").write_text("any")
        return b""

    monkeypatch.setattr(module, "pip", pip)
    return module


def members(file: Path) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(file) as archive:
        return {member.name: member for member in archive}


def test_the_same_commit_gives_the_same_bytes(
    release: ModuleType, project: Path, tmp_path: Path
) -> None:
    first = release.build(tmp_path / "one", "aarch64").read_bytes()
    # A checkout of another day, and of somebody with other habits.
    os.utime(project / "install.sh", (1, 1))
    git(project, "config", "tar.umask", "0077")
    before = os.umask(0o077)
    second = release.build(tmp_path / "two", "aarch64").read_bytes()
    os.umask(before)
    assert first == second


def test_a_release_is_one_folder_of_the_commit_with_its_time(
    release: ModuleType, tmp_path: Path
) -> None:
    file = release.build(tmp_path / "out", None)
    assert file.name == "hotspot-lite-7.8.9.tar.gz"
    found = members(file)
    top = "hotspot-lite-7.8.9"
    assert {name: member.mode for name, member in found.items()} == {
        f"{top}/hotspot_lite/__init__.py": 0o644,
        f"{top}/install.sh": 0o755,
        f"{top}/requirements.lock": 0o644,
    }
    assert {member.mtime for member in found.values()} == {DAY}
    assert {(member.uid, member.uname) for member in found.values()} == {(0, "")}


def test_a_time_from_outside_goes_before_the_commits(
    release: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1234567890")
    found = members(release.build(tmp_path, None))
    assert {member.mtime for member in found.values()} == {1234567890}


def test_a_release_with_wheels_has_those_of_both_debians(
    release: ModuleType, tmp_path: Path
) -> None:
    file = release.build(tmp_path, "aarch64")
    assert file.name == "hotspot-lite-7.8.9-aarch64.tar.gz"
    names = [Path(name).name for name in members(file) if "/wheels/" in name]
    assert names == [
        "a-1-cp311-aarch64.whl",
        "a-1-cp313-aarch64.whl",
        "b-1-py3-none-any.whl",
    ]


def test_its_hash_lies_beside_it_as_sha256sum_reads_it(
    release: ModuleType, tmp_path: Path
) -> None:
    file = release.build(tmp_path, None)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    beside = tmp_path / f"{file.name}.sha256"
    assert beside.read_text() == f"{digest}  {file.name}\n"


def test_what_is_not_committed_is_left_out_and_that_is_said(
    release: ModuleType,
    project: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    clean = release.build(tmp_path / "one", None).read_bytes()
    assert capsys.readouterr().err == ""
    (project / "install.sh").write_text("#!/bin/sh\nexit 1\n")
    assert release.build(tmp_path / "two", None).read_bytes() == clean
    assert "not committed" in capsys.readouterr().err


def test_a_link_is_refused_rather_than_lost(
    release: ModuleType, project: Path, tmp_path: Path
) -> None:
    (project / "link").symlink_to("install.sh")
    git(project, "add", ".")
    git(project, "commit", "-qm", "link")
    with pytest.raises(SystemExit, match="link is no file"):
        release.build(tmp_path, None)


def test_a_folder_without_git_is_said_in_words(
    release: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bare").mkdir()
    monkeypatch.setattr(release, "HERE", tmp_path / "bare")
    with pytest.raises(SystemExit, match="made from a checkout"):
        release.build(tmp_path, None)
