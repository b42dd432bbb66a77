"""The way out of this machine: its default route, and whether the gateway is there."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass
from pathlib import Path

from hotspot_lite.machine.files import ROOT, text_of

UP, GATEWAY = 0x1, 0x2  # RTF_UP, RTF_GATEWAY (linux/route.h)
COMPLETE = 0x2  # ATF_COM (linux/if_arp.h)


@dataclass(frozen=True)
class Route:
    """The default route. `heard` is False where the gateway didn't answer lately."""

    interface: str
    gateway: str
    link: str
    heard: bool


def default_route(root: Path = ROOT) -> Route | None:
    """The default route with the least metric (IPv4); None where there is none."""
    found = []
    for line in text_of(root / "proc/net/route").splitlines()[1:]:
        fields = line.split()
        if len(fields) < 8 or fields[1] != "00000000" or fields[7] != "00000000":
            continue
        if int(fields[3], 16) & UP:
            found.append((int(fields[6]), fields[0], _dotted(fields[2])))
    if not found:
        return None
    _, interface, gateway = min(found)
    link = text_of(root / "sys/class/net" / interface / "operstate") or "unknown"
    return Route(interface, gateway, link, _is_heard(gateway, root))


def _dotted(hexadecimal: str) -> str:
    # The kernel prints the address as a number of this machine's byte order.
    return str(ipaddress.ip_address(struct.pack("=I", int(hexadecimal, 16))))


def _is_heard(gateway: str, root: Path) -> bool:
    for line in text_of(root / "proc/net/arp").splitlines()[1:]:
        fields = line.split()
        if len(fields) >= 3 and fields[0] == gateway:
            return bool(int(fields[2], 16) & COMPLETE)
    return gateway == "0.0.0.0"  # a link without gateway: PPP, or a tunnel


def resolvers(root: Path = ROOT) -> list[str]:
    """The name servers that this machine asks (resolv.conf(5))."""
    lines = text_of(root / "etc/resolv.conf").splitlines()
    return [
        w[1] for line in lines if (w := line.split())[:1] == ["nameserver"] and w[1:]
    ]
