"""What the box says of itself to the router: addresses, ports, secrets, names."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

MARK = "hsl"
"""The comment on everything of ours, and the beginning of our names."""

RIGHTS = ("read", "write", "api")
"""What the box's API user may do; nothing needs more."""


@dataclass(frozen=True)
class Site:
    """One box beside one router.

    `box_address` is the box as the router reaches it, `nas_address` the router as our
    RADIUS knows it; `server` the hotspot server's name, `interface` where to make one
    if there is none; `rewrites_secret`: write the RADIUS secret though it can't be
    seen whether it differs; `wakes`: users sleep on the router, to be woken when the
    box is dead; `garden`: hosts of payment pages, "*." for all below one.
    """

    box_address: str
    portal_url: str
    nas_address: str
    secret: str = field(repr=False)
    api_user: str
    api_password: str = field(repr=False)
    server: str = MARK
    interface: str = ""
    auth_port: int = 1812
    acct_port: int = 1813
    coa_port: int = 3799
    is_tls: bool = False
    rewrites_secret: bool = False
    wakes: bool = True
    garden: tuple[str, ...] = ()

    @property
    def portal_host(self) -> str:
        """The host in the portal's address, where it is a name; else ""."""
        host = urlsplit(self.portal_url).hostname or ""
        return "" if is_address(host) else host

    @property
    def captive_api(self) -> str:
        """The RFC 8908 address for DHCP option 114: https only; else ""."""
        if not self.portal_url.startswith("https://"):
            return ""
        return f"{self.portal_url.rstrip('/')}/captive-portal/api"


def is_address(text: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
