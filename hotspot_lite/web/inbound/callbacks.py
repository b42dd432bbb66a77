"""What providers tell us: kept on disk before it is answered, judged by the trade.

Unsigned ones come to a payment's own address, whose token says which payment; signed
ones to one address for all, and say themselves which. Nothing is stored for a
stranger. The answer depends on the disk only, so the sender learns nothing of what we
think of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from bottle import Bottle, HTTPError, HTTPResponse, request

from hotspot_lite import box as boxes
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import Payment
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.takings import confirming, hearsay, inbox
from hotspot_lite.trade.takings.hearsay import Heard
from hotspot_lite.trade.takings.inbox import Message
from hotspot_lite.web import pages
from hotspot_lite.web.inbound.senders import Senders
from hotspot_lite.web.rails import Rails, WebRail

log = logging.getLogger(__name__)
MOST_BYTES = 32 * 1024
ACCEPTED = {"ResultCode": 0, "ResultDesc": "Accepted"}


class Callbacks:
    """The callback addresses of one box."""

    def __init__(self, box: Box, rails: Rails) -> None:
        self.box = box
        self.rails = rails
        self.senders = Senders(box.settings)
        self.confirm = confirming.policy(box.settings)

    def add_to(self, app: Bottle) -> None:
        """Put its page on `app`."""
        app.route("/cb/<token>", "POST", self.hear)
        app.route("/cb/echo", "GET", self.echo)
        app.route("/cb/echo/<nonce:re:[0-9a-f]{32}>", "GET", self.echo)

    def echo(self, nonce: str = "") -> HTTPResponse:
        """GET /cb/echo: that the way from outside leads here; for the doctor a proof.

        What it proves is that whoever answers holds this box's key.
        """
        says = boxes.echo(self.box.key, nonce) if nonce else "This is hotspot-lite."
        return pages.text_page(says)

    def hear(self, token: str) -> HTTPResponse:
        """POST /cb/<token>: 200 once it is on disk, 503 where it could not be.

        A second is all the time there is: where the database is busy, it is kept as a
        file. <token> is a payment's, or the name of a rail that signs. 404 for an
        unknown one, 401 for a wrong signature, 413 over 32 KiB; none of these
        stores anything.
        """
        rail = self.rails.get(token)
        if rail is not None and rail.signed_callbacks and rail.is_set_up():
            return self._hear_signed(rail)
        payment = payments.by_token(token)
        rail = self.rails.get(payment.provider) if payment is not None else None
        if payment is None or rail is None or rail.signed_callbacks:
            raise HTTPError(404)
        self.senders.refuse_strangers()
        raw = posted_body()
        try:
            heard = rail.hear(raw, _headers())
        except BadInput as exc:
            log.warning("a callback can't be read: %s", exc)
            heard = None
        except Exception:
            # A fault of ours must not cost the body: it is kept, for a person.
            log.exception("a callback can't be read")
            heard = None
        return self._keep(payment, raw, heard)

    def _hear_signed(self, rail: WebRail) -> HTTPResponse:
        raw = posted_body()
        try:
            heard = rail.hear(raw, _headers())
        except BadInput as exc:
            log.warning("a callback of %s is refused: %s", rail.name, exc)
            raise HTTPError(401 if exc.field == "signature" else 400) from None
        payment = payments.by_token(heard.checkout_request_id) if heard else None
        if payment is None or payment.provider != rail.name:
            # Genuine, and not about us: the owner sells other things by it too.
            return pages.json_page(ACCEPTED)
        return self._keep(payment, raw, heard)

    def _keep(self, payment: Payment, raw: bytes, heard: Heard | None) -> HTTPResponse:
        now, peer = self.box.clock.now().at, pages.client_address()
        verdict = take_or_keep(
            self.box,
            hearsay.message(payment, raw, heard, peer, now),
            lambda: hearsay.hear(payment, raw, heard, peer, now, self.confirm),
        )
        log.info("callback of payment %s: %s", payment.id, verdict)
        return pages.json_page(ACCEPTED)


def _headers() -> dict[str, str]:
    # Not `request.headers`: it refuses all of them where one isn't UTF-8.
    return {
        name.removeprefix("HTTP_").replace("_", "-").lower(): text
        for name, text in request.environ.items()
        if name.startswith("HTTP_")
    }


def take_or_keep(box: Box, message: Message, take: Callable[[], str]) -> str:
    """Have `take` write a message down, within the second that its sender waits.

    Returns its verdict, or "kept" where the database was busy and it is a file now.
    Raises HTTPError 503 where the disk took neither.
    """
    try:
        return inbox.take_or_keep(box.settings.data_dir, message, take)
    except OSError:
        log.exception("a message of a provider could not be written")
        raise HTTPError(503) from None


def posted_body() -> bytes:
    """The body that was posted. Raises HTTPError 413 where it is over 32 KiB."""
    if request.content_length > MOST_BYTES:
        raise HTTPError(413)
    raw: bytes = request.environ["wsgi.input"].read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise HTTPError(413)
    return raw
