"""The exceptions list: what waits for a person, and deciding it."""

from __future__ import annotations

from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput


def exception_list(args: Args) -> list[dict[str, Any]]:
    """List what the box can't decide, oldest first."""
    from hotspot_lite.trade.money import undecided

    open_box()
    return [_row(row) for row in undecided.waiting()]


def _row(row: Any) -> dict[str, Any]:
    cents = row.amount_cents
    return {
        "id": row.id,
        "kind": row.kind,
        "since": as_text(row.at),
        "amount": "-" if cents is None else f"{cents / 100:.2f}",
        "payment": row.payment.id if row.payment else "-",
        "receipt": row.transfer.receipt if row.transfer else "-",
        "says": row.says,
    }


def exception_show(args: Args) -> dict[str, Any]:
    """Show one of them, what it means, and what can be done about it."""
    from hotspot_lite.trade.models import Undecided
    from hotspot_lite.trade.money import undecided
    from hotspot_lite.trade.reckoning import resolving

    open_box()
    row = Undecided.get_or_none(Undecided.id == args.id)
    if row is None:
        raise BadInput(f"There is no exception {args.id}.", "See: exception list")
    kind = undecided.kind_of(row)
    return _row(row) | {
        "title": kind.title,
        "means": kind.means,
        "ways": [way.name for way in resolving.ways_of(row)],
        "decided": as_text(row.resolved_at) or "-",
        "how": " ".join(filter(None, (row.resolution, row.resolved_by, row.reason))),
    }


def exception_resolve(args: Args) -> dict[str, Any]:
    """Decide one: give the time, match it, note a refund, write off, close."""
    from hotspot_lite.settings import operator
    from hotspot_lite.trade.goods import catalogue
    from hotspot_lite.trade.models import Undecided
    from hotspot_lite.trade.reckoning import resolving

    box = open_box()
    now = box.clock.now().at
    decision = resolving.Decision(
        args.way,
        "cli",
        args.reason,
        catalogue.by_name(args.plan) if args.plan else None,
        args.phone,
        args.receipt,
        b"" if operator.missing(box.settings) else box.key,
    )
    row = resolving.resolve(args.id, decision, now)
    return _row(Undecided.get_by_id(row.id)) | {"done": args.way}


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    noun = add_noun(nouns, "exception", "what the box can't decide by itself")
    add_verb(noun, "list", exception_list)
    which = "its number, as `exception list` shows it"
    add_verb(noun, "show", exception_show).add_argument("id", type=int, help=which)
    one = add_verb(noun, "resolve", exception_resolve)
    one.add_argument("id", type=int, help=which)
    one.add_argument(
        "--way", required=True, help="one of those that `exception show` names"
    )
    one.add_argument("--reason", default="", help="why, for the audit log")
    one.add_argument("--plan", default="", help="another package than asked for")
    one.add_argument("--phone", default="", help="whose it is, like 0712345678")
    one.add_argument("--receipt", default="", help="as in the M-Pesa statement")
