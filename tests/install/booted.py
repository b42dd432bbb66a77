"""A machine of its own that a real systemd boots, in namespaces of this one.

Its root is an overlay whose upper side is memory: over this machine's own files, or
over a Debian that debian_tree has fetched. It has no network but its own loopback, so
the box gets its real ports, and nothing of it reaches the machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SYSTEMD = Path("/lib/systemd/systemd")
BOOT_SECONDS, STEP_SECONDS = 60, 300
PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# What stays over a reboot. Other tests share files by the umask 007; a machine's root
# must be open to its users.
KEEP = """
umask 022
mount -t tmpfs -o mode=755 tmpfs "$1" && mkdir "$1/up" "$1/work" "$1/root" || exit 1
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/up,workdir=$1/work" "$1/root" ||
    exit 1
echo kept
exec sleep infinity
"""

BEGIN = """
set -e
umask 022
R="$1/root"
mount -t proc proc "$R/proc"
mount --rbind /dev "$R/dev"
mount -t sysfs -o ro sysfs "$R/sys"
if [ -d /sys/fs/cgroup/systemd ]; then
    mount -t tmpfs tmpfs "$R/sys/fs/cgroup"
    mkdir -p "$R/sys/fs/cgroup/systemd"
    mount -t cgroup -o none,name=systemd cgroup "$R/sys/fs/cgroup/systemd"
else
    mount -t cgroup2 cgroup2 "$R/sys/fs/cgroup"
fi
mount -t tmpfs -o mode=755 tmpfs "$R/run"
cd /
set -- "$R" "$2" --system --unit="$3" --log-target=null
exec env -i container=docker PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$@"
"""
APART = ("--fork", "--pid", "--mount", "--ipc", "--uts", "--cgroup", "--net")
INSIDE = ("-m", "-p", "-i", "-u", "-n", "-r", "-w")


class Machine:
    """One machine: made, booted, maybe booted again, and taken away."""

    def __init__(self, tree: Path, target: str) -> None:
        """Over the files of `tree`, which stay as they are, up to that target."""
        self.folder = Path(tempfile.mkdtemp(prefix="hl-systemd-"))
        self.folder.chmod(0o755)
        self.target = target
        self.init = 0
        self.process: subprocess.Popen[bytes] | None = None
        words = ("sh", "-c", KEEP, "sh", str(self.folder), str(tree))
        self.keeper = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self.keeper.stdout
        self.is_made = self.keeper.stdout.readline() == b"kept\n"

    @property
    def root(self) -> Path:
        """Its files, as they are seen from here."""
        return Path(f"/proc/{self.keeper.pid}/root{self.folder}/root")

    def boots(self) -> bool:
        """Start it and wait until it is up; whether it came."""
        if not self.is_made:
            return False
        words = ("sh", "-c", BEGIN, "sh", str(self.folder), str(SYSTEMD), self.target)
        self.init = 0
        self.process = subprocess.Popen(
            ["nsenter", "-t", str(self.keeper.pid), "-m", "unshare", *APART, *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return wait_for(self._is_up, BOOT_SECONDS)

    def _is_up(self) -> bool:
        self.init = self.init or self._find_init()
        if not self.init:
            return False
        # Degraded: something of the machine's own doesn't start in a namespace.
        told = self.does("systemctl is-system-running").stdout.strip()
        return told in ("running", "degraded")

    def _find_init(self) -> int:
        assert self.process
        pid = self.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        return 0

    def does(self, words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a line of shell in it."""
        return subprocess.run(
            [
                "nsenter",
                "-t",
                str(self.init),
                *INSIDE,
                "sh",
                "-c",
                f"umask 022 && cd / && {words}",
            ],
            env={"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8"} | environ,
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
        )

    def says(self, words: str, **environ: str) -> str:
        """What a line of shell prints in it."""
        return self.does(words, **environ).stdout.strip()

    def shows(self, service: str, what: str) -> str:
        """A property of one of the box's services."""
        return self.says(f"systemctl show hotspot-lite-{service} -p {what} --value")

    def loses_power(self) -> None:
        """Every process of it ends at once; what it wrote is there at the next boot."""
        if self.init:
            os.kill(self.init, signal.SIGKILL)
        if self.process:
            self.process.kill()
            self.process.wait(10)

    def stop(self) -> None:
        """Take it away with all that runs in it."""
        self.loses_power()
        self.keeper.kill()
        self.keeper.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_for(holds: Callable[[], object], seconds: float = 60) -> bool:
    """Whether it comes to hold within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.3)
    return False
