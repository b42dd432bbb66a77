"""M-Pesa as a rail: a prompt on the phone, an unsigned callback, a query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from hotspot_lite.wires.daraja import Daraja
from hotspot_lite.wires.daraja_callback import read_callback
from hotspot_lite.wires.rail import Begun, Heard, Polled, Wanted


class MpesaRail:
    """Daraja's answers in the words of `wires.rail`."""

    name = "mpesa"
    label = "M-Pesa"
    kind: Literal["prompt", "redirect", "immediate", "manual"] = "prompt"
    hosts: tuple[str, ...] = ()  # the prompt comes by the phone network
    supports_poll = True
    signed_callbacks = False
    needs_public_url = True
    repeatable = False

    def __init__(self, daraja: Daraja) -> None:
        self.daraja = daraja

    @property
    def last_date(self) -> int | None:
        """Daraja's clock at its last answer."""
        return self.daraja.last_date

    def is_set_up(self) -> bool:
        """Whether there are keys and a number to pay to."""
        account = self.daraja.account
        return bool(account.consumer_key and account.shortcode)

    def begin(self, wanted: Wanted, now: int) -> Begun:
        """Send the prompt, once."""
        answer = self.daraja.push(
            wanted.phone,
            wanted.amount_cents,
            f"HL{wanted.payment_id}",
            "WiFi",
            wanted.callback_url,
            now,
        )
        return Begun(
            answer.kind,
            answer.checkout_request_id,
            answer.merchant_request_id,
            answer.code,
            answer.says,
            answer.todo,
        )

    def poll(self, checkout_request_id: str, begun_at: int, now: int) -> Polled:
        """Query the prompt; its answer has neither amount nor receipt."""
        answer = self.daraja.query(checkout_request_id, now)
        return Polled(
            answer.kind,
            answer.result_code,
            answer.result_text,
            answer.retry_after_seconds,
            answer.todo,
        )

    def hear(self, raw: bytes, headers: Mapping[str, str]) -> Heard:
        """Read an STK callback; its path proved it already."""
        told = read_callback(raw)
        return Heard(
            told.ok,
            told.result_code,
            told.result_text,
            told.checkout_request_id,
            told.amount_cents,
            told.amount_text,
            told.receipt,
        )
