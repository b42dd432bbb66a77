"""The first steps of a new box: what is done is read from the facts themselves.

So a step is done whoever did it and by whatever door, and undone when it breaks. What
the owner has no use for is skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.settings import Settings
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import audit, errands
from hotspot_lite.trade.models import (
    Message,
    Payment,
    Plan,
    Staff,
    Stored,
    Subscription,
    VoucherBatch,
)
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people.phones import normalise_phone

SKIPPED = "start:skipped"
MPESA_KEYS = (
    *("mpesa.consumer_key", "mpesa.consumer_secret", "mpesa.passkey"),
    "mpesa.shortcode",
)
# A package of its own, never on sale: 1 in the currency for a minute.
PUSH_PLAN = "M-Pesa test"
TEST_TEXT = "This is a test of {place}. Your SMS work."


@dataclass(frozen=True)
class Step:
    """One thing to do: what, why, where (a page of ours), and whether it is done."""

    name: str
    title: str
    says: str
    where: str
    do: str
    is_done: bool
    is_skipped: bool = False


def steps(settings: Settings) -> list[Step]:
    """All of them in the order in which they are best done."""
    skipped = _skipped()
    return [
        Step(*row, is_done=bool(done), is_skipped=row[0] in skipped and not done)
        for row, done in _facts(settings)
    ]


def _facts(s: Settings) -> list[tuple[tuple[str, str, str, str, str], object]]:
    is_phone_sale = Payment.provider.in_(("mpesa", "paystack"))
    return [
        (
            (
                "place",
                "Your place",
                "Its name stands on every page and SMS; days end at its midnight.",
                "/admin/settings#box.name",
                "Name it, and see its time zone, currency and language",
            ),
            s["box.name"] != "My WiFi",
        ),
        (
            (
                "package",
                "A package to sell",
                "Customers choose from what you put on sale.",
                "/admin/plans",
                "Add one",
            ),
            Plan.get_or_none(Plan.on_sale),
        ),
        (
            (
                "router",
                "The router",
                "The box reads it, says what differs from what it needs, and makes it"
                " so if you want.",
                "/admin/router" if s["router.host"] else "/admin/settings#router.host",
                "Look at the router" if s["router.host"] else "Say where it is",
            ),
            _is_fitted(),
        ),
        (
            (
                "radius",
                "A login at the router",
                "Signs in, asks RADIUS, disconnects, with a user that is thrown away.",
                "/admin/router#test",
                "Test it",
            ),
            _is_proved(),
        ),
        (
            (
                "mpesa",
                "M-Pesa",
                "Needs the keys from the Daraja portal. Then pay 1 from your own phone:"
                " the money comes to you.",
                "/admin/settings#mpesa.consumer_key",
                "Enter the keys" if not _has(s, MPESA_KEYS) else "Look at the keys",
            ),
            _has(s, MPESA_KEYS)
            and Payment.get_or_none((Payment.state == "paid") & is_phone_sale),
        ),
        (
            (
                "sms",
                "SMS",
                "Customers get their login by SMS. Without it the page still shows it.",
                "/admin/settings#sms.provider",
                "Choose a gateway" if s["sms.provider"] == "log" else "Look at it",
            ),
            s["sms.provider"] != "log" and Message.get_or_none(Message.state == "sent"),
        ),
        (
            (
                "voucher",
                "A voucher",
                "Make one, print it, scan it with your phone and be online.",
                "/admin/vouchers",
                "Make one",
            ),
            VoucherBatch.get_or_none() and _is_voucher_used(),
        ),
        (
            (
                "backup",
                "A copy elsewhere",
                "A card that dies takes its backups with it. Plug in a stick, or have"
                " another machine keep copies.",
                "/admin/settings#backup.copy_to",
                "Say where copies go",
            ),
            s["backup.copy_to"] or s["backup.elsewhere"],
        ),
        (
            (
                "factor",
                "A second factor",
                "Whoever learns your password could give your income away.",
                "/admin/me",
                "Turn it on",
            ),
            Staff.get_or_none((Staff.role == "owner") & (Staff.totp_secret != "")),
        ),
    ]


def left(settings: Settings) -> int:
    """How many are neither done nor skipped."""
    return sum(not one.is_done and not one.is_skipped for one in steps(settings))


def skip(name: str, is_skipped: bool, who: str, now: int) -> None:
    """Leave a step out, or take it in again."""
    names = _skipped() | {name} if is_skipped else _skipped() - {name}
    with store.atomic():
        Stored.replace(name=SKIPPED, value=" ".join(sorted(names))).execute()
        what = "start skip" if is_skipped else "start take up"
        audit.note(who, what, name, now)


def send_test(phone: str, place: str, who: str, now: int) -> Message:
    """Write a test SMS to a phone of the staff, and its job. Raises BadInput."""
    to = normalise_phone(phone)
    since = now - 60
    with store.atomic():
        before = Message.get_or_none(
            (Message.kind == "test") & (Message.made_at > since)
        )
        if before is not None:
            raise BadInput("A test was just sent.", "Wait a minute.", field="phone")
        text = TEST_TEXT.format(place=place)
        made: Message = store.create(
            Message, kind="test", phone=to, text=text, made_at=now
        )
        jobs.put("hotspot-sms.tell", message_id=made.id)
        audit.note(who, "sms test", "", now)
    return made


def push_test(phone: str, key: bytes, who: str, now: int) -> Payment:
    """Ask a phone of the staff for 1 by M-Pesa, on the way of every sale.

    Raises BadInput. Paid, it is a minute of time and in the takings, as money is.
    """
    to = normalise_phone(phone)
    with store.atomic():
        plan = Plan.get_or_none(Plan.name == PUSH_PLAN)
        if plan is None:
            plan = catalogue.add(PUSH_PLAN, "1", "1m", now, by=who)
            catalogue.put_on_sale(plan, False, who, now)
        payment = payments.ask(payments.Ask(plan, to), key, now)
        audit.note(who, "mpesa test", f"payment {payment.id}", now)
    return payment


def last_push() -> Payment | None:
    """The newest test of M-Pesa, to see what became of it."""
    query = Payment.select().join(Plan).where(Plan.name == PUSH_PLAN)
    found: Payment | None = query.order_by(Payment.id.desc()).first()
    return found


def last_test() -> Message | None:
    """The newest test SMS, to see what became of it."""
    query = Message.select().where(Message.kind == "test")
    found: Message | None = query.order_by(Message.id.desc()).first()
    return found


def _skipped() -> set[str]:
    kept = Stored.get_or_none(Stored.name == SKIPPED)
    return set(kept.value.split()) if kept else set()


def has_mpesa(settings: Settings) -> bool:
    """Whether its keys are there."""
    return _has(settings, MPESA_KEYS)


def _has(s: Settings, names: tuple[str, ...]) -> bool:
    return all(s[name] for name in names)


def _is_voucher_used() -> bool:
    # By the index of vouchers: where nobody used one, all sales of years would be read.
    of_one = Subscription.select().where(Subscription.voucher.is_null(False))
    return of_one.order_by(Subscription.voucher.desc()).first() is not None


def _is_fitted() -> bool:
    """Whether nothing differed when the router was last looked at."""
    return bool(_came_of(errands.PLAN).get("is_done"))


def _is_proved() -> bool:
    """Whether everything was tried at the router, and worked."""
    steps = _came_of(errands.TEST).get("steps", [])
    return bool(steps) and all(one["state"] == "ok" for one in steps)


def _came_of(kind: str) -> dict[str, Any]:
    """The outcome of the newest errand of a kind; nothing where it isn't done."""
    newest = errands.newest(kind)
    if newest is None or newest.state != "done":
        return {}
    return errands.outcome(newest)
