"""The exceptions list: what the box can't decide about money or access, for a person.

Here it is opened, listed, and closed by itself where the doubt has gone; what a person
does about it is in `resolving`. Doubt never goes into silence.
"""

from __future__ import annotations

from dataclasses import dataclass

from hotspot_lite import store
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Payment, Transfer, Undecided

BY_ITSELF = "by itself"


@dataclass(frozen=True)
class Kind:
    """A kind of doubt: its name for people, what it means, what may be done.

    `ways` are names of `resolving.WAYS`, the likeliest first.
    """

    title: str
    means: str
    ways: tuple[str, ...]


_MONEY = ("grant", "refund", "write-off", "seen")
_TRANSFER = ("match", "refund", "reverse", "write-off")
OTHER = Kind("For you to decide", "The box can't judge this by itself.", ("seen",))
KINDS: dict[str, Kind] = {
    "uncertain-push": Kind(
        "Nobody knows whether it was paid",
        "M-Pesa did not say what became of the prompt. Look for the payment in your"
        " M-Pesa statement: if the money is there, give the time.",
        ("grant", "seen"),
    ),
    "orphan-callback": Kind(
        "A callback for a prompt that we don't know",
        "It came to this payment's own secret address but speaks of a prompt that is"
        " none of ours. It gives nobody time. Look for the payment in your M-Pesa"
        " statement.",
        ("grant", "seen"),
    ),
    "wrong-id": Kind(
        "A callback with another payment's id",
        "It came to this payment's own address but speaks of another prompt. Look for"
        " the payment in your M-Pesa statement.",
        ("grant", "seen"),
    ),
    "wrong-amount": Kind(
        "Another amount than asked",
        "What was paid is not the price, so no time was given.",
        _MONEY,
    ),
    "unconfirmed": Kind(
        "Told as paid, and not confirmed",
        "You want M-Pesa's second word (mpesa.confirm) and it has not come. Look for"
        " the payment in your M-Pesa statement: if the money is there, give the time.",
        ("grant", "seen"),
    ),
    "overpaid": Kind(
        "Paid too much",
        "The time was given. The rest belongs to the customer.",
        ("refund", "seen"),
    ),
    "unreadable": Kind(
        "A callback that can't be read",
        "Its body is kept. Look for the payment in your M-Pesa statement.",
        ("grant", "seen"),
    ),
    "receipt-twice": Kind(
        "The same receipt on two payments",
        "M-Pesa told of one receipt for two payments. One of them has its time.",
        _MONEY,
    ),
    "double-success": Kind(
        "Paid twice",
        "The customer tried again and both prompts were paid. Both gave time: refund"
        " one, if the customer wants the money.",
        ("refund", "reverse", "seen"),
    ),
    "receipt-missing": Kind(
        "No receipt for a day",
        "M-Pesa says that it was paid but not with which receipt. The customer has the"
        " time; enter the receipt from your M-Pesa statement.",
        ("receipt", "seen"),
    ),
    "no-access": Kind(
        "Paid and not online",
        "The time was given, but the router does not show the device online. It is"
        " tried again by itself.",
        ("retry", "seen"),
    ),
    "paid-without-time": Kind(
        "Paid and no time given",
        "The money is here, but our own work on it failed.",
        ("grant", "refund", "reverse"),
    ),
    "contradicted": Kind(
        "M-Pesa contradicts itself",
        "It has told two things of one payment. Time that was given is not taken away,"
        " and none is given. Look for it in your M-Pesa statement.",
        ("seen", "grant", "refund", "write-off"),
    ),
    "reversed": Kind(
        "Money taken back",
        "M-Pesa reversed the payment without being told to by this box. Whether the"
        " customer keeps the time says money.after_refund.",
        ("seen",),
    ),
    "uncertain-refund": Kind(
        "Nobody knows whether it went back",
        "M-Pesa was told to give the money back and has not said what became of it. It"
        " is not told again. Look for the reversal in your M-Pesa statement.",
        ("arrived", "not-arrived"),
    ),
    "refund-failed": Kind(
        "M-Pesa did not give it back",
        "The customer still waits for the money. Give it back in the M-Pesa portal or"
        " in cash and note it, or order it anew on the payment's page.",
        ("refund", "seen"),
    ),
    "unmatched-transfer": Kind(
        "Paid by hand, nobody knows by whom",
        "Money came to your paybill or till and nothing says for whom. Match it to the"
        " phone of who paid, or wait until they enter the receipt in the portal.",
        _TRANSFER,
    ),
    "underpaid-transfer": Kind(
        "Paid by hand, too little",
        "It buys no package, so no time was given.",
        ("grant", "refund", "reverse", "write-off"),
    ),
    "doubted-vouchers": Kind(
        "Vouchers that may have been used",
        "A backup was restored, and nothing tells which vouchers were used after it."
        " They can be used once more, two a day on one device. Vouchers made after the"
        " backup are unknown: read their printed list in again (Imports).",
        ("seen",),
    ),
    "lost-payments": Kind(
        "Payments that can't be read any more",
        "The ledger says that money came, and the payments are damaged. Look for them"
        " in your M-Pesa statement, and give who paid the time.",
        ("seen",),
    ),
    "voucher-unknown": Kind(
        "Sold, and the voucher is not known any more",
        "A damaged database tells that a voucher was sold, not which. If its code is"
        " refused, make another.",
        ("refund", "seen"),
    ),
    "late-transfer": Kind(
        "A receipt that is known with another amount",
        "M-Pesa told of one receipt twice, with two amounts. Only the first counts.",
        ("seen",),
    ),
    "unreadable-transfer": Kind(
        "Paid by hand, and it can't be read",
        "Safaricom told of money in a way that can't be read. Its body is kept; look"
        " into your M-Pesa statement.",
        ("seen",),
    ),
}


def kind_of(row: Undecided) -> Kind:
    """What its kind means; a kind that isn't in the table is told as it is."""
    return KINDS.get(row.kind, OTHER)


def leave(
    kind: str,
    says: str,
    now: int,
    payment: Payment | None = None,
    transfer: Transfer | None = None,
    amount_cents: int | None = None,
    subject: str = "",
) -> bool:
    """Put something on the list, once while it is open; whether it is new there.

    `amount_cents` is the money in doubt: of the payment or transfer if not given.
    `subject` says what is one matter where it is about neither.
    """
    about = payment or transfer
    if amount_cents is None and about is not None:
        amount_cents = about.amount_cents
    row = {"payment": payment, "transfer": transfer, "subject": subject}
    with store.atomic():
        new = Undecided.insert(
            kind=kind, says=says, at=now, amount_cents=amount_cents, **row
        )
        if not new.on_conflict_ignore().as_rowcount().execute():
            return False
        _announce("exception_opened", KINDS.get(kind, OTHER).title, says, now)
    return True


def settle(
    kind: str,
    payment: Payment | None,
    says: str,
    now: int,
    transfer: Transfer | None = None,
) -> int:
    """Close what is open of that kind about `payment`: its reason has gone; how many.

    Costs one look where nothing is open. `says` tells what became of it.
    """
    if payment and not transfer and not _is_open(payment):
        return 0
    matter = Undecided.resolved_at.is_null() & (Undecided.kind == kind)
    about = Undecided.payment == payment
    if transfer is not None:
        about = Undecided.transfer == transfer
    if not Undecided.select().where(matter & about).exists():
        return 0
    with store.atomic():
        change = {"resolved_at": now, "resolution": BY_ITSELF, "reason": says}
        closed = int(Undecided.update(change).where(matter & about).execute())
        title = KINDS.get(kind, OTHER).title
        _announce("exception_closed", f"Settled: {title}", says, now, is_good=True)
    return closed


def _is_open(payment: Payment) -> bool:
    # On the way of each sale, so without Peewee; and with the words of an index.
    sql = "SELECT 1 FROM undecided WHERE payment_id = ? AND resolved_at IS NULL LIMIT 1"
    return store.database.execute_sql(sql, (payment.id,)).fetchone() is not None


def close(row: Undecided, resolution: str, who: str, reason: str, now: int) -> bool:
    """Note what a person made of it; False where somebody else was faster."""
    change = {"resolved_at": now, "resolution": resolution, "resolved_by": who}
    this = (Undecided.id == row.id) & Undecided.resolved_at.is_null()
    with store.atomic():
        if not Undecided.update(change | {"reason": reason}).where(this).execute():
            return False
        says = f"{resolution} by {who}. {reason}".strip()
        title = f"Decided: {kind_of(row).title}"
        _announce("exception_closed", title, says, now, is_good=True)
    return True


def _announce(
    type_: str, title: str, says: str, now: int, is_good: bool = False
) -> None:
    events.announce(type_, {"title": title, "says": says, "is_good": is_good}, now)


def waiting(kind: str = "") -> list[Undecided]:
    """What waits for a person, oldest first; of one kind only, if it is named."""
    query = Undecided.select().where(Undecided.resolved_at.is_null())
    if kind:
        query = query.where(Undecided.kind == kind)
    return list(query.order_by(Undecided.at, Undecided.id))


def decided(most: int) -> list[Undecided]:
    """What was closed lately, newest first."""
    query = Undecided.select().where(Undecided.resolved_at.is_null(False))
    return list(query.order_by(Undecided.resolved_at.desc()).limit(most))


def count() -> int:
    """How many wait for a person."""
    query = Undecided.select().where(Undecided.resolved_at.is_null())
    return int(query.count())
