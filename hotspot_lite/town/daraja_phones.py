"""The phones of the pretend town, and the papers that M-Pesa writes about them."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

EAT = timezone(timedelta(hours=3))

# What a phone can be told to do, besides any raw ResultCode ("8006", "SFC_IC0003").
ANSWERS = {
    "pay": "0",
    "cancel": "1032",
    "wrong-pin": "2001",
    "no-answer": "1037",
    "insufficient": "1",
    "expired": "1019",
    "no-prompt": "1025",
    "busy": "26",
}
TEXTS = {
    "0": "The service request is processed successfully.",
    "1": "The balance is insufficient for the transaction.",
    "17": "Rule limited.",
    "26": "System busy. Try again in a few minutes.",
    "1001": "Unable to lock subscriber, a transaction is already in process for the "
    "current subscriber.",
    "1019": "Transaction has expired",
    "1025": "An error occurred while sending a push request",
    "1032": "Request cancelled by user",
    "1036": "[STK_CB - ]SMSC ACK timeout.",
    "1037": "DS timeout user cannot be reached",
    "2001": "The initiator information is invalid.",
    "2028": "The request is not permitted according to product assignment.",
    "8006": "The security credential is locked.",
    "9999": "An error occurred while sending a push request",
    "SFC_IC0003": "The operator does not exist.",
}


@dataclass
class Phone:
    """One customer's phone: its money, and what its owner does with a prompt.

    `answer` is a word of ANSWERS or a raw ResultCode. Seconds are of the real world;
    the town's scale shortens them. `push_fault`, where set, is a fault of Daraja's
    (see daraja.PUSH_FAULTS) that only this number meets. The callback fields say
    what becomes of the callback: `first` and `last` are ResultCodes of wrong ones
    before and after the true one, `id` and `receipt` replace the true ones, `number`
    is how the payer is told (see daraja_bodies.NUMBERS).
    """

    number: str
    balance_cents: int = 1_000_000
    answer: str = "pay"
    enter_pin_after_seconds: float = 11.5  # the median seen
    shape: str = "A"
    push_fault: str = ""
    query_answer: str = ""
    callback_lost: bool = False
    callback_late_seconds: float = 0.0
    callback_copies: int = 1
    callback_before_answer: bool = False
    callback_amount: Any = None
    callback_number: str = "number"
    callback_code_is_text: bool = False
    callback_id: str = ""
    callback_receipt: str = ""
    callback_first: str = ""
    callback_last: str = ""
    callback_again_after_seconds: float = 0.0


class Phones(dict[str, Phone]):
    """Every number exists; it is made when first looked at, as `habit` has it."""

    def __init__(self) -> None:
        super().__init__()
        self.habit: Callable[[Phone], None] | None = None

    def __missing__(self, number: str) -> Phone:
        made = Phone(number)
        if self.habit is not None:
            self.habit(made)
        return self.setdefault(number, made)


@dataclass
class Prompt:
    """One request for a PIN on one phone. `code` is "" until it has ended."""

    checkout_id: str
    merchant_id: str
    phone: str
    amount_cents: int
    reference: str
    callback_url: str
    began_at: float
    late_code: str = ""
    code: str = ""
    receipt: str = ""
    paid_at: float = 0.0

    @property
    def is_open(self) -> bool:
        """The phone is still being asked."""
        return not self.code

    @property
    def text(self) -> str:
        """Safaricom's words for how it ended."""
        return TEXTS.get(self.code, "The transaction could not be completed.")


@dataclass
class Office:
    """Writes identifiers and receipts the way M-Pesa's own look."""

    dice: random.Random
    _used: set[str] = field(default_factory=set)

    def checkout_id(self, phone: str, at: float) -> str:
        """ws_CO_ + ddMMyyyyHHmmssSSS in Kenyan time + the payer's last 9 digits."""
        while True:
            moment = datetime.fromtimestamp(at, UTC).astimezone(EAT)
            millis = f"{moment.microsecond // 1000:03d}"
            made = f"ws_CO_{moment:%d%m%Y%H%M%S}{millis}{phone[-9:]}"
            if made not in self._used:
                self._used.add(made)
                return made
            at += 0.001

    def merchant_id(self) -> str:
        """In the new style: ae53-458e-afea-b8b837aebebe1502104."""
        digits = [self._hex(4), self._hex(4), self._hex(4), self._hex(12)]
        return "-".join(digits) + str(self.dice.randrange(10**6, 10**7))

    def receipt(self, at: float) -> str:
        """Ten signs: year (L is 2017), month, day (1-9, A-V), and seven by chance."""
        day = datetime.fromtimestamp(at, UTC).astimezone(EAT)
        signs = string.ascii_uppercase
        year = signs[(11 + day.year - 2017) % 26]
        written = ("123456789" + signs)[day.day - 1]
        while True:
            tail = self.dice.choices(string.digits + signs, k=7)
            made = f"{year}{signs[day.month - 1]}{written}{''.join(tail)}"
            if made not in self._used:
                self._used.add(made)
                return made

    def order_ids(self, at: float) -> tuple[str, str]:
        """OriginatorConversationID and ConversationID of an order."""
        day = datetime.fromtimestamp(at, UTC).astimezone(EAT)
        serial = f"{self._hex(4)}-{self.dice.randrange(10**7, 10**8)}-1"
        return serial, f"AG_{day:%Y%m%d}_{self._hex(20)}"

    def _hex(self, places: int) -> str:
        return "".join(self.dice.choices("0123456789abcdef", k=places))
