"""Agents, who sell vouchers for a commission: their terms and accounts."""

from __future__ import annotations

from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import as_text

MOST_ENTRIES = 50


def agent_list(args: Args) -> dict[str, Any]:
    """List the agents, and what each owes."""
    from hotspot_lite.trade.takings import agents

    open_box()
    return {"agents": [_line(one) for one in agents.everybody()]}


def agent_set(args: Args) -> dict[str, Any]:
    """Set an agent's commission, per cent of the price, and how much may be owed."""
    from hotspot_lite.trade.goods import catalogue
    from hotspot_lite.trade.takings import agents

    box = open_box()
    one = agents.named(args.name)
    share, limit = one.commission_bp, one.limit_cents
    if args.commission is not None:
        share = agents.read_percent(args.commission)
    if args.limit is not None:
        limit = catalogue.read_price(args.limit)
    now = box.clock.now().at
    return _line(agents.set_terms(args.name, share, limit, "cli", now))


def agent_take_in(args: Args) -> dict[str, Any]:
    """Note that an agent paid in money."""
    from hotspot_lite.trade.goods import catalogue
    from hotspot_lite.trade.takings import agents

    now = open_box().clock.now().at
    note = agents.Note("cli", args.note, args.once)
    agents.take_in(args.name, catalogue.read_price(args.amount), note, now)
    return _line(agents.named(args.name))


def agent_statement(args: Args) -> dict[str, Any]:
    """Show an agent's account, the newest entries first."""
    from hotspot_lite.trade.takings import agents

    open_box()
    one = agents.named(args.name)
    rows = [
        {
            "at": as_text(entry.at),
            "what": agents.KINDS[entry.kind],
            "payment": entry.payment.id if entry.payment else "-",
            "by": entry.who,
            "note": entry.note,
            "amount": _money(entry.amount_cents),
            "balance": _money(balance),
        }
        for entry, balance in agents.entries(one.agent_id, args.most)
    ]
    return {"name": one.name, "owes": _money(one.owed_cents), "entries": rows}


def _line(one: Any) -> dict[str, Any]:
    from hotspot_lite.trade.takings import agents

    return {
        "name": one.name,
        "owes": _money(one.owed_cents),
        "limit": _money(one.limit_cents),
        "commission_percent": agents.percent_text(one.commission_bp),
        "sells": "yes" if one.sells else "no",
    }


def _money(cents: int) -> str:
    return f"{cents / 100:.2f}"


WHO = "the agent's name, as `agent list` shows it"


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    noun = add_noun(nouns, "agent", "people who sell vouchers for a commission")
    add_verb(noun, "list", agent_list)
    terms = add_verb(noun, "set", agent_set)
    terms.add_argument("name", help=WHO)
    terms.add_argument("--commission", help="per cent of the price, like 7.5")
    terms.add_argument("--limit", help="how much may be owed, like 2000")
    paid = add_verb(noun, "take-in", agent_take_in)
    paid.add_argument("name", help=WHO)
    paid.add_argument("amount", help="500 or 500.50")
    paid.add_argument("--note", default="", help="like a receipt's number")
    paid.add_argument("--once", default="", help="a mark: with it twice counts once")
    account = add_verb(noun, "statement", agent_statement)
    account.add_argument("name", help=WHO)
    account.add_argument(
        "--most", type=int, default=MOST_ENTRIES, help="how many entries"
    )
