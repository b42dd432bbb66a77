"""M-Pesa's own book: what really moved, whatever anybody was told about it."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from hotspot_lite.town.daraja_phones import EAT

HEADS = (
    "Receipt No.",
    "Completion Time",
    "Initiation Time",
    "Details",
    "Transaction Status",
    "Paid In",
    "Withdrawn",
    "Balance",
    "Balance Confirmed",
    "Reason Type",
    "Other Party Info",
    "Linked Transaction ID",
    "A/C No.",
)


class Taken(NamedTuple):
    """Money that left a phone: for a prompt, or by hand (`checkout_id` is "")."""

    checkout_id: str
    phone: str
    amount_cents: int
    receipt: str
    reference: str
    callback_url: str
    at: float = 0.0
    name: str = "JANE"

    @property
    def is_by_hand(self) -> bool:
        """Nobody asked for it."""
        return not self.checkout_id


class Returned(NamedTuple):
    """Money that went back to its phone."""

    receipt: str
    original: Taken
    at: float


class Book:
    """Every movement of one run, in order. Shared by threads."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.returned: list[Returned] = []
        self._lock = threading.Lock()
        self._by_receipt: dict[str, Taken | Returned] = {}

    def take(self, taken: Taken) -> None:
        """Write down money that came."""
        with self._lock:
            self.taken.append(taken)
            self._by_receipt[taken.receipt] = taken

    def give_back(self, returned: Returned) -> None:
        """Write down money that went back."""
        with self._lock:
            self.returned.append(returned)
            self._by_receipt[returned.receipt] = returned

    def find(self, receipt: str) -> Taken | Returned | None:
        """The movement with this receipt, or None."""
        return self._by_receipt.get(receipt)

    def balance_cents(self) -> int:
        """What the shop has of it."""
        with self._lock:
            gone = sum(back.original.amount_cents for back in self.returned)
            return sum(taken.amount_cents for taken in self.taken) - gone

    def movements(self) -> list[Taken | Returned]:
        """Both kinds, oldest first."""
        with self._lock:
            both: list[Taken | Returned] = [*self.taken, *self.returned]
        return sorted(both, key=lambda moved: moved.at)

    def statement(self, shortcode: str, shop: str = "PRETEND SHOP") -> str:
        """The CSV that the organisation portal exports: the newest row first."""
        out = io.StringIO()
        write = csv.writer(out)
        write.writerows([["Organization Name:", shop], ["Short Code:", shortcode], []])
        write.writerow(HEADS)
        write.writerows(reversed(list(self._rows())))
        return out.getvalue()

    def _rows(self) -> Iterable[list[str]]:
        balance = 0
        for moved in self.movements():
            is_in = isinstance(moved, Taken)
            taken = moved if isinstance(moved, Taken) else moved.original
            balance += taken.amount_cents if is_in else -taken.amount_cents
            amount = f"{taken.amount_cents / 100:,.2f}"
            kind, details = _words(moved, taken)
            moment = datetime.fromtimestamp(moved.at, UTC).astimezone(EAT)
            yield [
                moved.receipt,
                *[f"{moment:%d-%m-%Y %H:%M:%S}"] * 2,
                details,
                "Completed",
                amount if is_in else "",
                "" if is_in else f"-{amount}",
                f"{balance / 100:,.2f}",
                "true",
                kind,
                f"{masked(taken.phone)} - {taken.name} W",
                "" if is_in else taken.receipt,
                taken.reference,
            ]


def masked(phone: str) -> str:
    """A number as M-Pesa shows it to shops since 2026: 0715***123."""
    return f"0{phone[3:6]}***{phone[-3:]}"


def _words(moved: Taken | Returned, taken: Taken) -> tuple[str, str]:
    if isinstance(moved, Returned):
        return "Pay Bill Reversal", f"Reversal of transaction {taken.receipt}"
    kind = "Pay Bill" if taken.is_by_hand else "Pay Bill Online"
    who = f"{masked(taken.phone)} - {taken.name} W"
    return kind, f"{kind} from {who} Acc. {taken.reference}"
