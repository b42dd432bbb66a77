"""Where SMS providers tell what became of a message: one address, with a secret."""

from __future__ import annotations

import logging

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.trade.messaging import deliveries, delivery_words
from hotspot_lite.web import pages
from hotspot_lite.web.callbacks import posted_body

log = logging.getLogger(__name__)


class DeliveryReports:
    """The address that the owner types into the provider's page."""

    def __init__(self, box: Box) -> None:
        self.box = box

    def add_to(self, app: Bottle) -> None:
        """Put its page on `app`."""
        app.route("/cb/sms/<token>", "POST", self.hear)

    def hear(self, token: str) -> HTTPResponse:
        """POST /cb/sms/<token>: 200 whatever it says, so that it is not sent again.

        404 for a wrong token, 413 for a body over 32 KiB, 503 where the database is
        busy; none of these stores anything.
        """
        if not deliveries.is_token(token, self.box.key):
            raise HTTPError(404)
        reports = delivery_words.read(posted_body())
        now = self.box.clock.now().at
        for report in reports:
            log.info("a delivery report: %s", deliveries.hear(report, now))
        return pages.text_page("ok\n")
