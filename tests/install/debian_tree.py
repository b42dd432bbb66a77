"""Whole Debians to boot, fetched once from the mirror that apt uses here and kept.

A tree is as debootstrap makes it, with what the box wants of Debian; nothing is ever
written there again. What a release of this checkout would hold lies beside it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from guest_image import PATH, mirror, run
from test_lock import RELEASE

ROOT = Path(__file__).parents[2]
# libpam-systemd by name: debootstrap sees no virtual packages, and polkit wants it.
PACKAGES = (
    "systemd,systemd-sysv,dbus,libpam-systemd,python3,python3-venv,freeradius,"
    "freeradius-utils,curl,procps,polkitd,modemmanager"
)
PROGRAM = ("install.sh", "setup.py", "pyproject.toml", "requirements.lock")
TEXTS = ("README.md", "LICENSE")


def tree(suite: str) -> Path:
    """The root of a Debian; skips, and says why, where it can't be had."""
    where = f"NOT TESTED ON DEBIAN'S {suite}:"
    if not shutil.which("debootstrap", path=PATH) or not mirror():
        pytest.skip(f"{where} needs debootstrap, and apt's mirror of a Debian")
    with _kept(suite) as cache:
        found = cache / "tree"
        if not (cache / "whole").exists():
            shutil.rmtree(found, ignore_errors=True)
            wish = ("--variant=minbase", f"--include={PACKAGES}", suite)
            try:
                run("debootstrap", *wish, str(found), mirror())
            except RuntimeError as exc:
                pytest.skip(f"{where} it can't be fetched: {exc}")
            shutil.rmtree(found / "var/cache/apt/archives")
            (cache / "whole").touch()
    return found


def put_release(root: Path, folder: str) -> None:
    """Lay this checkout, as it is now, and its wheels there, as a release does."""
    target = root / folder
    target.mkdir(parents=True)
    for name in (*PROGRAM, *TEXTS):
        shutil.copy(ROOT / name, target / name)
    no_bytecode = shutil.ignore_patterns("__pycache__")
    for name in ("hotspot_lite", "static"):
        shutil.copytree(ROOT / name, target / name, ignore=no_bytecode)
    shutil.copytree(_wheels(), target / "wheels")
    # Whatever umask the files here were made with.
    run("chmod", "-R", "u=rwX,go=rX", str(target))


def _wheels() -> Path:
    """The wheels of the lock, for Debian 12 and 13 on a machine such as this."""
    mark = hashlib.sha256(RELEASE.LOCK.read_bytes()).hexdigest()
    with _kept("wheels") as cache:
        folder = cache / mark[:16]
        if not folder.exists():
            new = folder.with_suffix(".new")
            for python in RELEASE.DEBIANS:
                kind = RELEASE.wheels_for(platform.machine(), python)
                locked = ("--require-hashes", f"--requirement={RELEASE.LOCK}")
                RELEASE.pip("download", "--quiet", *kind, *locked, f"--dest={new}")
            new.rename(folder)
    return folder


@contextlib.contextmanager
def _kept(name: str) -> Iterator[Path]:
    """A folder that outlives the tests, for one run of them at a time."""
    folder = Path(tempfile.gettempdir()) / f"hotspot-lite-debian-{name}"
    folder.mkdir(exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        pytest.skip(f"{folder} is somebody else's")
    folder.chmod(0o755)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
