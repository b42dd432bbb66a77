"""Debian's own updates, as far as this machine knows of them. Nothing is fetched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from hotspot_lite.machine.files import ROOT, text_of

# Without a cache of its own it reads all lists: seconds on a Pi.
SIMULATE_SECONDS = 20.0
# "Inst openssl [3.0.11-1] (3.0.14-1 Debian-Security:12/stable-security [arm64])"
SECURITY = re.compile(r"^Inst (\S+) .*\(.*[Ss]ecurity")
SWITCH = re.compile(r'^\s*APT::Periodic::(Unattended-Upgrade|Enable)\s+"(\d+)"', re.M)
LISTS, STAMPS = "var/lib/apt/lists", "var/lib/apt/periodic"


def lists_at(root: Path = ROOT) -> int | None:
    """When the lists of packages were last fetched, in seconds since 1970.

    None where this machine has none: not Debian, or never updated.
    """
    files = [*(root / LISTS).glob("*Release"), root / STAMPS / "update-success-stamp"]
    times = []
    for file in files:
        try:
            times.append(int(file.stat().st_ctime))
        except OSError:
            continue
    return max(times, default=None)


def waiting(root: Path = ROOT) -> list[str] | None:
    """The packages for which a security update waits; None where apt can't tell.

    apt only acts as if: it takes no lock and writes no cache.
    """
    command = shutil.which("apt-get")
    if command is None or not (root / LISTS).is_dir():
        return None
    options = [
        "Debug::NoLocking=true",
        "Dir::Cache::pkgcache=",
        "Dir::Cache::srcpkgcache=",
        *([] if root == ROOT else [f"Dir={root}"]),
    ]
    words = [word for option in options for word in ("-o", option)]
    try:
        done = subprocess.run(  # noqa: S603
            [command, "-s", "-q", *words, "dist-upgrade"],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
            timeout=SIMULATE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    found = (SECURITY.match(line) for line in done.stdout.splitlines())
    return sorted({one[1] for one in found if one})


def updates_itself(root: Path = ROOT) -> bool:
    """Whether unattended-upgrades is installed and switched on (apt.conf.d)."""
    if not (root / "usr/bin/unattended-upgrade").exists():
        return False
    told: dict[str, int] = {}
    # The later file wins, as apt reads them.
    for file in sorted((root / "etc/apt/apt.conf.d").glob("*")):
        told |= {name: int(value) for name, value in SWITCH.findall(text_of(file))}
    return told.get("Enable", 1) > 0 and told.get("Unattended-Upgrade", 0) > 0


def must_restart(root: Path = ROOT) -> list[str] | None:
    """The packages that wait for a restart of the machine; None where none is due."""
    if not (root / "run/reboot-required").exists():
        return None
    return sorted(set(text_of(root / "run/reboot-required.pkgs").split()))
