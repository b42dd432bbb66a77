"""What was read of a router, as rows; and what of it the rules ask for."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Row = Mapping[str, str]

# Menu: the properties to read; none named: all. Long menus are read in part.
MENUS: Mapping[str, tuple[str, ...]] = {
    "/system/resource": (),
    "/system/identity": (),
    "/system/device-mode": (),
    "/system/package": ("name", "version", "disabled"),
    "/system/ntp/client": (),
    "/system/scheduler": (),
    "/system/script": (".id", "name", "comment"),
    "/ip/address": (),
    "/ip/service": (),
    "/ip/pool": (),
    "/ip/hotspot": (),
    "/ip/hotspot/profile": (),
    "/ip/hotspot/user": (".id", "name", "comment", "default", "dynamic"),
    "/ip/hotspot/user/profile": (),
    "/ip/hotspot/ip-binding": (),
    "/ip/hotspot/walled-garden": (),
    "/ip/hotspot/walled-garden/ip": (),
    "/ip/dhcp-server": (),
    "/ip/dhcp-server/network": (),
    "/ip/dhcp-server/option": (),
    "/ip/firewall/nat": (".id", "chain", "action", "src-address", "disabled"),
    "/radius": (),
    "/radius/incoming": (),
    "/user": (),
    "/user/group": (),
    "/user-manager": (),
    "/file": (".id", "name", "type", "size"),
}


@dataclass(frozen=True)
class Seen:
    """A router at a moment. A menu not in `rows` isn't there, or may not be read.

    `skew_seconds`: how far its clock is ahead of ours; None where ours isn't believed.
    """

    rows: Mapping[str, Sequence[Row]] = field(repr=False)
    skew_seconds: int | None = None

    def of(self, menu: str) -> list[Row]:
        """The rows of a menu; none where it isn't there."""
        return list(self.rows.get(menu, ()))

    def one(self, menu: str) -> Row:
        """The row of a menu that has but one; empty where it isn't there."""
        return next(iter(self.rows.get(menu, ())), {})

    def has(self, menu: str) -> bool:
        """Whether a menu is there and could be read."""
        return menu in self.rows

    def named(self, menu: str, name: str) -> Row | None:
        """The row of that name, or None."""
        return next((row for row in self.of(menu) if row.get("name") == name), None)

    @property
    def version(self) -> tuple[int, ...]:
        """The version to compare with: "7.18.2 (stable)" is (7, 18, 2)."""
        found = re.match(r"\d+(\.\d+)*", self.version_text)
        return tuple(int(part) for part in found[0].split(".")) if found else ()

    @property
    def version_text(self) -> str:
        """The version as the router tells it."""
        return self.one("/system/resource").get("version", "")

    @property
    def board(self) -> str:
        """The router's model."""
        return self.one("/system/resource").get("board-name", "")

    @property
    def folder(self) -> str:
        """Where files outlive a reboot: on boards with a folder flash, inside it."""
        has_flash = any(
            row.get("name", "").partition("/")[0] == "flash" for row in self.of("/file")
        )
        return "flash/hsl" if has_flash else "hsl"

    def server(self, name: str) -> Row | None:
        """The hotspot server: of that name, else the only one there is."""
        found = self.named("/ip/hotspot", name)
        servers = self.of("/ip/hotspot")
        return servers[0] if found is None and len(servers) == 1 else found

    def address_on(self, interface: str) -> ipaddress.IPv4Interface | None:
        """The router's own address on an interface, with its network; or None."""
        for row in self.of("/ip/address"):
            if row.get("interface") == interface and row.get("disabled") != "true":
                return ipaddress.IPv4Interface(row["address"])
        return None

    def has_address(self, address: str) -> bool:
        """Whether an address is one of the router's own."""
        own = (
            row.get("address", "").partition("/")[0] for row in self.of("/ip/address")
        )
        return address in own
