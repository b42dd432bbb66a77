#!/usr/bin/env python3
"""Builds a release, and the lock of the packages that it runs on. Needs git and pip.

python3 release.py [DIR]                    DIR/hotspot-lite-VERSION.tar.gz (DIR: dist)
python3 release.py [DIR] --wheels aarch64   the same with the wheels for that machine
python3 release.py --lock                   make requirements.lock anew

The same commit gives the same bytes. Imports nothing but Python's library.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LOCK = HERE / "requirements.lock"
MACHINES = ("x86_64", "aarch64")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# Debian 12 and 13: a release carries wheels for these.
DEBIANS = ("3.11", "3.13")
# Debian 12 has glibc 2.36; pip takes a tag only if it is named.
GLIBC = range(17, 37)
# Every environment has it already.
NOT_LOCKED = {"pip"}

HEAD = """\
# What hotspot-lite runs on, and what builds it: wheels only, by version and SHA-256.
# Made by `python release.py --lock`; install.sh installs nothing else where it fits.
# for {machines}
"""


def ask(*command: str) -> bytes:
    """What a command says; the program ends with its words if it fails."""
    done = subprocess.run(command, cwd=HERE, capture_output=True)  # noqa: S603
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        sys.exit(
            "\n".join([*words[-8:], f"release.py: {' '.join(command[:4])} failed."])
        )
    return done.stdout


def pip(*words: str) -> bytes:
    """This Python's pip, without a word on newer ones."""
    return ask(sys.executable, "-m", "pip", "--disable-pip-version-check", *words)


def wheels_for(machine: str, python: str) -> list[str]:
    """pip's options for the wheels of another machine and Python."""
    tags = [f"manylinux_2_{minor}_{machine}" for minor in reversed(GLIBC)]
    platforms = [f"--platform={tag}" for tag in (*tags, f"manylinux2014_{machine}")]
    return [
        *("--only-binary=:all:", "--no-deps", "--implementation=cp"),
        f"--python-version={python}",
        *platforms,
    ]


# -- The lock -----------------------------------


def read_lock(text: str) -> dict[str, tuple[str, list[str]]]:
    """Each package of a lock with its version and hashes."""
    found = {}
    for line in text.replace("\\\n", " ").splitlines():
        if match := re.match(r"([a-z0-9-]+)==(\S+)", line):
            hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})\b", line)
            found[match[1]] = match[2], hashes
    return found


def write_lock(packages: Mapping[str, tuple[str, Iterable[str]]]) -> str:
    """The text of a lock."""
    lines = [HEAD.format(machines=" ".join((*PYTHONS, *MACHINES)))]
    for name, (version, hashes) in sorted(packages.items()):
        given = "".join(f" \\\n    --hash=sha256:{each}" for each in sorted(hashes))
        lines.append(f"{name}=={version}{given}\n")
    return "".join(lines)


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def report(*words: str) -> list[dict[str, Any]]:
    """What pip would install."""
    common = ["install", "--quiet", "--dry-run", "--ignore-installed", "--report=-"]
    with tempfile.TemporaryDirectory() as folder:
        answer: dict[str, Any] = json.loads(pip(*common, f"--target={folder}", *words))
    found: list[dict[str, Any]] = answer["install"]
    return found


def newest() -> dict[str, str]:
    """The newest versions that setup.py admits, of all that it needs or is built by."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))
    found = report("--only-binary=:all:", *project["build-system"]["requires"], ".")
    named = (
        (canonical(i["metadata"]["name"]), i["metadata"]["version"]) for i in found
    )
    ours = {*NOT_LOCKED, "hotspot-lite"}
    return {name: version for name, version in named if name not in ours}


def make_lock() -> None:
    """Ask pip what each machine and Python would get, and write it down."""
    versions = newest()
    pinned = [f"{name}=={version}" for name, version in versions.items()]
    hashes = defaultdict(set)
    for machine in MACHINES:
        for python in PYTHONS:
            print(f"{machine}, Python {python}…", flush=True)
            for item in report(*wheels_for(machine, python), *pinned):
                archive = item["download_info"]["archive_info"]
                hashes[canonical(item["metadata"]["name"])].add(
                    archive["hashes"]["sha256"]
                )
    packages = {name: (version, hashes[name]) for name, version in versions.items()}
    LOCK.write_text(write_lock(packages), encoding="utf-8")
    count = sum(map(len, hashes.values()))
    print(f"{LOCK.name}: {len(packages)} packages, {count} wheels")


# -- The release -----------------------------------


def tree() -> Iterator[tuple[str, bytes, bool]]:
    """The files of the commit: name, content, and whether it is a program."""
    with tarfile.open(fileobj=io.BytesIO(ask("git", "archive", "HEAD"))) as archive:
        for member in archive:
            if member.isdir():
                continue
            content = archive.extractfile(member)
            if not member.isfile() or content is None:
                sys.exit(
                    f"release.py: {member.name} is no file: a release has files only."
                )
            yield member.name, content.read(), bool(member.mode & 0o100)


def wheels(machine: str) -> Iterator[tuple[str, bytes, bool]]:
    """The wheels of the lock for a machine, each held against its hash by pip."""
    with tempfile.TemporaryDirectory() as scratch:
        lock, folder = Path(scratch, LOCK.name), Path(scratch, "wheels")
        lock.write_bytes(ask("git", "show", f"HEAD:{LOCK.name}"))
        for python in DEBIANS:
            print(f"wheels for {machine}, Python {python}…", flush=True)
            locked = ["--require-hashes", f"--requirement={lock}", f"--dest={folder}"]
            pip("download", "--quiet", *wheels_for(machine, python), *locked)
        for file in sorted(folder.iterdir()):
            yield f"wheels/{file.name}", file.read_bytes(), False


def pack(files: Iterable[tuple[str, bytes, bool]], top: str, when: int) -> bytes:
    """A .tar.gz that follows from its files alone: order, times, owners, modes."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile("", "wb", 9, packed, mtime=when) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for name, content, is_program in sorted(files):
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size, member.mtime = len(content), when
            member.mode = 0o755 if is_program else 0o644
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def build(folder: Path, machine: str | None) -> Path:
    """Write a release and its hash."""
    if not (HERE / ".git").exists():
        sys.exit("release.py: a release is made from a checkout with its .git.")
    if ask("git", "status", "--porcelain", "--untracked-files=no"):
        print("Changes that are not committed are not in the release.", file=sys.stderr)
    source = ask("git", "show", "HEAD:hotspot_lite/__init__.py").decode()
    version = re.findall(r'^__version__ = "([^"]+)"', source, re.MULTILINE)[0]
    committed = ask("git", "log", "-1", "--format=%ct").decode()
    when = int(os.environ.get("SOURCE_DATE_EPOCH", committed))
    top = f"hotspot-lite-{version}"
    files = [*tree(), *(wheels(machine) if machine else ())]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{top}{f'-{machine}' if machine else ''}.tar.gz"
    target.write_bytes(pack(files, top, when))
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    target.with_name(f"{target.name}.sha256").write_text(f"{digest}  {target.name}\n")
    print(f"{target}  {target.stat().st_size / 1e6:.1f} MB  sha256 {digest}")
    return target


def main() -> None:
    """Read the words and do what they say."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="DIR", nargs="?", type=Path, default="dist")
    parser.add_argument("--wheels", choices=MACHINES)
    parser.add_argument("--lock", action="store_true")
    given = parser.parse_args()
    if given.lock:
        make_lock()
    else:
        build(given.folder.resolve(), given.wheels)


if __name__ == "__main__":
    main()
