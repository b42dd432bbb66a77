"""One device's time online: what it may have, what it used, what is left."""

from __future__ import annotations

from dataclasses import dataclass, field

from hotspot_lite.town.nas import Caller
from hotspot_lite.town.terms import GIGAWORD, Terms

BYTES_A_PACKET = 1000
"""Only a plausible relation: nobody bills by the packet."""


@dataclass
class Session:
    """One device being online as one user."""

    caller: Caller
    by: str
    is_radius: bool
    terms: Terms
    began_at: float
    password: str = field(repr=False, default="")
    bytes_up: int = 0
    bytes_down: int = 0
    used_at: float = 0.0
    interim_at: float = 0.0

    @property
    def user(self) -> str:
        """The name the device is logged in with."""
        return self.caller.user

    def seconds_left(self, now: float) -> float | None:
        """Session time left, or None without a limit."""
        if self.terms.seconds is None:
            return None
        return max(0.0, self.began_at + self.terms.seconds - now)

    def is_over_limit(self) -> bool:
        """Say whether any limit of bytes is reached."""
        used = (self.bytes_up, self.bytes_down, self.bytes_up + self.bytes_down)
        terms = self.terms
        limits = (terms.up_bytes, terms.down_bytes, terms.total_bytes)
        return any(
            limit is not None and count >= limit
            for count, limit in zip(used, limits, strict=True)
        )

    def seconds_spent(self, now: float) -> float:
        """Time online; never more than was allowed, however late it's noticed."""
        spent = now - self.began_at
        return spent if self.terms.seconds is None else min(spent, self.terms.seconds)

    def counters(self, now: float) -> dict[str, int]:
        """The accounting attributes that tell what was used; input is upload."""
        up, down = self.bytes_up, self.bytes_down
        return {
            "Acct-Input-Octets": up % GIGAWORD,
            "Acct-Output-Octets": down % GIGAWORD,
            "Acct-Input-Gigawords": up // GIGAWORD,
            "Acct-Output-Gigawords": down // GIGAWORD,
            "Acct-Input-Packets": up // BYTES_A_PACKET,
            "Acct-Output-Packets": down // BYTES_A_PACKET,
            "Acct-Session-Time": int(self.seconds_spent(now)),
        }
