"""What an audit of the money can find: each kind with its title and meaning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of finding; a `note` is worth knowing and makes no alarm."""

    title: str
    means: str
    is_note: bool = False


@dataclass(frozen=True)
class Wrong:
    """One thing that an audit found."""

    kind: str
    says: str
    payment_id: int | None = None
    amount_cents: int = 0


KINDS: dict[str, Kind] = {
    "chain": Kind(
        "The ledger was tampered with or is damaged",
        "Money facts are chained to each other: one that was changed, removed or put"
        " between others shows. Compare with a backup, and ask who had the file.",
    ),
    "nothing-for-money": Kind(
        "Paid, and nothing was given",
        "Neither time nor a voucher nor a refund, and it is not on the exceptions list."
        " Run: hotspot-lite doctor --fix",
    ),
    "time-unpaid": Kind(
        "Time without money",
        "Somebody has time for a payment that was not paid.",
    ),
    "time-for-nothing": Kind(
        "Time for neither payment nor voucher",
        "Nothing says why this time was given, nor who gave it.",
    ),
    "voucher": Kind(
        "A voucher and its time don't fit",
        "A redeemed voucher has exactly one time, and one that was not redeemed none.",
    ),
    "terms": Kind(
        "Not what was sold",
        "What was paid or given is not what the package said at the sale, and nobody"
        " decided so.",
    ),
    "no-fact": Kind(
        "A payment and the ledger differ",
        "Each paid payment is in the ledger of money facts exactly once.",
    ),
    "taken-unpaid": Kind(
        "The ledger holds money that no payment has",
        "A money fact says that money came; the payment isn't paid, and the money was"
        " neither refunded nor written off.",
    ),
    "refund": Kind(
        "More given back than came",
        "Refunds and reversals of a payment are more than was paid.",
    ),
    "day": Kind(
        "A day's takings differ",
        "The payments of a day and the day's money facts have different sums.",
    ),
    "agent": Kind(
        "A sale and the agent's account differ",
        "Each voucher that an agent sold is on her account once: the price, what she"
        " keeps of it, and both back where it was taken back.",
    ),
    "refunded-online": Kind(
        "Refunded, and the time goes on",
        "The money was given back or taken back by M-Pesa; the customer is still"
        " served. That may be what you want.",
        is_note=True,
    ),
    "not-in-statement": Kind(
        "M-Pesa does not have it",
        "The box holds it for paid by M-Pesa, but the statement has no such receipt."
        " Is it the statement of the right paybill or till? Then the box was lied to.",
    ),
    "amount": Kind(
        "Another amount than M-Pesa has",
        "The box recorded another amount for this receipt.",
    ),
    "unknown-money": Kind(
        "Money that the box does not know",
        "M-Pesa has it, the box has not: paid by hand, or a prompt whose end we were"
        " never told. Take it in, and it can be matched or claimed.",
    ),
    "reversed-outside": Kind(
        "Reversed, and the box did not know",
        "The money went back to the customer; the time was not taken away.",
    ),
    "no-receipt": Kind(
        "Paid without a receipt, and not in the statement",
        "M-Pesa said it was paid, told no receipt, and the statement has no money that"
        " fits.",
    ),
    "unread": Kind(
        "Rows that make no sense",
        "Rows of the statement whose time or amount can't be read.",
        is_note=True,
    ),
}


def is_alarm(wrong: Wrong) -> bool:
    """Whether it is wrong, and not only worth knowing."""
    return not KINDS[wrong.kind].is_note
