"""How much was used, for the terminal and for scripts."""

from __future__ import annotations

from datetime import date
from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.text import Answer, show
from hotspot_lite.cli.verbs import Args, Misused, add_verb
from hotspot_lite.errors import BadInput


def usage(args: Args) -> Any:
    """Show how much was used: by day, or by customer."""
    from hotspot_lite.trade.service import usage as ledger

    if args.day and args.customer:
        raise Misused("--day lists customers.", "Leave one of the two out.")
    box = open_box()
    zone = str(box.settings["box.timezone"])
    if args.day:
        day = _day(args.day)
        return _answer("customer", ledger.customers(day, day, args.most))
    if args.customer:
        _known(args.customer)
    now = box.clock.now().at
    return _answer("day", ledger.days(now, zone, args.days, args.customer))


def _answer(head: str, found: list[Any]) -> Answer:
    from hotspot_lite.doctor.finding import size

    rows = [
        {
            head: used.of,
            "download_bytes": used.octets_out,
            "upload_bytes": used.octets_in,
            "seconds": used.seconds,
        }
        for used in found
    ]
    lines = [
        {
            head: used.of,
            "download": size(used.octets_out),
            "upload": size(used.octets_in),
            "hours": f"{used.seconds / 3600:.1f}",
        }
        for used in found
    ]
    return Answer(rows, show(lines))


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        todo = "Write it as 2026-11-26."
        raise BadInput(f"{text!r} is no day.", todo, field="day") from None


def _known(username: str) -> None:
    from hotspot_lite.trade.models import Customer

    if Customer.get_or_none(Customer.username == username) is None:
        raise BadInput(f"There is no customer {username!r}.", field="customer")


def add_to(nouns: Any) -> None:
    """Put this verb on the command line."""
    one = add_verb(nouns, "usage", usage)
    one.add_argument("--days", type=int, default=30, help="how many days back")
    one.add_argument(
        "--customer", default="", metavar="LOGIN", help="one of them, by day"
    )
    one.add_argument("--day", default="", help="who used most on that day, 2026-11-26")
    one.add_argument("--most", type=int, default=50, help="how many customers")
