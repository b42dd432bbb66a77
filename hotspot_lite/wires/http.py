"""One careful way to call somebody else's web service.

Knows connections, deadlines and how much of a request may have been seen by the
other side. Knows nothing of what is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hotspot_lite.wires.http_answer import Answer, unusable

if TYPE_CHECKING:
    from hotspot_lite.wires.http_travel import Traveller


class Caller:
    """Calls web services; one may be shared by many threads.

    `ca_file` is a bundle to trust instead of the system's (tests, private CAs).
    Certificates are always checked: there is no switch.
    """

    def __init__(
        self,
        connect_seconds: float = 5,
        read_seconds: float = 20,
        deadline_seconds: float = 30,
        ca_file: str | None = None,
    ) -> None:
        self.deadline_seconds = deadline_seconds
        self._told = (connect_seconds, read_seconds, ca_file)
        self._traveller: Traveller | None = None

    def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Ask once and return the answer, whatever its status.

        Redirects are returned, not followed. Raises NotSent, OutcomeUnknown, or
        GiveUp for an address or header that can't be put on the wire.
        """
        # A fresh connection each time: a kept one that a NAT has forgotten turns
        # a payment prompt into "outcome unknown", for one handshake saved.
        sent = {**(headers or {}), "Connection": "close"}
        host = host_of(url)
        return self._ready().ask(method, url, host, sent, body, self.deadline_seconds)

    def _ready(self) -> Traveller:
        # The web holds a caller and calls nobody: urllib3 and the system's
        # certificates are 3 MiB. Two threads may make one each; the last one stays.
        if self._traveller is None:
            from hotspot_lite.wires.http_travel import Traveller

            self._traveller = Traveller(*self._told)
        return self._traveller


def host_of(url: str) -> str:
    """The host to name in messages. Raises GiveUp for what is no web address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise unusable("the address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise unusable("the address")
    return parts.hostname
