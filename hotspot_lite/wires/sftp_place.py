"""The folder on another machine that an sftp:// address names."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from hotspot_lite.errors import GiveUp


@dataclass(frozen=True)
class Place:
    """A folder on another machine, and who we are there."""

    user: str
    host: str
    port: int
    folder: str

    @property
    def known_as(self) -> str:
        """The machine as known_hosts names it (sshd(8))."""
        return self.host if self.port == 22 else f"[{self.host}]:{self.port}"

    @property
    def target(self) -> str:
        """User and machine as the program takes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}"

    def __str__(self) -> str:
        return f"{self.host}:{self.folder}"


def place_of(url: str) -> Place:
    """The place of an address that the settings have checked (`sftp_or_none`).

    Raises GiveUp for "": no other machine is set.
    """
    if not url:
        raise GiveUp(
            "No other machine is set.",
            'In config.toml, under [backup]: elsewhere = "sftp://user@host/folder"',
        )
    parts = urlsplit(url)
    folder = parts.path.removeprefix("/~/") or "."
    return Place(parts.username or "", parts.hostname or "", parts.port or 22, folder)
