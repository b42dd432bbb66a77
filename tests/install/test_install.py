"""install.sh: its parts sourced one by one, and a whole box under a prefix."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotspot_lite import settings
from hotspot_lite.serve import ROLES
from hotspot_lite.town.whole import free_port

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "install.sh"
UNITS = ROOT / "hotspot_lite" / "units"
TWO = "-n auto --maxprocesses 2 --dist loadfile --no-loadscope-reorder"
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

Done = subprocess.CompletedProcess[str]


def needs(name: str) -> str:
    """The program's path; the test is skipped, and says so, where it is missing."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str | Path, **environ: str) -> Done:
    """Run a command with this environment and no other."""
    given = {"PATH": SYSTEM_PATH, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [str(word) for word in command],
        env=given | environ,
        capture_output=True,
        text=True,
        timeout=240,
        cwd="/",
    )


@pytest.fixture
def sourced(tmp_path: Path) -> Callable[..., Done]:
    """Runs a piece of shell with install.sh sourced."""
    (tmp_path / "scratch").mkdir()

    def call(code: str, **environ: str) -> Done:
        first = f'set -- ; HL_SOURCED=1; . "{SCRIPT}"; configure; '
        scratch = f'SCRATCH="{tmp_path}/scratch"; '
        given = {"HL_HERE": str(ROOT), "HL_SKIP_APT": "1"} | environ
        return run("dash", "-c", first + scratch + code, **given)

    return call


@pytest.fixture
def fake(tmp_path: Path) -> Callable[[str, str], str]:
    """Puts a pretend program before the others; the PATH to find it by."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def make(name: str, body: str) -> str:
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
        return f"{folder}:{SYSTEM_PATH}"

    return make


def os_release(tmp_path: Path, *lines: str) -> str:
    """A pretend os-release."""
    file = tmp_path / "os-release"
    file.write_text("\n".join(('NAME="Some System"', *lines)))
    return str(file)


# -- The script as a text ---------------


SCRIPTS = ["install.sh", ".ci/run", "hotspot_lite/units/hotspot-lite.command"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_shellcheck_finds_nothing(name: str) -> None:
    done = run(needs("shellcheck"), ROOT / name)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_dash_can_read_it(name: str) -> None:
    assert run(needs("dash"), "-n", ROOT / name).returncode == 0


def test_a_script_without_its_last_line_does_nothing(tmp_path: Path) -> None:
    half = tmp_path / "half.sh"
    lines = SCRIPT.read_text().rstrip().splitlines()
    assert lines[-1] == '[ -n "${HL_SOURCED:-}" ] || main "$@"'
    half.write_text("\n".join(lines[:-1]) + "\n")
    done = run("dash", half, HL_ROOT=str(tmp_path / "root"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "root").exists()


def test_every_setting_that_the_script_names_is_one() -> None:
    text = SCRIPT.read_text() + "".join(file.read_text() for file in UNITS.iterdir())
    named = set(re.findall(r"HOTSPOT_[A-Z][A-Z_]*", text))
    assert named <= set(settings.BY_VARIABLE) | settings.NOT_SETTINGS


def test_continuous_integration_calls_the_script_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    code = [line for line in lines if line and not line.startswith("#")]
    assert code[-1].startswith("exec ./install.sh --test")
    assert len(code) == 3


def test_help_is_given_and_an_unknown_option_refused() -> None:
    assert "--demo" in run(SCRIPT, "--help").stdout
    refused = run(SCRIPT, "--dmeo")
    assert refused.returncode == 2
    assert "no option --dmeo" in refused.stderr


# -- Looking at the machine ---------------


@pytest.mark.parametrize(
    ("name", "version"),
    [("debian", "12"), ("debian", "13"), ("raspbian", "12"), ("raspbian", "13")],
)
def test_the_systems_it_was_made_for_are_taken_in_silence(
    sourced: Callable[..., Done], tmp_path: Path, name: str, version: str
) -> None:
    file = os_release(tmp_path, f"ID={name}", f'VERSION_ID="{version}"')
    done = sourced("check_system real", HL_OS_RELEASE=file)
    assert (done.returncode, done.stdout) == (0, "")


def test_another_system_gets_the_box_only_by_force(
    sourced: Callable[..., Done], tmp_path: Path
) -> None:
    file = os_release(tmp_path, "ID=ubuntu", 'PRETTY_NAME="Ubuntu 24.04"')
    refused = sourced("check_system real", HL_OS_RELEASE=file)
    assert refused.returncode == 1
    assert "Ubuntu 24.04" in refused.stderr
    assert "--force" in refused.stderr
    forced = sourced("FORCED=yes; check_system real", HL_OS_RELEASE=file)
    demo = sourced('check_system ""', HL_OS_RELEASE=file)
    assert forced.returncode == demo.returncode == 0
    assert "Trying anyway" in forced.stdout


def test_os_release_does_not_reach_into_the_script(
    sourced: Callable[..., Done], tmp_path: Path
) -> None:
    file = os_release(tmp_path, "ID=debian", "HERE=/elsewhere", "OPT=/elsewhere")
    done = sourced(
        'NAME=mine; os_word ID; echo " $NAME $HERE $OPT"', HL_OS_RELEASE=file
    )
    assert done.stdout == f"debian mine {ROOT} /opt/hotspot-lite\n"


def test_a_32_bit_system_is_refused_in_words(
    sourced: Callable[..., Done], fake: Callable[[str, str], str]
) -> None:
    done = sourced("check_bits", PATH=fake("getconf", "echo 32"))
    assert done.returncode == 1
    assert "64-bit" in done.stderr


def test_a_full_disk_is_refused_before_anything_is_written(
    sourced: Callable[..., Done], fake: Callable[[str, str], str]
) -> None:
    path = fake("df", "printf 'Filesystem\\n/dev/x 9 9 102400 9 /\\n'")
    done = sourced("check_space /nonexistent/deep/folder", PATH=path)
    assert done.returncode == 1
    assert "Only 100 MB are free at /" in done.stderr


def test_without_python_it_says_what_to_run(sourced: Callable[..., Done]) -> None:
    done = sourced("find_python", HL_PYTHON="/nonexistent/python3")
    assert done.returncode == 1
    assert "apt-get install -y python3 python3-venv" in done.stderr


def test_a_python_without_venv_is_named_with_the_cure(
    sourced: Callable[..., Done], tmp_path: Path
) -> None:
    bare = tmp_path / "python3"
    bare.write_text('#!/bin/sh\ncase "$1" in -c) exit 1 ;; *) exit 0 ;; esac\n')
    bare.chmod(0o755)
    done = sourced("find_python", HL_PYTHON=str(bare))
    assert done.returncode == 1
    assert f"{bare} lacks venv and ensurepip" in done.stderr


def test_missing_packages_are_named_and_done_without(
    sourced: Callable[..., Done],
) -> None:
    done = sourced("want_packages sh:dash no-such-program:its-package; echo went on")
    assert "Missing and done without: its-package" in done.stdout
    assert "apt-get install -y its-package" in done.stdout
    assert "dash" not in done.stdout
    assert done.stdout.endswith("went on\n")


def test_root_installs_what_is_missing_and_fetches_old_lists_anew(
    sourced: Callable[..., Done], fake: Callable[[str, str], str], tmp_path: Path
) -> None:
    log = tmp_path / "apt.log"
    # It knows the package only once the lists have been fetched.
    path = fake("apt-get", f'echo "$*" >>{log}; grep -q update {log}')
    code = "is_root() { :; }; want_packages no-such-program:its-package"
    done = sourced(code, HL_SKIP_APT="", PATH=path)
    assert done.returncode == 0, done.stderr
    install = "-qq -y install --no-install-recommends its-package"
    assert log.read_text().splitlines() == [install, "-qq -y update", install]


def test_a_package_that_can_not_be_had_ends_in_one_sentence(
    sourced: Callable[..., Done], fake: Callable[[str, str], str]
) -> None:
    path = fake("apt-get", 'echo "E: no network"; exit 100')
    code = "is_root() { :; }; want_packages no-such-program:its-package"
    done = sourced(code, HL_SKIP_APT="", PATH=path)
    assert done.returncode == 1
    first, last = done.stderr.splitlines()
    assert first == "E: no network"
    assert last.startswith("install.sh: The package lists can't be fetched")


def test_root_gets_venv_from_debian_where_python_lacks_it(
    sourced: Callable[..., Done], fake: Callable[[str, str], str], tmp_path: Path
) -> None:
    there = tmp_path / "python3-venv"
    bare = tmp_path / "python3"
    bare.write_text(f'#!/bin/sh\n[ "$1" != -c ] || [ -e {there} ]\n')
    bare.chmod(0o755)
    path = fake("apt-get", f"touch {there}")
    code = 'is_root() { :; }; find_python; echo "$PYTHON"'
    done = sourced(code, HL_SKIP_APT="", HL_PYTHON=str(bare), PATH=path)
    assert done.stdout.splitlines()[-1] == str(bare)


def test_a_failed_step_ends_in_one_sentence(sourced: Callable[..., Done]) -> None:
    done = sourced('quietly "It broke: mend it." sh -c "echo why; exit 3"; echo on')
    assert done.returncode == 1
    assert done.stderr == "why\ninstall.sh: It broke: mend it.\n"
    assert done.stdout == ""


# -- Writing ---------------


def test_a_file_is_written_only_when_it_differs(
    sourced: Callable[..., Done], tmp_path: Path
) -> None:
    file, me = tmp_path / "file", "$(id -un):$(id -gn)"
    put = f'put 640 "{me}" "{file}" <"{tmp_path}/new"; echo "$CHANGES"'
    (tmp_path / "new").write_text("one\n")
    assert sourced(put).stdout == f"  wrote {file}\n1\n"
    before = file.stat()
    assert sourced(put).stdout == "0\n"
    assert file.stat() == before
    assert before.st_mode & 0o777 == 0o640
    (tmp_path / "new").write_text("two\n")
    assert sourced(put).stdout.endswith("1\n")
    assert file.read_text() == "two\n"
    assert sorted(tmp_path.iterdir()) == [file, tmp_path / "new", tmp_path / "scratch"]


def test_a_wrong_mode_is_mended(sourced: Callable[..., Done], tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("secret")
    file.chmod(0o644)
    assert sourced(f'guard 640 "$(id -un):$(id -gn)" "{file}"').returncode == 0
    assert file.stat().st_mode & 0o777 == 0o640


# -- Groups ---------------

FORMER = "hotspot-lite:hotspot-lite\nfreerad:freerad ssl-cert hotspot-lite\n"


@pytest.fixture
def accounts(
    sourced: Callable[..., Done], fake: Callable[[str, str], str], tmp_path: Path
) -> Callable[[str, str], list[str]]:
    """Runs make_user on a machine of these groups and members; what it changed."""
    log = tmp_path / "accounts.log"

    def call(groups: str, members: str) -> list[str]:
        (tmp_path / "group").write_text(groups)
        (tmp_path / "passwd").write_text(re.sub(":.*", "", members))
        (tmp_path / "members").write_text(members)
        log.write_text("")
        fake("getent", f'grep -qx "$2" {tmp_path}/$1')
        path = fake("id", f'sed -n "s/^$2://p" {tmp_path}/members')
        for name in ("groupadd", "useradd", "usermod", "gpasswd"):
            fake(name, f'echo "{name} $*" >>{log}')
        done = sourced("make_user", PATH=path)
        assert done.returncode == 0, done.stderr
        return log.read_text().splitlines()

    return call


def test_the_service_and_freeradius_share_a_group_of_their_own(
    accounts: Callable[[str, str], list[str]],
) -> None:
    done = accounts("freerad\n", "freerad:freerad ssl-cert\n")
    assert done[:2] == [
        "groupadd --system hotspot-lite",
        "groupadd --system hotspot-radius",
    ]
    assert done[2].startswith("useradd --system --gid hotspot-lite ")
    assert done[3:] == [
        "usermod --append --groups hotspot-radius hotspot-lite",
        "usermod --append --groups hotspot-radius freerad",
    ]


def test_freeradius_leaves_the_service_group_of_a_former_layout(
    accounts: Callable[[str, str], list[str]],
) -> None:
    assert accounts("hotspot-lite\n", FORMER) == [
        "groupadd --system hotspot-radius",
        "usermod --append --groups hotspot-radius hotspot-lite",
        "usermod --append --groups hotspot-radius freerad",
        "gpasswd --delete freerad hotspot-lite",
    ]


def test_groups_as_they_should_be_are_left_alone(
    accounts: Callable[[str, str], list[str]],
) -> None:
    members = (
        "hotspot-lite:hotspot-lite hotspot-radius\nfreerad:freerad hotspot-radius\n"
    )
    assert accounts("hotspot-lite\nhotspot-radius\n", members) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files to a group")
def test_what_has_the_former_group_gets_the_shared_one(
    sourced: Callable[..., Done], tmp_path: Path
) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    (data / "spool").mkdir(parents=True)
    for file in (data / "hotspot.db", data / "spool" / "acct.tsv", other):
        file.write_text("")
        file.chmod(0o660)
    (data / "spool" / "link").symlink_to(other)
    key = data / "box.key"
    key.touch(0o600)
    for path in (data, data / "spool", data / "hotspot.db", key, other):
        shutil.chown(path, group="games")
    shutil.chown(data / "spool" / "acct.tsv", "daemon", "games")
    (data / "spool").chmod(0o2770)
    code = f'DATA="{data}"; RUN="{tmp_path}/run"; make_folders; echo "$CHANGES"'
    given = {"HL_USER": "root", "HL_GROUP": "games", "HL_SHARED": "users"}
    assert sourced(code, **given).stdout.splitlines()[-1] != "0"
    mended = (data, data / "hotspot.db", data / "spool", data / "spool" / "acct.tsv")
    assert {path.group() for path in mended} == {"users"}
    assert key.group() == "games"
    assert (data / "spool" / "acct.tsv").owner() == "daemon"
    assert [p.stat().st_mode & 0o7777 for p in (data, data / "spool")] == [0o2770] * 2
    assert other.group() == "games"
    assert sourced(code, **given).stdout == "0\n"


# -- Demo and tests ---------------


def pretend_venv(tmp_path: Path) -> Path:
    """A virtual environment whose programs say how they were called."""
    folder = tmp_path / "venv" / "bin"
    folder.mkdir(parents=True)
    for name in ("hotspot-lite", "python"):
        body = f'#!/bin/sh\necho "{name} $*"; echo "in $(pwd)"; exit 7\n'
        (folder / name).write_text(body)
        (folder / name).chmod(0o755)
    return folder.parent


@pytest.mark.parametrize(
    ("words", "called"),
    [
        (("--demo",), "hotspot-lite demo\n"),
        (("--demo", "--once"), "hotspot-lite demo --once\n"),
        (("--test", "tests/x", "-k", "y"), f"python -m pytest {TWO} tests/x -k y\n"),
    ],
)
def test_demo_and_tests_become_the_program_and_keep_its_exit_code(
    tmp_path: Path, words: tuple[str, ...], called: str
) -> None:
    given = {
        "HL_VENV": str(pretend_venv(tmp_path)),
        "HL_SKIP_PIP": "1",
        "HL_SKIP_APT": "1",
        "HL_PYTHON": sys.executable,
        "TMPDIR": str(tmp_path),
    }
    done = run(SCRIPT, *words, **given)
    assert done.returncode == 7, done.stderr
    assert called in done.stdout
    assert done.stdout.endswith(f"in {ROOT}\n") or words[0] == "--demo"
    assert not list(tmp_path.glob("hotspot-lite-install.*"))


def pretend_python(tmp_path: Path) -> Path:
    """A Python that makes pretend environments and notes each call of pip."""
    file = tmp_path / "python"
    file.write_text(
        f"""#!/bin/sh
case "$*" in
*"-m venv"*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
*"-m pip"*) echo "$*" >>{tmp_path}/pip.log; [ ! -e {tmp_path}/offline ] ;;
*sys.version*) echo "Python of $(cat {tmp_path}/version 2>/dev/null)" ;;
esac
"""
    )
    file.chmod(0o755)
    return file


def test_packages_are_installed_only_when_something_changed(
    sourced: Callable[..., Done], tmp_path: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for name in ("setup.py", "pyproject.toml"):
        (here / name).write_text("")
    python = pretend_python(tmp_path)
    given = {"HL_HERE": str(here), "HL_VENV": str(tmp_path / "venv")}

    def calls(extra: str = "") -> list[str]:
        (tmp_path / "pip.log").write_text("")
        sourced(f'PYTHON={python}; make_checkout_venv "{extra}"', **given)
        return (tmp_path / "pip.log").read_text().splitlines()

    (tmp_path / "offline").touch()
    assert len(calls()) == 1
    assert len(calls()) == 1, "what failed is tried again"
    (tmp_path / "offline").unlink()
    assert calls() == [f"-m pip install --no-input -e {here}"]
    assert calls() == []
    assert calls("test") == [f"-m pip install --no-input -e {here}[test]"]
    assert calls("test") == calls() == []
    (here / "setup.py").write_text("# another dependency")
    assert len(calls("test")) == 1
    assert calls() == []
    (tmp_path / "version").write_text("3.13")
    assert len(calls()) == 1


# -- Units ---------------


def rendered(sourced: Callable[..., Done], tmp_path: Path, server: str) -> Path:
    """The units as they are installed, with a virtual environment that exists."""
    folder = tmp_path / server
    folder.mkdir()
    facts = f"radius.server {server}\nweb.host 0.0.0.0\nweb.port 80\n"
    (tmp_path / "scratch" / "settings").write_text(facts)
    code = f'UNITS="{folder}"; TMPFILES="{folder}"; VENV="{sys.prefix}"; make_units'
    me = pwd.getpwuid(os.getuid()).pw_name
    done = sourced(f"own() {{ :; }}; look_of() {{ :; }}; {code}", HL_USER=me)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("server", ["freeradius", "embedded"])
def test_units_are_filled_in_and_systemd_takes_them(
    sourced: Callable[..., Done], tmp_path: Path, server: str
) -> None:
    if server == "freeradius":
        needs("freeradius")
    folder = rendered(sourced, tmp_path, server)
    units = sorted(folder.glob("hotspot-lite*.*"))
    assert not [one.name for one in units if re.search(r"@\w+@", one.read_text())]
    assert "2770" in (folder / "hotspot-lite.conf").read_text()
    checked = [unit for unit in units if unit.suffix != ".conf"]
    done = run(needs("systemd-analyze"), "verify", "--man=no", *checked)
    assert done.returncode == 0, done.stderr
    ours = [line for line in done.stderr.splitlines() if "hotspot-lite" in line]
    assert not ours


@pytest.mark.parametrize("verb", ["log", "doctor", "queue"])
def test_only_what_reads_logs_gets_the_right_to_the_journal(
    sourced: Callable[..., Done],
    fake: Callable[[str, str], str],
    tmp_path: Path,
    verb: str,
) -> None:
    command = tmp_path / "hotspot-lite"
    code = f'COMMAND="{command}"; VENV=/v; value_of() {{ :; }}; make_command'
    done = sourced(f"own() {{ :; }}; look_of() {{ :; }}; {code}")
    assert done.returncode == 0, done.stderr
    fake("id", "echo 0")
    fake("getent", '[ "$2" = systemd-journal ]')
    path = fake("setpriv", 'echo "$@"')
    words = run(command, verb, "x y", PATH=path).stdout
    assert ("systemd-journal" in words) == (verb != "queue")
    assert words.endswith(f"-- /v/bin/hotspot-lite {verb} x y\n")


def test_the_modem_is_allowed_only_while_it_is_chosen(
    sourced: Callable[..., Done], tmp_path: Path
) -> None:
    rules = tmp_path / "root/etc/polkit-1/rules.d/50-hotspot-lite.rules"

    def allow(provider: str) -> None:
        text = f"sms.provider {provider}\nradius.server embedded\n"
        (tmp_path / "scratch" / "settings").write_text(text)
        code = "own() { :; }; look_of() { :; }; VENV=/v; allow_modem"
        done = sourced(code, HL_ROOT=str(tmp_path / "root"), HL_USER="somebody")
        assert done.returncode == 0, done.stderr

    allow("textsms")
    assert not rules.exists()
    allow("modem")
    text = rules.read_text()
    assert 'subject.user == "somebody"' in text
    assert set(re.findall(r'"(org\.[\w.]+)"', text)) == {
        "org.freedesktop.ModemManager1.Messaging",
        "org.freedesktop.ModemManager1.Device.Control",
    }
    allow("log")
    assert not rules.exists()


def test_every_process_of_ours_logs_in_memory() -> None:
    for role in ROLES:
        text = (UNITS / f"hotspot-lite-{role}.service").read_text()
        # FreeRADIUS is the machine's own, and so is its log.
        assert ("\nLogNamespace=hotspot-lite\n" in text) == (role != "radius")
    journal = (UNITS / "hotspot-lite.journald").read_text()
    assert "\nStorage=volatile\n" in journal
    assert "\nRuntimeMaxUse=16M\n" in journal
    # With a value it makes a folder in /var/log/journal: systemd.exec(5).
    drop_in = (UNITS / "hotspot-lite.journald-service").read_text()
    assert drop_in.endswith("[Service]\nLogsDirectory=\n")


def test_every_process_has_a_unit_of_the_target() -> None:
    wanted = (UNITS / "hotspot-lite.target").read_text()
    for role in ROLES:
        text = (UNITS / f"hotspot-lite-{role}.service").read_text()
        assert f"hotspot-lite-{role}.service" in wanted
        assert "PartOf=hotspot-lite.target" in text
        assert "UMask=0007" in text
        assert "Restart=always" in text
        assert "ReadWritePaths=@data@ @run@" in text
    for role in set(ROLES) - {"radius"}:
        text = (UNITS / f"hotspot-lite-{role}.service").read_text()
        assert f"ExecStart=@venv@/bin/hotspot-lite serve {role}\n" in text


# -- A whole box, under a prefix ---------------


class Installed:
    """A box that install.sh put into a folder instead of the machine's root."""

    def __init__(self, root: Path, user: str, group: str, shared: str) -> None:
        self.root, self.user, self.shared = root, user, shared
        self.config = root / "etc" / "hotspot-lite" / "config.toml"
        self.web, live, auth, acct = (free_port() for _ in range(4))
        self.environ = {
            "HL_ROOT": str(root),
            "HL_USER": user,
            "HL_GROUP": group,
            "HL_SHARED": shared,
            "HL_INIT": "none",
            "HL_SKIP_APT": "1",
            "HL_SKIP_PIP": "1",
            "HL_VENV": sys.prefix,
            "HL_PYTHON": sys.executable,
        }
        self.first_settings = {
            "HOTSPOT_WEB_PORT": str(self.web),
            "HOTSPOT_LIVE_PORT": str(live),
            "HOTSPOT_RADIUS_AUTH_PORT": str(auth),
            "HOTSPOT_RADIUS_ACCT_PORT": str(acct),
        }
        answers = root / "answers.toml"
        answers.write_text('[box]\ncurrency = "UGX"\n\n[web]\nport = 1\n')
        self.first = self.install("--answers", str(answers), **self.first_settings)
        answers.unlink()

    def install(self, *words: str, **more: str) -> Done:
        """Run the installer."""
        return run(SCRIPT, "--force", *words, **self.environ, **more)

    def pid(self) -> int:
        """The supervisor's process."""
        return int((self.root / "run" / "hotspot-lite-serve.pid").read_text())

    def files(self) -> dict[str, tuple[int, str]]:
        """What stands under the prefix, but for what a running box writes."""
        living = ("var/lib/", "run/hotspot-lite/", "var/log/")
        return {
            name: (path.stat().st_mtime_ns, digest(path))
            for path in sorted(self.root.rglob("*"))
            # A folder that the box writes to has a time of its own too.
            if not f"{(name := str(path.relative_to(self.root)))}/".startswith(living)
        }

    def answers(self) -> bool:
        """Whether the portal is well."""
        url = f"http://127.0.0.1:{self.web}/healthz"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)

    def stop(self) -> None:
        """End what runs, and take it all away."""
        if (self.root / "run" / "hotspot-lite-serve.pid").exists():
            stop_process(self.pid())
        shutil.rmtree(self.root)


def digest(path: Path) -> str:
    """The contents of a file as a short text, with its mode."""
    mode = f"{path.stat().st_mode:o}"
    return mode + (
        hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    )


def stop_process(pid: int, patience: float = 45) -> None:
    """End a process in good order and wait for it."""
    end = time.monotonic() + patience
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        os.kill(pid, 15)
        time.sleep(0.2)


def service_user() -> tuple[str, str, str]:
    """User, group and shared group of the service.

    Another user where root can play one who reaches our Python, else ourselves.
    """
    group = shutil.which("setpriv") and run("id", "-gn", "nobody").stdout.strip()
    reach = ("setpriv", "--reuid=nobody", f"--regid={group}", "--clear-groups")
    # By env: setpriv itself keeps the power to look into any folder.
    trial = [*reach, "env", sys.executable, "-c", "import hotspot_lite"]
    if os.getuid() == 0 and group and run(*trial).returncode == 0:
        return "nobody", group, "users"
    me, mine = pwd.getpwuid(os.getuid()).pw_name, run("id", "-gn").stdout.strip()
    return me, mine, mine


@pytest.fixture(scope="module")
def installed() -> Iterator[Installed]:
    # A short path: the name of a socket has 107 bytes at most.
    root = Path(tempfile.mkdtemp(prefix="hl-"))
    root.chmod(0o755)
    box = Installed(root, *service_user())
    yield box
    box.stop()


def test_the_first_run_installs_a_box_that_answers(installed: Installed) -> None:
    done = installed.first
    assert done.returncode == 0, done.stdout + done.stderr
    assert f":{installed.web}/admin/" in done.stdout
    assert re.search(r"Setup code .*: +[0-9a-f]{4}(-[0-9a-f]{4}){3}\n", done.stdout)
    assert installed.answers()


def test_the_answers_are_in_the_settings_and_the_environment_goes_first(
    installed: Installed,
) -> None:
    found = settings.load({"HOTSPOT_CONFIG": str(installed.config)})
    assert found["box.currency"] == "UGX"
    assert found["web.port"] == installed.web != 1


def test_answers_that_can_not_be_read_stop_it_before_anything_is_done(
    tmp_path: Path,
) -> None:
    for words in (["--answers"], ["--answers", str(tmp_path / "none")]):
        done = run(SCRIPT, *words, HL_ROOT=str(tmp_path / "root"))
        assert done.returncode == 1 and "wants a file" in done.stderr
    assert not (tmp_path / "root").exists()


def test_the_first_run_keeps_secrets_from_others(installed: Installed) -> None:
    secret = settings.load({"HOTSPOT_CONFIG": str(installed.config)})["radius.secret"]
    assert re.fullmatch("[0-9a-f]{32}", secret)
    assert installed.config.stat().st_mode & 0o777 == 0o640
    assert secret not in installed.first.stdout + installed.first.stderr
    raddb = installed.root / "etc" / "hotspot-lite" / "raddb"
    readable = [f for f in installed.root.rglob("*") if is_open_to_all(f, installed)]
    assert not [f for f in readable if secret.encode() in f.read_bytes()]
    assert not raddb.exists() or raddb.stat().st_mode & 0o007 == 0


def is_open_to_all(file: Path, box: Installed) -> bool:
    """Whether everybody may read a file, its folders included."""
    parents = [p for p in file.parents if p.is_relative_to(box.root)]
    through = all(parent.stat().st_mode & 0o001 for parent in parents)
    return file.is_file() and through and bool(file.stat().st_mode & 0o004)


def test_the_generated_file_explains_every_setting(installed: Installed) -> None:
    text = installed.config.read_text()
    for setting in settings.DECLARED:
        assert f"# {setting.help}" in text
        assert re.search(rf"^#?{setting.name.split('.')[1]} = ", text, re.MULTILINE)


def test_the_data_belongs_to_the_service_and_its_group(installed: Installed) -> None:
    data = installed.root / "var" / "lib" / "hotspot-lite"
    assert data.stat().st_mode & 0o7777 == 0o2770
    assert {data.owner(), (data / "hotspot.db").owner()} == {installed.user}
    assert (data / "hotspot.db").stat().st_mode & 0o777 == 0o660
    assert {path.owner() for path in data.rglob("*")} == {installed.user}
    shared = [data, data / "spool", *data.glob("hotspot.db*")]
    assert {path.group() for path in shared} == {installed.shared}
    assert (data / "box.key").stat().st_mode & 0o777 == 0o600


def test_a_second_run_changes_nothing(installed: Installed) -> None:
    before, pid = installed.files(), installed.pid()
    done = installed.install()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing changed" in done.stdout
    assert installed.files() == before
    assert installed.pid() == pid
    assert not re.search(r"[0-9a-f]{4}(-[0-9a-f]{4}){3}", done.stdout)


def test_the_command_works_as_the_service_user(installed: Installed) -> None:
    command = installed.root / "usr" / "local" / "bin" / "hotspot-lite"
    words = ("plan", "add", "--name", "1 Hour", "--price", "20", "--duration", "1h")
    done = run(command, *words, "--json")
    assert done.returncode == 0, done.stderr
    data = installed.root / "var" / "lib" / "hotspot-lite"
    assert {path.owner() for path in data.iterdir()} == {installed.user}


def test_settings_of_a_later_run_do_not_touch_the_file(installed: Installed) -> None:
    before = installed.config.read_text()
    done = installed.install(HOTSPOT_BOX_NAME="Another")
    assert done.returncode == 0, done.stdout + done.stderr
    assert installed.config.read_text() == before


def test_an_edit_of_the_file_restarts_the_box_once(installed: Installed) -> None:
    pid, text = installed.pid(), installed.config.read_text()
    installed.config.write_text(text.replace('#name = "My WiFi"', 'name = "Njeri"'))
    done = installed.install()
    assert done.returncode == 0, done.stdout + done.stderr
    assert installed.pid() != pid
    assert "nothing changed" in installed.install().stdout
    assert installed.answers()


def test_a_wrong_setting_is_named_and_the_box_goes_on(installed: Installed) -> None:
    text = installed.config.read_text()
    installed.config.write_text(text.replace("[web]", "[web]\nprot = 1"))
    done = installed.install()
    installed.config.write_text(text)
    assert done.returncode == 1
    assert "web.prot" in done.stderr
    assert "Did you mean web.port?" in done.stderr
    assert "Traceback" not in done.stderr
    assert installed.answers()


def test_what_was_lost_is_mended_and_what_died_is_started(
    installed: Installed,
) -> None:
    stop_process(installed.pid())
    command = installed.root / "usr" / "local" / "bin" / "hotspot-lite"
    command.unlink()
    done = installed.install()
    assert done.returncode == 0, done.stdout + done.stderr
    assert command.exists()
    assert installed.answers()


def test_a_port_that_somebody_has_is_named(installed: Installed) -> None:
    stop_process(installed.pid())
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", installed.web))
        other.listen()
        done = installed.install()
    assert done.returncode == 1
    assert f"Another program has port {installed.web}/tcp" in done.stderr
    assert installed.install().returncode == 0


# -- Back, and away ---------------


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    done = run(SCRIPT, "--dry-run", HL_ROOT=str(root), HL_USER="nobody-yet")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "make the user and group nobody-yet" in done.stdout
    assert f"make the database {root}/var/lib/hotspot-lite/hotspot.db" in done.stdout
    assert not list(root.iterdir())


def test_a_dry_run_on_an_installed_box_says_what_stays(installed: Installed) -> None:
    before = installed.files()
    done = run(SCRIPT, "--dry-run", **installed.environ)
    assert f"leave {installed.config} as it is" in done.stdout
    assert "up to date" in done.stdout
    assert installed.files() == before


BACK = """
check_service_python() { :; }; read_folders() { :; }; read_settings() { :; }
wait_until_healthy() { :; }; run_supervised() { echo "runs $PROGRAM"; }
HL_INIT=none; OPT="$HL_ROOT/opt/hotspot-lite"; roll_back
"""


def releases(tmp_path: Path, *names: str) -> Path:
    """A folder with these releases, the last one in use."""
    opt = tmp_path / "root" / "opt" / "hotspot-lite"
    for name in names:
        (opt / "releases" / name).mkdir(parents=True)
        (opt / "releases" / name / "complete").touch()
    (opt / "venv").symlink_to(opt / "releases" / names[-1])
    return opt


def test_the_program_before_the_last_update_comes_back(
    sourced: Callable[..., Done], tmp_path: Path
) -> None:
    opt = releases(tmp_path, "zzz-older", "aaa-newer")
    done = sourced(BACK, HL_ROOT=str(tmp_path / "root"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "runs zzz-older" in done.stdout
    assert (opt / "venv").resolve().name == "zzz-older"
    assert (opt / "releases" / "aaa-newer").exists()


def test_a_half_made_program_is_none_to_go_back_to(
    sourced: Callable[..., Done], tmp_path: Path
) -> None:
    opt = releases(tmp_path, "older", "newer")
    (opt / "releases" / "older" / "complete").unlink()
    done = sourced(BACK, HL_ROOT=str(tmp_path / "root"))
    assert done.returncode == 1
    assert "no program before this one" in done.stderr
    assert (opt / "venv").resolve().name == "newer"


# What an older program finds in a newer database: everything that it knows.
TAKES_AWAY = re.compile(r"\b(DROP|RENAME|DELETE FROM)\b", re.IGNORECASE)
# A column made anew, with another CHECK, is there again under its name.
MADE_ANEW = re.compile(
    r"ALTER TABLE (\w+) DROP COLUMN (\w+);\s*ALTER TABLE \1 RENAME COLUMN \w+ TO \2;"
)


def test_steps_of_the_database_only_add() -> None:
    steps = sorted((ROOT / "hotspot_lite" / "store" / "steps").glob("*.sql"))
    # The first ones shaped the tables before any box was handed out.
    later = [one for one in steps if one.name > "0080"]
    assert later
    assert not [one.name for one in later if TAKES_AWAY.search(bare(one.read_text()))]


def bare(text: str) -> str:
    return MADE_ANEW.sub("", re.sub(r"--.*", "", text))


@pytest.fixture
def another() -> Iterator[Installed]:
    root = Path(tempfile.mkdtemp(prefix="hl-"))
    root.chmod(0o755)
    box = Installed(root, *service_user())
    yield box
    box.stop()


def test_what_is_uninstalled_keeps_its_data_and_comes_back(another: Installed) -> None:
    data = another.root / "var" / "lib" / "hotspot-lite"
    key, config = (data / "box.key").read_bytes(), another.config.read_text()
    pid = another.pid()
    done = run(SCRIPT, "--uninstall", **another.environ)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stay in" in done.stdout
    assert not Path(f"/proc/{pid}").exists()
    left = {str(path.relative_to(another.root)) for path in another.root.rglob("*")}
    assert not [name for name in left if name.startswith(("opt/h", "usr/local/bin/h"))]
    assert (data / "box.key").read_bytes() == key
    back = another.install()
    assert back.returncode == 0, back.stdout + back.stderr
    assert another.config.read_text() == config
    assert another.answers()
    asked = run(SCRIPT, "--purge", **another.environ)
    assert asked.returncode == 1 and "Nothing was deleted" in asked.stderr
    assert another.answers()
    gone = run(SCRIPT, "--purge", "--yes", **another.environ)
    assert gone.returncode == 0, gone.stdout + gone.stderr
    left = {str(p.relative_to(another.root)) for p in another.root.rglob("hotspot*")}
    assert left == set()


# -- FreeRADIUS as a user of its own ---------------

LOGIN = """User-Name = "hs_1", User-Password = "pass"
Calling-Station-Id = "BC:24:11:00:00:01", Message-Authenticator = 0x00
"""
ACCOUNTING = """Acct-Status-Type = Start, Acct-Session-Id = "80000001"
User-Name = "hs_1", Calling-Station-Id = "BC:24:11:00:00:01"
"""


class FreeRadius:
    """Debian's FreeRADIUS as its own user, with an installed box's configuration."""

    def __init__(self, box: Installed) -> None:
        self.box = box
        self.data = box.root / "var" / "lib" / "hotspot-lite"
        self.settings = settings.load({"HOTSPOT_CONFIG": str(box.config)})
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str | Path) -> tuple[str | Path, ...]:
        """A command of freerad's, in no group but its own and the shared one."""
        groups = ("--regid=freerad", f"--groups={self.box.shared}")
        # By env: setpriv itself keeps the power to look into any folder.
        return ("setpriv", "--reuid=freerad", *groups, "env", *words)

    def start(self) -> None:
        """Run it in the foreground."""
        raddb = self.box.root / "etc" / "hotspot-lite" / "raddb"
        told = self.command(needs("freeradius"), "-f", "-l", "stdout", "-d", raddb)
        self.process = subprocess.Popen(told, umask=0o007, stdout=subprocess.DEVNULL)

    def ask(self, kind: str, packet: str) -> str:
        """What it answers, once it does."""
        port = self.settings[f"radius.{kind}_port"]
        told = ("-x", "-r", "20", "-t", "1", f"127.0.0.1:{port}", kind)
        done = subprocess.run(
            ["radclient", *told, self.settings["radius.secret"]],
            input=packet,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout

    def stop(self) -> None:
        """End it, if it runs."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)


@pytest.fixture
def freeradius(installed: Installed) -> Iterator[FreeRadius]:
    if installed.user != "nobody" or run("id", "freerad").returncode:
        pytest.skip("needs root, a Python that all users reach, and FreeRADIUS")
    server = FreeRadius(installed)
    yield server
    server.stop()


def test_freeradius_reads_the_database_and_no_key(freeradius: FreeRadius) -> None:
    volatile = freeradius.box.root / "run" / "hotspot-lite" / "queue.db"
    for file in (freeradius.box.config, freeradius.data / "box.key", volatile):
        done = run(*freeradius.command("head", "-c", "1", file))
        assert (done.returncode, done.stdout) == (1, ""), file
        assert "Permission denied" in done.stderr
    database = freeradius.data / "hotspot.db"
    assert run(*freeradius.command("head", "-c", "6", database)).stdout == "SQLite"


def test_customers_log_in_while_the_app_is_down_and_it_can_write_afterwards(
    freeradius: FreeRadius,
) -> None:
    box, data = freeradius.box, freeradius.data
    stop_process(box.pid())
    now = int(time.time())
    with sqlite3.connect(data / "hotspot.db") as db:
        customer = "INSERT INTO customer (username, secret, made_at) VALUES (?, ?, ?)"
        ident = db.execute(customer, ("hs_1", "pass", now)).lastrowid
        db.execute(
            "INSERT INTO subscription (customer_id, plan_name, price_cents,"
            " duration_seconds, data_used_bytes, rate, devices, starts_at, expires_at,"
            " mac, ip, access, access_says, made_at)"
            " VALUES (?, 'p', 1, 3600, 0, '2M/4M', 1, ?, ?, '', '', 'none', '', ?)",
            (ident, now - 60, now + 3600, now),
        )
    db.close()
    assert not (data / "hotspot.db-shm").exists()

    freeradius.start()
    answer = freeradius.ask("auth", LOGIN)
    assert "Access-Accept" in answer
    assert "Session-Timeout" in answer
    assert "Accounting-Response" in freeradius.ask("acct", ACCOUNTING)

    made = [data / "hotspot.db-shm", data / "spool" / "acct.tsv"]
    assert {(path.owner(), path.group()) for path in made} == {("freerad", box.shared)}
    assert {path.stat().st_mode & 0o777 for path in made} == {0o660}
    command = box.root / "usr" / "local" / "bin" / "hotspot-lite"
    words = ("plan", "add", "--name", "2 Hours", "--price", "30", "--duration", "2h")
    done = run(command, *words)
    assert done.returncode == 0, done.stderr
    freeradius.stop()
    assert box.install().returncode == 0
    assert box.answers()
