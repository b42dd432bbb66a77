"""Who may be asked for money just now: a prompt is a nuisance, and paying twice a loss.

Limits count what was asked and not paid: whoever pays may go on buying. The numbers
are those of facts/mpesa.md 8.10 and Safaricom's rule 17.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import Payment

# Safaricom's rule 17: the same amount from the same phone within about 2 minutes.
SAME_AGAIN_SECONDS = 120
WINDOW_SECONDS, DAY_SECONDS = 600, 86_400
PER_PHONE, PER_PHONE_A_DAY = 3, 10
PER_DEVICE, PER_ADDRESS, OF_ALL = 5, 15, 100


@dataclass(frozen=True)
class Asker:
    """Who asks whose phone for how much; "" for what isn't known."""

    phone: str
    mac: str
    ip: str
    amount_cents: int
    is_prompt: bool = True


def refuse_too_many(asker: Asker, now: int, of_all: int = OF_ALL) -> None:
    """Raise BadInput, saying how long to wait, where this is one prompt too many.

    `of_all` is how many of all customers may be unpaid in WINDOW_SECONDS.
    """
    if asker.is_prompt:
        _refuse_same_again(asker, now)
        _refuse_phone(asker, now)
    _refuse_device(asker, now)
    everybody = _unpaid(Payment.kind == "prompt", now - WINDOW_SECONDS)
    if asker.is_prompt and everybody >= of_all:
        raise BadInput(
            "Very many people are paying just now.",
            "Wait a few minutes and try again.",
            field="phone",
        )


def _refuse_same_again(asker: Asker, now: int) -> None:
    paid = (
        Payment.select()
        .where(
            (Payment.phone == asker.phone)
            # + 0: found by the phone, not among all that ever cost the same.
            & (Payment.amount_cents + 0 == asker.amount_cents)
            & (Payment.paid_at > now - SAME_AGAIN_SECONDS)
        )
        .exists()
    )
    if paid:
        raise BadInput(
            "That phone has just paid this amount.",
            "M-Pesa wants 2 minutes between two equal payments.",
            field="phone",
        )


def _refuse_phone(asker: Asker, now: int) -> None:
    """Nobody's phone may be made to ring by strangers."""
    this = (Payment.phone == asker.phone) & (Payment.kind == "prompt")
    if _unpaid(this, now - DAY_SECONDS) >= PER_PHONE_A_DAY:
        raise BadInput(
            "That phone was asked many times today and did not pay.",
            "Pay by hand, or buy a voucher at the counter.",
            field="phone",
        )
    if _unpaid(this, now - WINDOW_SECONDS) >= PER_PHONE:
        raise BadInput(
            "That phone was asked several times and did not pay.",
            "Wait 10 minutes and try again.",
            field="phone",
        )


def _refuse_device(asker: Asker, now: int) -> None:
    since = now - WINDOW_SECONDS
    by_mac = _unpaid(Payment.mac == asker.mac, since) if asker.mac else 0
    by_ip = _unpaid(Payment.ip == asker.ip, since) if asker.ip else 0
    if by_mac >= PER_DEVICE or by_ip >= PER_ADDRESS:
        raise BadInput(
            "This device has asked for many payments.",
            "Wait 10 minutes and try again.",
            field="phone",
        )


def _unpaid(these: Any, since: int) -> int:
    recent = (Payment.asked_at > since) & (Payment.state != "paid")
    return int(Payment.select().where(these & recent).count())
