"""Nothing is heard though something should be: no payments, or no callbacks.

A dead callback address, a revoked key or a cut uplink is quiet; owners notice it by
the takings, a day late. What is usual is learned from the same hours of earlier weeks.
"""

from __future__ import annotations

from dataclasses import dataclass

from hotspot_lite.trade.models import Callback, Payment

HOUR, WEEK = 3600, 7 * 86_400
WEEKS, FEWEST_WEEKS = 4, 3
# None where 6 are usual happens by chance once in 400 times.
USUAL = 6.0
HOURS_LOOKED_AT = (1, 2, 3, 6, 12)
# A prompt and its callback are over by then.
OVER_SECONDS = 300
CALLBACK_HOURS, FEWEST_PROMPTS = 6, 10
FEWEST_SHARE, MOST_SHARE = 0.5, 3.0


@dataclass(frozen=True)
class Heard:
    """One look: whether it is wrong, and a sentence for the owner."""

    is_wrong: bool
    says: str


def payments(now: int) -> Heard:
    """Whether payments have stopped that come at this hour of the week.

    A box younger than three weeks, or a quiet one, has nothing usual: never wrong.
    """
    for hours in HOURS_LOOKED_AT:
        usual = _usual(now, hours * HOUR)
        if usual < USUAL:
            continue
        if _paid(now - hours * HOUR, now):
            return Heard(False, "Payments come in as usual.")
        wrong = f"No payment for {hours} h; {usual:.0f} are usual at this time of week."
        return Heard(True, wrong)
    return Heard(False, "So few payments are usual at this hour that none is no news.")


def _usual(now: int, seconds: int) -> float:
    """The mean of the same hours of earlier weeks, of those in which the box sold."""
    counts = [
        _paid(now - week * WEEK - seconds, now - week * WEEK)
        for week in range(1, WEEKS + 1)
    ]
    sold = [count for count in counts if count]
    return sum(sold) / len(sold) if len(sold) >= FEWEST_WEEKS else 0.0


def _paid(since: int, until: int) -> int:
    query = Payment.select().where(
        (Payment.paid_at > since) & (Payment.paid_at <= until)
    )
    return int(query.count())


def callbacks(now: int) -> Heard:
    """Whether callbacks come as often as prompts are sent, over the last hours."""
    prompts = Payment.select(Payment.id).where(
        Payment.asked_at.between(now - CALLBACK_HOURS * HOUR, now - OVER_SECONDS)
        & (Payment.kind == "prompt")
        & Payment.checkout_request_id.is_null(False)
    )
    sent = int(prompts.count())
    told = int(Callback.select().where(Callback.payment.in_(prompts)).count())
    share = told / sent if sent else 1.0
    is_far = not FEWEST_SHARE <= share <= MOST_SHARE
    says = f"{told} callbacks for {sent} prompts in the last {CALLBACK_HOURS} h."
    return Heard(sent >= FEWEST_PROMPTS and is_far, says)
