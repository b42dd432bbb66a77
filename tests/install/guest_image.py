"""A disk image with Debian and hotspot-lite, and a kernel that boots it.

Debian's own packages are fetched once, from the mirror that apt uses here, and kept
in the temporary folder. What is skipped for the lack of something says so.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("qemu-system-x86_64", "debootstrap", "mkfs.ext4", "e2fsck", "debugfs")
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
KERNEL = "linux-image-cloud-amd64"
PACKAGES = f"{KERNEL},initramfs-tools,e2fsprogs,iproute2,python3"
DISK_BYTES = 1400 * 1024 * 1024
DATA, LOG = "/var/lib/hotspot-lite", "/var/log/serve.log"
# Huge, and nothing of it is ever read there.
USELESS = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale")
# All that the kernel must have before it sees its disk and its network.
MODULES = ("virtio_pci", "virtio_blk", "virtio_net", "ext4")
# A Daraja that asks for callbacks without TLS must be the machine's own, by its name.
HOSTS = "10.0.2.2 localhost\n127.0.0.1 box\n"

# The first program after the kernel. It writes dirty pages early, so that much of what
# nobody flushed is on its way to the disk when the power is cut.
INIT = f"""#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root
export PYTHONPATH=/opt/hotspot-lite:/opt/needed
set -a; . /etc/power.env; set +a
cd /
ip link set lo up
ip address add 10.0.2.15/24 dev eth0
ip link set eth0 up
echo 20 >/proc/sys/vm/dirty_writeback_centisecs
echo 50 >/proc/sys/vm/dirty_expire_centisecs
mkdir -p {DATA} /run/hotspot-lite
if [ ! -e {DATA}/made ]; then
    python3 -m hotspot_lite db migrate &&
    python3 -m hotspot_lite plan add --name "$POWER_PLAN" --price 20 \\
        --duration 1h --rate 2M/4M &&
    touch {DATA}/made && sync
fi
for role in web worker radius; do
    python3 -m hotspot_lite serve $role >>{LOG} 2>&1 &
done
stty -F /dev/ttyS1 raw -echo
while true; do
    while read -r line; do sh -c "$line" </dev/null 2>&1; done
    sleep 1
done </dev/ttyS1 >/dev/ttyS1
"""


@dataclass(frozen=True)
class Image:
    """What a machine boots."""

    disk: Path
    kernel: Path
    initrd: Path


def skip_where_impossible() -> None:
    """Skip, and say what is missing."""
    missing = [name for name in NEEDED if not shutil.which(name, path=PATH)]
    if os.getuid() != 0:
        missing.append("root")
    if platform.machine() != "x86_64" or _release().get("ID") != "debian":
        missing.append("Debian on a PC")
    if missing:
        pytest.skip(f"NO POWER WAS CUT: needs {', '.join(missing)}")


def make(folder: Path, environment: Mapping[str, str], is_careless: bool) -> Image:
    """A new disk in `folder`: Debian, this checkout, its settings. Slow the first time.

    A careless box is patched not to wait for the disk: it must be found out.
    """
    suite = _release()["VERSION_CODENAME"]
    cache = Path(tempfile.gettempdir()) / f"hotspot-lite-guest-{suite}"
    cache.mkdir(mode=0o700, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tree = cache / "tree"
        _debian(tree, suite)
        _needed(tree)
        _program(tree, is_careless)
        _settings(tree, environment)
        disk = folder / "disk.img"
        with disk.open("wb") as file:
            file.truncate(DISK_BYTES)
        run("mkfs.ext4", "-q", "-F", "-d", str(tree), str(disk))
        boot = {name: next((tree / "boot").glob(f"{name}-*")) for name in BOOT}
        kept = {name: shutil.copy(path, folder / name) for name, path in boot.items()}
        return Image(disk, Path(kept["vmlinuz"]), Path(kept["initrd.img"]))


BOOT = ("vmlinuz", "initrd.img")


def _release() -> dict[str, str]:
    return platform.freedesktop_os_release()


def mirror() -> str:
    """The mirror of Debian that apt uses on this machine; "" where it knows none."""
    suite = _release().get("VERSION_CODENAME")
    words = ("indextargets", "--format", "$(REPO_URI) $(RELEASE)")
    told = run("apt-get", *words, "Created-By: Packages")
    for row in told.splitlines():
        uri, _, release = row.partition(" ")
        if release == suite and "debian" in uri:
            return uri
    return ""


def _debian(tree: Path, suite: str) -> None:
    whole = tree.with_name("whole")
    if whole.exists():
        return
    shutil.rmtree(tree, ignore_errors=True)
    if not mirror():
        pytest.skip("NO POWER WAS CUT: apt knows no mirror of this Debian here")
    wish = ("--variant=minbase", f"--include={PACKAGES}", suite)
    try:
        run("debootstrap", *wish, str(tree), mirror())
    except RuntimeError as exc:
        pytest.skip(f"NO POWER WAS CUT: Debian can't be fetched: {exc}")
    for useless in USELESS:
        shutil.rmtree(tree / useless, ignore_errors=True)
    early = tree / "etc/initramfs-tools"
    (early / "conf.d/few").write_text("MODULES=list\n")
    (early / "modules").write_text("\n".join(MODULES) + "\n")
    run("chroot", str(tree), "update-initramfs", "-u")
    (tree / "etc/hosts").write_text(HOSTS)
    whole.touch()


def _needed(tree: Path) -> None:
    """The packages from PyPI, for the guest's Python and not for ours."""
    version = (tree / "usr/bin/python3").readlink().name.removeprefix("python")
    wishes = metadata.requires("hotspot-lite") or []
    needed = [wish for wish in wishes if "extra ==" not in wish]
    mark = hashlib.sha256(repr((version, sorted(needed))).encode()).hexdigest()
    stamp, target = tree.with_name("needed"), tree / "opt/needed"
    if stamp.exists() and stamp.read_text() == mark:
        return
    shutil.rmtree(target, ignore_errors=True)
    words = ("--quiet", "--only-binary=:all:", "--python-version", version)
    target_words = ("--target", str(target), *needed)
    run(sys.executable, "-m", "pip", "install", *words, *target_words)
    run("chroot", str(tree), "python3", "-m", "compileall", "-qq", "/opt/needed")
    stamp.write_text(mark)


def _program(tree: Path, is_careless: bool) -> None:
    program = tree / "opt/hotspot-lite"
    shutil.rmtree(program, ignore_errors=True)
    no_bytecode = shutil.ignore_patterns("__pycache__")
    for part in ("hotspot_lite", "static"):
        shutil.copytree(ROOT / part, program / part, ignore=no_bytecode)
    if is_careless:
        file = program / "hotspot_lite/store/file.py"
        text = file.read_text(encoding="utf-8")
        assert '"synchronous": "full"' in text
        careless = text.replace('"synchronous": "full"', '"synchronous": "off"')
        file.write_text(careless, encoding="utf-8")
    run("chroot", str(tree), "python3", "-m", "compileall", "-qq", "/opt/hotspot-lite")


def _settings(tree: Path, environment: Mapping[str, str]) -> None:
    lines = [f"{name}='{value}'\n" for name, value in environment.items()]
    (tree / "etc/power.env").write_text("".join(lines))
    init = tree / "sbin/power-init"
    init.write_text(INIT)
    init.chmod(0o755)


def run(*words: str) -> str:
    """Run a command; what it printed. Raises RuntimeError with its last words."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        words, env=kept | {"PATH": PATH}, capture_output=True, text=True, umask=0o022
    )
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {(done.stdout + done.stderr)[-600:]}")
    return done.stdout
