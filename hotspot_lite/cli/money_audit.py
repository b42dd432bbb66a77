"""hotspot-lite payment audit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, add_verb
from hotspot_lite.errors import BadInput


def payment_audit(args: Args) -> Answer:
    """Hold the money that was taken against what was given, and the ledger's chain.

    Exit status 1 where something is wrong.
    """
    from hotspot_lite.trade.goods import amounts
    from hotspot_lite.trade.reckoning import money_audit, statement

    box = open_box()
    zone = str(box.settings["box.timezone"])
    asked = money_audit.Asked(
        "cli",
        amounts.read_day(args.since, zone),
        amounts.read_day(args.until, zone, is_last=True),
        statement.read(_raw(args.statement)) if args.statement else None,
        args.take,
        tuple(money_audit.read_anchor(text) for text in args.anchor),
    )
    found = money_audit.run(asked, box.clock.now().at, zone)
    return Answer(money_audit.as_json(found), _text(found), 1 if found.alarms else 0)


def _raw(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as exc:
        says = f"{name} can't be read: {exc.strerror}."
        raise BadInput(says, "Give the statement's CSV file, or -.") from None


def _text(found: Any) -> str:
    from hotspot_lite.trade.reckoning.wrongs import KINDS

    lines = [found.says]
    if found.statement is not None:
        lines.append(_of_statement(found.statement))
    said = ""
    for one in sorted(found.wrongs, key=lambda one: list(KINDS).index(one.kind)):
        if one.kind != said:
            said = one.kind
            lines += ["", KINDS[said].title, f"  {KINDS[said].means}"]
        lines.append(f"  - {one.says}")
    return "\n".join(lines)


def _of_statement(told: Any) -> str:
    taken_in = f"{told.filled} receipts, {told.paid} prompts, {told.left} transfers"
    return (
        f"Statement: {told.rows} rows, {told.came_cents / 100:,.2f} came;"
        f" {told.known} agree; taken in: {taken_in}."
    )


def add_to(payment: Any) -> None:
    """Put the verb on the noun `payment`."""
    one = add_verb(payment, "audit", payment_audit)
    one.add_argument("--since", default="", help="first day, like 2026-03-01")
    one.add_argument("--until", default="", help="last day")
    one.add_argument(
        "--statement", default="", help="an M-Pesa statement (CSV), or - for stdin"
    )
    one.add_argument(
        "--take",
        action="store_true",
        help="bring in what the statement knows better: receipts, lost prompts,"
        " unknown money as transfers to match",
    )
    one.add_argument(
        "--anchor",
        action="append",
        default=[],
        help="an end of the ledger that an earlier audit said, like 1234:0123456789ab",
    )
