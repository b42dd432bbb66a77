"""Where M-Pesa tells what became of a reversal or a question: kept before it is
answered, read by the worker."""

from __future__ import annotations

import logging

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.trade.takings import inquiries
from hotspot_lite.web import pages
from hotspot_lite.web.callbacks import ACCEPTED, posted_body, take_or_keep
from hotspot_lite.web.senders import Senders

log = logging.getLogger(__name__)


class Results:
    """Two addresses for each inquiry, with a token of its own."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.senders = Senders(box.settings)

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`."""
        app.route("/cb/r/<token>", "POST", self.result)
        app.route("/cb/r/<token>/late", "POST", self.late)

    def result(self, token: str) -> HTTPResponse:
        """POST /cb/r/<token>: 200 once the result is on disk, else 503.

        404 for an unknown token, 413 for a body over 32 KiB; neither stores anything.
        """
        return self._keep(token, is_timeout=False)

    def late(self, token: str) -> HTTPResponse:
        """POST /cb/r/<token>/late: M-Pesa did not come to it in time.

        The body is our own order with its credential: it is not kept.
        """
        return self._keep(token, is_timeout=True)

    def _keep(self, token: str, is_timeout: bool) -> HTTPResponse:
        inquiry = inquiries.by_token(token)
        if inquiry is None:
            raise HTTPError(404)
        self.senders.refuse_strangers()
        told = posted_body()
        raw = b"" if is_timeout else told
        now, peer = self.box.clock.now().at, pages.client_address()
        verdict = take_or_keep(
            self.box,
            inquiries.message(inquiry.id, raw, is_timeout, peer, now),
            lambda: inquiries.keep_body(inquiry.id, raw, is_timeout, peer, now),
        )
        log.info("result of inquiry %s: %s", inquiry.id, verdict)
        return pages.json_page(ACCEPTED)
