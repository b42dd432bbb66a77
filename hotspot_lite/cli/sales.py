"""Packages, vouchers and payments."""

from __future__ import annotations

import json
from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli import money_audit
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput, GiveUp


def plan_add(args: Args) -> dict[str, Any]:
    """Put a package on sale."""
    from hotspot_lite.trade.goods import catalogue

    now = open_box().clock.now().at
    given = {name: getattr(args, name) for name in catalogue.FIELDS}
    plan = catalogue.add(now=now, **given)
    return _plan(plan)


def plan_change(args: Args) -> dict[str, Any]:
    """Change a package for whoever buys from now on."""
    from hotspot_lite.trade.goods import catalogue

    now = open_box().clock.now().at
    plan = catalogue.by_name(args.plan)
    told = {name: getattr(args, name) for name in catalogue.FIELDS}
    given = {name: value for name, value in told.items() if value is not None}
    catalogue.change(plan, given, "cli", now)
    return _plan(type(plan).get_by_id(plan.id))


def plan_off_sale(args: Args) -> dict[str, Any]:
    """Take a package off sale; its time and vouchers stay good."""
    return _put_on_sale(args.plan, False)


def plan_on_sale(args: Args) -> dict[str, Any]:
    """Put a package on sale that was taken off."""
    return _put_on_sale(args.plan, True)


def _put_on_sale(name: str, is_on: bool) -> dict[str, Any]:
    from hotspot_lite.trade.goods import catalogue

    now = open_box().clock.now().at
    plan = catalogue.by_name(name)
    catalogue.put_on_sale(plan, is_on, "cli", now)
    return {"name": plan.name, "on_sale": is_on}


def plan_list(args: Args) -> list[dict[str, Any]]:
    """List the packages on sale."""
    from hotspot_lite.trade.goods import catalogue

    open_box()
    return [_plan(plan) for plan in catalogue.on_sale()]


def _plan(plan: Any) -> dict[str, Any]:
    return {
        "id": plan.id,
        "name": plan.name,
        "price": f"{plan.price_cents / 100:.2f}",
        "duration_seconds": plan.duration_seconds,
        "uptime_seconds": plan.uptime_seconds,
        "data_bytes": plan.data_bytes,
        "rate": plan.rate,
        "fair": plan.fair,
        "pauses": plan.pauses,
        "happy": plan.happy,
        "devices": plan.devices,
        "starts": plan.starts,
    }


def voucher_create(args: Args) -> dict[str, Any]:
    """Make a batch of vouchers and print their codes."""
    from hotspot_lite.trade.goods import catalogue
    from hotspot_lite.trade.grants import vouchers
    from hotspot_lite.trade.house import room

    now = open_box().clock.now().at
    room.refuse_sales()
    batch = vouchers.make(catalogue.by_name(args.plan), args.count, "cli", now)
    return {
        "batch": batch.id,
        "plan": args.plan,
        "count": args.count,
        "codes": vouchers.codes(batch),
    }


def voucher_list(args: Args) -> list[dict[str, Any]]:
    """List vouchers, newest batch first."""
    from hotspot_lite.trade.models import Voucher, VoucherBatch

    open_box()
    query = Voucher.select(Voucher, VoucherBatch).join(VoucherBatch)
    return [
        {
            "batch": voucher.batch.id,
            "code": voucher.code,
            "package": json.loads(voucher.batch.terms)["name"],
            "redeemed": as_text(voucher.redeemed_at) or "-",
        }
        for voucher in query.order_by(VoucherBatch.id.desc(), Voucher.id).limit(1000)
    ]


def payment_list(args: Args) -> list[dict[str, Any]]:
    """List the newest payments."""
    from hotspot_lite.trade.models import Payment

    open_box()
    query = Payment.select().order_by(Payment.id.desc()).limit(args.last)
    return [_payment(payment) for payment in query]


def payment_show(args: Args) -> dict[str, Any]:
    """Show one payment and what came of it."""
    from hotspot_lite.trade.models import Callback, Payment, Subscription
    from hotspot_lite.trade.reckoning import story

    open_box()
    payment = Payment.get_or_none(Payment.id == args.id)
    if payment is None:
        raise BadInput(f"There is no payment {args.id}.", "See: payment list")
    time = Subscription.get_or_none(Subscription.payment == payment)
    told = Callback.select().where(Callback.payment == payment)
    return _payment(payment) | {
        "result": f"{payment.result_code} {payment.result_text}".strip(),
        "settled_by": payment.settled_by,
        "callbacks": [call.verdict for call in told],
        "subscription": time and time.id,
        "access": time.access if time else "-",
        "ends": as_text(time.expires_at) if time else "-",
        "story": [f"{as_text(m.at)} {m.title}. {m.says}" for m in story.of(payment)],
    }


def _payment(payment: Any) -> dict[str, Any]:
    from hotspot_lite.trade.people.phones import mask

    return {
        "id": payment.id,
        "state": payment.state,
        "amount": f"{payment.amount_cents / 100:.2f}",
        "provider": payment.provider,
        "package": json.loads(payment.terms)["name"],
        "phone": mask(payment.phone),
        "receipt": payment.receipt or "-",
        "asked": as_text(payment.asked_at),
        "paid": as_text(payment.paid_at) or "-",
    }


def payment_refund(args: Args) -> dict[str, Any]:
    """Give money back: have M-Pesa reverse it, or note that it was done by hand."""
    from hotspot_lite.settings import operator
    from hotspot_lite.trade.goods import catalogue
    from hotspot_lite.trade.takings import receipts, refunds

    box = open_box()
    payment = _paid_one(args.id)
    wish = refunds.Wish(
        "cli",
        args.why,
        payment,
        amount_cents=catalogue.read_price(args.amount) if args.amount else None,
        receipt=receipts.read(args.receipt) if args.receipt else "",
    )
    if args.by_hand:
        refund = refunds.by_hand(wish, box.clock.now().at)
    elif operator.missing(box.settings):
        raise GiveUp("M-Pesa can't be told to give it back.", operator.TODO)
    else:
        refund = refunds.by_mpesa(wish, box.key, box.clock.now().at)
    return {
        "refund": refund.id,
        "payment": payment.id,
        "amount": f"{refund.amount_cents / 100:.2f}",
        "state": refund.state,
    }


def payment_ask(args: Args) -> dict[str, Any]:
    """Ask M-Pesa what became of a payment's receipt; the answer comes later."""
    from hotspot_lite.settings import operator
    from hotspot_lite.trade.takings import inquiries

    box = open_box()
    payment = _paid_one(args.id)
    if operator.missing(box.settings) or not payment.receipt:
        raise GiveUp("M-Pesa can't be asked about it.", operator.TODO)
    asked = inquiries.ask_status(payment.receipt, box.key, box.clock.now().at, payment)
    return {"payment": payment.id, "asked": "now" if asked else "a moment ago"}


def _paid_one(payment_id: int) -> Any:
    from hotspot_lite.trade.models import Payment

    payment = Payment.get_or_none(Payment.id == payment_id)
    if payment is None or payment.state != "paid":
        raise BadInput(f"Payment {payment_id} is not paid.", "See: payment list")
    return payment


def payment_reconcile(args: Args) -> dict[str, Any]:
    """Ask M-Pesa now about every payment that is still open."""
    from hotspot_lite import journey
    from hotspot_lite.trade.takings import hearsay

    journey.here.open()
    before = {p.id for p in hearsay.to_query(journey.here.now())}
    for _ in before:
        journey.reconcile()
    return {"asked": sorted(before)}


WHICH = "its number, as `payment list` shows it"


def _take_plan(verb: Any, given: dict[str, Any], otherwise: str | None) -> None:
    """The options of a package; without any default of its own, what it has stays."""
    needed = otherwise is not None
    verb.add_argument("--name", required=needed, help="what customers see")
    verb.add_argument("--price", required=needed, help="20 or 20.50; 0: free")
    verb.add_argument("--duration", required=needed, help="30m, 1h, 7d, 2w")
    helps = {
        "uptime": "1h of it online; without: time runs offline too",
        "data": "500M or 2G; without: no limit",
        "rate": "upload/download, 2M/4M; then burst, threshold, seconds",
        "fair": "2G day 512k/1M: slower after that much; or month, all",
        "happy": "22:00-06:00 10M/20M: another speed at those hours",
    }
    for name, says in helps.items():
        verb.add_argument(f"--{name}", default=given.get(name, otherwise), help=says)
    at_once = "how many devices at the same time"
    verb.add_argument("--devices", type=int, default=given.get("devices"), help=at_once)
    says = "how often its customer may pause it"
    verb.add_argument("--pauses", type=int, default=given.get("pauses"), help=says)
    starts = given.get("starts")
    begins = "when its time begins: when it is paid, or at the first login"
    verb.add_argument(
        "--starts", choices=("sale", "first-use"), default=starts, help=begins
    )


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    plan = add_noun(nouns, "plan", "packages on sale")
    add = add_verb(plan, "add", plan_add)
    _take_plan(
        add, {"rate": "10M/10M", "devices": 1, "pauses": 0, "starts": "sale"}, ""
    )
    change = add_verb(plan, "change", plan_change)
    change.add_argument("plan", help="its name")
    _take_plan(change, {}, None)
    for verb, do in (("off-sale", plan_off_sale), ("on-sale", plan_on_sale)):
        add_verb(plan, verb, do).add_argument("plan", help="its name")
    add_verb(plan, "list", plan_list)
    voucher = add_noun(nouns, "voucher", "vouchers")
    make = add_verb(voucher, "create", voucher_create)
    make.add_argument("--plan", required=True, help="the package's name")
    make.add_argument("--count", type=int, default=1, help="how many; 1")
    add_verb(voucher, "list", voucher_list)
    payment = add_noun(nouns, "payment", "payments")
    newest = add_verb(payment, "list", payment_list)
    newest.add_argument("--last", type=int, default=50, help="how many; 50")
    for name, do in (("show", payment_show), ("ask", payment_ask)):
        add_verb(payment, name, do).add_argument("id", type=int, help=WHICH)
    refund = add_verb(payment, "refund", payment_refund)
    refund.add_argument("id", type=int, help=WHICH)
    refund.add_argument("--why", required=True, help="for the audit log")
    refund.add_argument("--amount", default="", help="20 or 20.50; without: all of it")
    refund.add_argument(
        "--by-hand", action="store_true", help="it was done already: only note it"
    )
    refund.add_argument("--receipt", default="", help="of what you gave back by hand")
    add_verb(payment, "reconcile", payment_reconcile)
    money_audit.add_to(payment)
