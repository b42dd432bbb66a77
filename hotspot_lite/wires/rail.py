"""What every way to move money looks like to the journey and to the web pages.

A rail is one module of `wires` that keeps this promise, and one line of
`rails.RAILS`. It knows a provider's protocol, and neither tables nor packages: it
says what was begun, what was heard and what a question was answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Wanted:
    """The money that is to be asked for.

    `token` is secret and of this payment alone: the end of its callback address, and
    the reference at providers that take one. Asking twice with the same one is asking
    once. `callback_url` is "" where the rail needs none; `return_url` is where a
    customer comes back to from a page of the provider's.
    """

    payment_id: int
    token: str
    amount_cents: int
    phone: str
    callback_url: str = ""
    return_url: str = ""


@dataclass(frozen=True)
class Begun:
    """What became of asking.

    accepted: the customer is being asked, at `redirect_url` where there is one.
    paid: the money is here at once. refused: nobody is asked, `says` and `todo` tell
    why. uncertain: nobody knows; the payment waits for a callback or a poll.
    """

    kind: Literal["accepted", "paid", "refused", "uncertain"]
    checkout_request_id: str | None = None  # the provider's name for this payment
    merchant_request_id: str | None = None
    code: str = ""
    says: str = ""
    todo: str = ""
    redirect_url: str = ""
    receipt: str | None = None


@dataclass(frozen=True)
class Heard:
    """What a provider says of one payment, by callback or when asked.

    `amount_cents` is None where no amount came, and where one came that is not ours
    to count (unreadable, another currency): `amount_text` keeps it as it was told.
    """

    ok: bool
    result_code: str
    result_text: str
    checkout_request_id: str
    amount_cents: int | None = None
    amount_text: str = ""
    receipt: str | None = None


@dataclass(frozen=True)
class Polled:
    """What a provider answered about an earlier payment.

    `heard` is set where the answer says all that a callback would: then it is judged
    like one. Else `kind` is a word only: paid, failed or pending. `todo` is for the
    owner, where the question itself was refused.
    """

    kind: Literal["paid", "failed", "pending"]
    result_code: str = ""
    result_text: str = ""
    retry_after_seconds: float | None = None
    todo: str = ""
    heard: Heard | None = None


class Rail(Protocol):
    """One way to move money. `name` is what `Payment.provider` says."""

    name: str
    label: str
    """A brand for people: "M-Pesa"; the portal's words may have a better one."""
    kind: Literal["prompt", "redirect", "immediate", "manual"]
    """What the customer is to do: answer a prompt, go to a page, nothing, pay by
    hand."""
    hosts: tuple[str, ...]
    """Hosts that a phone must reach before it has paid (the walled garden)."""
    supports_poll: bool
    signed_callbacks: bool
    """True: one address for all, /cb/<name>, and each body proves itself. False: each
    payment has an address of its own, and its token is the proof."""
    needs_public_url: bool
    repeatable: bool
    """Whether asking again with the same token can't take the money twice."""

    @property
    def last_date(self) -> int | None:
        """The provider's clock in epoch seconds, or None where it did not answer."""
        ...

    def is_set_up(self) -> bool:
        """Whether the owner has given what it needs; else it isn't offered."""
        ...

    def begin(self, wanted: Wanted, now: int) -> Begun:
        """Ask for money. Raises HotspotError only where surely nobody was asked."""
        ...

    def poll(self, checkout_request_id: str, begun_at: int, now: int) -> Polled:
        """Ask what became of a payment that was begun at `begun_at`. Never raises."""
        ...

    def hear(self, raw: bytes, headers: Mapping[str, str]) -> Heard | None:
        """Read a callback's body; header names are lower case.

        None for what is genuine and says nothing about a payment. Raises BadInput for
        what can't be read, with the field "signature" for what does not prove itself.
        """
        ...
