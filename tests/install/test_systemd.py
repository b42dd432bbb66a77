"""The real box under a real systemd, in namespaces: nothing reaches this machine.

Over this machine's own files, in which the checkout runs as it lies here; and with
--slow over whole Debians, into which a release is installed without a network. Needs
root, overlayfs and systemd; where one is missing the tests say so and are skipped.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import debian_tree
import pytest
from booted import SYSTEMD, Machine, wait_for

from hotspot_lite.town.far_host import SSHD, FarHost

ROOT = Path(__file__).parents[2]
SERVICES = ("web", "worker", "live", "radius")
OURS = ("web", "worker", "live")
HERE = "this machine"
# By their code names, as debootstrap and the mirror have them: 12 and 13.
DEBIANS = ("bookworm", "trixie")
# systemd kills what is silent for so long; in the unit it is minutes.
WATCHDOG_SECONDS = 4
# journald's own memory for our namespace, resident, with what it shares with others.
MOST_JOURNAL_KB = 16 * 1024
RULES = "/etc/polkit-1/rules.d/50-hotspot-lite.rules"


@dataclass
class House:
    """A machine, and how the box is installed on it."""

    machine: Machine
    script: str
    environ: dict[str, str] = field(default_factory=dict)

    def install(self, options: str = "") -> str:
        """Run install.sh, which must succeed; what it said."""
        done = self.machine.does(f"{self.script} {options}", **self.environ)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def put_job(self, name: str, **arguments: str) -> None:
        """Have the queue do something, as the services' own user."""
        words = ", ".join(
            [f'"{name}"', *(f'{key}="{value}"' for key, value in arguments.items())]
        )
        put = f"from hotspot_lite import box, jobs; box.open_box(); jobs.put({words})"
        user = "setpriv --reuid=hotspot-lite --regid=hotspot-lite --init-groups"
        python = self.environ.get("HL_VENV", "/opt/hotspot-lite/venv") + "/bin/python"
        done = self.machine.does(f"{user} {python} -c '{put}'")
        assert done.returncode == 0, done.stdout + done.stderr


def is_reachable(path: Path) -> bool:
    """Whether every user may go there, and the units' ProtectHome lets them."""
    folders = [path, *path.parents]
    is_open = all(one.stat().st_mode & 0o005 == 0o005 for one in folders)
    return is_open and path.parts[1] not in ("home", "root")


def over_this_machine() -> House:
    """The checkout as it lies here, with the Python that runs the tests."""
    python = Path(sys.executable).resolve()
    if not all(is_reachable(path) for path in (Path(sys.prefix), python, ROOT)):
        pytest.skip("NOT TESTED ON SYSTEMD: another user can't reach this checkout")
    environ = {
        "HL_SKIP_APT": "1",
        "HL_SKIP_PIP": "1",
        "HL_VENV": sys.prefix,
        "HL_PYTHON": sys.executable,
    }
    # Not what the machine starts for itself: a server of its own has no place here.
    machine = Machine(Path("/"), "basic.target")
    return House(machine, f"{ROOT}/install.sh --force", environ)


def over_a_debian(suite: str) -> House:
    """A release on a whole Debian."""
    machine = Machine(debian_tree.tree(suite), "multi-user.target")
    if machine.is_made:
        debian_tree.put_release(machine.root, "srv/first")
    return House(machine, "/srv/first/install.sh")


@pytest.fixture(
    scope="module",
    params=[HERE, *(pytest.param(one, marks=pytest.mark.slow) for one in DEBIANS)],
)
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    if os.getuid() != 0 or not SYSTEMD.exists() or not shutil.which("unshare"):
        pytest.skip("NOT TESTED ON SYSTEMD: needs root, systemd and unshare")
    is_here = request.param == HERE
    made = over_this_machine() if is_here else over_a_debian(request.param)
    try:
        if not made.machine.boots():
            pytest.skip("NOT TESTED ON SYSTEMD: it does not boot in a namespace here")
        yield made
    finally:
        made.machine.stop()


@pytest.fixture(scope="module")
def installed(house: House) -> Machine:
    house.install()
    return house.machine


@pytest.fixture
def debian(installed: Machine, house: House) -> House:
    if house.environ:
        pytest.skip("only where a whole Debian is booted: --slow")
    return house


def answers(machine: Machine) -> bool:
    return machine.does("curl -sf -m 5 http://127.0.0.1/healthz").returncode == 0


def test_every_service_runs_and_says_so_itself(installed: Machine) -> None:
    for service in SERVICES:
        assert installed.shows(service, "ActiveState") == "active", service
    for service in OURS:
        assert installed.shows(service, "Type") == "notify"
    assert answers(installed)


def test_a_second_run_changes_nothing(installed: Machine, house: House) -> None:
    pids = [installed.shows(service, "MainPID") for service in SERVICES]
    assert "nothing changed" in house.install()
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
    line = installed.says(words).splitlines()[-1]
    exposure = float(line.rpartition(": ")[2].split()[0])
    assert exposure <= 2.0, line


def test_the_worker_backs_up_in_its_sandbox_without_a_copy_first(
    installed: Machine, house: House
) -> None:
    folder = "/var/lib/hotspot-lite/backups"
    before = set(installed.does(f"ls {folder}").stdout.split())
    house.put_job("log-rotation.backup_now", who="jane")
    # Of one hour only the newest is kept: an older one may go as this one comes.
    assert wait_for(lambda: set(installed.does(f"ls {folder}").stdout.split()) - before)
    assert "[]" in installed.does("hotspot-lite queue failed --json").stdout


def test_a_changed_setting_is_taken_up_when_it_is_applied(installed: Machine) -> None:
    before = [installed.shows(service, "MainPID") for service in OURS]
    online_by = installed.shows("radius", "MainPID")
    assert (
        installed.does("hotspot-lite setting set tidy.events_days 31").returncode == 0
    )
    done = installed.does("hotspot-lite setting apply")
    assert "Started anew: live, web, worker." in done.stdout, done.stdout + done.stderr
    now = [installed.shows(service, "MainPID") for service in OURS]
    assert not set(now) & set(before)
    assert installed.shows("radius", "MainPID") == online_by
    assert wait_for(lambda: answers(installed))


@pytest.fixture
def far(installed: Machine) -> Iterator[FarHost]:
    """Another machine, in the network of the one that systemd has booted."""
    if SSHD is None:
        pytest.skip(
            "NOT TESTED: the worker's sandbox and ssh: openssh-server is missing"
        )
    host = FarHost(installed.init)
    yield host
    host.close()


def test_a_backup_reaches_another_machine_out_of_the_worker_s_sandbox(
    installed: Machine, house: House, far: FarHost
) -> None:
    if not house.environ:
        pytest.skip("only over this machine's files: there ssh and the network are")
    words = "/etc/hotspot-lite/passphrase"
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
    ):
        done = installed.does(line)
        assert done.returncode == 0, line + done.stdout + done.stderr
    house.put_job("log-rotation.carry")
    arrived = wait_for(lambda: any(name.endswith(".age") for name in far.names))
    assert arrived, installed.does("hotspot-lite queue failed").stdout


def lines_of_web(machine: Machine) -> list[str]:
    """Each start of the web, as the box's own log has it."""
    said = machine.says("hotspot-lite log web").splitlines()
    return [line for line in said if "web listening" in line]


# -- The log -------------------------------------------------------------------


def test_the_log_is_in_memory_and_apart_from_the_machines(installed: Machine) -> None:
    said = installed.says("journalctl -q --namespace=hotspot-lite -o cat")
    assert "web listening" in said
    ours = "_SYSTEMD_UNIT=hotspot-lite-web.service"
    assert installed.says(f"journalctl -q -o cat {ours}") == ""
    assert "system.journal" in installed.says("ls /run/log/journal/*.hotspot-lite")
    assert installed.says("ls -d /var/log/journal/*.hotspot-lite") == ""


def test_root_reads_it_by_the_boxs_own_command(installed: Machine) -> None:
    said = installed.says("hotspot-lite log web -n 1 --since 1h").splitlines()
    assert len(said) == 1
    assert "web listening" in said[0]
    # FreeRADIUS's is in the machine's own journal.
    assert "freeradius" in installed.says("hotspot-lite log radius")
    assert "freeradius" not in installed.says("hotspot-lite log web")
    found = installed.does("hotspot-lite doctor --logs --json").stdout
    assert "read the journal" in found


def test_the_services_themselves_may_not_read_the_machines_journal(
    installed: Machine,
) -> None:
    for service in OURS:
        pid = installed.shows(service, "MainPID")
        groups = installed.says(f"sed -n 's/^Groups://p' /proc/{pid}/status")
        journal = installed.says("getent group systemd-journal | cut -d: -f3")
        assert journal and journal not in groups.split()


def test_what_keeps_the_log_is_small(installed: Machine) -> None:
    words = "systemctl show systemd-journald@hotspot-lite -p MainPID --value"
    pid = installed.says(words)
    assert pid not in ("", "0")
    words = rf"sed -n 's/^VmRSS:\s*\([0-9]*\) kB/\1/p' /proc/{pid}/status"
    assert 0 < int(installed.says(words)) < MOST_JOURNAL_KB


def test_a_box_from_before_logs_in_memory_after_an_update(
    installed: Machine, house: House
) -> None:
    installed.does(
        "sed -i '/^LogNamespace=/d' /etc/systemd/system/hotspot-lite-*.service"
        " && rm -r /etc/systemd/journald@hotspot-lite.conf"
        " /etc/systemd/system/systemd-journald@hotspot-lite.service.d"
        " /opt/hotspot-lite/state/started-web"
        " && systemctl daemon-reload && systemctl restart hotspot-lite-web"
    )
    assert installed.shows("web", "LogNamespace") == ""
    # What it said there is still found.
    assert wait_for(lambda: len(lines_of_web(installed)) > 1)
    house.install()
    assert installed.shows("web", "LogNamespace") == "hotspot-lite"
    pid = installed.shows("web", "MainPID")
    words = f"journalctl -q --namespace=hotspot-lite _PID={pid}"
    assert wait_for(lambda: installed.says(words), 20)


# -- A modem -------------------------------------------------------------------


def test_a_service_reaches_the_bus_from_its_sandbox(installed: Machine) -> None:
    if installed.does("command -v busctl").returncode:
        pytest.skip("busctl is not installed")
    # The worker's unit as it is, but for what it runs.
    words = "busctl --system call org.freedesktop.DBus / org.freedesktop.DBus GetId"
    installed.does(
        "sed -e 's|^ExecStart=.*|ExecStart=/usr/bin/"
        + words
        + "|' -e 's/^Type=.*/Type=oneshot/' -e '/^Restart/d' -e '/^WatchdogSec/d'"
        " /etc/systemd/system/hotspot-lite-worker.service"
        " >/run/systemd/system/asks-the-bus.service && systemctl daemon-reload"
    )
    done = installed.does("systemctl start asks-the-bus")
    assert done.returncode == 0, installed.says("hotspot-lite log worker")


def test_polkit_lets_the_service_send_only_where_a_modem_is_chosen(
    debian: House,
) -> None:
    machine = debian.machine
    pid = machine.shows("worker", "MainPID")
    action = "org.freedesktop.ModemManager1.Messaging"
    asks = f"pkcheck --action-id {action} --process"
    assert machine.does(f"{asks} {pid}").returncode != 0
    machine.does("hotspot-lite setting set sms.provider modem")
    assert RULES in debian.install()
    pid = machine.shows("worker", "MainPID")
    assert wait_for(lambda: machine.does(f"{asks} {pid}").returncode == 0, 10)
    nobody = "setpriv --reuid=nobody --clear-groups sleep 60 >/dev/null 2>&1 & echo $!"
    assert machine.does(f"{asks} {machine.says(nobody)}").returncode != 0
    machine.does("hotspot-lite setting set sms.provider log")
    assert f"removed {RULES}" in debian.install()


# -- What breaks ---------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_killed_comes_back(installed: Machine, service: str) -> None:
    before = installed.shows(service, "MainPID")
    installed.does(f"kill -9 {before}")
    assert wait_for(
        lambda: (
            installed.shows(service, "ActiveState") == "active"
            and installed.shows(service, "MainPID") not in ("0", before)
        )
    )
    assert wait_for(lambda: answers(installed))


def test_what_hangs_is_killed_and_comes_back(installed: Machine) -> None:
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
            and answers(installed)
        )
    )
    installed.does(f"rm -r {drop_in} && systemctl daemon-reload")


def test_it_starts_again_by_itself_after_a_boot(installed: Machine) -> None:
    for service in SERVICES:
        told = installed.says(f"systemctl is-enabled hotspot-lite-{service}")
        assert told == "enabled"


def test_it_sells_again_after_a_power_cut_with_what_it_had(debian: House) -> None:
    machine = debian.machine
    machine.does("hotspot-lite plan add --name Night --price 50 --duration 12h")
    machine.does("hotspot-lite voucher create --plan Night --count 2")
    sold = machine.says("hotspot-lite voucher list --json")
    assert sold.count("code") >= 2
    machine.loses_power()
    assert machine.boots()
    assert wait_for(lambda: answers(machine))
    assert machine.says("hotspot-lite voucher list --json") == sold
    for service in SERVICES:
        assert machine.shows(service, "ActiveState") == "active", service
    # The log was in memory; what it says now is of this boot.
    said = machine.says("journalctl -q --namespace=hotspot-lite -o cat")
    assert said.count("web listening") == 1


def test_it_is_updated_and_goes_back(debian: House) -> None:
    machine = debian.machine
    venv = "readlink /opt/hotspot-lite/venv"
    before = machine.says(venv)
    machine.does(
        "cp -R /srv/first /srv/second"
        " && echo '# newer' >>/srv/second/hotspot_lite/__init__.py"
    )
    House(machine, "/srv/second/install.sh").install()
    assert machine.says(venv) != before
    assert answers(machine)
    House(machine, "/srv/second/install.sh").install("--rollback")
    assert machine.says(venv) == before
    assert answers(machine)


def test_it_goes_and_leaves_what_is_the_owners(
    installed: Machine, house: House
) -> None:
    house.script = house.script.removesuffix(" --force")
    house.install("--uninstall")
    left = installed.says(
        "ls -d /etc/systemd/system/* /etc/systemd/* /usr/local/bin/*"
        " /run/log/journal/* /run/systemd/* /etc/polkit-1/rules.d/*"
    )
    assert not re.findall(".*hotspot-lite.*", left)
    assert "box.key" in installed.says("ls /var/lib/hotspot-lite")
