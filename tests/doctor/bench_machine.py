"""A Raspberry Pi as the kernel would show it, in files below a folder."""

from __future__ import annotations

import os
from pathlib import Path

BITS = "sys/devices/platform/soc/soc:firmware/get_throttled"
DISK = "sys/devices/platform/emmc2bus/mmc_host/mmc0/block/mmcblk0"
CARD = f"{DISK}/device"
EXT4 = "sys/fs/ext4/mmcblk0p2"
MOUNTS = "proc/self/mountinfo"


class Machine:
    """A Pi that is well; `put` makes it otherwise."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in WELL.items():
            self.put(name, text)
        self.link("sys/dev/block/179:2", f"{DISK}/mmcblk0p2")
        self.link("sys/block/mmcblk0", DISK)

    def put(self, name: str, text: str) -> Path:
        """What a file of the kernel says, with its new line."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")
        return file

    def link(self, name: str, target: str) -> None:
        """A link as /sys has them: relative."""
        link = self.root / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(self.root / target, link.parent))

    def take(self, name: str) -> None:
        """The machine has no such file."""
        (self.root / name).unlink()

    def mount(self, options: str, view: str = "rw") -> None:
        """How the card is mounted; `view`: how this process may see it."""
        line = f"26 1 179:2 / / {view},noatime shared:1 - ext4 /dev/root {options}"
        self.put(MOUNTS, f"22 26 0:21 / /proc rw - proc proc rw\n{line}")


WELL = {
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0",
    BITS: "0",
    "sys/class/hwmon/hwmon1/name": "rpi_volt",
    "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0",
    "sys/class/thermal/thermal_zone0/type": "cpu-thermal",
    "sys/class/thermal/thermal_zone0/temp": "51121",
    f"{DISK}/stat": "9 0 99 9 5 6 4096 8 0 10 11",
    f"{DISK}/mmcblk0p2/partition": "2",
    f"{CARD}/type": "SD",
    f"{CARD}/name": "SC32G",
    f"{CARD}/manfid": "0x000003",
    f"{CARD}/date": "08/2022",
    f"{EXT4}/errors_count": "0",
    f"{EXT4}/lifetime_write_kbytes": str(42 * 1024 * 1024),
    MOUNTS: "26 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw,errors=remount-ro",
    "proc/meminfo": "MemTotal: 948304 kB\nMemFree: 70000 kB\nMemAvailable: 600000 kB",
    "proc/swaps": "Filename Type Size Used Priority\n/var/swap file 102396 1024 -2",
    "proc/vmstat": "nr_free_pages 100\noom_kill 0\n",
    "proc/net/route": "Iface Destination Gateway Flags RefCnt Use Metric Mask\n"
    "eth0 00000000 0158A8C0 0003 0 0 202 00000000 0 0 0\n"
    "eth0 0058A8C0 00000000 0001 0 0 202 00FFFFFF 0 0 0",
    "proc/net/arp": "IP address HW type Flags HW address Mask Device\n"
    "192.168.88.1 0x1 0x2 64:d1:54:00:00:01 * eth0",
    "sys/class/net/eth0/operstate": "up",
    "etc/resolv.conf": "nameserver 192.168.88.1",
    "dev/kmsg": "6,339,5140900,-;NET: Registered PF_INET6 protocol family",
    "run/systemd/timesync/synchronized": "",
}
