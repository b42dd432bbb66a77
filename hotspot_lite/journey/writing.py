"""Messages to many leave a few at a time, at the gateway's rate and not at night."""

from __future__ import annotations

import time

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.messaging import campaigns
from hotspot_lite.trade.models import Campaign, Message
from hotspot_lite.wires import sms

# A run lasts about so long; then others of the lane have their turn.
RUN_SECONDS = 10.0
# After a refusal that may pass.
PAUSE_SECONDS = 60.0
# Refused for now so often, one has failed; the owner may send it again.
MOST_TRIES = 30


@huey.job("default")
def send_some(campaign_id: int) -> None:
    """Send the next few messages of a campaign, and put the next run."""
    night = _night_seconds()
    if night:
        campaigns.go_on(campaign_id, night, here.now())
        return
    per_minute = int(here.settings["sms.per_minute"])
    most = max(1, int(per_minute * RUN_SECONDS / 60))
    began, sent, pause = time.monotonic(), 0, 0.0
    campaign = Campaign.get_by_id(campaign_id)
    for message in campaigns.take_up(campaign_id, most):
        if not campaigns.claim(message):
            continue
        sent += 1
        if not _send(message, campaign.subject):
            pause = PAUSE_SECONDS
            break
        if time.monotonic() - began > RUN_SECONDS:
            break
    due = sent * 60 / per_minute - (time.monotonic() - began)
    campaigns.go_on(campaign_id, max(pause, due, 0.0), here.now())


def _send(message: Message, subject: str) -> bool:
    """Send one; False where the others had better wait."""
    try:
        provider_id, uncertain = _hand_over(message, subject)
    except TryAgain as exc:
        # As it was read; this try came on top.
        state = "waiting" if message.tries + 1 < MOST_TRIES else "failed"
        campaigns.settle(message, state, here.now(), says=exc.says)
        return False
    except GiveUp as exc:
        campaigns.settle(message, "failed", here.now(), says=str(exc))
        return True
    state = "uncertain" if uncertain else "sent"
    campaigns.settle(message, state, here.now(), provider_id)
    return True


def _hand_over(message: Message, subject: str) -> tuple[str, bool]:
    if message.channel == "email":
        from hotspot_lite.wires import mail  # most boxes send none

        letter = mail.Mail(message.phone, subject, message.text)
        return "", not mail.send(here.mail_account(), letter)
    account = here.sms_account()
    to, ours = message.phone, f"hl{message.id}"
    done = sms.send(account, to, message.text, ours, here.caller)
    return done.message_id or "", done.uncertain


def is_night() -> bool:
    """Whether nobody is to be written to now, but of a sale of their own."""
    return _night_seconds() > 0


def _night_seconds() -> int:
    s = here.settings
    return campaigns.quiet_seconds(
        here.now(),
        s["box.timezone"],
        s["message.quiet_from"],
        s["message.quiet_until"],
    )
