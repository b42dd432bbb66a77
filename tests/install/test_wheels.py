"""install.sh takes packages by their hashes, or from a folder without a network."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.tags import sys_tags

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "install.sh"
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
OURS = f"{PYTHON} {platform.machine()}"

Done = subprocess.CompletedProcess[str]
Sourced = Callable[..., Done]

# A Python that notes pip's calls, says what it is, and fails as the test wants.
PRETEND = """#!/bin/sh
case "$*" in
*"-m pip"*)
    echo "${PIP_CONFIG_FILE:-} $*" >>@folder@/pip.log
    case "$*" in *--require-hashes*) cat @folder@/fails 2>/dev/null && exit 1 ;; esac
    exit 0 ;;
*platform.machine*) cat @folder@/machine ;;
esac
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder to install from, with a lock for this machine."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "requirements.lock").write_text(f"# for {OURS}\nsome-thing==1.0\n")
    return folder


@pytest.fixture
def sourced(tmp_path: Path, here: Path) -> Sourced:
    """Runs a piece of shell with install.sh sourced."""
    (tmp_path / "scratch").mkdir()

    def call(code: str, **environ: str) -> Done:
        first = f'set -- ; HL_SOURCED=1; . "{SCRIPT}"; configure; '
        given = {"PATH": os.defpath, "HL_HERE": str(here), "HOME": "/nonexistent"}
        return subprocess.run(
            ["dash", "-c", f'{first} SCRATCH="{tmp_path}/scratch"; {code}'],
            env=given | environ,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return call


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The pretend Python, on this machine."""
    file = tmp_path / "python"
    file.write_text(PRETEND.replace("@folder@", str(tmp_path)))
    file.chmod(0o755)
    (tmp_path / "machine").write_text(f"{OURS}\n")
    (tmp_path / "pip.log").write_text("")
    return file


def calls(python: Path) -> list[str]:
    """How pip was called, since the last look."""
    log = python.parent / "pip.log"
    found = [line.strip() for line in log.read_text().splitlines()]
    log.write_text("")
    return found


def fail(python: Path, words: str) -> None:
    """Let pip fail with these words at the lock."""
    (python.parent / "fails").write_text(words)


def wheels(here: Path, *names: str) -> Path:
    """A folder wheels/ beside install.sh, with files of these names."""
    folder = here / "wheels"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


OTHER_BYTES = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE.\n"
LOCKED = "-m pip install --no-input --only-binary :all: --require-hashes -r"


# -- By hash ---------------


def test_packages_come_by_the_lock_and_the_program_is_built_with_them(
    sourced: Sourced, here: Path, python: Path
) -> None:
    done = sourced(f"install_packages strict {python} -e {here}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert calls(python) == [
        f"{LOCKED} {here}/requirements.lock",
        f"-m pip install --no-input --no-build-isolation -e {here}",
    ]


@pytest.mark.parametrize("machine", ["3.99 x86_64", f"{PYTHON} riscv64"])
def test_a_machine_that_the_lock_is_not_for_takes_what_pip_finds(
    sourced: Sourced, here: Path, python: Path, machine: str
) -> None:
    (python.parent / "machine").write_text(machine)
    done = sourced(f"install_packages strict {python} {here}")
    assert f"no packages for this machine and Python ({machine})" in done.stdout
    assert calls(python) == [f"-m pip install --no-input {here}"]


def test_other_bytes_stop_the_real_box_and_it_says_how_to_go_on(
    sourced: Sourced, here: Path, python: Path
) -> None:
    fail(python, OTHER_BYTES)
    code = f"install_packages strict {python} {here}"
    done = sourced(code)
    assert done.returncode == 1
    assert done.stderr.startswith(OTHER_BYTES)
    assert "sudo HL_UNLOCKED=1 ./install.sh" in done.stderr
    assert len(calls(python)) == 1
    assert sourced(code, HL_UNLOCKED="1").returncode == 0
    assert calls(python) == [f"-m pip install --no-input {here}"]


def test_other_bytes_are_said_to_the_demo_and_taken(
    sourced: Sourced, here: Path, python: Path
) -> None:
    fail(python, OTHER_BYTES)
    done = sourced(f"install_packages lenient {python} {here}")
    assert done.returncode == 0
    assert done.stderr == OTHER_BYTES
    assert "taking it here, unchecked" in done.stdout
    assert calls(python)[1:] == [f"-m pip install --no-input {here}"]


def test_without_a_network_it_says_so_once(
    sourced: Sourced, here: Path, python: Path
) -> None:
    fail(python, "WARNING: Retrying after connection broken by 'NewConnectionError'\n")
    done = sourced(f"install_packages lenient {python} {here}")
    assert done.returncode == 1
    assert "see to the internet connection" in done.stderr
    assert "release with wheels" in done.stderr
    assert len(calls(python)) == 1


# -- From a folder ---------------


def test_wheels_beside_it_are_taken_and_pip_asks_nobody_else(
    sourced: Sourced, here: Path, python: Path
) -> None:
    folder = wheels(here)
    done = sourced(f"install_packages strict {python} {here}", PIP_INDEX_URL="x://y")
    assert done.stdout == f"The Python packages come from {folder}.\n"
    found = calls(python)
    assert len(found) == 2
    for line in found:
        assert line.startswith("/dev/null -m pip --isolated install --no-input ")
        assert f"--no-index --find-links {folder}" in line


def test_a_folder_that_is_named_goes_before_the_one_beside_it(
    sourced: Sourced, here: Path, tmp_path: Path
) -> None:
    wheels(here)
    done = sourced(f'take_wheels "{tmp_path}/here/../here"; echo "$WHEELS"')
    assert done.stdout == f"{here}\n"


@pytest.mark.parametrize(
    "words", [("--wheels",), ("--force", "--wheels"), ("--wheels", "/nonexistent")]
)
def test_a_folder_that_is_not_there_is_refused(words: tuple[str, ...]) -> None:
    done = subprocess.run([SCRIPT, *words], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("install.sh: --wheels wants a folder of wheels")


def test_a_missing_wheel_is_named_with_the_one_for_another_machine(
    sourced: Sourced, here: Path
) -> None:
    tag = next(sys_tags())
    lock = f"# for {OURS}\nall-of-us==2\nnot-here==3\nours-only==4\nelse-where==5.1\n"
    (here / "requirements.lock").write_text(lock)
    folder = wheels(
        here,
        "all_of_us-2-py3-none-any.whl",
        "not_here-2-py3-none-any.whl",
        f"ours_only-4-{tag}.whl",
        "else_where-5.1-cp311-cp311-manylinux_2_28_mips64.whl",
        "no-wheel.whl",
    )
    done = sourced(f"check_wheels {sys.executable}")
    assert done.returncode == 1
    assert done.stderr.splitlines()[:-1] == [
        f"In {folder} these are missing for this machine and Python ({OURS}):",
        "  not-here 3",
        "  else-where 5.1 (there is only "
        "else_where-5.1-cp311-cp311-manylinux_2_28_mips64.whl)",
    ]
    assert f"Take the release for {platform.machine()}" in done.stderr


def tiny_wheel(folder: Path, text: str) -> str:
    """A wheel that pip can install; its hash."""
    about = "Metadata-Version: 2.1\nName: some-thing\nVersion: 1.0\n"
    kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    file = folder / "some_thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("some_thing.py", text)
        packed.writestr("some_thing-1.0.dist-info/METADATA", about)
        packed.writestr("some_thing-1.0.dist-info/WHEEL", kind)
        packed.writestr("some_thing-1.0.dist-info/RECORD", "")
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_real_pip_takes_a_whole_wheel_and_no_other(
    sourced: Sourced, here: Path, tmp_path: Path
) -> None:
    folder = wheels(here)
    lock = f"# for {OURS}\nsome-thing==1.0 --hash=sha256:"
    digest = tiny_wheel(folder, "good = False\n")
    (here / "requirements.lock").write_text(lock + digest)
    tiny_wheel(folder, "good = True\n")
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    code = f"mode=lenient inside={venv}/bin/python; install_locked"
    refused = sourced(code)
    assert refused.returncode == 1
    assert f"The wheels in {folder} are not whole" in refused.stderr
    (here / "requirements.lock").write_text(lock + tiny_wheel(folder, "good = True\n"))
    assert sourced(code).returncode == 0
    there = [venv / "bin" / "python", "-c", "import some_thing as s; assert s.good"]
    assert subprocess.run(there).returncode == 0


# -- Debian's packages ---------------


@pytest.mark.parametrize(("apt", "said"), [("exit 1", True), ("exit 0", False)])
def test_who_brings_wheels_goes_on_without_debians_packages(
    sourced: Sourced, here: Path, tmp_path: Path, apt: str, said: bool
) -> None:
    wheels(here)
    (tmp_path / "apt-get").write_text(f"#!/bin/sh\n{apt}\n")
    (tmp_path / "apt-get").chmod(0o755)
    code = "is_root() { :; }; want_packages no-such:its-package; echo went on"
    done = sourced(code, PATH=f"{tmp_path}:{os.defpath}")
    assert done.stdout.endswith("went on\n")
    assert ("done without: its-package" in done.stdout) is said
