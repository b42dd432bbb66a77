"""An M-Pesa statement held against the ledger, both ways.

By itself it only looks. With `take`, it brings the ledger to agree where the statement
leaves no doubt (a receipt is filled in, a prompt of ours is paid) and leaves the rest
to a person as a transfer that can be matched, claimed or written off. It never gives
time by guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hotspot_lite import store
from hotspot_lite.trade.models import MoneyFact, Payment, Transfer
from hotspot_lite.trade.money import payments, prompts, transfers, undecided
from hotspot_lite.trade.people.phones import mask
from hotspot_lite.trade.reckoning.statement import Row, Statement
from hotspot_lite.trade.reckoning.wrongs import Wrong
from hotspot_lite.trade.takings import accounts, refunds

# A prompt lives a minute; its row in the statement is not further away than this.
NEAR_SECONDS = 300
# Within this of its ends a statement may lack what we have, and the other way round.
EDGE_SECONDS = 600


@dataclass
class Compared:
    """What came of it. `known` rows agreed; `filled` receipts, `paid` prompts and
    `left` transfers are what was taken in."""

    rows: int = 0
    came_cents: int = 0
    known: int = 0
    filled: int = 0
    paid: int = 0
    left: int = 0
    since: int = 0
    until: int = 0
    wrongs: list[Wrong] = field(default_factory=list)


def compare(statement: Statement, now: int, take: bool = False) -> Compared:
    """Hold a statement against the ledger; with `take` bring in what it knows better.

    Each row is one transaction, so a power cut leaves whole rows, and a second run
    goes on: nothing is taken twice.
    """
    came = [row for row in statement.rows if row.kind == "in"]
    found = Compared(
        rows=len(statement.rows),
        came_cents=sum(row.in_cents for row in came),
        since=statement.since,
        until=statement.until,
    )
    for row in came:
        with store.atomic():
            _came(row, found, now, take)
    for row in statement.rows:
        if row.kind == "reversal":
            with store.atomic():
                _reversed(row, found, now, take)
    found.wrongs += _ours_alone(statement, {row.receipt for row in came})
    found.wrongs += _unread(statement)
    return found


# -- What M-Pesa has ---------------------------------------------------------------


def _came(row: Row, found: Compared, now: int, take: bool) -> None:
    ours = store.find(Payment, receipt=row.receipt)
    theirs = store.find(Transfer, receipt=row.receipt)
    known = ours or theirs
    if known is not None:
        _same_amount(row, known.amount_cents, ours, found)
        return
    prompt = _prompt_of(row)
    if not take:
        _not_taken(row, prompt, found)
    elif prompt is None:
        found.left += _left(row, now)
    elif prompt.state == "paid":
        _fill(prompt, row, now)
        found.filled += 1
    else:
        payments.mark_paid(prompt, "statement", None, row.receipt, now)
        found.paid += 1


def _same_amount(
    row: Row, cents: int, payment: Payment | None, found: Compared
) -> None:
    if cents == row.in_cents:
        found.known += 1
        return
    says = f"{row.receipt}: M-Pesa has {_money(row.in_cents)}, we have {_money(cents)}."
    whose = payment.id if payment else None
    found.wrongs.append(Wrong("amount", says, whose, row.in_cents - cents))


def _not_taken(row: Row, prompt: Payment | None, found: Compared) -> None:
    if prompt is not None and prompt.state == "paid":
        found.known += 1  # only its receipt is news
        return
    payer = " ".join(filter(None, (row.payer, row.phone_hint)))
    typed = f", account “{_masked(row.account)}”" if row.account else ""
    says = f"{row.receipt}: {_money(row.in_cents)} from {payer or 'somebody'}{typed}."
    whose = prompt.id if prompt else None
    found.wrongs.append(Wrong("unknown-money", says, whose, row.in_cents))


def _masked(account: str) -> str:
    """An account as it was typed; a phone number in it is hidden."""
    named = accounts.read(account)
    return mask(named.phone) if named.kind == "phone" else account


def _prompt_of(row: Row) -> Payment | None:
    """The prompt of ours that this row is, if there can be no other."""
    named = accounts.read(row.account)
    if named.kind == "push":
        one = store.find(Payment, id=named.payment_id)
        return one if one is not None and _fits(one, row) else None
    # A till's statement has no account: then only one that waits for its receipt.
    near = (row.at - NEAR_SECONDS, row.at + NEAR_SECONDS)
    query = Payment.select().where(
        (Payment.state == "paid")
        & Payment.receipt.is_null()
        & Payment.paid_at.between(near[0], near[1])
        & (Payment.amount_cents == row.in_cents)
    )
    fitting = [one for one in query.limit(50) if _fits(one, row)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(payment: Payment, row: Row) -> bool:
    if payment.provider != "mpesa" or payment.receipt:
        return False
    is_near = abs(row.at - prompts.begun_at(payment)) <= NEAR_SECONDS
    is_theirs = row.phone in ("", payment.phone) and _fits_hint(payment, row)
    return is_near and is_theirs and payment.amount_cents == row.in_cents


def _fits_hint(payment: Payment, row: Row) -> bool:
    shown = row.phone_hint.rpartition(" ")[2]
    return payment.phone.endswith(shown)


def _fill(payment: Payment, row: Row, now: int) -> None:
    change = Payment.update(receipt=row.receipt)
    change.where((Payment.id == payment.id) & Payment.receipt.is_null()).execute()
    says = f"The statement has its receipt, {row.receipt}."
    undecided.settle("receipt-missing", payment, says, now)


def _left(row: Row, now: int) -> int:
    """Keep money as a transfer for a person; 1 if it is new."""
    transfer = transfers.keep(row, now)
    if transfer is None:
        return 0
    typed = f"account “{_masked(row.account)}”" if row.account else "no account"
    says = f"In the M-Pesa statement, never told to the box: {typed}."
    transfers.doubt(transfer, "unmatched-transfer", says, now)
    return 1


def _reversed(row: Row, found: Compared, now: int, take: bool) -> None:
    payment = store.find(Payment, receipt=row.linked) if row.linked else None
    if take and _proves_refund(row, payment, now):
        return
    if payment is None or _knows_reversal(payment):
        return
    says = f"{row.receipt} took {row.linked} back: {_money(row.out_cents)}."
    if not take:
        found.wrongs.append(Wrong("reversed-outside", says, payment.id, -row.out_cents))
        return
    refunds.told(payment, row.receipt, says, now, row.out_cents)


def _proves_refund(row: Row, payment: Payment | None, now: int) -> bool:
    """Whether it is a reversal that we ordered and whose end nobody had told us."""
    transfer = store.find(Transfer, receipt=row.linked) if row.linked else None
    refund = refunds.open_of(payment, transfer) if payment or transfer else None
    if refund is None:
        return False
    return refunds.went_back(refund, row.receipt, "It is in the statement.", now)


def _knows_reversal(payment: Payment) -> bool:
    if refunds.open_of(payment, None) is not None:
        return True  # it waits on the exceptions list, or for its result
    fact = (MoneyFact.payment == payment) & MoneyFact.kind.in_(("reversed", "refunded"))
    return bool(MoneyFact.select().where(fact).exists())


# -- What we have ------------------------------------------------------------------


def _ours_alone(statement: Statement, receipts: set[str]) -> Iterator[Wrong]:
    """Payments of the statement's time that it has not."""
    since, until = statement.since + EDGE_SECONDS, statement.until - EDGE_SECONDS
    query = Payment.select().where(
        (Payment.state == "paid")
        & (Payment.provider == "mpesa")
        # A callback may come a day late: then the statement of today hasn't it.
        & Payment.asked_at.between(since, until)
        & (Payment.paid_at <= until)
    )
    for payment in query.order_by(Payment.paid_at).iterator():
        if payment.receipt in receipts:
            continue
        if payment.receipt:
            says = f"{payment.receipt}: {_money(payment.amount_cents)}, told by"
            says = f"{says} {payment.settled_by}."
            yield Wrong("not-in-statement", says, payment.id, -payment.amount_cents)
        elif not any(_is_its_row(payment, row) for row in statement.rows):
            says = f"{_money(payment.amount_cents)}, told by {payment.settled_by}."
            yield Wrong("no-receipt", says, payment.id, -payment.amount_cents)


def _is_its_row(payment: Payment, row: Row) -> bool:
    return row.kind == "in" and _fits(payment, row)


def _unread(statement: Statement) -> Iterator[Wrong]:
    if statement.unread:
        lines = ", ".join(map(str, statement.unread[:20]))
        yield Wrong("unread", f"{len(statement.unread)}, lines {lines}.")


def _money(cents: int) -> str:
    return f"{cents / 100:,.2f}"
