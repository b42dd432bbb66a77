"""A machine in QEMU whose power can be cut, on a disk that loses what it may lose."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from guest_image import Image

from hotspot_lite.stage import is_answering, until
from hotspot_lite.town.whole import Ports

BOOT_SECONDS, STEP_SECONDS = 300, 300
# Between a write and a flush passes time, as on a card: cuts must be able to fall in.
FLUSH_SECONDS = "0.02"
MEMORY = "640"
COMMAND_LINE = (
    "root=/dev/vda rw init=/sbin/power-init console=ttyS0 net.ifnames=0 quiet"
    " mitigations=off no5lvl"
)
# Elsewhere /dev/kvm may be there and not able to run any kernel but its own (PVM).
HAS_KVM = os.access("/dev/kvm", os.R_OK | os.W_OK) and any(
    Path(f"/sys/module/kvm_{kind}").exists() for kind in ("intel", "amd")
)
ACCELERATOR = "kvm" if HAS_KVM else "tcg,thread=multi,tb-size=512"
# What a kernel or fsck says of a file system that is not just unfinished but broken.
BROKEN = ("EXT4-fs error", "Kernel panic", "UNEXPECTED INCONSISTENCY", "I/O error")


class Machine:
    """One box: `boot`, `cut`, `boot` …; the town is at 10.0.2.2 for it."""

    def __init__(self, image: Image, folder: Path, ports: Ports, seed: str) -> None:
        self.image, self.folder, self.ports, self.seed = image, folder, ports, seed
        self.boots = 0
        self._disk: subprocess.Popen[str] | None = None
        self._qemu: subprocess.Popen[bytes] | None = None

    @property
    def console(self) -> Path:
        """What this boot has printed."""
        return self.folder / f"console{self.boots}.log"

    def boot(self) -> None:
        """Switch it on and wait until its web answers."""
        self.boots += 1
        self._agent.unlink(missing_ok=True)
        self._start_disk()
        self._start_qemu()
        url = f"http://127.0.0.1:{self.ports.web}/healthz"
        assert self._qemu
        is_dead = self._qemu.poll
        up = lambda: is_dead() is not None or is_answering(url)  # noqa: E731
        if not until(up, BOOT_SECONDS, every=0.1) or is_dead() is not None:
            raise RuntimeError(f"boot {self.boots} failed:\n{self.told()[-4000:]}")

    def cut(self) -> dict[str, int]:
        """Cut the power, now; what the disk has lost."""
        assert self._qemu and self._disk
        self._qemu.kill()
        self._qemu.wait()
        told, _ = self._disk.communicate(timeout=60)
        self._qemu = self._disk = None
        broken = [word for word in BROKEN if word in self.told()]
        assert not broken, f"boot {self.boots}:\n{self.told()[-4000:]}"
        return dict(json.loads(told))

    def told(self) -> str:
        """The console of this boot."""
        return self.console.read_text(errors="replace") if self.boots else ""

    def does(self, words: str) -> str:
        """Run a line of shell in it; what it prints. Raises RuntimeError."""
        mark = secrets.token_hex(8)
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(STEP_SECONDS)
            line.connect(str(self._agent))
            line.sendall(f"{words}; echo {mark} $?\n".encode())
            told = b""
            while f"{mark} ".encode() not in told or not told.endswith(b"\n"):
                part = line.recv(65536)
                if not part:
                    raise RuntimeError(f"{words}: the line broke: {told!r}")
                told += part
        said, _, status = told.decode(errors="replace").rpartition(mark)
        if status.strip() != "0":
            raise RuntimeError(f"{words}: {said[-2000:]}")
        return said

    def asks(self, words: str) -> Any:
        """Run a command that prints JSON; what it said, as data."""
        return json.loads(self.does(words))

    def stop(self) -> None:
        """End it for good."""
        for process in (self._qemu, self._disk):
            if process is not None:
                process.kill()
                process.wait()

    @property
    def _agent(self) -> Path:
        return self.folder / "agent.sock"

    def _start_disk(self) -> None:
        door = self.folder / "disk.sock"
        door.unlink(missing_ok=True)
        words = (str(door), str(self.image.disk), f"{self.seed}:{self.boots}")
        program = Path(__file__).with_name("lossy_disk.py")
        self._disk = subprocess.Popen(
            [sys.executable, str(program), *words, FLUSH_SECONDS],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert until(door.exists, 20)
        time.sleep(0.05)  # it listens right after

    def _start_qemu(self) -> None:
        ports = self.ports
        forwards = "".join(
            f",hostfwd={kind}:127.0.0.1:{port}-10.0.2.15:{port}"
            for kind, port in (
                ("tcp", ports.web),
                ("udp", ports.auth),
                ("udp", ports.acct),
            )
        )
        drive = f"nbd:unix:{self.folder / 'disk.sock'}"
        options = {
            "machine": "q35",
            "accel": ACCELERATOR,
            "cpu": "host" if HAS_KVM else "qemu64",
            "smp": "2",
            "m": MEMORY,
            "display": "none",
            "kernel": str(self.image.kernel),
            "initrd": str(self.image.initrd),
            "append": COMMAND_LINE,
            "drive": f"file={drive},if=virtio,format=raw,cache=none",
            "nic": f"user,model=virtio-net-pci{forwards}",
            "chardev": f"socket,id=agent,path={self._agent},server=on,wait=off",
        }
        words = [word for name, at in options.items() for word in (f"-{name}", at)]
        serial = ["-serial", f"file:{self.console}", "-serial", "chardev:agent"]
        self._qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-no-reboot", "-nodefaults", *words, *serial],
            stdin=subprocess.DEVNULL,
            stdout=(self.folder / "qemu.log").open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"PATH": f"{os.environ.get('PATH', '')}:/usr/sbin"},
        )
