"""What M-Pesa tells us: kept on disk before it is answered, judged by the trade.

The path's token says which payment; nothing is stored for a stranger. The answer
depends on the disk only, so the sender learns nothing of what we think of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from bottle import Bottle, HTTPError, HTTPResponse, request

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade import hearsay, payments
from hotspot_lite.trade.hearsay import Heard
from hotspot_lite.web import pages

log = logging.getLogger(__name__)
MOST_BYTES = 32 * 1024
ACCEPTED = {"ResultCode": 0, "ResultDesc": "Accepted"}

ReadCallback = Callable[[bytes], Heard]


class Callbacks:
    """The callback address of one box; `read_callback` belongs to the wire."""

    def __init__(self, box: Box, read_callback: ReadCallback) -> None:
        self.box = box
        self.read_callback = read_callback

    def add_to(self, app: Bottle) -> None:
        """Put its page on `app`."""
        app.route("/cb/<token>", "POST", self.hear)

    def hear(self, token: str) -> HTTPResponse:
        """POST /cb/<token>: 200 once it is on disk, 503 where it could not be.

        404 for an unknown token, 413 for a body over 32 KiB; neither stores anything.
        """
        payment = payments.by_token(token)
        if payment is None:
            raise HTTPError(404)
        raw = posted_body()
        now = self.box.clock.now().at
        verdict = hearsay.hear(
            payment, raw, self._read(raw), pages.client_address(), now
        )
        log.info("callback of payment %s: %s", payment.id, verdict)
        return pages.json_page(ACCEPTED)

    def _read(self, raw: bytes) -> Heard | None:
        try:
            return self.read_callback(raw)
        except BadInput as exc:
            log.warning("a callback can't be read: %s", exc)
        except Exception:
            # A fault of ours must not cost the body: it is kept, for a person.
            log.exception("a callback can't be read")
        return None


def posted_body() -> bytes:
    """The body that was posted. Raises HTTPError 413 where it is over 32 KiB."""
    if request.content_length > MOST_BYTES:
        raise HTTPError(413)
    raw: bytes = request.environ["wsgi.input"].read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise HTTPError(413)
    return raw
