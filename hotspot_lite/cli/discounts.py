"""Codes that make a package cheaper."""

from __future__ import annotations

from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import as_text


def add(args: Args) -> dict[str, Any]:
    """Make a code that customers type on the portal."""
    from hotspot_lite.trade.goods import discounts

    box = open_box()
    given = {name: getattr(args, name) for name in discounts.FIELDS}
    wanted = discounts.read(given, str(box.settings["box.timezone"]))
    made = discounts.add(wanted, "cli", box.clock.now().at)
    return {"code": made.code, "takes_off": discounts.words_of(made)}


def stop(args: Args) -> dict[str, Any]:
    """Let a code hold no longer."""
    from hotspot_lite.trade.goods import discounts

    box = open_box()
    found = discounts.by_code(args.code)
    discounts.stop(found, "cli", box.clock.now().at)
    return {"code": found.code, "state": "stopped"}


def listed(args: Args) -> list[dict[str, Any]]:
    """List the codes, how many paid with each, and what they paid."""
    from hotspot_lite.trade.goods import discounts

    open_box()
    return [
        {
            "code": used.discount.code,
            "takes_off": discounts.words_of(used.discount),
            "used": used.count,
            "most": used.discount.most or "-",
            "paid": f"{used.paid_cents / 100:.2f}",
            "ends": as_text(used.discount.ends_at) or "-",
            "stopped": as_text(used.discount.stopped_at) or "-",
        }
        for used in discounts.listed()
    ]


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    discount = add_noun(nouns, "discount", "codes that make a package cheaper")
    make = add_verb(discount, "add", add)
    make.add_argument("promo", metavar="code", help="3 to 20 letters and digits")
    make.add_argument("--percent", default="", help="so much off, 20")
    make.add_argument("--off", default="", help="or an amount off, 10 or 10.50")
    make.add_argument("--plan", default="", help="for this package only")
    make.add_argument("--most", default="", help="buyers in all; default: any number")
    make.add_argument("--per-phone", default="1", help="times for each phone")
    make.add_argument("--until", default="", help="its last day, 2026-12-31")
    add_verb(discount, "stop", stop).add_argument("code", help="the code")
    add_verb(discount, "list", listed)
