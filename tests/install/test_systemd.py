"""The real box under a real systemd, in namespaces over this machine's own files.

Nothing of it reaches the machine: its root is an overlay whose upper side is memory.
Needs root, overlayfs and systemd; where one is missing the tests say so and are
skipped.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotspot_lite.town.far_host import SSHD, FarHost
from hotspot_lite.town.whole import free_port

ROOT = Path(__file__).parents[2]
SYSTEMD = Path("/lib/systemd/systemd")
SERVICES = ("web", "worker", "live", "radius")
BOOT_SECONDS, STEP_SECONDS = 60, 180
# systemd kills what is silent for so long; in the unit it is minutes.
WATCHDOG_SECONDS = 4
NO_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

# Other tests share files by the umask 007; a machine's root must be open to its users.
BEGIN = """
set -e
umask 022
mount -t tmpfs tmpfs "$1"
mkdir -p "$1/up" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/up,workdir=$1/work" "$1/root"
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
mount -t tmpfs tmpfs "$R/run"
cd /
set -- "$R" "$2" --system --unit=basic.target --log-target=null
exec env -i container=docker PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$@"
"""


class Machine:
    """A machine of its own that systemd has booted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        words = ("sh", "-c", BEGIN, "sh", str(folder), str(SYSTEMD))
        self.process = subprocess.Popen(
            [
                "unshare",
                "--fork",
                "--pid",
                "--mount",
                "--ipc",
                "--uts",
                "--cgroup",
                *words,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.init = 0

    def boots(self) -> bool:
        """Wait until it is up; whether it came."""
        end = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            self.init = self.init or self._find_init()
            if (
                self.init
                and "running" in self.does("systemctl is-system-running").stdout
            ):
                return True
            time.sleep(0.3)
        return False

    def _is_up(self) -> bool:
        # Degraded: something of the machine's own doesn't start in a namespace.
        told = self.does("systemctl is-system-running").stdout.strip()
        return told in ("running", "degraded")

    def _find_init(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for child in children.read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        return 0

    def does(self, words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a line of shell in it."""
        inside = ["nsenter", "-t", str(self.init), "-m", "-p", "-i", "-u", "-r", "-w"]
        return subprocess.run(
            [*inside, "sh", "-c", f"umask 022 && cd / && {words}"],
            env={"PATH": f"/usr/local/bin:{NO_PATH}", "HOME": "/root"} | environ,
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
        )

    def shows(self, service: str, what: str) -> str:
        """A property of one of the box's services."""
        told = self.does(f"systemctl show hotspot-lite-{service} -p {what} --value")
        return told.stdout.strip()

    def stop(self) -> None:
        """Take it away with all that runs in it."""
        if self.init:
            os.kill(self.init, signal.SIGKILL)
        self.process.kill()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def is_reachable(path: Path) -> bool:
    """Whether every user may go there, and the units' ProtectHome lets them."""
    folders = [path, *path.parents]
    is_open = all(one.stat().st_mode & 0o005 == 0o005 for one in folders)
    return is_open and path.parts[1] not in ("home", "root")


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    if os.getuid() != 0 or not SYSTEMD.exists() or not shutil.which("unshare"):
        pytest.skip("NOT TESTED ON SYSTEMD: needs root, systemd and unshare")
    python = Path(sys.executable).resolve()
    if not all(is_reachable(path) for path in (Path(sys.prefix), python, ROOT)):
        pytest.skip("NOT TESTED ON SYSTEMD: another user can't reach this checkout")
    made = Machine(Path(tempfile.mkdtemp(prefix="hl-systemd-")))
    try:
        if not made.boots():
            pytest.skip("NOT TESTED ON SYSTEMD: it does not boot in a namespace here")
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def environ(port: int) -> dict[str, str]:
    return {
        "HL_SKIP_APT": "1",
        "HL_SKIP_PIP": "1",
        "HL_VENV": sys.prefix,
        "HL_PYTHON": sys.executable,
        "HOTSPOT_WEB_HOST": "127.0.0.1",
        "HOTSPOT_WEB_PORT": str(port),
        "HOTSPOT_LIVE_PORT": str(free_port()),
        "HOTSPOT_RADIUS_AUTH_PORT": str(free_port()),
        "HOTSPOT_RADIUS_ACCT_PORT": str(free_port()),
    }


@pytest.fixture(scope="module")
def installed(machine: Machine, environ: dict[str, str]) -> Machine:
    done = machine.does(f"{ROOT}/install.sh --force", **environ)
    assert done.returncode == 0, done.stdout + done.stderr
    return machine


def answers(machine: Machine, port: int) -> bool:
    url = f"http://127.0.0.1:{port}/healthz"
    return machine.does(f"curl -sf -m 5 {url}").returncode == 0


def wait_for(holds: object, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():  # type: ignore[operator]
            return True
        time.sleep(0.3)
    return False


def test_every_service_runs_and_says_so_itself(installed: Machine, port: int) -> None:
    for service in SERVICES:
        assert installed.shows(service, "ActiveState") == "active", service
    for service in ("web", "worker", "live"):
        assert installed.shows(service, "Type") == "notify"
    assert answers(installed, port)


def test_a_second_run_changes_nothing(
    installed: Machine, environ: dict[str, str]
) -> None:
    pids = [installed.shows(service, "MainPID") for service in SERVICES]
    done = installed.does(f"{ROOT}/install.sh --force", **environ)
    assert "nothing changed" in done.stdout, done.stdout + done.stderr
    assert [installed.shows(service, "MainPID") for service in SERVICES] == pids


def test_the_box_sells(installed: Machine) -> None:
    words = "plan add --name Hour --price 20 --duration 1h"
    assert installed.does(f"hotspot-lite {words}").returncode == 0
    done = installed.does("hotspot-lite voucher create --plan Hour --count 2")
    assert done.stdout.count("-") >= 2, done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_little_of_the_machine_is_open_to_a_service(
    installed: Machine, service: str
) -> None:
    words = f"systemd-analyze security --no-pager hotspot-lite-{service}"
    line = installed.does(words).stdout.strip().splitlines()[-1]
    exposure = float(line.rpartition(": ")[2].split()[0])
    assert exposure <= 2.0, line


@pytest.fixture
def far() -> Iterator[FarHost]:
    """Another machine: the one here and the one in the namespace share the network."""
    if SSHD is None:
        pytest.skip(
            "NOT TESTED: the worker's sandbox and ssh: openssh-server is missing"
        )
    host = FarHost()
    yield host
    host.close()


def test_a_backup_reaches_another_machine_out_of_the_worker_s_sandbox(
    installed: Machine, far: FarHost
) -> None:
    words = "/etc/hotspot-lite/passphrase"
    put = "from hotspot_lite import box, jobs; box.open_box(); jobs.put"
    as_service = "setpriv --reuid=hotspot-lite --regid=hotspot-lite --init-groups"
    for line in (
        f"printf 'five goats on a green hill' > {words}",
        f"chown root:hotspot-lite {words} && chmod 640 {words}",
        f"hotspot-lite setting set backup.passphrase_file {words}",
        f"hotspot-lite setting set backup.elsewhere {far.url}",
        "hotspot-lite backup key",
    ):
        done = installed.does(line)
        assert done.returncode == 0, line + done.stdout + done.stderr
    far.admit(installed.does("cat /var/lib/hotspot-lite/elsewhere/key.pub").stdout)
    for line in (
        "hotspot-lite backup elsewhere --trust",
        "systemctl restart hotspot-lite-worker",
        "hotspot-lite backup make",
        f"{as_service} {sys.prefix}/bin/python -c '{put}(\"log-rotation.carry\")'",
    ):
        done = installed.does(line)
        assert done.returncode == 0, line + done.stdout + done.stderr
    arrived = wait_for(lambda: any(name.endswith(".age") for name in far.names))
    assert arrived, installed.does("hotspot-lite queue failed").stdout


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_killed_comes_back(installed: Machine, service: str, port: int) -> None:
    before = installed.shows(service, "MainPID")
    installed.does(f"kill -9 {before}")
    assert wait_for(
        lambda: (
            installed.shows(service, "ActiveState") == "active"
            and installed.shows(service, "MainPID") not in ("0", before)
        )
    )
    assert wait_for(lambda: answers(installed, port))


def test_what_hangs_is_killed_and_comes_back(installed: Machine, port: int) -> None:
    drop_in = "/run/systemd/system/hotspot-lite-web.service.d"
    text = f"[Service]\\nWatchdogSec={WATCHDOG_SECONDS}\\nTimeoutAbortSec=1\\n"
    installed.does(
        f"mkdir -p {drop_in} && printf '{text}' > {drop_in}/soon.conf"
        " && systemctl daemon-reload && systemctl restart hotspot-lite-web"
    )
    before = installed.shows("web", "MainPID")
    installed.does(f"kill -STOP {before}")
    assert wait_for(
        lambda: (
            installed.shows("web", "MainPID") not in ("0", before)
            and answers(installed, port)
        )
    )


def test_it_starts_again_by_itself_after_a_boot(installed: Machine) -> None:
    for service in SERVICES:
        told = installed.does(f"systemctl is-enabled hotspot-lite-{service}")
        assert told.stdout.strip() == "enabled"


def test_it_goes_and_leaves_what_is_the_owners(
    installed: Machine, environ: dict[str, str]
) -> None:
    done = installed.does(f"{ROOT}/install.sh --uninstall", **environ)
    assert done.returncode == 0, done.stdout + done.stderr
    left = installed.does("ls /etc/systemd/system/ /usr/local/bin").stdout
    assert "hotspot-lite" not in left
    assert "box.key" in installed.does("ls /var/lib/hotspot-lite").stdout
