"""The customer is told."""

from __future__ import annotations

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.messaging import messages
from hotspot_lite.wires import sms


def _tell_failed(error: str, message_id: int) -> None:
    messages.not_sent(message_id, error, final=True)


@huey.job("hotspot-sms", failed=_tell_failed)
def tell(message_id: int) -> None:
    """Send the SMS; where nobody knows whether it left, leave it at that."""
    message = messages.claim(message_id)
    if message is None:
        return
    try:
        done = sms.send(
            here.sms_account(),
            message.phone,
            message.text,
            f"hl{message.id}",
            here.caller,
        )
    except (TryAgain, GiveUp) as exc:
        messages.not_sent(message_id, exc.says, final=False)
        raise
    messages.sent(message, done.message_id or "", done.uncertain, here.now())
