"""Where Safaricom's messages are expected from: a second lock, never the only one.

Each message proves itself by the secret in its address. Safaricom publishes no list of
its own addresses; the default is what its users see (facts/mpesa.md 1.8).
"""

from __future__ import annotations

import logging

from bottle import HTTPError

from hotspot_lite.settings import Settings
from hotspot_lite.settings.checks import is_among
from hotspot_lite.web import pages

log = logging.getLogger(__name__)


class Senders:
    """What `mpesa.callback_check` asks for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def refuse_strangers(self) -> None:
        """Raise HTTPError 404 for an address that isn't listed, if that is enforced.

        To be called once the secret was right: a stranger who knows it is worth a line.
        """
        check, peer = self.settings["mpesa.callback_check"], pages.client_address()
        if check == "off" or is_among(peer, self.settings["mpesa.callback_addresses"]):
            return
        log.warning("a message with a right secret came from %s", peer)
        if check == "enforce":
            raise HTTPError(404)
