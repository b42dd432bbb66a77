"""Codes that buy once: made in batches, redeemed in the portal."""

from __future__ import annotations

import re

from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods.catalogue import read_terms, terms_of
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Plan, Subscription, Voucher, VoucherBatch
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import subscriptions

# 10 letters of 31 are 49 bits: guessing one of 10,000 takes 10 tries a second for
# 1,800 years. Written in two halves, which people copy without error.
LETTERS = 10
MOST_AT_ONCE = 5000
# Of vouchers that may have been used before (`salvage_vouchers`), by one device.
DOUBTED_A_DAY, DAY_SECONDS = 2, 86_400
_FOREIGN = re.compile(r"[a-z0-9]{4,32}")


def make(plan: Plan, count: int, by: str, now: int) -> VoucherBatch:
    """A batch of `count` new vouchers for `plan`, all or none. Raises BadInput."""
    if not 1 <= count <= MOST_AT_ONCE:
        raise BadInput(f"Make 1 to {MOST_AT_ONCE} vouchers at once.", field="count")
    with store.atomic():
        batch = VoucherBatch.create(
            plan=plan, terms=terms_of(plan).as_json(), made_at=now, made_by=by
        )
        for _ in range(count):
            _make_one(batch)
        audit.note(by, "voucher create", f"{count} for {plan.name}", now)
    return batch


def _make_one(batch: VoucherBatch) -> None:
    while True:
        code = customers.random_code(LETTERS)
        try:
            Voucher.create(batch=batch, code=f"{code[:5]}-{code[5:]}")
        except IntegrityError:
            continue
        return


def codes(batch: VoucherBatch) -> list[str]:
    """The codes of a batch."""
    query = Voucher.select(Voucher.code).where(Voucher.batch == batch)
    return [voucher.code for voucher in query.order_by(Voucher.id)]


def read_code(text: str) -> str:
    """What somebody typed as a code: case, spaces and dashes don't matter.

    Raises BadInput for what can't be a code.
    """
    code = _ours(_bare(text))
    if not code:
        raise BadInput(
            "That is not a voucher code.",
            f"A code has {LETTERS} letters and digits, like abcde-23456.",
            field="code",
        )
    return code


def read_foreign(text: str) -> str:
    """A code that another system printed, as it is kept here: in lower case, bare.

    Raises BadInput for what can't be one. One of our own shape is read as ours.
    """
    letters = _bare(text)
    if not _FOREIGN.fullmatch(letters):
        raise BadInput(
            f"{text[:40]!r} can't be a voucher code.",
            "A code has 4 to 32 letters and digits.",
            field="code",
        )
    return _ours(letters) or letters


def find(text: str) -> Voucher | None:
    """The voucher of a code as somebody typed it, ours or brought along; or None."""
    letters = _bare(text)
    return store.find(Voucher, code=_ours(letters) or letters)


def _bare(text: str) -> str:
    return re.sub(r"[\s\-]", "", text).lower()


def _ours(letters: str) -> str:
    """A code of ours as it is kept, abcde-23456; "" for what has another shape."""
    if len(letters) != LETTERS or set(letters) - set(customers.ALPHABET):
        return ""
    return f"{letters[:5]}-{letters[5:]}"


def redeem(text: str, mac: str, ip: str, now: int) -> Subscription:
    """Turn a code into time, once however many try at the same instant.

    The same device again gets the same subscription. Raises BadInput.
    """
    with store.atomic():
        voucher = find(text)
        if voucher is None:
            read_code(text)  # which can't be one at all, is told so
            raise BadInput("There is no such voucher.", "Check the code.", field="code")
        if voucher.doubted_at is not None and voucher.redeemed_at is None:
            _check_doubted(mac, now)
        ours = (
            Voucher.update(redeemed_at=now, redeemed_mac=mac)
            .where(
                (Voucher.id == voucher.id)
                & Voucher.redeemed_at.is_null()
                & Voucher.voided_at.is_null()
            )
            .execute()
        )
        if ours:
            customer = customers.of_voucher(voucher.code, now)
            terms = read_terms(voucher.batch.terms)
            wish = subscriptions.Wish(
                customer, terms, mac, ip, voucher=voucher, is_first=True
            )
            return subscriptions.give(wish, now)
        if mac and voucher.redeemed_mac == mac:
            return Subscription.get(Subscription.voucher == voucher)
    if voucher.voided_at is not None:
        raise BadInput("That voucher was taken back.", "Ask the shop.", field="code")
    raise BadInput("That voucher has been used.", "Buy another.", field="code")


def _check_doubted(mac: str, now: int) -> None:
    """Who collected used vouchers gets little by a restored backup. Raises BadInput."""
    lately = (
        Voucher.doubted_at.is_null(False)
        & (Voucher.redeemed_mac == mac)
        & (Voucher.redeemed_at > now - DAY_SECONDS)
    )
    if Voucher.select().where(lately).count() >= DOUBTED_A_DAY:
        raise BadInput(
            "This device has used enough old vouchers today.",
            "Use it tomorrow, or ask the shop.",
            field="code",
        )
